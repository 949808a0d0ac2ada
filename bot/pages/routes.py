"""The widget's files and texts, and the demonstration page that embeds it as any site would."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

from bot.errors import language_of
from bot.pages.page import HERE, SCRIPTED_POLICY, render
from bot.service import Parts
from texts import LANGUAGES, Language, catalogue, say

__all__ = ["router"]

TOPICS = range(1, 7)
NOTICES = range(1, 4)
FACTS = range(1, 5)
QUESTIONS = 2  # of each topic

router = APIRouter(include_in_schema=False)

_static = StaticFiles(directory=HERE / "static")

# Files are kept by the browser but asked about each time: an update reaches every site that embeds the widget at once.
FILE_HEADERS = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}


@router.get("/")
async def demonstration(request: Request, service: Parts) -> HTMLResponse:
    """The demonstration page, in the language of `?language=` or of the browser."""
    language = language_of(request)
    texts = catalogue("demo", language)
    days = service.settings.retention_days
    async with service.database.read() as session:
        desk = await service.conversations.desk.read(session)
    return render(
        "index.html",
        language,
        policy=SCRIPTED_POLICY,
        cache="no-cache",
        t=texts,
        languages={code: say("demo.language_name", code) for code in LANGUAGES},
        topics=[(texts[f"topic_{topic}"], _questions(texts, topic)) for topic in TOPICS],
        notices=[(texts[f"notice_{number}_title"], texts[f"notice_{number}"]) for number in NOTICES],
        facts=[(texts[f"how_{number}_title"], say(f"demo.how_{number}", language, days=days)) for number in FACTS],
        hours=desk.hours.say(language),
    )


def _questions(texts: dict[str, str], topic: int) -> list[str]:
    """The sample questions of a topic; they are counted through all topics."""
    first = (topic - 1) * QUESTIONS + 1
    return [texts[f"sample_{number}"] for number in range(first, first + QUESTIONS)]


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
