"""What reviewers decide about the questions that were not answered, and what they have decided."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import audit
from bot.learning.attaching import Change, write
from bot.learning.grouping import MOST
from bot.storage import Database, UnansweredQuestion
from bot.storage.tables import now

__all__ = ["STATES", "AlreadyDecided", "State", "attach", "counts", "decided", "judge", "open_questions", "reopen"]

State = Literal["open", "attached", "out_of_scope", "missing"]
STATES: tuple[State, ...] = ("open", "attached", "out_of_scope", "missing")

PAGE = 100
"""Decided questions that are shown at once."""


class AlreadyDecided(Exception):
    """Not all of the questions are as the reviewer saw them; `by` is who has decided meanwhile, None where erased."""

    def __init__(self, by: str | None) -> None:
        self.by = by
        super().__init__(by or "")


async def open_questions(database: Database) -> Sequence[UnansweredQuestion]:
    """The open questions in their order, of more than `MOST` the newest."""
    query = (
        select(UnansweredQuestion)
        .where(UnansweredQuestion.state == "open")
        .order_by(UnansweredQuestion.id.desc())
        .limit(MOST)
    )
    async with database.read() as session:
        return list(reversed((await session.scalars(query)).all()))


async def counts(database: Database) -> dict[State, int]:
    """How many questions are in each state."""
    query = select(UnansweredQuestion.state, func.count()).group_by(UnansweredQuestion.state)
    async with database.read() as session:
        found = {row[0]: row[1] for row in await session.execute(query)}
    return {state: found.get(state, 0) for state in STATES}


async def decided(
    database: Database, state: State | None = None, before: datetime | None = None, limit: int | None = PAGE
) -> Sequence[UnansweredQuestion]:
    """Decided questions, those of one state where it is given, the last decided first; `before` goes on from there."""
    query = select(UnansweredQuestion).where(UnansweredQuestion.state != "open")
    if state is not None:
        query = query.where(UnansweredQuestion.state == state)
    if before is not None:
        query = query.where(UnansweredQuestion.decided_at < before)
    query = query.order_by(UnansweredQuestion.decided_at.desc(), UnansweredQuestion.id.desc()).limit(limit)
    async with database.read() as session:
        return (await session.scalars(query)).all()


async def judge(
    database: Database, questions: Sequence[int], by: str, state: Literal["out_of_scope", "missing"], remark: str | None
) -> None:
    """Mark open questions as out of scope, or as about a service that is missing. Raises `AlreadyDecided`."""
    async with database.write() as session:
        await _decide(session, questions, by, state=state, remark=remark)
        await audit.record(session, by, f"review_{state}", questions=sorted(questions))


async def attach(
    database: Database, questions: Sequence[int], by: str, slug: str, change: Change, records: Path
) -> Path | None:
    """Mark open questions as attached to a service, and write the change to its file; gives the file of its diff.

    The database is told first and the file written within its transaction: where one of both fails, neither changes.
    A crash between the file and the commit leaves the questions open; attaching them again finds them in the file.
    Raises `AlreadyDecided`, and what `attaching.write` raises.
    """
    async with database.write() as session:
        await _decide(session, questions, by, state="attached", attached_to=slug)
        record = await asyncio.to_thread(write, change, records, now())
        details: dict[str, Any] = {"questions": sorted(questions)}
        details |= {"examples": sum(map(len, change.added.values())), "diff": record and record.name}
        await audit.record(session, by, "review_attached", slug, **details)
    return record


async def reopen(database: Database, questions: Sequence[int], by: str) -> None:
    """Take a decision back where nothing was written because of it. Raises `AlreadyDecided`."""
    async with database.write() as session:
        await _change(
            session,
            questions,
            ("out_of_scope", "missing"),
            state="open", decided_by=None, decided_at=None, attached_to=None, remark=None,
        )  # fmt: skip
        await audit.record(session, by, "review_reopened", questions=sorted(questions))


async def _decide(session: AsyncSession, questions: Sequence[int], by: str, **values: Any) -> None:
    await _change(session, questions, ("open",), decided_by=by, decided_at=now(), **values)


async def _change(session: AsyncSession, questions: Sequence[int], states: Sequence[State], **values: Any) -> None:
    """One conditional update, so that of two reviewers one decides."""
    ours = UnansweredQuestion.id.in_(questions)
    changed = await session.scalars(
        update(UnansweredQuestion)
        .where(ours, UnansweredQuestion.state.in_(states))
        .values(**values)
        .returning(UnansweredQuestion.id)
    )
    if set(changed.all()) != set(questions):
        others = select(UnansweredQuestion.decided_by).where(ours, UnansweredQuestion.state.not_in(states)).limit(1)
        raise AlreadyDecided(await session.scalar(others))
