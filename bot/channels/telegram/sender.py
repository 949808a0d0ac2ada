"""Sends the outbox to Telegram, within its limits, and says what became of each message."""

from __future__ import annotations

import asyncio

import httpx
from telegram import Bot, LinkPreviewOptions
from telegram import Message as Sent
from telegram.constants import ParseMode
from telegram.error import (
    BadRequest,
    ChatMigrated,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.channels.telegram.api import Backoff, reason, seconds_of
from bot.channels.telegram.rendering import html_parts, keyboard
from bot.conversations import MessageView
from bot.conversations.outbox import Ambiguous, Refused, TryLater

CHAT_INTERVAL = 1.0
"""Seconds between two messages to one chat."""

ALL_INTERVAL = 1 / 30
"""Seconds between two messages to whatever chats."""

PART_ATTEMPTS = 4
"""How often a later part of a message is tried: once the first is out, the whole cannot be sent again."""

__all__ = ["Pace", "TelegramSender", "outcome"]

# Failures before anything has left this machine.
_NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)


def outcome(error: TelegramError, bot: Bot) -> Refused | TryLater | Ambiguous:
    """What a failed call means for the outbox.

    A wrong token is the administrator's to mend, not the citizen's refusal, so such messages wait.
    """
    told = reason(error, bot)
    match error:
        case RetryAfter():
            return TryLater(told, after=seconds_of(error))
        case InvalidToken() | EndPointNotFound():
            return TryLater(told)
        case Forbidden() | ChatMigrated() | BadRequest():
            return Refused(told)
        case NetworkError() if isinstance(error.__cause__, _NOT_SENT):
            return TryLater(told)
        case NetworkError() if isinstance(error.__cause__, TelegramError | None):
            return TryLater(told)  # Telegram answered with an error of its own: it has not taken the message
        case _:
            return Ambiguous(told)


class Pace:
    """Telegram's limits: a message a second in one chat, thirty a second in all."""

    def __init__(self, chat_interval: float = CHAT_INTERVAL, all_interval: float = ALL_INTERVAL) -> None:
        """Both in seconds between two messages."""
        self._chat_interval = chat_interval
        self._all_interval = all_interval
        self._chats: dict[int, float] = {}
        self._all = 0.0

    async def wait(self, chat: int) -> None:
        """Wait until a message may go to this chat."""
        clock = asyncio.get_running_loop().time
        now = clock()
        if len(self._chats) > 1000:
            self._chats = {each: free for each, free in self._chats.items() if free > now}
        free = max(now, self._chats.get(chat, 0))
        self._chats[chat] = free + self._chat_interval
        await asyncio.sleep(free - now)
        now = clock()
        free = max(now, self._all)
        self._all = free + self._all_interval
        await asyncio.sleep(free - now)


class TelegramSender:
    """The sender of the outbox for Telegram."""

    def __init__(self, bot: Bot, pace: Pace | None = None) -> None:
        self._bot = bot
        self._pace = pace or Pace()

    async def send(self, address: str, message: MessageView) -> str:
        """Deliver to the chat `address`; returns Telegram's message ids, parted by commas.

        Raises `Refused`, `TryLater`, `Ambiguous`; the last as well where only the beginning has been delivered.
        """
        parts = html_parts(message)
        sent = []
        for number, part in enumerate(parts):
            last = number == len(parts) - 1
            deliver = self._first if number == 0 else self._later
            sent.append(await deliver(int(address), part, message if last else None))
        return ",".join(str(each.message_id) for each in sent)

    async def _first(self, chat: int, part: str, ending: MessageView | None) -> Sent:
        try:
            return await self._deliver(chat, part, ending)
        except TelegramError as error:
            raise outcome(error, self._bot) from error

    async def _later(self, chat: int, part: str, ending: MessageView | None) -> Sent:
        backoff = Backoff()
        for attempt in range(1, PART_ATTEMPTS + 1):
            try:
                return await self._deliver(chat, part, ending)
            except TelegramError as error:
                failure = outcome(error, self._bot)
                if not isinstance(failure, TryLater) or attempt == PART_ATTEMPTS:
                    raise Ambiguous(f"only the beginning arrived: {failure}") from error
                await asyncio.sleep(backoff.next() if failure.after is None else failure.after)
        raise AssertionError("the last attempt returns or raises")

    async def _deliver(self, chat: int, part: str, ending: MessageView | None) -> Sent:
        """Send one part; buttons go under the `ending` of the message."""
        await self._pace.wait(chat)
        return await self._bot.send_message(
            chat,
            part,
            parse_mode=ParseMode.HTML,
            reply_markup=keyboard(ending) if ending else None,
            link_preview_options=LinkPreviewOptions(is_disabled=True),
        )
