"""The web application: every room's routes joined, with health, metrics and the actions that Rasa calls."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi_offline import FastAPIOffline
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from actions import server as actions
from bot import errors, metrics, origins, rasa
from bot.channels import web
from bot.dialogue import Dialogue
from bot.errors import ApiError
from bot.operators import api as operators
from bot.operators import console
from bot.pages import chat as chat_page
from bot.pages import routes as pages
from bot.service import Service

__all__ = ["create_app"]

MAX_BODY = 256 * 1024


def create_app(service: Service, *, search: Callable[..., Any] | None, dialogue: Dialogue | None = None) -> FastAPI:
    """`search(text, language, limit)` answers `GET /search`; `dialogue` is asked whether it is ready."""
    # Its own assets for /docs: a public authority's network may reach no CDN, and its visitors should not have to.
    app = FastAPIOffline(title="Jauap", version="1", redoc_url=None)
    app.state.service = service
    app.state.search = search
    errors.install(app)
    origins.install(app, service.settings.allowed_origins)
    app.add_middleware(BodyLimit, limit=MAX_BODY)
    for router in (web.router, operators.router, console.router, chat_page.router, pages.router):
        app.include_router(router)
    _health(app, service, dialogue)
    _actions(app, rasa.actions_token(service.settings))
    return app


def _health(app: FastAPI, service: Service, dialogue: Dialogue | None) -> None:
    @app.get("/healthz", include_in_schema=False)
    async def healthz() -> dict[str, str]:
        return {"status": "alive"}

    @app.get("/readyz", include_in_schema=False)
    async def readyz(response: Response) -> dict[str, bool]:
        try:
            async with service.database.read() as session:
                database = (await session.scalar(text("SELECT 1"))) == 1
        except SQLAlchemyError:
            database = False
        state = {
            "database": database,
            "dialogue": dialogue is None or await dialogue.ready(),
            "index": app.state.search is not None,
        }
        response.status_code = 200 if all(state.values()) else 503
        return state

    @app.get("/metrics", include_in_schema=False)
    async def prometheus() -> Response:
        await metrics.observe_storage(service.database)
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def _actions(app: FastAPI, token: str) -> None:
    @app.post("/actions", include_in_schema=False)
    async def run_action(request: Request) -> dict[str, Any]:
        if not hmac.compare_digest(request.query_params.get("token", ""), token):
            raise ApiError(404, "not_found")
        try:
            return await actions.run(await request.json())
        except actions.UnknownAction as error:
            raise ApiError(404, "not_found") from error


class BodyLimit:
    """Refuses a request whose body is larger than `limit` bytes before anything reads it whole."""

    def __init__(self, app: Any, limit: int) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["path"] == "/actions":  # Rasa sends whole trackers, over loopback
            await self._app(scope, receive, send)
            return
        seen = 0

        async def limited() -> Any:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._limit:
                raise HTTPException(413)  # which FastAPI lets through while it reads a body
            return message

        await self._app(scope, limited, send)
