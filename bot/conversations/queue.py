"""The operators' queue as those see it who wait in it."""

from __future__ import annotations

from sqlalchemy import select

from bot.conversations.events import Event, Events
from bot.conversations.states import State
from bot.storage import Conversation, Database

__all__ = ["publish_positions"]


async def publish_positions(database: Database, events: Events) -> None:
    """Tell everyone who waits where they stand now."""
    query = select(Conversation.id).where(Conversation.state == State.WAITING).order_by(Conversation.waiting_since)
    async with database.read() as session:
        waiting = (await session.scalars(query)).all()
    for place, conversation_id in enumerate(waiting, start=1):
        events.publish(Event(conversation_id, "queue", {"position": place}))
