"""The widget's files and texts, and the demonstration page that embeds it as any site would."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from pathlib import Path

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, select_autoescape
from starlette.staticfiles import StaticFiles

from bot.errors import language_of
from bot.service import Parts
from texts import LANGUAGES, Language, catalogue, say

__all__ = ["router"]

HERE = Path(__file__).parent
SAMPLES = FACTS = range(1, 5)

router = APIRouter(include_in_schema=False)

_static = StaticFiles(directory=HERE / "static")
_templates = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=select_autoescape(),
    trim_blocks=True,
    lstrip_blocks=True,
)

# A page loads nothing from elsewhere, runs no script of its own markup, and is shown in nobody's frame.
PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "object-src 'none'",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
    "Vary": "Accept-Language",
}
# Files are kept by the browser but asked about each time: an update reaches every site that embeds the widget at once.
FILE_HEADERS = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}


@router.get("/")
async def demonstration(request: Request, service: Parts) -> HTMLResponse:
    """The demonstration page, in the language of `?language=` or of the browser."""
    language = language_of(request)
    page = _templates.get_template("index.html").render(
        language=language,
        languages={code: say("demo.language_name", code) for code in LANGUAGES},
        t=catalogue("demo", language),
        samples=[say(f"demo.sample_{number}", language) for number in SAMPLES],
        facts=[
            (
                say(f"demo.how_{number}_title", language),
                say(f"demo.how_{number}", language, days=service.settings.retention_days),
            )
            for number in FACTS
        ],
    )
    return HTMLResponse(page, headers={**PAGE_HEADERS, "Content-Language": language})


@router.get("/widget/texts/{language}.json")
async def widget_texts(request: Request, language: Language) -> Response:
    """Every sentence of the widget in one language."""
    body, tag = _texts(language)
    headers = {**FILE_HEADERS, "ETag": tag}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


@lru_cache
def _texts(language: Language) -> tuple[bytes, str]:
    body = json.dumps(catalogue("widget", language), ensure_ascii=False).encode()
    return body, f'"{hashlib.sha256(body).hexdigest()[:32]}"'


@router.api_route("/widget.js", methods=["GET", "HEAD"])
@router.api_route("/widget/{path:path}", methods=["GET", "HEAD"])
@router.api_route("/demo/{path:path}", methods=["GET", "HEAD"])
async def file(request: Request) -> Response:
    """A static file; unchanged ones are answered 304."""
    response = await _static.get_response(request.url.path.lstrip("/"), request.scope)
    response.headers.update(FILE_HEADERS)
    return response
