"""The figures of one day with the operators: how many, how fast, how well, and what was promised and not kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta

import numpy as np
from pydantic import BaseModel
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversations.hours import ZONE
from bot.operators.names import Names
from bot.storage import Conversation, Database, Message, Operator, Ticket
from bot.storage.tables import now

__all__ = [
    "Figures",
    "Group",
    "Hour",
    "Numbers",
    "Talks",
    "figures",
    "largest_first",
    "late_closing",
    "late_first_reply",
    "span_of",
    "today",
]


class Numbers(BaseModel):
    """What became of some tickets until now. Times are in minutes, to one decimal; None where there is nothing to take.

    A ticket is one time of a conversation with the operators, from its entering the queue on.
    """

    opened: int
    answered: int
    """Those to which an operator has written at least once."""
    open: int
    """Those that have not ended yet."""
    ended: dict[str, int]
    """The others by how they ended: `closed`, `returned`, `left`, `silent`, `erased`."""
    outcomes: dict[str, int]
    """Those closed with an outcome, by it."""
    first_reply_median: float | None
    """From entering the queue to the operator's first message, of those answered; nights and weekends count, too."""
    first_reply_p90: float | None
    """Nine of ten were answered within this time."""
    whole_median: float | None
    """From entering the queue to the end, of those ended."""
    whole_p90: float | None
    late_first_replies: int
    """Tickets, as `late_first_reply` says."""
    late_replies: int
    """Replies, not tickets: those after the first that came later than promised."""
    late_closings: int
    """Tickets, as `late_closing` says."""
    transfers: int
    """How often the tickets went from one operator to another."""
    stars: float | None
    """The mean rating from 1 to 5, to two decimals, of those rated."""
    rated: int


class Group(BaseModel):
    """The numbers of the tickets that have something in common; `key` None: those that have no such thing."""

    key: str | None
    title: str
    numbers: Numbers


class Hour(BaseModel):
    """Tickets opened in one hour of the day, from 0 to 23, and how many of these were answered until now."""

    hour: int
    opened: int
    answered: int


class Talks(BaseModel):
    """The conversations in which a citizen wrote on that day and that are still kept."""

    all: int
    with_bot_only: int
    to_operators: int
    """Those of which a ticket was opened on that day."""
    share_to_operators: float | None
    """From 0 to 1, to three decimals; None on a day without conversations."""


class Figures(BaseModel):
    """Of the tickets opened on one day of Kazakhstan: what happens to them later still counts on that day."""

    day: date
    total: Numbers
    by_language: list[Group]
    by_domain: list[Group]
    """By the domain that the ticket had last."""
    by_channel: list[Group]
    by_operator: list[Group]
    """By who has the ticket, or had it last; transfers do not split it."""
    by_hour: list[Hour]
    conversations: Talks


def today() -> date:
    """The day that it is in Kazakhstan."""
    return now().astimezone(ZONE).date()


def span_of(first: date, last: date) -> tuple[datetime, datetime]:
    """The moments at which the first of these days begins and the last one ends."""
    return datetime.combine(first, time(), ZONE), datetime.combine(last + timedelta(days=1), time(), ZONE)


def late_first_reply(ticket: Ticket, at: datetime) -> bool:
    """Whether the first reply came later than promised, or has not come at the moment `at` though it was promised.

    What ended without a reply before the promised moment is not late.
    """
    return (ticket.first_reply_at or ticket.ended_at or at) > ticket.first_reply_due


def late_closing(ticket: Ticket, at: datetime) -> bool:
    """Whether it ended later than promised, or has not ended at the moment `at` though it was promised."""
    return (ticket.ended_at or at) > ticket.closing_due


def largest_first(counts: Mapping[str | None, int]) -> list[str | None]:
    """The keys by their counts, the largest first; none at all comes last."""
    return sorted(counts, key=lambda key: (key is None, -counts[key], key or ""))


