"""The webhook: Telegram brings each update by itself, and gets 200 only when it is stored."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from typing import Any

from fastapi import FastAPI, Request, Response
from sqlalchemy.exc import SQLAlchemyError

from bot.channels.telegram.intake import Intake
from bot.errors import ApiError
from bot.settings import Settings

PATH = "/telegram/webhook"

__all__ = ["PATH", "add_route", "secret_of", "url_of"]

log = logging.getLogger(__name__)


def secret_of(settings: Settings) -> str:
    """What Telegram must bring with each update: the secret set, or one derived from the service's own key."""
    if settings.telegram_webhook_secret is not None:
        return settings.telegram_webhook_secret.get_secret_value()
    return hmac.new(settings.key, b"telegram webhook", hashlib.sha256).hexdigest()


def url_of(address: str) -> str:
    """The address given to Telegram: `address` is that of the site, or of the webhook itself."""
    base = address.rstrip("/")
    return base if base.endswith(PATH) else base + PATH


def add_route(app: FastAPI, intake: Intake, secret: str) -> None:
    """Serve `POST /telegram/webhook`; the application's limit for bodies holds here, too."""

    @app.post(PATH, include_in_schema=False)
    async def webhook(request: Request) -> Response:
        given = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        if not hmac.compare_digest(given.encode(), secret.encode()):
            raise ApiError(403, "wrong_secret")
        update = _update(await request.body())
        try:
            await intake.take(update, polled=False)
        except SQLAlchemyError as error:
            log.error("update %s is not stored; Telegram will bring it again", update["update_id"], exc_info=error)
            raise ApiError(503, "unavailable", headers={"Retry-After": "5"}) from error
        return Response()


def _update(body: bytes) -> dict[str, Any]:
    try:
        update = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ApiError(400, "malformed_json") from error
    if not isinstance(update, dict) or type(update.get("update_id")) is not int:
        raise ApiError(400, "bad_request")
    return update
