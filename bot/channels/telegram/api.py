"""The client of the Bot API, and how its failures are met: what is tried again, after how long, and what is told."""

from __future__ import annotations

import asyncio
import logging
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from telegram import Bot
from telegram.error import BadRequest, EndPointNotFound, Forbidden, InvalidToken, RetryAfter, TelegramError
from telegram.request import HTTPXRequest
from telegram.warnings import PTBUserWarning

from bot.conversations.outbox import back_off

__all__ = [
    "POLL_SECONDS", "Backoff", "Tasks", "insist", "of_telegram", "open_bot", "raw_updates", "reason", "seconds_of",
]  # fmt: skip

log = logging.getLogger(__name__)

POLL_SECONDS = 25
LONGEST_PAUSE = 60.0

# The library advises its own `get_updates`; `raw_updates` says why that is not used.
warnings.filterwarnings("ignore", message="Please use 'Bot.getUpdates'", category=PTBUserWarning)


@asynccontextmanager
async def open_bot(token: str, api_url: str, *, patience: float = 20.0) -> AsyncIterator[Bot]:
    """A client. `api_url`: base of the Bot API without `/bot`; `patience`: longest wait for an answer, in seconds."""
    # These log addresses, httpx at level INFO, and Telegram's addresses contain the token.
    for name in ("httpx", "httpcore", "telegram"):
        logging.getLogger(name).setLevel(logging.WARNING)
    polling, calls = (
        HTTPXRequest(
            connect_timeout=min(patience, 10), read_timeout=patience, write_timeout=patience, pool_timeout=patience
        )
        for _ in range(2)
    )
    try:
        yield Bot(token, base_url=f"{api_url.rstrip('/')}/bot", request=calls, get_updates_request=polling)
    finally:
        await calls.shutdown()
        await polling.shutdown()


async def raw_updates(bot: Bot, offset: int | None, limit: int, allowed: list[str]) -> list[dict[str, Any]]:
    """Wait up to `POLL_SECONDS` for updates, given as Telegram sends them.

    The library's `get_updates` fails as a whole where it cannot parse one update: that one would come again for ever
    and hold up all others. Raises `TelegramError`.
    """
    query: dict[str, Any] = {"timeout": POLL_SECONDS, "limit": limit, "allowed_updates": allowed}
    if offset is not None:
        query["offset"] = offset
    found = await bot.do_api_request("getUpdates", api_kwargs=query, read_timeout=POLL_SECONDS + 10)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def reason(error: TelegramError, bot: Bot) -> str:
    """What an error says, without the token, which the library puts into some of its messages."""
    return f"{type(error).__name__}: {error}".replace(bot.token, "<token>")


def of_telegram(error: TelegramError) -> bool:
    """Whether Telegram itself has said this. A proxy on the way answers with pages that the library cannot read."""
    cause: BaseException | None = error
    while cause is not None:
        if type(cause) is TelegramError:
            return False
        cause = cause.__cause__
    return True


def seconds_of(error: RetryAfter) -> float:
    """The seconds that Telegram wants us to wait; the library is on its way from a number to a `timedelta`."""
    after = error.retry_after
    return after.total_seconds() if isinstance(after, timedelta) else float(after)


class Backoff:
    """Growing pauses with jitter, in seconds: 1, 2, 4 … 60."""

    def __init__(self) -> None:
        self._failures = 0

    def next(self) -> float:
        self._failures += 1
        return back_off(self._failures - 1, LONGEST_PAUSE)

    def reset(self) -> None:
        self._failures = 0


async def insist(what: str, call: Callable[[], Awaitable[object]], bot: Bot) -> bool:
    """Call until Telegram takes it: True; False where it refuses for good. `what` completes "cannot …" in the log."""
    backoff = Backoff()
    while True:
        try:
            await call()
        except RetryAfter as error:
            await asyncio.sleep(seconds_of(error))
        except TelegramError as error:
            if of_telegram(error):
                if isinstance(error, InvalidToken | EndPointNotFound):
                    log.error("Telegram does not accept JAUAP_TELEGRAM_TOKEN; the service goes on without Telegram")
                    return False
                if isinstance(error, BadRequest | Forbidden):
                    log.error("cannot %s: %s", what, reason(error, bot))
                    return False
            pause = backoff.next()
            log.warning("cannot %s, trying again in %.0f s: %s", what, pause, reason(error, bot))
            await asyncio.sleep(pause)
        else:
            return True


class Tasks:
    """Work in the background that ends with the channel; what fails is logged."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("%s failed", task.get_name(), exc_info=error)

    async def close(self) -> None:
        """Cancel what still runs, and wait until it has ended."""
        tasks = list(self._running)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
