"""What an action answers: the form in which replies travel through Rasa to the service."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

from knowledge_base.model import SectionName
from texts import Language

__all__ = ["Answer", "Button", "Candidate", "HandOver", "Reason", "Reply", "SourceLink"]


Reason = Literal["asked", "failed", "complaint", "left"]
"""Why an operator takes over: wished for; the bot had no answer; a complaint or personal case; a question left."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Button(_Strict):
    """Something the citizen can press: `payload` is Rasa's `/intent{json}`."""

    title: str
    payload: str


class SourceLink(_Strict):
    """Where a fact comes from; `date` is as exact as it is known (YYYY, YYYY-MM or YYYY-MM-DD)."""

    url: str
    date: str | None


class Candidate(_Strict):
    """A service that the search thought of."""

    service: str
    section: SectionName | None = None
    score: float


class Answer(_Strict):
    """What a reply is about and what it rests on.

    `score` is the best one of the search which led to it, of no fixed range; None where nothing was searched.
    `candidates` are the services that the search thought of where it could not decide for one, the likeliest first.
    """

    decision: Literal["answer", "clarify", "none", "handover"]
    service: str | None = None
    section: SectionName | None = None
    sources: list[SourceLink] = []
    verified: str | None = None
    score: float | None = None
    candidates: list[Candidate] = []


class HandOver(_Strict):
    """The wish that an operator takes over, and why.

    `left`: the citizen has left a question for office hours; `contact` is where else to answer than in the chat.
    """

    reason: Reason
    topic: str | None = None
    domain: str | None = None
    contact: str | None = None


class Reply(_Strict):
    """One message of the bot."""

    text: Annotated[str, StringConstraints(min_length=1)]
    language: Language
    buttons: list[Button] = []
    answer: Answer | None = None
    hand_over: HandOver | None = None
