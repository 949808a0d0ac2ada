"""What everybody does to their own account: another password, and the second factor."""

from __future__ import annotations

from datetime import timedelta

from fastapi import APIRouter, Request, Response
from itsdangerous import BadSignature, URLSafeTimedSerializer
from pydantic import BaseModel, Field

from bot.errors import ApiError
from bot.operators import accounts, authentication, totp
from bot.operators.access import EntrantWriter, Writer
from bot.operators.api.administration import account_errors
from bot.operators.api.bodies import Body
from bot.operators.api.session import Code, Password, open_session
from bot.operators.sessions import LogIn
from bot.operators.views import Me
from bot.service import Parts, Service
from bot.storage.tables import now

__all__ = ["router"]

router = APIRouter(prefix="/me")

PURPOSE = b"second factor"  # parts this use of the key from all others
SETTING_UP = timedelta(minutes=10)
"""How long a secret waits for its first code."""


class _NewPassword(Body):
    old: str = Field(max_length=1000)
    new: str = Field(max_length=1000)


class _Confirmation(Code):
    setup: str = Field(max_length=500)


class SettingUp(BaseModel):
    """A secret that is not in use yet: `setup` comes back with its first code.

    `qr` is the picture of `address`, row by row: `1` is dark, `0` is light.
    """

    secret: str
    address: str
    qr: list[str]
    setup: str


@router.post("/password")
async def change_password(
    body: _NewPassword, request: Request, response: Response, login: Writer, service: Parts
) -> Me:
    """Change one's own password: all log-ins end, this one goes on under a new cookie and CSRF token."""
    await _check(login, body.old, service)
    with account_errors():
        operator = await accounts.set_password(
            service.database, login.operator.username, body.new, by=login.operator.username
        )
    return await open_session(operator, request, response, service)


@router.post("/totp")
async def set_up(body: Password, login: EntrantWriter, service: Parts) -> SettingUp:
    """A new secret, to be confirmed within 10 minutes by a code of it; until then nothing changes."""
    await _check(login, body.password, service)
    secret = totp.new_secret()
    address = totp.address(secret, login.operator.username)
    setup = _setups(service).dumps([login.operator.id, secret])
    return SettingUp(secret=secret, address=address, qr=totp.picture(address), setup=setup)


@router.post("/totp/confirm")
async def confirm(
    body: _Confirmation, request: Request, response: Response, login: EntrantWriter, service: Parts
) -> Me:
    """Ask for codes of the new secret from now on: all log-ins end, this one goes on under a new cookie."""
    try:
        owner, secret = _setups(service).loads(body.setup, max_age=int(SETTING_UP.total_seconds()))
    except BadSignature:  # also what is too old
        raise ApiError(422, "setup_over") from None
    if owner != login.operator.id:
        raise ApiError(422, "setup_over")
    step = totp.matching_step(secret, body.code, after=None, at=now())
    if step is None:
        raise ApiError(403, "wrong_code")
    operator = await accounts.set_second_factor(service.database, login.operator.username, secret, step)
    return await open_session(operator, request, response, service)


@router.post("/totp/remove")
async def remove(body: Password, request: Request, response: Response, login: Writer, service: Parts) -> Me:
    """Log in by the password alone again; 403 where the house requires the second factor."""
    async with service.database.read() as session:
        if (await service.conversations.desk.read(session)).second_factor == "required":
            raise ApiError(403, "second_factor_required")
    await _check(login, body.password, service)
    operator = await accounts.remove_second_factor(
        service.database, login.operator.username, by=login.operator.username
    )
    return await open_session(operator, request, response, service)


async def _check(login: LogIn, password: str, service: Service) -> None:
    try:
        await authentication.check_own_password(service.database, login.operator, password)
    except authentication.WrongPassword:
        raise ApiError(403, "wrong_password") from None


def _setups(service: Service) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(service.settings.key, salt=PURPOSE)
