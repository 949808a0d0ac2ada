"""What the citizens ask, and the right answers, learned from the service while nothing disturbs it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from knowledge_base.model import load_all
from knowledge_base.render import short_name
from tests.e2e.running import Citizen

__all__ = ["Scene", "Step", "learn"]

PATIENCE = 120  # seconds for an answer, on a machine that may have much else to do
SECTIONS: dict[str, dict[str, str]] = yaml.safe_load(Path(__file__).with_name("sections.yaml").read_text("utf-8"))


@dataclass(frozen=True)
class Step:
    """One question; its right answer is known by its whole text, and so told from every other's."""

    key: str
    """`service/section/language` of the answer."""
    text: str
    answer: str
    title: str | None = None
    """What stands on the button that asks the same, under the answers of the scene."""
    payload: str | None = None


@dataclass(frozen=True)
class Scene:
    """A question about a service, and questions that follow it up, which only make sense after it."""

    opening: Step
    following: tuple[Step, ...]

    def __iter__(self) -> Iterator[Step]:
        yield self.opening
        yield from self.following


def learn(url: str, steps: int, seed: int) -> list[Scene]:
    """Scenes with at least `steps` steps in all, in both languages by turns, with the answers that the service gives.

    Taken are only questions that it answers with the service, the section and the language that are meant, so that
    what goes wrong later is not the search's doing. Raises `RuntimeError` where there are not enough.
    """
    scenes: list[Scene] = []
    answers: set[str] = set()
    for service, language, text in _questions(seed):
        if sum(1 for scene in scenes for _ in scene) >= steps:
            return scenes
        scene = _learn(url, service, language, text)
        if scene is None or not answers.isdisjoint(step.answer for step in scene):
            continue
        answers |= {step.answer for step in scene}
        scenes.append(scene)
    if sum(1 for scene in scenes for _ in scene) >= steps:
        return scenes
    raise RuntimeError(f"only {sum(1 for scene in scenes for _ in scene)} of {steps} questions are answered as meant")


def _questions(seed: int) -> Iterator[tuple[str, str, str]]:
    """Each service in both languages, asked for by its name, shuffled, the languages by turns."""
    services = load_all()
    pools = []
    for language in ("ru", "kk"):
        pool = [(slug, language, short_name(services[slug], language)) for slug in sorted(services)]
        random.Random(f"{seed} {language}").shuffle(pool)
        pools.append(pool)
    for pair in zip(*pools, strict=True):
        yield from pair


def _learn(url: str, service: str, language: str, text: str) -> Scene | None:
    """Ask a new citizen's questions; None where the opening is answered otherwise than meant."""
    citizen = Citizen(url, language)
    message = _asks(citizen, text)
    if not _is(message, service, "summary", language):
        return None
    opening = Step(f"{service}/summary/{language}", text, message["text"])
    offered = {button["payload"]: button["title"] for button in message["buttons"]}
    following = []
    for section, words in SECTIONS[language].items():
        payload = f'/show{{"service": "{service}", "section": "{section}"}}'
        if payload not in offered:
            continue
        message = _asks(citizen, words)
        if _is(message, service, section, language):
            key = f"{service}/{section}/{language}"
            following.append(Step(key, words, message["text"], offered[payload], payload))
    return Scene(opening, tuple(following))


def _asks(citizen: Citizen, text: str) -> dict:
    citizen.send(text)
    return citizen.hears(within=PATIENCE)


def _is(message: dict, service: str, section: str, language: str) -> bool:
    answer = message["answer"] or {}
    return (answer.get("decision"), answer.get("service"), answer.get("section"), message["language"]) == (
        "answer", service, section, language,
    )  # fmt: skip
