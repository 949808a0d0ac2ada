"""Sends the outbox to Telegram, within its limits, and says what became of each message."""

from __future__ import annotations

import asyncio
from weakref import WeakValueDictionary

import httpx
from telegram import Bot, LinkPreviewOptions
from telegram import Message as Sent
from telegram.constants import ParseMode
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.channels.telegram.api import Backoff, of_telegram, reason, seconds_of
from bot.channels.telegram.rendering import html_parts, keyboard
from bot.conversations import MessageView
from bot.conversations.outbox import Ambiguous, Refused, TryLater

CHAT_INTERVAL = 1.0
"""Seconds between two messages to one chat."""

ALL_INTERVAL = 1 / 30
"""Seconds between two messages to whatever chats."""

MOST_REMEMBERED = 1000
"""Chats whose last message is remembered at least; those whose second is over are forgotten beyond it."""

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

    A wrong token is the administrator's to mend, not the citizen's refusal, so such messages wait. A proxy that answers
    for Telegram refuses nothing on its behalf, either.
    """
    told = reason(error, bot)
    match error:
        case RetryAfter():
            return TryLater(told, after=seconds_of(error))
        case InvalidToken() | EndPointNotFound() | Conflict():
            return TryLater(told)
        case BadRequest() | Forbidden() | ChatMigrated():
            return Refused(told) if of_telegram(error) else TryLater(told)
        case NetworkError() if isinstance(error.__cause__, _NOT_SENT):
            return TryLater(told)
        case NetworkError() if isinstance(error.__cause__, TelegramError | None):  # a status that is no success
            return TryLater(told)
        case _:
            return Ambiguous(told)


class Pace:
    """Telegram's limits: a message a second in one chat, thirty a second in all.

    A place among the thirty is taken only by a chat whose own second is over: chats that wait cost the others nothing.
    """

    def __init__(self, chat_interval: float = CHAT_INTERVAL, all_interval: float = ALL_INTERVAL) -> None:
        """Both in seconds between two messages."""
        self._chat_interval = chat_interval
        self._all_interval = all_interval
        self._free_at: dict[int, float] = {}
        self._all_free_at = 0.0
        self._turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def wait(self, chat: int) -> None:
        """Wait until a message may go to this chat; those who wait for one chat go in the order in which they came."""
        clock = asyncio.get_running_loop().time
        async with self._turns.setdefault(chat, asyncio.Lock()):
            await asyncio.sleep(self._free_at.get(chat, 0) - clock())
            free_at = max(self._all_free_at, clock())
            self._all_free_at = free_at + self._all_interval
            await asyncio.sleep(free_at - clock())
            self._free_at[chat] = clock() + self._chat_interval
        if len(self._free_at) > MOST_REMEMBERED:
            self._free_at = {each: free for each, free in self._free_at.items() if free > clock()}


class TelegramSender:
    """The sender of the outbox for Telegram."""

    def __init__(self, bot: Bot, pace: Pace | None = None) -> None:
        self._bot = bot
        self._pace = pace or Pace()

    async def admit(self, address: str) -> None:
        """Wait for Telegram's limits; `send` then sends the first part at once."""
        await self._pace.wait(int(address))

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
            await self._pace.wait(chat)
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
        return await self._bot.send_message(
            chat,
            part,
            parse_mode=ParseMode.HTML,
            reply_markup=keyboard(ending) if ending else None,
            link_preview_options=LinkPreviewOptions(is_disabled=True),
        )
