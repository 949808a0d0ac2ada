"""What administrators do: accounts, the settings of the desk, and the audit log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field, ValidationError
from sqlalchemy import select

from bot import audit
from bot.conversations.desk import Desk
from bot.conversations.routing import loads
from bot.errors import ApiError
from bot.operators import accounts, sessions
from bot.operators.access import AdministeringWriter, Administrator
from bot.operators.api.bodies import Body
from bot.operators.api.session import Password
from bot.operators.roles import Role
from bot.service import Parts, Service
from bot.storage import AuditEntry, Operator
from bot.storage.tables import now
from texts import Language

__all__ = ["account_errors", "router"]

router = APIRouter()

PAGE = 100
"""Entries of the audit log that are given at once."""

Capacity = Annotated[int, Field(ge=accounts.LEAST_CAPACITY, le=accounts.GREATEST_CAPACITY)]


class AccountView(BaseModel):
    """An account. `domains`: none means all; `capacity` and `talks` are in talks at once."""

    username: str
    role: Role
    languages: list[Language]
    domains: list[str]
    capacity: int
    talks: int
    available: bool
    disabled: bool
    locked_until: datetime | None
    second_factor: bool
    seen_at: datetime | None
    created_at: datetime


class Accounts(BaseModel):
    accounts: list[AccountView]


class _NewAccount(Password):
    username: str = Field(max_length=200)
    role: Role = Role.OPERATOR
    languages: list[Language] = Field(["ru", "kk"], min_length=1)
    domains: list[str] = Field([], max_length=100)
    capacity: Capacity = accounts.CAPACITY


class _Change(Body):
    role: Role | None = None
    languages: list[Language] | None = Field(None, min_length=1)
    domains: list[str] | None = Field(None, max_length=100)
    capacity: Capacity | None = None


class AuditView(BaseModel):
    """An entry of the audit log; `details` are those of the act."""

    id: int
    at: datetime
    actor: str
    act: str
    subject: str | None
    details: dict[str, Any]


class AuditLog(BaseModel):
    """Newest first; `more` says whether there are older ones."""

    entries: list[AuditView]
    more: bool


@contextmanager
def account_errors() -> Iterator[None]:
    """Turns what `accounts` refuses into answers of the HTTP interface."""
    try:
        yield
    except accounts.InvalidAccount as error:
        if error.field in ("username", "password"):
            raise ApiError(422, f"bad_{error.field}") from None
        raise ApiError(422, "bad_field", field=error.field) from None
    except accounts.AccountExists:
        raise ApiError(409, "account_exists") from None
    except accounts.UnknownAccount:
        raise ApiError(404, "unknown_account") from None
    except accounts.LastAdministrator:
        raise ApiError(409, "last_administrator") from None


# --- accounts


@router.get("/accounts")
async def list_accounts(_: Administrator, service: Parts) -> Accounts:
    """All accounts by name, disabled ones too."""
    async with service.database.read() as session:
        load = await loads(session)
    everyone = await accounts.everyone(service.database)
    return Accounts(accounts=[_view(each, load.get(each.id, 0)) for each in everyone])


@router.post("/accounts", status_code=201)
async def add_account(body: _NewAccount, login: AdministeringWriter, service: Parts) -> AccountView:
    with account_errors():
        operator = await accounts.create(service.database, **body.model_dump(), by=login.operator.username)
    return _view(operator, 0)


@router.patch("/accounts/{name}")
async def change_account(name: str, body: _Change, login: AdministeringWriter, service: Parts) -> AccountView:
    """Change what is given; it holds from the account's next call on."""
    given = body.model_dump(exclude_none=True)
    with account_errors():
        operator = await accounts.change(service.database, name, **given, by=login.operator.username)
    return await _changed(operator, service)


@router.post("/accounts/{name}/password", status_code=204)
async def set_password(name: str, body: Password, login: AdministeringWriter, service: Parts) -> None:
    """Give another password; the account's log-ins and its lock end."""
    with account_errors():
        operator = await accounts.set_password(service.database, name, body.password, by=login.operator.username)
    await _changed(operator, service)


