"""Takes in Telegram's updates: each is stored before it is acknowledged, and a repeat changes nothing."""

from __future__ import annotations

import logging
from collections.abc import Awaitable
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Bot, Update
from telegram.constants import ChatAction
from telegram.error import TelegramError

from bot.channels.telegram.api import Tasks, reason
from bot.channels.telegram.rendering import referred
from bot.channels.telegram.updates import Asked, Elsewhere, Incoming, Pressed, Written, read
from bot.conversations import Act, BadPayload, Received, inbox, record
from bot.dialogue import DialogueUnavailable
from bot.service import Service
from bot.storage import Conversation, Cursor, Inbox, Message
from texts import Language, say

CHANNEL = "telegram"
BATCH = 100
"""Updates that one call of `getUpdates` may give."""

ERASE = "/erase"
"""Payload of the button that confirms erasing; it never reaches the dialogue."""

__all__ = ["BATCH", "CHANNEL", "Intake"]

log = logging.getLogger(__name__)


class Intake:
    """What both polling and the webhook do with an update."""

    def __init__(self, service: Service, bot: Bot, tasks: Tasks) -> None:
        self._service = service
        self._bot = bot
        self._tasks = tasks
        # Update ids belong to a bot: those of another one, after a change of the token, must not look like repeats.
        self._bot_id = bot.token.partition(":")[0]
        self._declined: set[int] = set()

    async def take(self, raw: dict[str, Any], *, polled: bool) -> None:
        """Store what an update brings; when this returns, the update may be acknowledged.

        A polled update moves the cursor in the transaction that stores it. What cannot be understood is only logged.
        Raises `SQLAlchemyError`, after which the same update can be taken again.
        """
        update_id = raw["update_id"]
        cursor = update_id if polled else None
        match self._read(raw):
            case Written() as written:
                await self._write(written, update_id, cursor)
            case Asked() as asked:
                await self._answer(asked, update_id, cursor)
            case Pressed() as pressed:
                await self._press(pressed, update_id, cursor)
            case Elsewhere() as elsewhere:
                if await self._moved(cursor):
                    self._tasks.start(self._decline(elsewhere), "decline a group")
            case None:
                await self._moved(cursor)

    def _read(self, raw: dict[str, Any]) -> Incoming | None:
        try:
            update = Update.de_json(raw, self._bot)
            return read(update)
        except Exception as error:  # what Telegram may send next year is open, and the parser may stumble anywhere
            kinds = ", ".join(sorted(raw.keys() - {"update_id"}))
            log.warning("update %s (%s) cannot be understood: %s", raw["update_id"], kinds, type(error).__name__)
            return None

    # --- the cursor

    async def _move(self, session: AsyncSession, cursor: int | None) -> bool:
        """Note within a transaction that a polled update is taken; False where it was taken before.

        What a process stored but could not acknowledge before it died comes again: at most one batch, right below the
        cursor. Any other lower id is new, for Telegram may begin anew at a random id after a week without updates.
        """
        if cursor is None:
            return True
        name = f"{CHANNEL}:{self._bot_id}"
        row = await session.get(Cursor, name)
        if row is None:
            session.add(Cursor(channel=name, value=cursor + 1))
            return True
        if row.value - BATCH <= cursor < row.value:
            return False
        row.value = cursor + 1
        return True

    async def _moved(self, cursor: int | None) -> bool:
        """The same in a transaction of its own."""
        async with self._service.database.write() as session:
            return await self._move(session, cursor)

    def _key(self, update_id: int, album: str | None = None) -> str:
        """The inbox key; the pictures of an album share one, so that it is answered once."""
        return f"{self._bot_id}:album:{album}" if album else f"{self._bot_id}:{update_id}"

    # --- what citizens do

    async def _write(self, written: Written, update_id: int, cursor: int | None) -> None:
        async with self._service.database.write() as session:
            if not await self._move(session, cursor):
                return
            conversation = await self._service.conversations.at_address(
                session, CHANNEL, str(written.chat), written.language
            )
            received = await inbox.receive(
                session,
                conversation.id,
                key=self._key(update_id, written.album),
                text=written.text,
                payload=written.payload,
                unreadable=written.unreadable,
            )
        self._received(conversation, received)

    async def _answer(self, asked: Asked, update_id: int, cursor: int | None) -> None:
        """Answer a command of the channel itself, without the dialogue."""
        async with self._service.database.write() as session:
            if not await self._move(session, cursor):
                return
            found = await self._service.conversations.at_address(session, CHANNEL, str(asked.chat), asked.language)
            conversation = await record.locked(session, found.id)
            key = self._key(update_id)
            if await session.scalar(select(Inbox.id).where(Inbox.channel == CHANNEL, Inbox.key == key)):
                return
            moved = record.move(conversation, Act.WRITE)
            message = await record.append(session, conversation, author="citizen", text=inbox.clean(asked.text))
            session.add(
                Inbox(
                    channel=CHANNEL,
                    key=key,
                    conversation_id=conversation.id,
                    message_id=message.id,
                    state="answered",
                )
            )
            await record.system_message(
                session,
                conversation,
                f"telegram.{asked.command}",
                buttons=_buttons(asked.command, conversation.language),  # type: ignore[arg-type]
            )
        self._service.conversations.received(conversation.id, Received(message, repeated=False, moved=moved))
        self._service.courier.push(conversation.id)

    async def _press(self, pressed: Pressed, update_id: int, cursor: int | None) -> None:
        async with self._service.database.read() as session:
            conversation, button = await self._find(session, pressed)
        if conversation is None or button is None:
            if await self._moved(cursor):
                language = conversation.language if conversation else pressed.language
                self._acknowledge(pressed, say("telegram.old_button", language))  # type: ignore[arg-type]
        elif button["payload"] == ERASE:
            await self._erase(conversation, pressed, cursor)
        else:
            await self._choose(conversation, button, pressed, update_id, cursor)

    async def _find(self, session: AsyncSession, pressed: Pressed) -> tuple[Conversation | None, dict[str, str] | None]:
        """The conversation of the chat, and the button of it that was pressed, where there are such."""
        conversation = await session.scalar(
            select(Conversation).where(Conversation.channel == CHANNEL, Conversation.address == str(pressed.chat))
        )
        place = referred(pressed.data)
        if conversation is None or place is None:
            return conversation, None
        message_id, index, second = place
        message = await session.get(Message, (conversation.id, message_id))
        if message is None or int(message.created_at.timestamp()) != second or index >= len(message.buttons):
            return conversation, None
        return conversation, message.buttons[index]

    async def _choose(
        self,
        conversation: Conversation,
        button: dict[str, str],
        pressed: Pressed,
        update_id: int,
        cursor: int | None,
    ) -> None:
        received = None
        async with self._service.database.write() as session:
            if not await self._move(session, cursor):
                return
            try:
                received = await inbox.receive(
                    session,
                    conversation.id,
                    key=self._key(update_id),
                    text=button["title"],
                    payload=button["payload"],
                )
            except (BadPayload, record.UnknownConversation):  # of an older version; erased just now
                log.info("update %s: the pressed button is not valid any more", update_id)
        if received is None:
            self._acknowledge(pressed, say("telegram.old_button", conversation.language))  # type: ignore[arg-type]
        else:
            self._acknowledge(pressed)
            self._received(conversation, received)

    async def _erase(self, conversation: Conversation, pressed: Pressed, cursor: int | None) -> None:
        """Erase first and move the cursor then: cut off in between, a repeat finds nothing and does no harm."""
        language: Language = conversation.language  # type: ignore[assignment]
        try:
            await self._service.conversations.erase(conversation.id)
        except DialogueUnavailable as error:
            log.warning("conversation %s is not erased: %s", conversation.id, error)
            key = "telegram.not_erased"
        else:
            key = "telegram.erased"
        await self._moved(cursor)
        self._acknowledge(pressed)
        self._tell(pressed.chat, say(key, language))

    def _received(self, conversation: Conversation, received: Received) -> None:
        self._service.conversations.received(conversation.id, received)
        if not received.repeated and conversation.state == "bot":
            self._attempt(self._bot.send_chat_action(int(conversation.address or 0), ChatAction.TYPING), "show typing")

    # --- what is said outside a conversation: no promise rests on it, so it is tried once

    async def _decline(self, elsewhere: Elsewhere) -> None:
        """Say once that the bot talks in private only, and leave, so that it reads nothing there."""
        try:
            if elsewhere.chat not in self._declined:
                self._declined.add(elsewhere.chat)
                await self._bot.send_message(elsewhere.chat, say("telegram.private_only", elsewhere.language))
            await self._bot.leave_chat(elsewhere.chat)
        except TelegramError as error:
            log.info("declining a group: %s", reason(error, self._bot))

    def _acknowledge(self, pressed: Pressed, text: str | None = None) -> None:
        """Stop the button's clock; with a `text`, show it."""
        call = self._bot.answer_callback_query(pressed.query, text=text, show_alert=text is not None)
        self._attempt(call, "acknowledge a button")

    def _tell(self, chat: int, text: str) -> None:
        self._attempt(self._bot.send_message(chat, text), "say that a conversation is erased")

    def _attempt(self, call: Awaitable[object], what: str) -> None:
        async def attempt() -> None:
            try:
                await call
            except TelegramError as error:
                log.info("cannot %s: %s", what, reason(error, self._bot))

        self._tasks.start(attempt(), what)


def _buttons(command: str, language: Language) -> list[dict[str, str]]:
    if command == "erase":
        return [{"title": say("telegram.erase_button", language), "payload": ERASE}]
    return [
        {"title": "Қазақша", "payload": '/language{"language": "kk"}'},
        {"title": "Русский", "payload": '/language{"language": "ru"}'},
    ]
