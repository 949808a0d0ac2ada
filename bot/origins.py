"""Which sites' pages may call: CORS, and a refusal of what changes something from anywhere else.

CORS alone is not enough: a browser sends a form, or a simple call, of any site, and only keeps the answer from it.

A call without `Origin` is no browser's (curl, an app, Telegram) and passes: it carries nobody's cookies. Which site is
our own a browser says best itself (`Sec-Fetch-Site`, which no script can set). For older ones the host of `Origin` is
compared with `Host` and with `X-Forwarded-Host`, so that it does not matter which of the two a proxy keeps. The scheme
is left out, since a proxy that ends TLS need not tell it. No page can forge these headers: `Host` is set by the
browser, and a script that adds `X-Forwarded-Host` makes the browser ask first, which CORS refuses.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from urllib.parse import urlsplit

from fastapi import FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware

from bot.errors import ApiError, error_response

__all__ = ["install"]

READING = frozenset({"GET", "HEAD", "OPTIONS"})


def install(app: FastAPI, allowed: Collection[str]) -> None:
    """Let our own pages and those of the origins `allowed` call, and no others write."""
    app.add_middleware(OwnAndAllowedOrigins, allowed=allowed)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=allowed,
        allow_methods=["GET", "POST", "DELETE"],
        allow_headers=["Authorization", "Content-Type", "Last-Event-ID"],
        max_age=3600,
    )


class OwnAndAllowedOrigins:
    """Middleware: answers 403 to a writing call of a page that is neither ours nor of one of `allowed` origins."""

    def __init__(self, app: Any, allowed: Collection[str]) -> None:
        self._app = app
        self._allowed = frozenset(allowed)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["method"] not in READING:
            request = Request(scope)
            if not self._may_write(request):
                await error_response(request, ApiError(403, "wrong_origin"))(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _may_write(self, request: Request) -> bool:
        origin = request.headers.get("origin")
        if origin is None or origin in self._allowed or request.headers.get("sec-fetch-site") == "same-origin":
            return True
        hosts = (request.headers.get("host"), request.headers.get("x-forwarded-host"))
        return urlsplit(origin).netloc.lower() in [host.lower() for host in hosts if host]
