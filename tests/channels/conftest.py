"""What the tests of Telegram run against: the double of the Bot API, alone and with a service joined to it."""

from __future__ import annotations

import pytest

from tests.channels.telegram import attached
from tests.telegram_double import TelegramDouble


@pytest.fixture
async def double():
    async with TelegramDouble() as double:
        yield double


@pytest.fixture
async def telegram(service, double):
    async with attached(service, double):
        yield double
