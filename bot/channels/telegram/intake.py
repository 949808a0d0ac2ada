"""Takes in Telegram's updates: each is stored before it is acknowledged, and a repeat changes nothing."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Bot, Update

from bot.channels.telegram.asides import Asides
from bot.channels.telegram.rendering import referred
from bot.channels.telegram.updates import Asked, Elsewhere, Incoming, Pressed, Written, read
from bot.conversations import BadPayload, inbox, record
from bot.dialogue import DialogueUnavailable
from bot.service import Service
from bot.storage import Conversation, Cursor, Inbox, Message
from bot.storage.tables import now
from texts import Language, say

CHANNEL = "telegram"
BATCH = 100
"""Updates that one call of `getUpdates` may give."""

ERASE = "/erase"
"""Payload of the button that confirms erasing; it never reaches the dialogue."""

DOUBLE_TAP = timedelta(seconds=2)
"""Within this time a second press of the same button is taken for an accident."""

__all__ = ["BATCH", "CHANNEL", "Intake"]

log = logging.getLogger(__name__)


class Intake:
    """What both polling and the webhook do with an update."""

    def __init__(self, service: Service, bot: Bot, asides: Asides) -> None:
        self._service = service
        self._bot = bot
        self._asides = asides
        # Update ids belong to a bot: those of another one, after a change of the token, must not look like repeats.
        self._bot_id = bot.token.partition(":")[0]

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
                    self._asides.decline(elsewhere)
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
        row = await session.get(Cursor, name, with_for_update=True)
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

    def _key(self, update_id: int, message: int) -> str:
        """The inbox key of an update, the same when it is repeated; `message` tells whose an edit is."""
        return f"{self._bot_id}:{update_id}:{message}"

    # --- what citizens do

    async def _write(self, written: Written, update_id: int, cursor: int | None) -> None:
        key = self._key(update_id, written.message)
        if written.album:  # its pictures share one key, so that it is answered once
            key = f"{self._bot_id}:album:{written.album}"
        async with self._service.database.write() as session:
            if not await self._move(session, cursor):
                return
            conversation = await self._service.conversations.at_address(
                session, CHANNEL, str(written.chat), written.language
            )
            if written.edited and await self._unchanged(session, conversation.id, written):
                return
            received = await inbox.receive(
                session,
                conversation.id,
                key=key,
                text=written.text,
                payload=written.payload,
                unreadable=written.unreadable,
                desk=self._service.conversations.desk,
            )
        self._service.conversations.received(conversation.id, received)

    async def _unchanged(self, session: AsyncSession, conversation_id: str, edited: Written) -> bool:
        """Whether an edit left the text as it was: Telegram also reports changes that a bot cannot see."""
        before = (
            select(Message.text)
            .join(Inbox, (Inbox.conversation_id == Message.conversation_id) & (Inbox.message_id == Message.id))
            .where(*_of(conversation_id), Inbox.key.like(f"{self._bot_id}:%:{edited.message}"))
            .order_by(Inbox.id.desc())
            .limit(1)
        )
        return await session.scalar(before) == inbox.clean(edited.text)

    async def _answer(self, asked: Asked, update_id: int, cursor: int | None) -> None:
        """Answer a command of the channel itself, without the dialogue."""
        async with self._service.database.write() as session:
            if not await self._move(session, cursor):
                return
            found = await self._service.conversations.at_address(session, CHANNEL, str(asked.chat), asked.language)
            conversation = await record.locked(session, found.id)
            reply = asked.command
            if reply == "plain":
                reply = "plain_off" if conversation.plain else "plain_on"
            received = await inbox.answered(
                session,
                conversation.id,
                key=self._key(update_id, asked.message),
                text=asked.text,
                reply_key=f"telegram.{reply}",
                buttons=_buttons(asked.command, conversation.language),  # type: ignore[arg-type]
            )
            if asked.command == "plain" and not received.repeated:
                conversation.plain = not conversation.plain
        self._service.conversations.received(conversation.id, received)

    async def _press(self, pressed: Pressed, update_id: int, cursor: int | None) -> None:
        async with self._service.database.read() as session:
            conversation, button = await self._find(session, pressed)
        if conversation is None or button is None:
            if await self._moved(cursor):
                language = conversation.language if conversation else pressed.language
                self._asides.acknowledge(pressed, say("telegram.old_button", language))  # type: ignore[arg-type]
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
        received, note = None, None
        async with self._service.database.write() as session:
            if not await self._move(session, cursor):
                return
            try:
                if not await self._tapped_twice(session, conversation.id, button["payload"]):
                    received = await inbox.receive(
                        session,
                        conversation.id,
                        key=self._key(update_id, pressed.message or 0),
                        text=button["title"],
                        payload=button["payload"],
                        desk=self._service.conversations.desk,
                    )
            except (BadPayload, record.UnknownConversation):  # of an older version; erased just now
                log.info("update %s: the pressed button is not valid any more", update_id)
                note = say("telegram.old_button", conversation.language)  # type: ignore[arg-type]
        self._asides.acknowledge(pressed, note)
        if received is not None:
            self._service.conversations.received(conversation.id, received)

    async def _tapped_twice(self, session: AsyncSession, conversation_id: str, payload: str) -> bool:
        """Whether this button is what the citizen has pressed just before, and its answer cannot have been read yet."""
        await record.locked(session, conversation_id)
        last = await session.scalar(select(Inbox).where(*_of(conversation_id)).order_by(Inbox.id.desc()).limit(1))
        return (
            last is not None
            and last.payload == payload
            and (last.state == "received" or now() - last.created_at < DOUBLE_TAP)
        )

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
            self._asides.remove_buttons(pressed)
        await self._moved(cursor)
        self._asides.acknowledge(pressed)
        self._asides.tell(pressed.chat, say(key, language))


def _of(conversation_id: str) -> tuple[ColumnElement[bool], ...]:
    """The conditions of all that has come in a conversation; both states are named for the sake of the index."""
    return Inbox.state.in_(("received", "answered")), Inbox.conversation_id == conversation_id


def _buttons(command: str, language: Language) -> list[dict[str, str]]:
    match command:
        case "erase":
            return [{"title": say("telegram.erase_button", language), "payload": ERASE}]
        case "language":
            return [
                {"title": "Қазақша", "payload": '/language{"language": "kk"}'},
                {"title": "Русский", "payload": '/language{"language": "ru"}'},
            ]
        case _:
            return []