async def figures(database: Database, day: date, names: Names) -> Figures:
    """The figures of `day`, the groups called by `names`."""
    begin, end = span_of(day, day)
    query = (
        select(Ticket, Operator.username)
        .outerjoin(Operator, Operator.id == Ticket.operator_id)
        .where(Ticket.opened_at >= begin, Ticket.opened_at < end)
    )
    async with database.read() as session:
        rows = [(ticket, username) for ticket, username in await session.execute(query)]
        conversations = await _conversations(session, begin, end)
    moment = now()
    tickets = [ticket for ticket, _ in rows]
    operators = {ticket.operator_id: username for ticket, username in rows}

    def groups(key: Callable[[Ticket], str | None], called: Callable[[str | None], str]) -> list[Group]:
        return _groups(tickets, key, called, moment)

    return Figures(
        day=day,
        total=_numbers(tickets, moment),
        by_language=groups(lambda ticket: ticket.language, lambda key: names.word("language", key)),
        by_domain=groups(lambda ticket: ticket.domain, names.domain),
        by_channel=groups(lambda ticket: ticket.channel, lambda key: names.word("channel", key)),
        by_operator=groups(lambda ticket: operators[ticket.operator_id], lambda key: key or names.text("no_operator")),
        by_hour=_hours(tickets),
        conversations=conversations,
    )


def _groups(
    tickets: Iterable[Ticket], key: Callable[[Ticket], str | None], called: Callable[[str | None], str], at: datetime
) -> list[Group]:
    sorted_out: dict[str | None, list[Ticket]] = {}
    for ticket in tickets:
        sorted_out.setdefault(key(ticket), []).append(ticket)
    order = largest_first({each: len(some) for each, some in sorted_out.items()})
    return [Group(key=each, title=called(each), numbers=_numbers(sorted_out[each], at)) for each in order]


def _numbers(tickets: Sequence[Ticket], at: datetime) -> Numbers:
    """The numbers of these tickets at the moment `at`."""
    first_replies = [one.first_reply_at - one.opened_at for one in tickets if one.first_reply_at is not None]
    whole = [one.ended_at - one.opened_at for one in tickets if one.ended_at is not None]
    stars = [one.stars for one in tickets if one.stars is not None]
    first_reply_median, first_reply_p90 = _median_and_p90(first_replies)
    whole_median, whole_p90 = _median_and_p90(whole)
    return Numbers(
        opened=len(tickets),
        answered=len(first_replies),
        open=len(tickets) - len(whole),
        ended=Counter(one.ended for one in tickets if one.ended is not None),
        outcomes=Counter(one.outcome for one in tickets if one.outcome is not None),
        first_reply_median=first_reply_median,
        first_reply_p90=first_reply_p90,
        whole_median=whole_median,
        whole_p90=whole_p90,
        late_first_replies=sum(late_first_reply(one, at) for one in tickets),
        late_replies=sum(one.late_replies for one in tickets),
        late_closings=sum(late_closing(one, at) for one in tickets),
        transfers=sum(one.transfers for one in tickets),
        stars=round(float(np.mean(stars)), 2) if stars else None,
        rated=len(stars),
    )


def _median_and_p90(spans: Sequence[timedelta]) -> tuple[float | None, float | None]:
    """In minutes, interpolated between the two nearest values."""
    if not spans:
        return None, None
    median, p90 = np.quantile([span / timedelta(minutes=1) for span in spans], (0.5, 0.9))
    return round(float(median), 1), round(float(p90), 1)


def _hours(tickets: Iterable[Ticket]) -> list[Hour]:
    hours = [Hour(hour=hour, opened=0, answered=0) for hour in range(24)]
    for ticket in tickets:
        hour = hours[ticket.opened_at.astimezone(ZONE).hour]
        hour.opened += 1
        hour.answered += ticket.first_reply_at is not None
    return hours


async def _conversations(session: AsyncSession, begin: datetime, end: datetime) -> Talks:
    wrote = (
        select(Message.id)
        .where(
            Message.conversation_id == Conversation.id,
            Message.author == "citizen",
            Message.created_at >= begin,
            Message.created_at < end,
        )
        .exists()
    )
    opened = (
        select(Ticket.id)
        .where(Ticket.conversation_id == Conversation.id, Ticket.opened_at >= begin, Ticket.opened_at < end)
        .exists()
    )
    # By `updated_at`, which has an index: whatever was said since `begin` has moved it.
    kept = select(func.count()).where(Conversation.updated_at >= begin, Conversation.created_at < end, wrote)
    whole = await session.scalar(kept) or 0
    to_operators = await session.scalar(kept.where(opened)) or 0
    return Talks(
        all=whole,
        with_bot_only=whole - to_operators,
        to_operators=to_operators,
        share_to_operators=round(to_operators / whole, 3) if whole else None,
    )
