"""Errors of the HTTP interfaces: one shape, `{"error": {"code", "message"}}`, in the caller's language."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from bot.conversations import BadPayload, ForbiddenTransition, UnknownConversation, WrongSite
from texts import LANGUAGES, Language, say

__all__ = ["ApiError", "error_response", "install", "language_of"]

log = logging.getLogger(__name__)


class ApiError(Exception):
    """What a caller did wrong, or what the service cannot do: `code` has its sentence in `texts/*/errors.yaml`."""

    def __init__(self, status: int, code: str, *, headers: Mapping[str, str] | None = None, **values: object) -> None:
        self.status, self.code, self.headers, self.values = status, code, headers, values
        super().__init__(code)


def language_of(request: Request) -> Language:
    """The caller's language: the query's `language`, else the first of ours in `Accept-Language`, else Russian."""
    asked = [request.query_params.get("language", "")]
    asked += [part.split(";")[0].strip()[:2].lower() for part in request.headers.get("accept-language", "").split(",")]
    ours: dict[str, Language] = {language: language for language in LANGUAGES}
    return next((ours[language] for language in asked if language in ours), "ru")


def error_response(request: Request, error: ApiError) -> JSONResponse:
    """The answer that tells the caller of this error."""
    message = say(f"errors.{error.code}", language_of(request), **error.values)
    return JSONResponse({"error": {"code": error.code, "message": message}}, error.status, error.headers)


def install(app: FastAPI) -> None:
    """Answer every error in the one shape, and never with a traceback."""

    @app.exception_handler(ApiError)
    async def _api(request: Request, error: ApiError) -> JSONResponse:
        return error_response(request, error)

    @app.exception_handler(UnknownConversation)
    async def _conversation(request: Request, error: UnknownConversation) -> JSONResponse:
        return error_response(request, ApiError(404, "unknown_conversation"))

    @app.exception_handler(WrongSite)
    async def _site(request: Request, error: WrongSite) -> JSONResponse:
        return error_response(request, ApiError(403, "wrong_site"))

    @app.exception_handler(BadPayload)
    async def _payload(request: Request, error: BadPayload) -> JSONResponse:
        return error_response(request, ApiError(422, "bad_payload"))

    @app.exception_handler(ForbiddenTransition)
    async def _transition(request: Request, error: ForbiddenTransition) -> JSONResponse:
        return error_response(request, ApiError(409, "wrong_state"))

    @app.exception_handler(RequestValidationError)
    async def _form(request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        if first["type"] == "json_invalid":
            return error_response(request, ApiError(400, "malformed_json"))
        field = ".".join(str(part) for part in first["loc"][1:]) or "body"
        return error_response(request, ApiError(422, "bad_field", field=field))

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> JSONResponse:
        code = {404: "not_found", 405: "not_allowed", 413: "too_large"}.get(error.status_code, "bad_request")
        return error_response(request, ApiError(error.status_code, code, headers=error.headers))

    @app.exception_handler(Exception)
    async def _fault(request: Request, error: Exception) -> JSONResponse:
        log.error("%s %s failed", request.method, request.url.path, exc_info=error)
        return error_response(request, ApiError(500, "internal"))
