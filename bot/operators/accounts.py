"""Operators' accounts: who may log in, with which password, and until when a log-in holds."""

from __future__ import annotations

import asyncio
import re
import secrets
import unicodedata
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversations import State
from bot.operators.roles import Role
from bot.operators.sessions import end_sessions
from bot.settings import Settings
from bot.storage import Conversation, Database, Operator
from bot.storage.tables import now
from texts import LANGUAGES

__all__ = [
    "AccountExists",
    "InvalidAccount",
    "LogInRefused",
    "UnknownAccount",
    "authenticate",
    "create",
    "disable",
    "enable",
    "ensure_admin",
    "everyone",
    "set_available",
    "set_password",
    "talks_held",
]

ADMIN = "admin"
MIN_PASSWORD, MAX_PASSWORD = 10, 200
FREE_FAILURES = 4
"""Wrong passwords in a row that cost nothing but the attempt."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=15), timedelta(minutes=15)

_NAME = re.compile(r"[^\W_][\w.@-]{1,39}")
_hasher = PasswordHasher()
# Every hash takes 64 MiB and a core: a flood of log-ins must queue here, not starve the rest of the service.
_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")


class InvalidAccount(ValueError):
    """A name, password, role or language that an account cannot have; the message says which and why."""


class AccountExists(Exception):
    """There is an account of this name already."""


class UnknownAccount(LookupError):
    """There is no account of this name."""


class LogInRefused(Exception):
    """Unknown name, wrong password, disabled or locked account: which of them is not told, nor shown by the time."""


async def create(
    database: Database, username: str, password: str, role: str = Role.OPERATOR, languages: Sequence[str] = LANGUAGES
) -> Operator:
    """Make an account. Raises `InvalidAccount`, `AccountExists`."""
    name = _valid_name(username)
    if role not in list(Role):
        raise InvalidAccount(f"no role «{role}»: there are {', '.join(Role)}")
    unknown = [language for language in languages if language not in LANGUAGES]
    if unknown or not languages:
        raise InvalidAccount(f"languages are some of {', '.join(LANGUAGES)}, not «{','.join(languages)}»")
    _check_password(password)
    operator = Operator(
        username=name,
        password_hash=await _hash(password),
        role=str(role),
        languages=list(dict.fromkeys(languages)),
        available=False,
        disabled=False,
        failures=0,
    )
    try:
        async with database.write() as session:
            session.add(operator)
    except IntegrityError:
        raise AccountExists(f"there is an account «{name}» already") from None
    return operator


async def everyone(database: Database) -> Sequence[Operator]:
    """All accounts, disabled ones too, by name."""
    async with database.read() as session:
        return (await session.scalars(select(Operator).order_by(Operator.username))).all()


async def talks_held(database: Database, operator_id: int) -> int:
    """How many conversations this operator has taken and not ended."""
    query = (
        select(func.count())
        .select_from(Conversation)
        .where(Conversation.operator_id == operator_id, Conversation.state == State.OPERATOR)
    )
    async with database.read() as session:
        return await session.scalar(query) or 0


async def disable(database: Database, username: str) -> Operator:
    """Shut an account and end its log-ins at once. Raises `UnknownAccount`."""
    async with database.write() as session:
        operator = await _by_name(session, username)
        operator.disabled, operator.available = True, False
        await end_sessions(session, operator.id)
    return operator


async def enable(database: Database, username: str) -> Operator:
    """Open a disabled or locked account again. Raises `UnknownAccount`."""
    async with database.write() as session:
        operator = await _by_name(session, username)
        operator.disabled, operator.failures, operator.locked_until = False, 0, None
    return operator


async def set_password(database: Database, username: str, password: str) -> Operator:
    """Change a password, end the account's log-ins and its lock. Raises `UnknownAccount`, `InvalidAccount`."""
    _check_password(password)
    hashed = await _hash(password)
    async with database.write() as session:
        operator = await _by_name(session, username)
        operator.password_hash, operator.available = hashed, False
        operator.failures, operator.locked_until = 0, None
        await end_sessions(session, operator.id)
    return operator


