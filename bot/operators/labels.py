"""Labels of conversations: short words by which operators find and count what belongs together."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

from pydantic import AfterValidator
from sqlalchemy import select

from bot.conversations.text import clean
from bot.operators.access import readable_locked
from bot.storage import Conversation, Database, Operator
from nlu.text.personal import find

__all__ = ["MOST", "Label", "change", "in_use"]

MOST = 10
LONGEST = 30
SUGGESTED = 50


def _label(text: str) -> str:
    kept = " ".join(clean(text).split())
    if not 1 <= len(kept) <= LONGEST:
        raise ValueError(f"from 1 to {LONGEST} characters")
    if find(kept):
        raise ValueError("a label is seen in every list and holds no personal number")
    return kept


Label = Annotated[str, AfterValidator(_label)]
"""1 to 30 characters on one line, without personal numbers."""


async def change(database: Database, operator: Operator, conversation_id: str, labels: list[str]) -> list[str]:
    """Set the labels of a conversation, each once. Raises `UnknownConversation`, `NotYours`."""
    kept = list({label.casefold(): label for label in reversed(labels)}.values())[::-1]
    async with database.write() as session:
        (await readable_locked(session, operator, conversation_id)).labels = kept
    return kept


async def in_use(database: Database) -> list[str]:
    """The labels of the last thousand conversations, the most used first; at most 50."""
    query = select(Conversation.labels).order_by(Conversation.updated_at.desc()).limit(1000)
    async with database.read() as session:
        counted = Counter(label for labels in await session.scalars(query) for label in labels or [])
    return [label for label, _ in counted.most_common(SUGGESTED)]
