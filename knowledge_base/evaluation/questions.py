"""The labelled questions, and the same questions spoilt as hurried people spoil them."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from nlu.noise import KINDS
from texts import Language

FOLDER = Path(__file__).parent.parent.parent / "evaluation"
DEVELOPMENT = FOLDER / "development.jsonl"  # to look at and to tune on
HELD_BACK = FOLDER / "held_back.jsonl"  # to measure a release on, and nothing else

__all__ = ["DEVELOPMENT", "HELD_BACK", "Question", "read", "spoilt"]


@dataclass(frozen=True, slots=True)
class Question:
    """A labelled question.

    `service` is `None` where the knowledge base has nothing on it. `kind` says how it is written (`clean`, `typo`,
    `latin`, …) or that it is `out_of_scope`, or a `complaint`: a complaint or a personal case, which is for a person
    to look into even where it names a service.
    """

    text: str
    language: Language
    kind: str
    service: str | None
    section: str | None

    @property
    def is_complaint(self) -> bool:
        return self.kind == "complaint"


def read(path: Path = DEVELOPMENT) -> list[Question]:
    """Questions, one JSON object a line. Raises `ValueError` that names the faulty line."""
    questions = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        try:
            questions.append(Question(**json.loads(line)))
        except (ValueError, TypeError) as error:
            raise ValueError(f"{path.name}, line {number}: {error}") from None
    return questions


def spoilt(questions: Iterable[Question], seed: int = 2026) -> list[Question]:
    """Every question once in each way of `nlu.noise`, with that way as its kind; those that it leaves alone are out."""
    chance = random.Random(seed)  # noqa: S311  not for secrets
    found = []
    for question in questions:
        for kind, spoil in KINDS.items():
            text = spoil(question.text, chance)
            if text != question.text.lower():
                found.append(replace(question, text=text, kind=kind))
    return found
