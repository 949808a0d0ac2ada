"""Shows "typing…" in a chat for as long as the bot prepares an answer there or an operator writes one."""

from __future__ import annotations

import asyncio
import logging

from telegram import Bot
from telegram.constants import ChatAction
from telegram.error import TelegramError

from bot.channels.telegram.api import reason
from bot.channels.telegram.intake import CHANNEL
from bot.conversations import Events
from bot.storage import Conversation, Database

AGAIN = 4.5
"""Seconds after which it is said again: Telegram shows it for five."""

LONGEST = 60.0
"""Seconds after which it ends by itself: the event that ends it may have been lost with its process."""

__all__ = ["Activity"]

log = logging.getLogger(__name__)


class Activity:
    """Follows the events `typing` of all conversations. Whatever goes wrong with it, messages are not touched."""

    def __init__(self, bot: Bot, database: Database, events: Events) -> None:
        self._bot = bot
        self._database = database
        self._events = events
        self._shown: dict[str, asyncio.Task[None]] = {}

    async def follow(self) -> None:
        """Show what happens until the events end or the task is cancelled."""
        try:
            with self._events.subscribe() as subscription:
                async for event in subscription:
                    if event.kind == "typing" and event.data["author"] != "citizen":
                        self._end(event.conversation)
                        if event.data["active"]:
                            self._begin(event.conversation)
        finally:
            for conversation in list(self._shown):
                self._end(conversation)

    def _begin(self, conversation: str) -> None:
        task = asyncio.create_task(self._show(conversation), name=f"typing in {conversation}")
        self._shown[conversation] = task
        task.add_done_callback(lambda done: self._ended(conversation, done))

    def _end(self, conversation: str) -> None:
        if task := self._shown.pop(conversation, None):
            task.cancel()

    def _ended(self, conversation: str, task: asyncio.Task[None]) -> None:
        if self._shown.get(conversation) is task:
            del self._shown[conversation]
        if not task.cancelled() and (error := task.exception()):
            log.error("%s cannot be shown", task.get_name(), exc_info=error)

    async def _show(self, conversation: str) -> None:
        chat = await self._chat(conversation)
        if chat is None:
            return
        try:
            async with asyncio.timeout(LONGEST):
                while True:
                    await self._bot.send_chat_action(chat, ChatAction.TYPING)
                    await asyncio.sleep(AGAIN)
        except TimeoutError:
            log.info("typing in %s was not ended; it is not shown any more", conversation)
        except TelegramError as error:
            log.info("typing in %s cannot be shown: %s", conversation, reason(error, self._bot))

    async def _chat(self, conversation: str) -> int | None:
        """The chat of a conversation; None where it is one of another channel, or erased."""
        async with self._database.read() as session:
            found = await session.get(Conversation, conversation)
        return int(found.address) if found is not None and found.channel == CHANNEL and found.address else None
