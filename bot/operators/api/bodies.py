"""What the operators' calls have in common: how bodies are read."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

from bot.conversations.text import MAX_LENGTH, clean

__all__ = ["Body", "Said"]


def _said(text: str) -> str:
    kept = clean(text)
    if not 1 <= len(kept) <= MAX_LENGTH:
        raise ValueError(f"from 1 to {MAX_LENGTH} characters")
    return kept


Said = Annotated[str, AfterValidator(_said)]
"""What an operator writes, without control characters; 1 to 4 000 characters."""


class Body(BaseModel):
    """A body with these fields and no others."""

    model_config = ConfigDict(extra="forbid")
