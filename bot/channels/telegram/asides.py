"""What is said to Telegram beside the messages of a conversation: no promise rests on it, so it is tried once."""

from __future__ import annotations

import logging
from collections.abc import Awaitable

from telegram import Bot
from telegram.error import TelegramError

from bot.channels.telegram.api import Tasks, reason
from bot.channels.telegram.updates import Elsewhere, Pressed
from texts import say

__all__ = ["Asides"]

log = logging.getLogger(__name__)


class Asides:
    """Calls that nobody waits for; what fails is one line in the log."""

    def __init__(self, bot: Bot, tasks: Tasks) -> None:
        self._bot = bot
        self._tasks = tasks
        self._declined: set[int] = set()

    def acknowledge(self, pressed: Pressed, text: str | None = None) -> None:
        """Stop the button's clock; with a `text`, show it."""
        call = self._bot.answer_callback_query(pressed.query, text=text, show_alert=text is not None)
        self._attempt(call, "acknowledge a button")

    def remove_buttons(self, pressed: Pressed) -> None:
        """Take the buttons off the message under which one was pressed: it can be pressed only once."""
        if pressed.message is not None:
            call = self._bot.edit_message_reply_markup(pressed.chat, pressed.message, reply_markup=None)
            self._attempt(call, "remove buttons")

    def tell(self, chat: int, text: str) -> None:
        """Say something where no conversation is left to say it in."""
        self._attempt(self._bot.send_message(chat, text), "say that a conversation is erased")

    def decline(self, elsewhere: Elsewhere) -> None:
        """Say once that the bot talks in private only, and leave, so that it reads nothing there."""
        self._attempt(self._decline(elsewhere), "decline a group")

    async def _decline(self, elsewhere: Elsewhere) -> None:
        if elsewhere.chat not in self._declined:
            self._declined.add(elsewhere.chat)
            await self._bot.send_message(elsewhere.chat, say("telegram.private_only", elsewhere.language))
        await self._bot.leave_chat(elsewhere.chat)

    def _attempt(self, call: Awaitable[object], what: str) -> None:
        async def attempt() -> None:
            try:
                await call
            except TelegramError as error:
                log.info("cannot %s: %s", what, reason(error, self._bot))

        self._tasks.start(attempt(), what)
