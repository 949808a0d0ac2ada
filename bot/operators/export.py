"""Tables for a spreadsheet program: the tickets of some days, and one talk; masked, and safe to open."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import AsyncIterator, Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select

from bot import audit
from bot.conversations import UnknownConversation
from bot.conversations.hours import ZONE
from bot.operators.figures import late_closing, late_first_reply, span_of
from bot.operators.names import Names
from bot.storage import Conversation, Database, Message, Operator, Ticket
from bot.storage.tables import now
from nlu.text.personal import mask

__all__ = ["LONGEST", "harmless", "tickets", "transcript"]

LONGEST = 92
"""Days that one table of tickets may span: a quarter of a year."""

PAGE = 200
"""Rows that are in memory at once; masking them takes some hundredths of a second, in which nothing else is done."""
FIRST_WORDS = 200
"""Characters of the citizen's first words that are shown."""
BOM = "\ufeff"
"""Tells spreadsheet programs that the text is UTF-8."""

_SIGNS = "=+\\-@\u2212\ufe62\ufe63\ufe66\ufe6b\uff0b\uff0d\uff1d\uff20"
_UNSEEN = "\\s\"'\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\x00-\x1f"
_AT_THE_START = re.compile(f"[\t\r\n]|[{_UNSEEN}]*[{_SIGNS}]")
_AFTER_A_SEPARATOR = re.compile(f"([;\t\r\n][{_UNSEEN}]*)(?=[{_SIGNS}])")

TICKET_COLUMNS = (
    "ticket", "conversation", "channel", "language", "reason", "domain", "topic", "opened_at", "claimed_at",
    "first_reply_due", "first_reply_at", "first_reply_minutes", "ended_at", "whole_minutes", "operator", "transfers",
    "ended", "outcome", "stars", "late_first_reply", "late_replies", "late_closing", "first_words",
)  # fmt: skip
MESSAGE_COLUMNS = ("message", "said_at", "author", "operator", "language", "text")
"""The names of the columns are `column_<name>` of the texts of the overview."""


def harmless(text: str) -> str:
    """`text` as a cell that no spreadsheet program takes for a formula: what could be one gets an apostrophe before it.

    A formula begins with = + - @, also in their full-width forms, behind spaces, quotes and signs that are not seen;
    tab, CR and LF count as well (OWASP, CSV injection). Where a program parts cells by semicolons, as Excel does in
    Russian and Kazakh, a citizen's semicolon or line break begins a new cell, so that what follows it is looked at,
    too.

    >>> harmless("=1+1"), harmless("2+2"), harmless("а; =1+1")
    ("'=1+1", '2+2', "а; '=1+1")
    """
    text = _AFTER_A_SEPARATOR.sub(r"\1'", text)
    return f"'{text}" if _AT_THE_START.match(text) else text


async def tickets(database: Database, actor: str, first: date, last: date, names: Names) -> AsyncIterator[str]:
    """CSV of the tickets opened from the day `first` to the day `last`, one a line, in the order of their opening.

    The export stands in the audit log before its first line leaves. What is yielded are pieces of the file (RFC 4180,
    with a byte order mark); times are of Kazakhstan. The citizen's first words are empty where the conversation is
    gone.
    """
    begin, end = span_of(first, last)
    span = and_(Ticket.opened_at >= begin, Ticket.opened_at < end)
    async with database.write() as session:
        known = (await session.execute(select(func.count(), func.max(Ticket.id)).where(span))).one()
        days = {"first": first.isoformat(), "last": last.isoformat()}
        await audit.record(session, actor, "tickets_exported", days=days, rows=known[0])
    at = now()
    return _ticket_pieces(database, and_(span, Ticket.id <= (known[1] or 0)), at, names)


async def _ticket_pieces(database: Database, wanted: object, at: datetime, names: Names) -> AsyncIterator[str]:
    yield BOM + _lines([[names.text(f"column_{name}") for name in TICKET_COLUMNS]])
    query = (
        select(Ticket, Operator.username, _first_words().label("words"))
        .outerjoin(Operator, Operator.id == Ticket.operator_id)
        .where(wanted)  # type: ignore[arg-type]
        .order_by(Ticket.opened_at, Ticket.id)
        .limit(PAGE)
    )
    page = query
    while True:
        async with database.read() as session:  # anew for each page: a slow reader must not hold a transaction open
            rows = (await session.execute(page)).all()
        yield _lines(_ticket_cells(ticket, username, words, at, names) for ticket, username, words in rows)
        if len(rows) < PAGE:
            return
        passed: Ticket = rows[-1][0]
        page = query.where(
            or_(
                Ticket.opened_at > passed.opened_at,
                and_(Ticket.opened_at == passed.opened_at, Ticket.id > passed.id),
            )
        )


