"""What the tests of the Telegram channel share: a service joined to the double, as `jauap run` joins it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI
from pydantic import SecretStr

from bot import errors
from bot.channels import telegram
from bot.channels.telegram.sender import Pace
from bot.service import Service
from tests.telegram_double import TelegramDouble

TOKEN = "42:secret"


@asynccontextmanager
async def attached(service: Service, double: TelegramDouble) -> AsyncIterator[FastAPI]:
    """`async with attached(service, double) as app`: Telegram is on until the block ends, without its slow pace."""
    service.settings.telegram_token = SecretStr(TOKEN)
    service.settings.telegram_api_url = double.url
    app = FastAPI()
    errors.install(app)
    app.state.service = service
    async with AsyncExitStack() as stack:
        await telegram.attach(app, service, stack)
        service.courier._senders["telegram"]._pace = Pace(0, 0)
        await service.courier.resume()
        stack.push_async_callback(service.courier.stop)
        yield app
