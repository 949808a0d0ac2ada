"""Log-ins of operators: a random token in a cookie, kept only as its hash, and a token against forged calls."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import audit
from bot.storage import Database, Operator, OperatorSession
from bot.storage.tables import now

__all__ = [
    "LIFETIME",
    "LogIn",
    "end_session",
    "end_sessions",
    "find_session",
    "open_session",
    "require_second_factor",
]

LIFETIME = timedelta(hours=12)
"""One working day, with what comes before and after it."""


@dataclass(frozen=True, slots=True)
class LogIn:
    """An operator who is logged in."""

    operator: Operator
    session: OperatorSession


def token_hash(token: str) -> str:
    """What is kept of a token. It is random and long, so one round of a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


async def open_session(
    database: Database, operator: Operator, replaces: str | None = None, *, enrolling: bool = False
) -> tuple[str, LogIn]:
    """A new log-in and its token, which is shown only here.

    `replaces` is the token that the browser held before: its log-in ends, so that nobody can have planted it. One that
    is `enrolling` may do nothing but set up the second factor.
    """
    token = secrets.token_urlsafe(32)
    opened = OperatorSession(
        token_hash=token_hash(token),
        operator_id=operator.id,
        csrf_token=secrets.token_urlsafe(32),
        enrolling=enrolling,
        expires_at=now() + LIFETIME,
    )
    async with database.write() as session:
        session.add(opened)
        await session.flush()
        await session.execute(delete(OperatorSession).where(OperatorSession.expires_at < now()))
        # Who went home without logging out must not be counted as on duty for ever.
        present = select(OperatorSession.operator_id)
        await session.execute(update(Operator).where(Operator.id.not_in(present)).values(available=False))
        if replaces:
            await session.execute(delete(OperatorSession).where(OperatorSession.token_hash == token_hash(replaces)))
    return token, LogIn(operator, opened)


async def find_session(database: Database, token: str) -> LogIn | None:
    """The log-in of this token; None where it is unknown, over, or its account disabled."""
    query = (
        select(OperatorSession, Operator)
        .join(Operator)
        .where(OperatorSession.token_hash == token_hash(token), OperatorSession.expires_at > now(), ~Operator.disabled)
    )
    async with database.read() as session:
        row = (await session.execute(query)).first()
    return LogIn(row[1], row[0]) if row else None


async def end_session(database: Database, log_in: LogIn) -> None:
    """Log out. Who logs out is not available any more."""
    async with database.write() as session:
        await session.execute(delete(OperatorSession).where(OperatorSession.token_hash == log_in.session.token_hash))
        (await session.get_one(Operator, log_in.operator.id)).available = False
        await audit.record(session, log_in.operator.username, "logged_out")


async def end_sessions(session: AsyncSession, operator_id: int) -> None:
    """End all log-ins of an operator within the caller's transaction."""
    await session.execute(delete(OperatorSession).where(OperatorSession.operator_id == operator_id))


async def require_second_factor(session: AsyncSession, required: bool) -> None:
    """Let all present log-ins feel, within the caller's transaction, that the second factor is required now, or is not.

    Who has none set up may do nothing else from now on; where it is not required any more, nobody is held up.
    """
    without = select(Operator.id).where(Operator.totp_secret.is_(None))
    await session.execute(
        update(OperatorSession).where(OperatorSession.operator_id.in_(without)).values(enrolling=required)
    )
