"""The training data are enough, in both languages, and Rasa itself has nothing to say against them."""

import re
import subprocess
from collections import defaultdict
from functools import cache

import pytest
import yaml

from bot import rasa
from bot.settings import ROOT, Settings
from nlu.text.fold import fold

TRAINING = ROOT / "nlu" / "training"
LANGUAGES = ("ru", "kk")
BY_BUTTON = {"show", "domain", "calculations", "inform"}  # named by a pressed button; hardly anybody types them
FEWEST = 40


def intents():
    """All intents of the domain."""
    return [
        intent
        for path in sorted((TRAINING / "domain").glob("*.yml"))
        for intent in yaml.safe_load(path.read_text("utf-8")).get("intents", [])
    ]


@cache
def examples(language):
    """(intent, example) for every example in that language."""
    return [
        (block["intent"], line.removeprefix("- "))
        for path in sorted((TRAINING / language).glob("*.yml"))
        for block in yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)["nlu"]
        for line in block["examples"].splitlines()
    ]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("intent", [intent for intent in intents() if intent not in BY_BUTTON])
def test_every_intent_has_enough_different_examples(intent, language):
    different = {fold(example) for of, example in examples(language) if of == intent}
    assert len(different) >= FEWEST


def test_an_example_stands_once_in_all_the_training_data():
    """Compared folded, as the classifier reads them: in other letters it teaches nothing, elsewhere it confuses."""
    places = defaultdict(list)
    for language in LANGUAGES:
        for intent, example in examples(language):
            places[fold(example)].append(f"{language} {intent}: {example}")
    assert not [written for written in places.values() if len(written) > 1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_examples_belong_to_intents_of_the_domain_and_say_something(language):
    known = set(intents())
    for intent, example in examples(language):
        assert intent in known
        assert fold(example), f"{intent}: {example!r} has no word"
        assert example == " ".join(example.split())
        assert not set(example) & set("[]{}"), f"{example!r}: Rasa takes brackets for entities"


@pytest.mark.slow
def test_rasa_validates_the_training_data_without_warnings(tmp_path):
    # Warnings of Rasa's own libraries are not about our data; those of Rasa's validator come through its log.
    environment = rasa.environment(
        Settings(data_dir=tmp_path, _env_file=None), JAUAP_ACTIONS_URL="", JAUAP_ACTIONS_TOKEN=""
    )
    command = [
        rasa.python(), "-m", "rasa", "data", "validate", "--fail-on-warnings", "--config", "config.yml",
        "--data", "nlu/training", "--domain", "nlu/training/domain",
    ]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=280, check=False)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said[-3000:]
    assert "No story structure conflicts found" in said
    assert "WARNING" not in said
    warnings = re.findall(r"rasa/shared/utils/io\.py:\d+: (.*)", said)  # where Rasa raises its warnings about data
    untyped = [f"The intent '{intent}' is listed in the domain file, but is not found" for intent in BY_BUTTON]
    assert not [warning for warning in warnings if not any(expected in warning for expected in untyped)]
