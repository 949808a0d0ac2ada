"""Conversations, tickets and messages put straight into the tables, at the moments that a test wants."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversations.hours import ZONE
from bot.storage import Conversation, Message, Operator, Ticket


def at(text: str) -> datetime:
    """`2026-11-26 09:30` of Kazakhstan."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


async def operator(session: AsyncSession, name: str, **fields: Any) -> Operator:
    """An account with which nobody can log in."""
    row = Operator(**{"role": "operator", "languages": ["ru", "kk"], **fields}, username=name, password_hash="-")
    session.add(row)
    await session.flush()
    return row


async def conversation(session: AsyncSession, number: int, **fields: Any) -> Conversation:
    """A conversation with the id `talk-<number>`, on the web and in Russian."""
    row = Conversation(**{"id": f"talk-{number}", "channel": "web", "language": "ru", **fields})
    session.add(row)
    await session.flush()
    return row


async def ticket(session: AsyncSession, opened_at: datetime, **fields: Any) -> Ticket:
    """A ticket that promises the first reply in 5 minutes and the end in 65."""
    defaults = {
        "channel": "web", "language": "ru", "reason": "asked", "opened_after": 0, "transfers": 0, "late_replies": 0,
        "first_reply_due": opened_at + timedelta(minutes=5), "closing_due": opened_at + timedelta(minutes=65),
    }  # fmt: skip
    row = Ticket(opened_at=opened_at, **(defaults | fields))
    session.add(row)
    await session.flush()
    return row


async def message(session: AsyncSession, talk: str, number: int, text: str, **fields: Any) -> Message:
    """The message with this id, of the citizen unless `author` says other."""
    defaults = {"author": "citizen", "language": "ru", "mode": "waiting"}
    row = Message(conversation_id=talk, id=number, text=text, **(defaults | fields))
    session.add(row)
    await session.flush()
    return row
