"""The labelled messages of the dialogue: what the dialogue model makes of each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from knowledge_base.evaluation import questions
from knowledge_base.evaluation.questions import FOLDER
from texts import Language

MESSAGES = FOLDER / "dialogue.jsonl"
# What decides, beside the model itself, which intent a message gets.
CODE = (
    "evaluation/dialogue.jsonl", "evaluation/development.jsonl", "knowledge_base/evaluation/dialogue.py",
    "nlu/*.py", "nlu/text/*", "nlu/kazakh/*", "nlu/components/*", "nlu/entities/*", "requirements/rasa.lock",
)  # fmt: skip
SEARCHED = {"ask", "follow_up", "nlu_fallback"}  # which of them it is makes no difference to the answer
EVERY = 3  # of the questions about services one in so many: all would take longer than they are worth
# Whoever is misunderstood here gets no help, or waits for somebody in vain.
IMPORTANT = ("operator", "emergency", "complaint", "language", "ask", "follow_up")

__all__ = ["CODE", "IMPORTANT", "MESSAGES", "Message", "marks", "read"]


@dataclass(frozen=True, slots=True)
class Message:
    """A message with its intent; `of_questions` where it comes from the development questions of the search."""

    text: str
    language: Language
    intent: str
    of_questions: bool = False


def read(path: Path = MESSAGES, asked: Path = questions.DEVELOPMENT) -> list[Message]:
    """The messages of the dialogue, and those questions whose intent is known: complaints, and what a service answers.

    Raises `ValueError` that names the faulty line.
    """
    messages = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        try:
            messages.append(Message(**json.loads(line)))
        except (ValueError, TypeError) as error:
            raise ValueError(f"{path.name}, line {number}: {error}") from None
    known = [one for one in questions.read(asked) if one.service and not one.is_complaint]
    complaints = [one for one in questions.read(asked) if one.is_complaint]
    return [
        *messages,
        *(Message(one.text, one.language, "complaint", of_questions=True) for one in complaints),
        *(Message(one.text, one.language, "ask", of_questions=True) for one in known[::EVERY]),
    ]


def marks(messages: Iterable[Message], intents: Mapping[str, str]) -> dict[str, dict[str, bool]]:
    """Which messages were understood: all of the dialogue's own, and those of each important intent."""
    of: dict[str, dict[str, bool]] = {}
    for message in messages:
        well = _understood(message.intent, intents[message.text])
        if not message.of_questions:
            of.setdefault(f"{message.language}: understood", {})[message.text] = well
        if message.intent in IMPORTANT:
            of.setdefault(f"{message.language}: {message.intent}", {})[message.text] = well
    return of


def _understood(meant: str, found: str) -> bool:
    return found == meant or {meant, found} <= SEARCHED
