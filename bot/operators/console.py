"""The operators' console: its pages in the reader's language, and the files that they load."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.errors import ApiError, language_of
from bot.operators.access import COOKIE
from bot.operators.roles import Role
from bot.operators.sessions import find_session
from bot.service import Parts, Service
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


class Page(NamedTuple):
    """A page of the console: `/console/<name>`, `templates/<name>.html`, `static/<name>.js`, texts of `<name>`."""

    name: str
    roles: frozenset[Role]
    in_menu: bool = True


EVERYBODY = frozenset(Role)
SUPERVISING = frozenset({Role.SUPERVISOR, Role.ADMIN})
PAGES: tuple[Page, ...] = (
    Page("console", EVERYBODY),
    Page("overview", SUPERVISING),
    Page("review", SUPERVISING),
    Page("canned", EVERYBODY),
    Page("administration", frozenset({Role.ADMIN})),
    Page("me", EVERYBODY, in_menu=False),
)
"""In the order of the menu. The first one is `/console` itself, and its texts are known to all the others."""


@router.get("")
async def console(request: Request, service: Parts) -> Response:
    """The queue and the talks, or the log-in where nobody is logged in."""
    return await _page(PAGES[0], request, service)


@router.get("/{name}")
async def page(name: str, request: Request, service: Parts) -> Response:
    """One of the other pages."""
    for each in PAGES[1:]:
        if each.name == name:
            return await _page(each, request, service)
    raise ApiError(404, "not_found")


async def _page(page: Page, request: Request, service: Service) -> Response:
    """A page in the reader's language; in its place the log-in where nobody is logged in.

    Who must set up the second factor first gets the page for that. `?language=` switches the language, which is
    remembered.
    """
    language = _language(request)
    log_in = await find_session(service.database, request.cookies.get(COOKIE, ""))
    role = None if log_in is None else Role(log_in.operator.role)
    if role is not None and role not in page.roles:
        return RedirectResponse("/console", 303)
    enrolling = log_in is not None and log_in.session.enrolling
    name = "login" if role is None else "enrol" if enrolling else page.name
    texts = catalogue("console", language)
    if role is not None and name != PAGES[0].name:
        texts = texts | catalogue("me" if enrolling else page.name, language)
    content = _templates.get_template(f"{name}.html").render(
        t=texts,
        language=language,
        languages=LANGUAGES,
        role=role,
        address=request.url.path,
        module=f"{name}.js",
        page=page.name,
        pages=[each.name for each in PAGES if each.in_menu and role in each.roles],
    )
    response = HTMLResponse(content, headers=HEADERS)
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
