"""A message as the outside sees it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from actions.replies import Answer, Button
from bot.storage import Message

__all__ = ["MessageView"]


class MessageView(BaseModel):
    """The `message` of the HTTP interfaces and of every channel."""

    id: int
    author: Literal["citizen", "bot", "operator", "system"]
    text: str
    language: Literal["ru", "kk"]
    created_at: datetime
    buttons: list[Button]
    answer: Answer | None
    mode: Literal["bot", "waiting", "operator", "closed"]

    @classmethod
    def of(cls, message: Message) -> MessageView:
        return cls.model_validate(message, from_attributes=True)
