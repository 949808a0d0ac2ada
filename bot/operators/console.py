"""The operators' console: its page in the reader's language, and the files that the page loads."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.errors import language_of
from bot.operators.access import COOKIE
from bot.operators.roles import Role
from bot.operators.sessions import find_session
from bot.service import Parts
from texts import LANGUAGES, Language, catalogue

__all__ = ["router"]

FOLDER = Path(__file__).parent
LANGUAGE_COOKIE = "jauap_console_language"
A_YEAR = 365 * 24 * 3600

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
"""Nothing from elsewhere, nothing inline, in no frame, and kept by no cache: citizens' words are on this page."""

router = APIRouter(prefix="/console", include_in_schema=False)
_templates = Environment(
    loader=FileSystemLoader(FOLDER / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)
_static = StaticFiles(directory=FOLDER / "static")


@router.get("")
async def console(request: Request, service: Parts) -> Response:
    """The console, or the log-in where nobody is logged in. `?language=` switches and is remembered."""
    language = _language(request)
    log_in = await find_session(service.database, request.cookies.get(COOKIE, ""))
    page = _templates.get_template("login.html" if log_in is None else "console.html").render(
        t=catalogue("console", language),
        language=language,
        languages=LANGUAGES,
        sees_all=log_in is not None and log_in.operator.role != Role.OPERATOR,
    )
    response = HTMLResponse(page, headers=HEADERS)
    if request.query_params.get("language") == language:
        response.set_cookie(
            LANGUAGE_COOKIE, language, max_age=A_YEAR, path="/console", samesite="lax",
            secure=request.url.scheme == "https",
        )  # fmt: skip
    return response


@router.get("/static/{path:path}")
async def static(path: str, request: Request) -> Response:
    """Styles and modules; the browser asks each time whether they have changed."""
    response = await _static.get_response(path, request.scope)
    response.headers["Cache-Control"] = "no-cache"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _language(request: Request) -> Language:
    """The language asked for now, or once before, or that of the browser."""
    if request.query_params.get("language") not in LANGUAGES:
        remembered = request.cookies.get(LANGUAGE_COOKIE)
        for language in LANGUAGES:
            if language == remembered:
                return language
    return language_of(request)
