"""The operators' queue as those see it who wait in it."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversations.events import Event, Events
from bot.conversations.routing import ahead_of, in_turn, on_duty
from bot.conversations.states import State
from bot.storage import Conversation, Database
from bot.storage.tables import now

WINDOW = timedelta(minutes=30)
"""How far back the operators' pace is looked at."""

FEWEST = 3
"""Claims within the window below which nothing is said of the wait."""

__all__ = ["Place", "place", "publish_positions"]


class Place(NamedTuple):
    """Where a conversation stands in the queue, from 1, and the wait in minutes where it can be told."""

    position: int
    minutes: int | None


async def place(session: AsyncSession, conversation: Conversation) -> Place:
    """The place of a waiting conversation."""
    earlier = (
        select(func.count())
        .select_from(Conversation)
        .where(Conversation.state == State.WAITING, ahead_of(conversation))
    )
    position = 1 + (await session.scalar(earlier) or 0)
    return Place(position, _minutes(position, await _claims(session)))


async def publish_positions(database: Database, events: Events) -> None:
    """Tell everyone who waits where they stand now."""
    query = select(Conversation.id).where(Conversation.state == State.WAITING).order_by(*in_turn())
    async with database.read() as session:
        waiting = (await session.scalars(query)).all()
        claims = await _claims(session) if waiting else 0
    for position, conversation_id in enumerate(waiting, start=1):
        data = Place(position, _minutes(position, claims))._asdict()
        events.publish(Event(conversation_id, "queue", data))


async def _claims(session: AsyncSession) -> int:
    """How many conversations were claimed within the window; none count while nobody is on duty to go on so."""
    if not await on_duty(session):
        return 0
    query = select(func.count()).select_from(Conversation).where(Conversation.claimed_at >= now() - WINDOW)
    return await session.scalar(query) or 0


def _minutes(position: int, claims: int) -> int | None:
    """The wait at the pace of the window, rounded up; None where too few claims show a pace."""
    if claims < FEWEST:
        return None
    return math.ceil(position * WINDOW / timedelta(minutes=1) / claims)
