"""Long polling: the next updates are asked for only when those before are stored."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from telegram import Bot
from telegram.error import Conflict, EndPointNotFound, InvalidToken, RetryAfter, TelegramError

from bot.channels.telegram.api import Backoff, insist, of_telegram, raw_updates, reason, seconds_of
from bot.channels.telegram.intake import BATCH, Intake
from bot.channels.telegram.updates import ALLOWED

__all__ = ["poll"]

log = logging.getLogger(__name__)


async def poll(bot: Bot, intake: Intake) -> None:
    """Poll until cancelled; returns only where Telegram refuses for good, which is logged."""
    if not await insist("switch the webhook off", lambda: bot.delete_webhook(drop_pending_updates=False), bot):
        return
    # Asking with an offset is what acknowledges. Only what this process has stored is acknowledged, and once: an old
    # offset, after a week without updates, could be above ids that Telegram gives anew, and would lose them.
    offset: int | None = None
    backoff = Backoff()
    while True:
        try:
            batch = await raw_updates(bot, offset, BATCH, ALLOWED)
        except RetryAfter as error:
            await asyncio.sleep(seconds_of(error))
        except TelegramError as error:
            if isinstance(error, InvalidToken | EndPointNotFound) and of_telegram(error):
                log.error("Telegram no longer accepts JAUAP_TELEGRAM_TOKEN; the service goes on without Telegram")
                return
            pause = backoff.next()
            if isinstance(error, Conflict):
                log.error(
                    "Telegram gives the updates to somebody else with the same token; trying again in %.0f s: %s",
                    pause,
                    reason(error, bot),
                )
            else:
                log.warning("Telegram cannot be polled, trying again in %.0f s: %s", pause, reason(error, bot))
            await asyncio.sleep(pause)
        else:
            backoff.reset()
            offset = None
            for raw in batch:
                await _store(intake, raw)
                offset = raw["update_id"] + 1


async def _store(intake: Intake, raw: dict[str, Any]) -> None:
    """Store one update, however long the database is away: nothing after it is taken before."""
    backoff = Backoff()
    while True:
        try:
            return await intake.take(raw, polled=True)
        except Exception:
            pause = backoff.next()
            log.exception("update %s is not stored, trying again in %.0f s", raw["update_id"], pause)
            await asyncio.sleep(pause)