async def set_available(database: Database, operator_id: int, available: bool) -> None:
    """Whether this operator takes conversations now."""
    async with database.write() as session:
        (await session.get_one(Operator, operator_id)).available = available


async def authenticate(database: Database, username: str, password: str) -> Operator:
    """The account that this name and password open. Raises `LogInRefused`.

    An attempt is counted as a failure before the password is looked at, so that a thousand attempts at once get no
    more tries than a thousand in a row; success sets the count back. An unknown name costs the same time.
    """
    name = _normal(username)
    async with database.write() as session:
        operator = await session.scalar(select(Operator).where(Operator.username == name).with_for_update())
        moment = now()
        locked = operator is not None and operator.locked_until is not None and operator.locked_until > moment
        if operator is not None and not locked:
            operator.failures += 1
            if operator.failures > FREE_FAILURES:
                # the exponent is bounded: an attack of weeks must not end in a number that no date can hold
                pause = FIRST_PAUSE * 2 ** min(operator.failures - FREE_FAILURES - 1, 10)
                operator.locked_until = moment + min(pause, LONGEST_PAUSE)
    known = operator.password_hash if operator is not None else await _hash_of_nobody()
    right = await _verify(known, password[:MAX_PASSWORD])
    if operator is None or locked or operator.disabled or not right:
        raise LogInRefused
    fresh = await _hash(password) if _hasher.check_needs_rehash(known) else None
    async with database.write() as session:
        operator = await session.get_one(Operator, operator.id, with_for_update=True, populate_existing=True)
        if operator.disabled or operator.password_hash != known:  # changed while the hash was computed
            raise LogInRefused
        operator.failures, operator.locked_until = 0, None
        operator.password_hash = fresh or known
    return operator


async def ensure_admin(database: Database, settings: Settings) -> str | None:
    """Make the account «admin» where there is none; an existing one is never changed.

    Its password is `ADMIN_PASSWORD`, or a made one. Returns the made one, to be shown once. Raises `InvalidAccount`
    where the one that is set is too short.
    """
    async with database.read() as session:
        if await session.scalar(select(Operator.id).where(Operator.username == ADMIN)) is not None:
            return None
    chosen = settings.admin_password.get_secret_value() if settings.admin_password else None
    made = None if chosen else secrets.token_urlsafe(12)
    try:
        await create(database, ADMIN, chosen or made or "", Role.ADMIN)
    except AccountExists:  # another process was quicker, and shows its own
        return None
    except InvalidAccount as error:
        raise InvalidAccount(f"JAUAP_ADMIN_PASSWORD: {error}") from None
    return made


# --- within


def _normal(username: str) -> str:
    return unicodedata.normalize("NFC", username).strip().casefold()


def _valid_name(username: str) -> str:
    name = _normal(username)
    if not _NAME.fullmatch(name):
        raise InvalidAccount(
            f"a name has 2 to 40 letters, digits or . _ @ - and begins with a letter or digit, not «{username}»"
        )
    return name


def _check_password(password: str) -> None:
    if len(password) < MIN_PASSWORD:
        raise InvalidAccount(f"a password needs at least {MIN_PASSWORD} characters")
    if len(password) > MAX_PASSWORD:
        raise InvalidAccount(f"a password may have at most {MAX_PASSWORD} characters")
    if len(set(password)) < 4:
        raise InvalidAccount("a password needs at least 4 different characters")


async def _by_name(session: AsyncSession, username: str) -> Operator:
    operator = await session.scalar(select(Operator).where(Operator.username == _normal(username)).with_for_update())
    if operator is None:
        raise UnknownAccount(f"no account «{username}»")
    return operator


async def _hash(password: str) -> str:
    return await asyncio.get_running_loop().run_in_executor(_threads, _hasher.hash, password)


async def _verify(hashed: str, password: str) -> bool:
    def check() -> bool:
        try:
            return _hasher.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False

    return await asyncio.get_running_loop().run_in_executor(_threads, check)


_nobody: str | None = None


async def _hash_of_nobody() -> str:
    """What an unknown name's password is compared with: the hash of something nobody can type."""
    global _nobody
    if _nobody is None:
        _nobody = await _hash(secrets.token_urlsafe(32))
    return _nobody
