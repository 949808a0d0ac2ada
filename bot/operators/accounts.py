"""Operators' accounts: what each is called, may do and answers for."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot import audit
from bot.operators import passwords
from bot.operators.roles import Role
from bot.operators.sessions import end_sessions
from bot.settings import Settings
from bot.storage import Database, Operator
from knowledge_base.model import domains as known_domains
from texts import LANGUAGES

__all__ = [
    "TERMINAL",
    "AccountExists",
    "InvalidAccount",
    "LastAdministrator",
    "UnknownAccount",
    "change",
    "create",
    "disable",
    "enable",
    "ensure_admin",
    "everyone",
    "normal_name",
    "remove_second_factor",
    "set_available",
    "set_password",
    "set_second_factor",
]

ADMIN = "admin"
TERMINAL = "terminal"
"""The audit log's name for whoever works on the machine itself."""
RESERVED = (TERMINAL, audit.SYSTEM)
LEAST_CAPACITY, CAPACITY, GREATEST_CAPACITY = 1, 4, 50
"""Talks at once: the least, what an account has where nothing is said, and the most."""

_NAME = re.compile(r"[^\W_][\w.@-]{1,39}")


class InvalidAccount(ValueError):
    """What an account cannot have; the message says why, and `field` what: `username`, `password`, `role` …"""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(why)
        self.field = field


class AccountExists(Exception):
    """There is an account of this name already."""


class UnknownAccount(LookupError):
    """There is no account of this name."""


class LastAdministrator(Exception):
    """Without this one nobody could administer the accounts."""


async def create(
    database: Database,
    username: str,
    password: str,
    role: str = Role.OPERATOR,
    languages: Sequence[str] = LANGUAGES,
    domains: Sequence[str] = (),
    capacity: int = CAPACITY,
    *,
    by: str = audit.SYSTEM,
) -> Operator:
    """Make an account. Raises `InvalidAccount`, `AccountExists`.

    `domains` are those that it answers for, none: all of them; `capacity` is in talks at once; `by` is who makes it.
    """
    name = _valid_name(username)
    values = _valid(role=role, languages=languages, domains=domains, capacity=capacity)
    _check_password(password)
    operator = Operator(username=name, password_hash=await passwords.hash_of(password), **values)
    try:
        async with database.write() as session:
            session.add(operator)
            await session.flush()
            await audit.record(session, by, "account_added", name, **values)
    except IntegrityError:
        raise AccountExists(f"there is an account «{name}» already") from None
    return operator


async def change(
    database: Database,
    username: str,
    *,
    role: str | None = None,
    languages: Sequence[str] | None = None,
    domains: Sequence[str] | None = None,
    capacity: int | None = None,
    by: str = audit.SYSTEM,
) -> Operator:
    """Change what is given. Raises `UnknownAccount`, `InvalidAccount`, `LastAdministrator`."""
    values = _valid(role=role, languages=languages, domains=domains, capacity=capacity)
    async with database.write() as session:
        administrators = await _administrators(session)
        operator = await _by_name(session, username)
        changed = {field: value for field, value in values.items() if getattr(operator, field) != value}
        if not changed:
            return operator
        if "role" in changed:
            _keep_one_of(administrators, operator)
        before = {field: getattr(operator, field) for field in changed}
        for field, value in changed.items():
            setattr(operator, field, value)
        await audit.record(session, by, "account_changed", operator.username, before=before, after=changed)
    return operator


async def everyone(database: Database) -> Sequence[Operator]:
    """All accounts, disabled ones too, by name."""
    async with database.read() as session:
        return (await session.scalars(select(Operator).order_by(Operator.username))).all()


async def disable(database: Database, username: str, *, by: str = audit.SYSTEM) -> Operator:
    """Shut an account and end its log-ins at once. Raises `UnknownAccount`, `LastAdministrator`."""
    async with database.write() as session:
        administrators = await _administrators(session)
        operator = await _by_name(session, username)
        if not operator.disabled:
            _keep_one_of(administrators, operator)
            await audit.record(session, by, "account_disabled", operator.username)
        operator.disabled, operator.available = True, False
        await end_sessions(session, operator.id)
    return operator


async def enable(database: Database, username: str, *, by: str = audit.SYSTEM) -> Operator:
    """Open a disabled or locked account again. Raises `UnknownAccount`."""
    async with database.write() as session:
        operator = await _by_name(session, username)
        operator.disabled = False
        _unlock(operator)
        await audit.record(session, by, "account_enabled", operator.username)
    return operator


async def set_password(database: Database, username: str, password: str, *, by: str = audit.SYSTEM) -> Operator:
    """Change a password, end the account's log-ins and its lock. Raises `UnknownAccount`, `InvalidAccount`."""
    _check_password(password)
    hashed = await passwords.hash_of(password)
    async with database.write() as session:
        operator = await _by_name(session, username)
        operator.password_hash = hashed
        _unlock(operator)
        await _log_out(session, operator, by)
        await audit.record(session, by, "password_changed", operator.username)
    return operator


