"""The actions as Rasa calls them fit Rasa's training data."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from actions import server
from texts import LANGUAGES, Language

TRAINING = Path(__file__).parents[2] / "nlu" / "training"
BUTTONS = {"show", "domain", "inform", "calculations"}  # intents that are pressed, hardly ever typed


def domain() -> dict[str, list[Any]]:
    whole: dict[str, list[Any]] = {"intents": [], "actions": [], "entities": []}
    for path in TRAINING.glob("domain/*.yml"):
        part = yaml.safe_load(path.read_text("utf-8"))
        for key in whole:
            whole[key].extend(part.get(key, []))
    return whole


def examples(language: Language) -> dict[str, list[str]]:
    return {
        item["intent"]: [line.removeprefix("- ") for line in item["examples"].splitlines()]
        for path in TRAINING.glob(f"{language}/*.yml")
        for item in yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)["nlu"]
    }


def test_the_actions_are_those_of_the_domain() -> None:
    assert {action.name for action in server.executor().list_actions()} == set(domain()["actions"])


async def test_an_unknown_action_is_an_error() -> None:
    with pytest.raises(server.UnknownAction):
        await server.run({"next_action": "action_dance", "tracker": {}, "domain": {}})


def test_every_intent_has_one_rule() -> None:
    rules = yaml.safe_load((TRAINING / "rules" / "rules.yml").read_text("utf-8"))["rules"]
    first = [rule["steps"][0] for rule in rules]
    ruled = Counter(step["intent"] for step in first if "intent" in step)
    assert ruled == Counter([*domain()["intents"], "nlu_fallback"])


def test_every_form_has_a_rule_for_its_end() -> None:
    rules = yaml.safe_load((TRAINING / "rules" / "rules.yml").read_text("utf-8"))["rules"]
    ended = {rule["steps"][0]["action"] for rule in rules if rule.get("condition")}
    assert ended == {"calculation_form", "question_form"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_intent_has_thirty_different_examples(language: Language) -> None:
    given = examples(language)
    assert set(domain()["intents"]) - set(given) <= BUTTONS
    assert set(given) <= set(domain()["intents"])
    few = {intent: len(set(texts)) for intent, texts in given.items() if len(set(texts)) < 30}
    assert set(few) <= BUTTONS
    assert all(count >= 5 for count in few.values())


def test_no_example_stands_under_two_intents() -> None:
    found: dict[str, str] = {}
    for language in LANGUAGES:
        for intent, texts in examples(language).items():
            for text in texts:
                assert found.setdefault(text, intent) == intent, text
