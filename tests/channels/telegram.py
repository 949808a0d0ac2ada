"""What the tests of the Telegram channel share: a service joined to the double, as `jauap run` joins it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from fastapi import FastAPI
from pydantic import SecretStr

from actions.replies import Button, Reply
from bot.channels import telegram
from bot.channels.telegram.sender import Pace
from bot.service import Service
from tests.serving import application
from tests.telegram_double import TelegramDouble

TOKEN = "42:secret"


@asynccontextmanager
async def attached(service: Service, double: TelegramDouble) -> AsyncIterator[FastAPI]:
    """`async with attached(service, double) as app`: Telegram is on until the block ends, without its slow pace."""
    service.settings.telegram_token = SecretStr(TOKEN)
    service.settings.telegram_api_url = double.url
    app = application(service)
    async with AsyncExitStack() as stack:
        await telegram.attach(app, service, stack)
        service.courier._senders["telegram"]._pace = Pace(0, 0)
        await service.courier.resume()
        stack.push_async_callback(service.courier.stop)
        stack.push_async_callback(service.worker.stop)
        yield app


def restarted(service: Service, dialogue: Any) -> Service:
    """The service as another process starts it, on the same database."""
    return Service.assemble(service.settings, service.database, dialogue)


def asked(dialogue: Any) -> list[str]:
    """What Rasa would have been asked."""
    return [text for _, text in dialogue.asked]


async def said(double: TelegramDouble, count: int, chat: int = 7) -> list[str]:
    """The texts of the first `count` messages that a chat got."""
    return [call.text for call in await double.messages_to(chat, count)]


def offering(dialogue: Any, *buttons: tuple[str, str]) -> None:
    """Let every answer carry these buttons, given as (title, payload)."""
    ask = dialogue.ask

    async def with_buttons(*question: Any, **how: Any) -> list[Reply]:
        (reply,) = await ask(*question, **how)
        return [reply.model_copy(update={"buttons": [Button(title=t, payload=p) for t, p in buttons]})]

    dialogue.ask = with_buttons
