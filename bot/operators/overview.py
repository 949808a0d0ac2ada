"""What a supervisor watches: who waits, who works on what, and which promises are broken now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel
from sqlalchemy import Select, and_, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from bot.conversations import State
from bot.conversations.routing import in_turn
from bot.operators.figures import largest_first
from bot.operators.names import Names
from bot.storage import Conversation, Database, Operator, Ticket
from bot.storage.tables import now

__all__ = ["SHOWN", "Breach", "Count", "OperatorNow", "Overview", "TalkNow", "overview"]

SHOWN = 200
"""Of each list the most that is given; the counts are of all."""

WITH_PEOPLE = (State.WAITING, State.OPERATOR)


class Count(BaseModel):
    """How many of one kind wait; `key` None: those without a domain or a reason."""

    key: str | None
    title: str
    count: int


class TalkNow(BaseModel):
    """A talk that waits or is held; `topic` and `domain` are titles, None where nothing is known."""

    id: str
    channel: str
    language: str
    reason: str | None
    topic: str | None
    domain: str | None
    priority: int
    """0 as usual; the higher goes first."""
    waiting_since: datetime | None
    operator: str | None
    owed_since: datetime | None
    """Since when the citizen awaits an operator's word."""
    reply_due: datetime | None
    closing_due: datetime | None


class Waiting(BaseModel):
    count: int
    oldest_since: datetime | None
    by_language: list[Count]
    by_domain: list[Count]
    by_reason: list[Count]
    talks: list[TalkNow]
    """In the order of the queue."""


class Held(BaseModel):
    count: int
    talks: list[TalkNow]
    """Those whose citizen has awaited a word for longest first, then those in which it is the citizen's turn."""


class OperatorNow(BaseModel):
    """An account that is not disabled; `load` and `overdue` count talks held, and of these the ones with a breach."""

    username: str
    role: str
    languages: list[str]
    domains: list[str]
    """Slugs as the account has them; none: all domains."""
    domain_titles: list[str]
    available: bool
    seen_at: datetime | None
    load: int
    capacity: int
    overdue: int


class Breach(BaseModel):
    """A promise that is broken now: a reply not given or a talk not ended in time, `since` when it was due."""

    conversation: str
    kind: Literal["first_reply", "next_reply", "closing"]
    operator: str | None
    language: str
    topic: str | None
    since: datetime


class Breaches(BaseModel):
    count: int
    """Talks with at least one breach."""
    breaches: list[Breach]
    """Of at most 200 talks, the longest overdue first."""


class Overview(BaseModel):
    """How things are at the moment `at`."""

    at: datetime
    waiting: Waiting
    held: Held
    operators: list[OperatorNow]
    breaches: Breaches


async def overview(database: Database, names: Names) -> Overview:
    """The present, in five queries however many talks and operators there are."""
    at = now()
    async with database.read() as session:
        accounts = {row.id: row for row in await session.scalars(select(Operator))}
        loads = await _loads(session, at)
        counts = await _counts(session)
        waiting = await _talks(session, State.WAITING, *in_turn())
        by_debt = (Conversation.owed_since.is_(None), Conversation.owed_since, Conversation.id)
        held = await _talks(session, State.OPERATOR, *by_debt)
        broken = await _broken(session, at)

    def talk(row: Conversation, ticket: Ticket | None) -> TalkNow:
        return TalkNow(
            **_of(row, "id", "channel", "language", "reason", "priority", "waiting_since", "owed_since", "reply_due"),
            topic=names.topic(row.topic),
            domain=names.domain(row.domain) if row.domain else None,
            operator=_username(accounts, row.operator_id),
            closing_due=ticket.closing_due if ticket else None,
        )

    breaches = [breach for row, ticket in broken for breach in _breaches(row, ticket, at, accounts, names)]
    return Overview(
        at=at,
        waiting=Waiting(
            count=sum(row.count for row in counts),
            oldest_since=min((row.oldest for row in counts), default=None),
            by_language=_tally(counts, "language", lambda key: names.word("language", key)),
            by_domain=_tally(counts, "domain", names.domain),
            by_reason=_tally(counts, "reason", lambda key: names.word("reason", key) or names.text("no_reason")),
            talks=[talk(row, ticket) for row, ticket in waiting],
        ),
        held=Held(
            count=sum(row.count for row in loads if row.state == State.OPERATOR),
            talks=[talk(row, ticket) for row, ticket in held],
        ),
        operators=_operators(accounts, loads, names),
        breaches=Breaches(
            count=sum(row.overdue for row in loads), breaches=sorted(breaches, key=lambda one: one.since)
        ),
    )


