"""Keeps the record of a conversation's time with the operators, and what it promises the citizen meanwhile."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversations.desk import Desk
from bot.storage import Conversation, Ticket
from bot.storage.tables import now

__all__ = ["begin", "citizen_wrote", "claimed", "end", "operator_wrote", "rated", "transferred"]

RATED_WITHIN = timedelta(days=1)
"""How long after its end a rating still belongs to a time with the operators."""


async def begin(session: AsyncSession, conversation: Conversation, desk: Desk) -> Ticket:
    """Open the ticket of a conversation that has just come into the queue, its reason and topic set."""
    moment = now()
    first_reply_due = desk.due(moment, desk.left_reply if conversation.reason == "left" else desk.first_reply)
    ticket = Ticket(
        conversation_id=conversation.id,
        channel=conversation.channel,
        language=conversation.language,
        reason=conversation.reason,
        topic=conversation.topic,
        domain=conversation.domain,
        opened_at=moment,
        opened_after=conversation.last_id,
        first_reply_due=first_reply_due,
        closing_due=desk.due(first_reply_due, desk.closing),
        transfers=0,
        late_replies=0,
    )
    session.add(ticket)
    await session.flush()
    conversation.ticket_id = ticket.id
    conversation.owed_since, conversation.reply_due = moment, first_reply_due
    return ticket


async def claimed(session: AsyncSession, conversation: Conversation) -> None:
    """Note who has the conversation now."""
    if (ticket := await _of(session, conversation)) is not None:
        ticket.claimed_at = ticket.claimed_at or now()
        ticket.operator_id = conversation.operator_id


async def transferred(session: AsyncSession, conversation: Conversation) -> None:
    """Note that the conversation went to somebody else, or to another domain's queue."""
    if (ticket := await _of(session, conversation)) is not None:
        ticket.transfers += 1
        ticket.operator_id = conversation.operator_id or ticket.operator_id
        ticket.domain = conversation.domain


def citizen_wrote(conversation: Conversation, desk: Desk) -> None:
    """The citizen awaits a word; what they already awaited stays due when it was."""
    conversation.asked_at = None
    if conversation.owed_since is None:
        conversation.owed_since = now()
        conversation.reply_due = desk.due(conversation.owed_since, desk.next_reply)


async def operator_wrote(session: AsyncSession, conversation: Conversation) -> None:
    """The operator had the last word; whether it came in time is noted."""
    moment = now()
    if (ticket := await _of(session, conversation)) is not None:
        if ticket.first_reply_at is None:
            ticket.first_reply_at = moment
        elif conversation.reply_due is not None and moment > conversation.reply_due:
            ticket.late_replies += 1
    conversation.owed_since = conversation.reply_due = conversation.asked_at = None


async def end(session: AsyncSession, conversation: Conversation, how: str, outcome: str | None = None) -> None:
    """Close the ticket; nothing where there is none."""
    if (ticket := await _of(session, conversation)) is not None:
        ticket.ended_at, ticket.ended, ticket.outcome = now(), how, outcome
        conversation.ticket_id = None


async def rated(session: AsyncSession, conversation: Conversation, stars: int) -> None:
    """The citizen's rating belongs to the last time with the operators, where it is not long over."""
    last = (
        select(Ticket.id)
        .where(
            Ticket.conversation_id == conversation.id,
            or_(Ticket.ended_at.is_(None), Ticket.ended_at > now() - RATED_WITHIN),
        )
        .order_by(Ticket.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    await session.execute(update(Ticket).where(Ticket.id == last).values(stars=stars))


async def _of(session: AsyncSession, conversation: Conversation) -> Ticket | None:
    return None if conversation.ticket_id is None else await session.get(Ticket, conversation.ticket_id)