def _first_words() -> ColumnElement[str | None]:
    """The first thing that the citizen said in a ticket's time, or else what brought them there."""
    said = select(Message.text).where(Message.conversation_id == Ticket.conversation_id, Message.author == "citizen")
    meanwhile = said.where(
        Message.id > Ticket.opened_after, or_(Ticket.ended_at.is_(None), Message.created_at <= Ticket.ended_at)
    )
    before = said.where(Message.id <= Ticket.opened_after)
    return func.coalesce(
        meanwhile.order_by(Message.id).limit(1).scalar_subquery(),
        before.order_by(Message.id.desc()).limit(1).scalar_subquery(),
    )


def _ticket_cells(ticket: Ticket, username: str | None, words: str | None, at: datetime, names: Names) -> list[str]:
    """The cells of `TICKET_COLUMNS`; what is late is so at the moment `at`."""
    return [
        str(ticket.id),
        ticket.conversation_id or "",
        names.word("channel", ticket.channel),
        names.word("language", ticket.language),
        names.word("reason", ticket.reason),
        names.domain(ticket.domain) if ticket.domain else "",
        names.topic(ticket.topic) or "",
        _moment(ticket.opened_at),
        _moment(ticket.claimed_at),
        _moment(ticket.first_reply_due),
        _moment(ticket.first_reply_at),
        _minutes(ticket.opened_at, ticket.first_reply_at),
        _moment(ticket.ended_at),
        _minutes(ticket.opened_at, ticket.ended_at),
        username or "",
        str(ticket.transfers),
        names.word("ended", ticket.ended),
        names.word("outcome", ticket.outcome),
        "" if ticket.stars is None else str(ticket.stars),
        names.text("is_so" if late_first_reply(ticket, at) else "is_not_so"),
        str(ticket.late_replies),
        names.text("is_so" if late_closing(ticket, at) else "is_not_so"),
        " ".join(mask(words or "").split())[:FIRST_WORDS],
    ]


async def transcript(database: Database, actor: str, conversation_id: str, names: Names) -> AsyncIterator[str]:
    """CSV of one talk, one message a line, in pieces as `tickets`; notes are not in it.

    Raises `UnknownConversation`.
    """
    async with database.write() as session:
        if await session.get(Conversation, conversation_id) is None:
            raise UnknownConversation(conversation_id)
        query = select(func.count()).where(Message.conversation_id == conversation_id)
        rows = await session.scalar(query)
        last = await session.scalar(select(func.max(Message.id)).where(Message.conversation_id == conversation_id))
        await audit.record(session, actor, "transcript_exported", conversation_id, rows=rows)
    return _message_pieces(database, conversation_id, last or 0, names)


async def _message_pieces(database: Database, conversation_id: str, last: int, names: Names) -> AsyncIterator[str]:
    yield BOM + _lines([[names.text(f"column_{name}") for name in MESSAGE_COLUMNS]])
    after = 0
    while after < last:
        page = (
            select(Message, Operator.username)
            .outerjoin(Operator, Operator.id == Message.operator_id)
            .where(Message.conversation_id == conversation_id, Message.id > after, Message.id <= last)
            .order_by(Message.id)
            .limit(PAGE)
        )
        async with database.read() as session:
            rows = (await session.execute(page)).all()
        if not rows:  # erased meanwhile
            return
        yield _lines(_message_cells(message, username, names) for message, username in rows)
        after = rows[-1][0].id


def _message_cells(message: Message, username: str | None, names: Names) -> list[str]:
    return [
        str(message.id),
        _moment(message.created_at),
        names.word("author", message.author),
        username or "",
        names.word("language", message.language),
        mask(message.text),
    ]


def _moment(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment.astimezone(ZONE):%Y-%m-%d %H:%M:%S}"


def _minutes(begin: datetime, end: datetime | None) -> str:
    return "" if end is None else f"{(end - begin) / timedelta(minutes=1):.1f}"


def _lines(rows: Iterable[list[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([harmless(cell) for cell in row] for row in rows)
    return text.getvalue()
