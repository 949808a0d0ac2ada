"""Logging in and out, and who one is."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import Field

from bot.errors import ApiError
from bot.operators import accounts, authentication, browsers, presence, sessions
from bot.operators.access import COOKIE, Entrant, EntrantWriter, Writer
from bot.operators.api.bodies import Body
from bot.operators.views import Me
from bot.service import Parts, Service
from bot.storage import Operator

__all__ = ["Code", "Password", "open_session", "router"]

router = APIRouter()


class Password(Body):
    """A password as it is typed; whether it is one is seen later."""

    password: str = Field(max_length=1000)


class Code(Body):
    """A code of the second factor as it is typed, perhaps with spaces."""

    code: str = Field(max_length=20)


class _Credentials(Password):
    username: str = Field(max_length=200)
    code: str | None = Field(None, max_length=20)


class _Status(Body):
    available: bool


@router.post("/session")
async def log_in(body: _Credentials, request: Request, response: Response, service: Parts) -> Me:
    """Log in: sets the session cookie. Whether the operator is available stays as it was: they say so themselves.

    401 `code_needed` where the password is right and the account has a second factor whose code is missing.
    """
    known = browsers.KnownBrowsers(service.settings.key)
    try:
        operator = await authentication.authenticate(
            service.database,
            body.username,
            body.password,
            body.code or None,
            known=lambda each: known.knows(request.cookies.get(known.cookie(each), ""), each),
        )
    except authentication.LogInRefused:
        raise ApiError(401, "log_in_refused") from None
    except authentication.CodeNeeded:
        raise ApiError(401, "code_needed") from None
    return await open_session(operator, request, response, service)


@router.delete("/session", status_code=204)
async def log_out(request: Request, response: Response, login: EntrantWriter, service: Parts) -> None:
    """Log out: the session ends on the server, and the operator is not available any more."""
    await sessions.end_session(service.database, login)
    await service.conversations.desk_changed()
    response.delete_cookie(COOKIE, **_cookie(request))


@router.get("/me")
async def me(login: Entrant) -> Me:
    return _me(login)


@router.put("/me/status")
async def status(body: _Status, login: Writer, service: Parts) -> Me:
    """Whether the operator takes conversations: while nobody does, citizens learn the office hours instead."""
    await accounts.set_available(service.database, login.operator.id, body.available)
    login.operator.available = body.available
    await service.conversations.desk_changed()
    return _me(login)


async def open_session(operator: Operator, request: Request, response: Response, service: Service) -> Me:
    """A new log-in in the place of the one that the browser has, which the browser is known by from now on."""
    async with service.database.read() as session:
        required = (await service.conversations.desk.read(session)).second_factor == "required"
    token, opened = await sessions.open_session(
        service.database,
        operator,
        replaces=request.cookies.get(COOKIE),
        enrolling=required and operator.totp_secret is None,
    )
    response.set_cookie(COOKIE, token, max_age=int(sessions.LIFETIME.total_seconds()), **_cookie(request))
    await presence.seen(service.database, operator)
    await service.conversations.desk_changed()
    known = browsers.KnownBrowsers(service.settings.key)
    response.set_cookie(
        known.cookie(operator),
        known.mark(operator),
        max_age=int(browsers.LIFETIME.total_seconds()),
        **_cookie(request) | {"path": request.url_for("log_in").path},
    )
    return _me(opened)


def _me(login: sessions.LogIn) -> Me:
    operator = login.operator
    return Me.model_validate(
        {
            **{name: getattr(operator, name) for name in ("username", "role", "languages", "available")},
            "second_factor": operator.totp_secret is not None,
            "enrolling": login.session.enrolling,
            "csrf_token": login.session.csrf_token,
        }
    )


def _cookie(request: Request) -> dict[str, Any]:
    return {"httponly": True, "samesite": "lax", "path": "/", "secure": request.url.scheme == "https"}
