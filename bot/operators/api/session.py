"""Logging in and out, and who one is."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import Field

from bot.conversations.queue import publish_positions
from bot.errors import ApiError
from bot.operators import accounts, sessions
from bot.operators.access import COOKIE, Caller, Writer
from bot.operators.api.bodies import Body
from bot.operators.views import Me
from bot.service import Parts

__all__ = ["router"]

router = APIRouter()


class _Credentials(Body):
    username: str = Field(max_length=200)
    password: str = Field(max_length=1000)


class _Status(Body):
    available: bool


@router.post("/session")
async def log_in(body: _Credentials, request: Request, response: Response, service: Parts) -> Me:
    """Log in: sets the session cookie. Whether the operator is available stays as it was: they say so themselves."""
    try:
        operator = await accounts.authenticate(service.database, body.username, body.password)
    except accounts.LogInRefused:
        raise ApiError(401, "log_in_refused") from None
    token, opened = await sessions.open_session(service.database, operator, replaces=request.cookies.get(COOKIE))
    response.set_cookie(COOKIE, token, max_age=int(sessions.LIFETIME.total_seconds()), **_cookie(request))
    return _me(opened)


@router.delete("/session", status_code=204)
async def log_out(request: Request, response: Response, login: Writer, service: Parts) -> None:
    """Log out: the session ends on the server, and the operator is not available any more."""
    await sessions.end_session(service.database, login)
    response.delete_cookie(COOKIE, **_cookie(request))


@router.get("/me")
async def me(login: Caller) -> Me:
    return _me(login)


@router.put("/me/status")
async def status(body: _Status, login: Writer, service: Parts) -> Me:
    """Whether the operator takes conversations: while nobody does, citizens learn the office hours instead."""
    await accounts.set_available(service.database, login.operator.id, body.available)
    login.operator.available = body.available
    await publish_positions(service.database, service.events)  # how long it takes is known only while somebody works
    return _me(login)


def _me(login: sessions.LogIn) -> Me:
    return Me.model_validate(
        {
            **{name: getattr(login.operator, name) for name in ("username", "role", "languages", "available")},
            "csrf_token": login.session.csrf_token,
        }
    )


def _cookie(request: Request) -> dict[str, Any]:
    return {"httponly": True, "samesite": "lax", "path": "/", "secure": request.url.scheme == "https"}