async def set_second_factor(database: Database, username: str, secret: str, step: int) -> Operator:
    """Ask for codes of `secret` from now on, and end the log-ins that were opened without.

    `step` is the time step of the code that has shown that its owner can make them. Raises `UnknownAccount`.
    """
    async with database.write() as session:
        operator = await _by_name(session, username)
        operator.totp_secret, operator.totp_step = secret, step
        await _log_out(session, operator, operator.username)
        await audit.record(session, operator.username, "second_factor_set_up", operator.username)
    return operator


async def remove_second_factor(database: Database, username: str, *, by: str = audit.SYSTEM) -> Operator:
    """Open the account by its password alone again, and end its log-ins. Raises `UnknownAccount`."""
    async with database.write() as session:
        operator = await _by_name(session, username)
        if operator.totp_secret is not None:
            operator.totp_secret = operator.totp_step = None
            await _log_out(session, operator, by)
            await audit.record(session, by, "second_factor_removed", operator.username)
    return operator


async def set_available(database: Database, operator_id: int, available: bool) -> None:
    """Whether this operator takes conversations now."""
    async with database.write() as session:
        (await session.get_one(Operator, operator_id)).available = available


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
        raise InvalidAccount(error.field, f"JAUAP_ADMIN_PASSWORD: {error}") from None
    return made


def normal_name(username: str) -> str:
    """The form in which names are kept and compared."""
    return unicodedata.normalize("NFC", username).strip().casefold()


# --- within


def _valid_name(username: str) -> str:
    name = normal_name(username)
    if not _NAME.fullmatch(name):
        raise InvalidAccount(
            "username",
            f"a name has 2 to 40 letters, digits or . _ @ - and begins with a letter or digit, not «{username}»",
        )
    if name in RESERVED:
        raise InvalidAccount("username", f"«{name}» means something else in the audit log: choose another name")
    return name


def _check_password(password: str) -> None:
    fault = passwords.fault_of(password)
    if fault:
        raise InvalidAccount("password", fault)


def _valid(
    *,
    role: str | None = None,
    languages: Sequence[str] | None = None,
    domains: Sequence[str] | None = None,
    capacity: int | None = None,
) -> dict[str, object]:
    """What is given, in the form in which it is kept."""
    values: dict[str, object] = {}
    if role is not None:
        if role not in list(Role):
            raise InvalidAccount("role", f"no role «{role}»: there are {', '.join(Role)}")
        values["role"] = str(role)
    if languages is not None:
        if not languages:
            raise InvalidAccount("languages", f"languages are some of {', '.join(LANGUAGES)}")
        values["languages"] = _some_of("languages", languages, LANGUAGES)
    if domains is not None:
        values["domains"] = _some_of("domains", domains, known_domains())
    if capacity is not None:
        if not LEAST_CAPACITY <= capacity <= GREATEST_CAPACITY:
            raise InvalidAccount(
                "capacity", f"a capacity is {LEAST_CAPACITY} to {GREATEST_CAPACITY} talks at once, not {capacity}"
            )
        values["capacity"] = capacity
    return values


def _some_of(field: str, given: Sequence[str], known: Collection[str]) -> list[str]:
    """Those given, each once."""
    if not set(given) <= set(known):
        raise InvalidAccount(field, f"{field} are some of {', '.join(known)}, not «{','.join(given)}»")
    return list(dict.fromkeys(given))


async def _by_name(session: AsyncSession, username: str) -> Operator:
    query = select(Operator).where(Operator.username == normal_name(username)).with_for_update()
    operator = await session.scalar(query)
    if operator is None:
        raise UnknownAccount(f"no account «{username}»")
    return operator


async def _administrators(session: AsyncSession) -> list[int]:
    """The ids of the enabled administrators.

    Their rows stay locked: of two who take the role from each other at once, one must be refused.
    """
    enabled = select(Operator.id).where(Operator.role == Role.ADMIN, ~Operator.disabled).order_by(Operator.id)
    return list(await session.scalars(enabled.with_for_update()))


def _keep_one_of(administrators: list[int], operator: Operator) -> None:
    """Raises `LastAdministrator` where `operator`, who is to be one no longer, is the only one."""
    if administrators == [operator.id]:
        raise LastAdministrator(f"«{operator.username}» is the last administrator")


async def _log_out(session: AsyncSession, operator: Operator, by: str) -> None:
    """End the log-ins; who does it to themselves goes on in a new one, as available as before."""
    operator.available = operator.available and by == operator.username
    await end_sessions(session, operator.id)


def _unlock(operator: Operator) -> None:
    operator.failures = operator.known_failures = 0
    operator.locked_until = operator.known_locked_until = None
