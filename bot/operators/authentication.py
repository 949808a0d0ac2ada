"""Logging in: name, password and code, and how long guessing them takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, select

from bot import audit
from bot.operators import passwords, totp
from bot.operators.accounts import normal_name
from bot.storage import Database, Operator
from bot.storage.tables import now

__all__ = ["CodeNeeded", "LogInRefused", "WrongPassword", "authenticate", "check_own_password"]

FREE_FAILURES = 4
"""Wrong passwords or codes in a row that cost nothing but the attempt."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=15), timedelta(minutes=15)


class LogInRefused(Exception):
    """Unknown name, wrong password or code, disabled or locked account: which of them is not told."""


class CodeNeeded(Exception):
    """The password is right, and the account has a second factor whose code is missing."""


class WrongPassword(Exception):
    """This is not the caller's own password, or it was guessed wrong too often a moment ago."""


class _Count(NamedTuple):
    """The columns of `Operator` that count failures."""

    failures: str
    locked_until: str


STRANGERS = _Count("failures", "locked_until")
KNOWN = _Count("known_failures", "known_locked_until")


@dataclass(frozen=True, slots=True)
class _Attempt:
    """An attempt that has been counted as a failure, until it turns out to be none."""

    operator: Operator
    count: _Count
    locked: bool
    """Whether the account was locked already: then nothing was counted, and nothing opens it."""
    pause_until: datetime | None
    """The lock that this attempt has brought."""


async def authenticate(
    database: Database,
    username: str,
    password: str,
    code: str | None = None,
    *,
    known: Callable[[Operator], bool] = lambda _: False,
) -> Operator:
    """The account that this name, password and code open. Raises `LogInRefused`, `CodeNeeded`.

    An attempt is counted as a failure before anything is looked at, so that a thousand attempts at once get no more
    tries than a thousand in a row; success sets the count back. A right password without the code that is needed takes
    back its own count and no other: else it would buy free guesses at the code. An unknown name costs the same hash.

    `known` says whether the account has logged in from this browser before (`bot.operators.browsers`).
    """
    attempt = await _begin(database, Operator.username == normal_name(username), known)
    hashed = attempt.operator.password_hash if attempt else await passwords.hash_of_nobody()
    right = await passwords.matches(hashed, password)
    if attempt is None or attempt.locked:  # the log would grow with every attempt of a stranger
        raise LogInRefused
    fresh = await passwords.hash_of(password) if right and passwords.is_outdated(hashed) else hashed
    async with database.write() as session:
        operator = await session.get_one(Operator, attempt.operator.id, with_for_update=True, populate_existing=True)
        refused = _refusal(operator, right and operator.password_hash == hashed, code)
        if refused == "no code":
            _forgive(operator, attempt)
        elif refused:
            failures = getattr(operator, attempt.count.failures)
            await audit.record(session, operator.username, "log_in_refused", why=refused, failures=failures)
        else:
            operator.password_hash = fresh
            _reset(operator, attempt.count)
            await audit.record(session, operator.username, "logged_in")
    if refused == "no code":
        raise CodeNeeded
    if refused:
        raise LogInRefused
    return operator


async def check_own_password(database: Database, operator: Operator, password: str) -> None:
    """Make sure that whoever sits at an open session is its owner. Raises `WrongPassword`.

    Failures count as those of a log-in from a known browser: an unattended one is no place to guess, either.
    """
    attempt = await _begin(database, Operator.id == operator.id, lambda _: True)
    right = attempt is not None and await passwords.matches(attempt.operator.password_hash, password)
    if attempt is None or attempt.locked or not right:
        raise WrongPassword
    async with database.write() as session:
        _reset(await session.get_one(Operator, operator.id, with_for_update=True), attempt.count)


async def _begin(database: Database, whose: ColumnElement[bool], known: Callable[[Operator], bool]) -> _Attempt | None:
    """Count an attempt; None where there is no such account."""
    async with database.write() as session:
        operator = await session.scalar(select(Operator).where(whose).with_for_update())
        if operator is None:
            return None
        count = KNOWN if known(operator) else STRANGERS
        moment, locked_until = now(), getattr(operator, count.locked_until)
        if locked_until is not None and locked_until > moment:
            return _Attempt(operator, count, locked=True, pause_until=None)
        failures = getattr(operator, count.failures) + 1
        setattr(operator, count.failures, failures)
        until = None
        if failures > FREE_FAILURES:
            # the exponent is bounded: an attack of weeks must not end in a number that no date can hold
            pause = FIRST_PAUSE * 2 ** min(failures - FREE_FAILURES - 1, 10)
            until = moment + min(pause, LONGEST_PAUSE)
            setattr(operator, count.locked_until, until)
        return _Attempt(operator, count, locked=False, pause_until=until)


def _refusal(operator: Operator, right_password: bool, code: str | None) -> str | None:
    """Why the account does not open; None where it does, and then the code is used up."""
    if not right_password:
        return "password"
    if operator.disabled:
        return "disabled"
    if operator.totp_secret is None:
        return None
    if code is None:
        return "no code"
    step = totp.matching_step(operator.totp_secret, code, after=operator.totp_step, at=now())
    if step is None:
        return "code"
    operator.totp_step = step
    return None


def _forgive(operator: Operator, attempt: _Attempt) -> None:
    """Take back what this attempt has counted."""
    count = attempt.count
    setattr(operator, count.failures, max(getattr(operator, count.failures) - 1, 0))
    if attempt.pause_until is not None and getattr(operator, count.locked_until) == attempt.pause_until:
        setattr(operator, count.locked_until, None)


def _reset(operator: Operator, count: _Count) -> None:
    setattr(operator, count.failures, 0)
    setattr(operator, count.locked_until, None)
