"""Whole talks in both languages over the real thing: Rasa, the rules and forms, the search and the actions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.running import Citizen, Running, borrow, lenders
from texts import LANGUAGES

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

Turn = dict[str, Any]
DIALOGUES: dict[str, dict[str, list[Turn]]] = {
    language: yaml.safe_load((Path(__file__).parent / "dialogues" / f"{language}.yaml").read_text("utf-8"))
    for language in LANGUAGES
}
EXPECTED = {"service", "section", "decision", "has", "offers", "mode", "language"}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("dialogues")
    borrow(folder, lenders(tmp_path_factory))
    running = Running(folder)
    running.start()
    yield running
    running.stop()


def plainly(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


def wrong(turn: Turn, replies: list[dict[str, Any]], mode: str) -> list[str]:
    """What of the replies is not as the turn says."""
    answer = next((reply["answer"] for reply in reversed(replies) if reply["answer"]), {})
    found = {"mode": mode, "language": replies[-1]["language"], **answer}
    same = ("service", "section", "decision", "mode", "language")
    faults = [f"{key} is {found.get(key)}" for key in same if key in turn and turn[key] != found.get(key)]
    if "has" in turn and not any(turn["has"] in plainly(reply["text"]) for reply in replies):
        faults.append(f"«{turn['has']}» is not said")
    payloads = {button["payload"] for reply in replies for button in reply["buttons"]}
    faults += [f"{payload} is not offered" for payload in turn.get("offers", []) if payload not in payloads]
    return faults


@pytest.mark.parametrize(
    ("language", "name"), [(language, name) for language in LANGUAGES for name in DIALOGUES[language]]
)
def test_the_talk_goes_as_written(service: Running, language: str, name: str) -> None:
    citizen = Citizen(service.url, language)
    for number, turn in enumerate(DIALOGUES[language][name], start=1):
        assert turn.keys() - {"say", "press"} <= EXPECTED, f"turn {number} expects something that is not checked"
        sent = citizen.send(turn.get("say"), payload=turn.get("press"))
        citizen.seen = sent["id"]
        citizen.hears(("bot", "system"))
        replies = citizen.messages(sent["id"])
        faults = wrong(turn, replies, replies[-1]["mode"])
        said = [reply["text"] for reply in replies]
        assert not faults, f"turn {number}, {turn.get('say') or turn.get('press')}: {'; '.join(faults)}\n{said}"


def test_the_talks_of_both_languages_are_the_same() -> None:
    assert list(DIALOGUES["ru"]) == list(DIALOGUES["kk"])


def test_a_talk_that_goes_wrong_is_noticed() -> None:
    reply = {"text": "Стоит 865 ₸.", "language": "ru", "answer": None, "buttons": [], "mode": "bot"}
    assert wrong({"say": "…", "has": "865 ₸"}, [reply], "bot") == []
    for fault in (
        {"has": "1 000"}, {"mode": "waiting"}, {"service": "apostille"}, {"offers": ["/operator"]}, {"language": "kk"},
    ):  # fmt: skip
        assert wrong({"say": "…", **fault}, [reply], "bot")