@router.post("/accounts/{name}/disable")
async def disable(name: str, login: AdministeringWriter, service: Parts) -> AccountView:
    """Shut the account and end its log-ins; the talks it holds go back to the queue by the desk's timer."""
    with account_errors():
        operator = await accounts.disable(service.database, name, by=login.operator.username)
    return await _changed(operator, service)


@router.post("/accounts/{name}/enable")
async def enable(name: str, login: AdministeringWriter, service: Parts) -> AccountView:
    """Open a disabled or locked account again."""
    with account_errors():
        operator = await accounts.enable(service.database, name, by=login.operator.username)
    return await _changed(operator, service)


@router.delete("/accounts/{name}/totp")
async def remove_second_factor(name: str, login: AdministeringWriter, service: Parts) -> AccountView:
    """Forget the second factor of somebody who has lost their telephone; their log-ins end."""
    with account_errors():
        operator = await accounts.remove_second_factor(service.database, name, by=login.operator.username)
    return await _changed(operator, service)


async def _changed(operator: Operator, service: Service) -> AccountView:
    await service.conversations.desk_changed()  # they may be off duty now, or take other talks, or more of them
    async with service.database.read() as session:
        load = await loads(session)
    return _view(operator, load.get(operator.id, 0))


def _view(operator: Operator, talks: int) -> AccountView:
    moment, locks = now(), (operator.locked_until, operator.known_locked_until)
    fields = ("username", "languages", "domains", "capacity", "available", "disabled", "seen_at", "created_at")
    return AccountView(
        **{field: getattr(operator, field) for field in fields},
        role=Role(operator.role),
        talks=talks,
        locked_until=max((lock for lock in locks if lock is not None and lock > moment), default=None),
        second_factor=operator.totp_secret is not None,
    )


# --- the desk


@router.get("/desk")
async def desk(_: Administrator, service: Parts) -> Desk:
    """The settings of the desk; spans are in seconds."""
    async with service.database.read() as session:
        return await service.conversations.desk.read(session)


@router.put("/desk")
async def change_desk(body: dict[str, Any], login: AdministeringWriter, service: Parts) -> Desk:
    """Change those settings that are given; they hold from now on, the second factor for present log-ins, too."""
    async with service.database.write() as session:
        before = await service.conversations.desk.read(session)
        try:
            after = await service.conversations.desk.change(session, body)
        except ValidationError as error:
            field = ".".join(str(part) for part in error.errors()[0]["loc"])
            raise ApiError(422, "bad_hours" if field == "office_hours" else "bad_field", field=field) from None
        changed = [name for name in body if getattr(before, name) != getattr(after, name)]
        for name in changed:
            values: dict[Literal["before", "after"], Any]
            values = {"before": getattr(before, name), "after": getattr(after, name)}
            await audit.record(session, login.operator.username, "desk_changed", name, **values)
        if "second_factor" in changed:
            await sessions.require_second_factor(session, after.second_factor == "required")
    await service.conversations.desk_changed()
    return after


# --- the audit log


@router.get("/audit")
async def audit_log(
    _: Administrator,
    service: Parts,
    before: Annotated[int | None, Query(ge=1, lt=2**31)] = None,
    act: Annotated[str | None, Query(max_length=100)] = None,
    actor: Annotated[str | None, Query(max_length=200)] = None,
) -> AuditLog:
    """Entries with ids below `before`, the newest first, at most 100; `act` and `actor` as they are written there."""
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(PAGE + 1)
    if before is not None:
        query = query.where(AuditEntry.id < before)
    if act:
        query = query.where(AuditEntry.act == act)
    if actor:
        query = query.where(AuditEntry.actor == accounts.normal_name(actor))
    async with service.database.read() as session:
        rows = (await session.scalars(query)).all()
    entries = [AuditView.model_validate(row, from_attributes=True) for row in rows[:PAGE]]
    return AuditLog(entries=entries, more=len(rows) > PAGE)
