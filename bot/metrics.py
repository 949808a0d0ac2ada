"""What Prometheus may ask of the service; ids and texts of citizens never appear here."""

from __future__ import annotations

from prometheus_client import Gauge
from sqlalchemy import func, select

from bot.storage import Conversation, Database, Inbox, Outbox

CONVERSATIONS = Gauge("jauap_conversations", "Conversations by state and channel", ["state", "channel"])
OWED = Gauge("jauap_inbox_owed", "Messages of citizens that await an answer")
OUTBOX = Gauge("jauap_outbox", "Deliveries by state", ["state"])

__all__ = ["observe_storage"]


async def observe_storage(database: Database) -> None:
    """Read the figures that the database holds; they are right after a restart, too."""
    conversations = select(Conversation.state, Conversation.channel, func.count()).group_by(
        Conversation.state, Conversation.channel
    )
    deliveries = select(Outbox.state, func.count()).group_by(Outbox.state)
    owed = select(func.count()).select_from(Inbox).where(Inbox.state == "received")
    async with database.read() as session:
        CONVERSATIONS.clear()
        for state, channel, count in await session.execute(conversations):
            CONVERSATIONS.labels(state, channel).set(count)
        OUTBOX.clear()
        for state, count in await session.execute(deliveries):
            OUTBOX.labels(state).set(count)
        OWED.set(await session.scalar(owed) or 0)
