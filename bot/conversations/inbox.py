"""Takes in what citizens send: stored before it is acknowledged, and a repeat changes nothing."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversations import tickets, unanswered
from bot.conversations.desk import DeskSettings
from bot.conversations.record import append, locked, move, system_message
from bot.conversations.states import Act, State
from bot.conversations.text import Trouble, clean, is_payload, language_of, stars_of, trouble
from bot.storage import Conversation, Inbox, Message
from texts import Language, say

__all__ = ["BadPayload", "Received", "answered", "new_conversation", "rate", "receive"]

DEFAULTS = DeskSettings()


class BadPayload(ValueError):
    """What a button sent is none of the payloads that the bot gives out."""


@dataclass(frozen=True, slots=True)
class Received:
    """A stored message of a citizen.

    `repeated` where it was stored before, `moved` where it changed the state of its conversation, `answered` where its
    channel has answered it, so that nobody else needs to.
    """

    message: Message
    repeated: bool
    moved: bool = False
    answered: bool = False


def new_conversation(channel: str, language: Language, address: str | None = None) -> Conversation:
    """A conversation that is not stored yet."""
    return Conversation(
        id=str(uuid.uuid4()), channel=channel, address=address, language=language, state="bot", epoch=0, last_id=0
    )


async def receive(
    session: AsyncSession,
    conversation_id: str,
    *,
    key: str,
    text: str = "",
    payload: str | None = None,
    unreadable: Trouble | None = None,
    plain: bool | None = None,
    desk: DeskSettings = DEFAULTS,
) -> Received:
    """Store one message of a citizen within the caller's transaction.

    `key` is the channel's own and unique in it (update id, client id): the same again gives the message of the first
    time. A pressed button comes as `payload`; its title is taken from the message that offered it. A channel says by
    `unreadable` what came instead of text (photo, sticker, voice, attachment). `plain` switches plain words on or off.

    Raises `UnknownConversation`, `BadPayload`.
    """
    if payload is not None and not is_payload(payload):
        raise BadPayload(payload)
    conversation = await locked(session, conversation_id)
    if known := await _known(session, conversation.channel, key):
        return Received(known, repeated=True)
    if payload is not None and (stars := stars_of(payload)) is not None:
        return await _rated(session, conversation, key, payload, stars)
    moved = await move(session, conversation, Act.WRITE)
    if conversation.state in (State.WAITING, State.OPERATOR):
        tickets.citizen_wrote(conversation, await desk.read(session))
    if plain is not None:
        conversation.plain = plain
    if payload is not None and not text:
        text = await _title(session, conversation, payload)
    if payload is not None and (chosen := language_of(payload)) is not None:
        conversation.language = chosen  # at once: the dialogue is not asked while an operator has the conversation
    unreadable = unreadable or (trouble(text) if payload is None else None)
    message = await _store(session, conversation, key, text, payload=payload, unreadable=unreadable)
    return Received(message, repeated=False, moved=moved)


async def answered(
    session: AsyncSession,
    conversation_id: str,
    *,
    key: str,
    text: str,
    reply_key: str,
    buttons: Sequence[dict[str, Any]] = (),
    **values: Any,
) -> Received:
    """Store a message that its channel answers itself, and the answer, within the caller's transaction.

    The answer is `texts.say(reply_key, …, **values)` in the conversation's language; the dialogue is not asked. The
    same `key` again changes nothing. After the commit the caller passes the result to `Conversations.received`.

    Raises `UnknownConversation`.
    """
    conversation = await locked(session, conversation_id)
    if known := await _known(session, conversation.channel, key):
        return Received(known, repeated=True, answered=True)
    moved = await move(session, conversation, Act.WRITE)
    message = await _store(session, conversation, key, text, state="answered")
    await system_message(session, conversation, reply_key, buttons=buttons, **values)
    return Received(message, repeated=False, moved=moved, answered=True)


async def rate(session: AsyncSession, conversation: Conversation, stars: int, comment: str | None = None) -> None:
    """Keep the citizen's rating (1 to 5) within the caller's transaction; a later one replaces it."""
    conversation.stars, conversation.comment = stars, comment
    await tickets.rated(session, conversation, stars)
    await unanswered.rated(session, conversation, stars)


async def _rated(session: AsyncSession, conversation: Conversation, key: str, payload: str, stars: int) -> Received:
    await rate(session, conversation, stars)
    message = await _store(session, conversation, key, "★" * stars, payload=payload, state="answered")
    await system_message(session, conversation, "conversations.rated")
    return Received(message, repeated=False, answered=True)


async def _store(session: AsyncSession, conversation: Conversation, key: str, text: str, **fields: Any) -> Message:
    """Add a citizen's message to a locked conversation, with its row of the inbox, which gets the `fields`."""
    message = await append(session, conversation, author="citizen", text=clean(text))
    place = {"channel": conversation.channel, "conversation_id": conversation.id, "message_id": message.id}
    session.add(Inbox(key=key, **place, **fields))
    return message


async def _known(session: AsyncSession, channel: str, key: str) -> Message | None:
    """The message that came with this key before."""
    known = await session.scalar(select(Inbox).where(Inbox.channel == channel, Inbox.key == key))
    return await session.get_one(Message, (known.conversation_id, known.message_id)) if known else None


async def _title(session: AsyncSession, conversation: Conversation, payload: str) -> str:
    """What the citizen has read on the button, for whoever reads the conversation later."""
    language: Language = conversation.language  # type: ignore[assignment]
    recent = (
        select(Message.buttons)
        .where(Message.conversation_id == conversation.id, Message.author != "citizen")
        .order_by(Message.id.desc())
        .limit(50)
    )
    for buttons in await session.scalars(recent):
        for button in buttons:
            if button["payload"] == payload:
                return button["title"]
    # A button that no message offered: the widget's own, a command of Telegram.
    intent = payload.removeprefix("/").partition("{")[0]
    language = language_of(payload) or language  # whose name stands in its own language
    return say(f"conversations.pressed_{intent}", language)