# --- queries


def _joined(*columns: Any) -> Select[Any]:
    """Of the talks that are with people now, each with its ticket."""
    return (
        select(*columns)
        .select_from(Conversation)
        .outerjoin(Ticket, Ticket.id == Conversation.ticket_id)
        .where(Conversation.state.in_(WITH_PEOPLE))
    )


def _overdue(at: datetime) -> ColumnElement[bool]:
    return or_(Conversation.reply_due < at, and_(Ticket.closing_due < at, Ticket.ended_at.is_(None)))


async def _loads(session: AsyncSession, at: datetime) -> list[Any]:
    """By state and operator: how many talks there are, and how many of them have a breach."""
    owner = (Conversation.state, Conversation.operator_id)
    overdue = func.sum(case((_overdue(at), 1), else_=0)).label("overdue")
    return list(await session.execute(_joined(*owner, func.count().label("count"), overdue).group_by(*owner)))


async def _counts(session: AsyncSession) -> list[Any]:
    columns = (Conversation.language, Conversation.domain, Conversation.reason)
    oldest = func.min(Conversation.waiting_since, type_=Conversation.waiting_since.type).label("oldest")
    query = (
        select(*columns, func.count().label("count"), oldest)
        .where(Conversation.state == State.WAITING)
        .group_by(*columns)
    )
    return list(await session.execute(query))


async def _talks(session: AsyncSession, state: State, *order: Any) -> list[Any]:
    query = _joined(Conversation, Ticket).where(Conversation.state == state).order_by(*order).limit(SHOWN)
    return list(await session.execute(query))


async def _broken(session: AsyncSession, at: datetime) -> list[Any]:
    """The talks with a breach, at most `SHOWN`: those whose reply is longest overdue, then the others."""
    order = (Conversation.reply_due.is_(None), Conversation.reply_due, Ticket.closing_due, Conversation.id)
    return list(await session.execute(_joined(Conversation, Ticket).where(_overdue(at)).order_by(*order).limit(SHOWN)))


# --- views


def _of(row: object, *fields: str) -> dict[str, Any]:
    return {field: getattr(row, field) for field in fields}


def _username(accounts: dict[int, Operator], operator_id: int | None) -> str | None:
    return accounts[operator_id].username if operator_id is not None else None


def _tally(rows: list[Any], field: str, called: Callable[[str | None], str]) -> list[Count]:
    counts: Counter[str | None] = Counter()
    for row in rows:
        counts[getattr(row, field)] += row.count
    return [Count(key=each, title=called(each), count=counts[each]) for each in largest_first(counts)]


def _operators(accounts: dict[int, Operator], loads: list[Any], names: Names) -> list[OperatorNow]:
    """Those who take talks first, then by name."""
    rows = [row for row in accounts.values() if not row.disabled]
    held = {row.operator_id: row for row in loads if row.state == State.OPERATOR}
    return [
        OperatorNow(
            **_of(row, "username", "role", "languages", "domains", "available", "seen_at", "capacity"),
            domain_titles=[names.domain(slug) for slug in row.domains],
            load=held[row.id].count if row.id in held else 0,
            overdue=held[row.id].overdue if row.id in held else 0,
        )
        for row in sorted(rows, key=lambda row: (not row.available, row.username))
    ]


def _breaches(
    row: Conversation, ticket: Ticket | None, at: datetime, accounts: dict[int, Operator], names: Names
) -> list[Breach]:
    """The one or two breaches of a talk."""
    due: dict[str, datetime] = {}
    if row.reply_due is not None and row.reply_due < at:
        answered = ticket is not None and ticket.first_reply_at is not None
        due["next_reply" if answered else "first_reply"] = row.reply_due
    if ticket is not None and ticket.ended_at is None and ticket.closing_due < at:
        due["closing"] = ticket.closing_due
    return [
        Breach(
            conversation=row.id,
            kind=kind,
            operator=_username(accounts, row.operator_id if row.state == State.OPERATOR else None),
            language=row.language,
            topic=names.topic(row.topic),
            since=since,
        )
        for kind, since in due.items()
    ]
