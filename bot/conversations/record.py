"""The few writes that every change of a conversation is made of, each within the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversations import tickets
from bot.conversations.routing import Priority
from bot.conversations.states import Act, State, next_state
from bot.storage import Conversation, Message, Outbox
from bot.storage.tables import now
from texts import Language, say

PUSHED = frozenset({"telegram"})
"""Channels that must be sent to; citizens on the others come and read."""

__all__ = ["UnknownConversation", "append", "date_deliveries", "locked", "move", "system_message"]


class UnknownConversation(LookupError):
    """There is no such conversation."""


async def locked(session: AsyncSession, conversation_id: str) -> Conversation:
    """The conversation, its row locked until the transaction ends. Raises `UnknownConversation`."""
    conversation = await session.get(Conversation, conversation_id, with_for_update=True, populate_existing=True)
    if conversation is None:
        raise UnknownConversation(conversation_id)
    return conversation


async def append(
    session: AsyncSession,
    conversation: Conversation,
    *,
    author: str,
    text: str,
    language: Language | None = None,
    buttons: Sequence[dict[str, Any]] = (),
    answer: dict[str, Any] | None = None,
    operator_id: int | None = None,
) -> Message:
    """Add a message to a locked conversation; where it must be pushed to the citizen, with its place in the outbox."""
    conversation.last_id += 1
    conversation.updated_at = now()
    message = Message(
        conversation_id=conversation.id,
        id=conversation.last_id,
        author=author,
        operator_id=operator_id,
        text=text,
        language=language or conversation.language,
        mode=conversation.state,
        buttons=list(buttons),
        answer=answer,
    )
    session.add(message)
    await session.flush()
    if author != "citizen" and conversation.channel in PUSHED:
        session.add(
            Outbox(
                conversation_id=conversation.id,
                message_id=message.id,
                channel=conversation.channel,
                address=conversation.address,
                epoch=conversation.epoch,
            )
        )
    return message


async def system_message(
    session: AsyncSession,
    conversation: Conversation,
    key: str,
    *,
    buttons: Sequence[dict[str, Any]] = (),
    **values: Any,
) -> Message:
    """Add a message of the service itself, in the conversation's language; `key` as in `texts.say`."""
    text = say(key, conversation.language, **values)  # type: ignore[arg-type]
    return await append(session, conversation, author="system", text=text, buttons=buttons)


ENDINGS = {Act.LEAVE_QUEUE: "left", Act.RETURN: "returned", Act.CLOSE: "closed", Act.LAPSE: "silent"}
"""How each act that ends a conversation's time with the operators stands in its ticket."""


async def move(session: AsyncSession, conversation: Conversation, act: Act, *, outcome: str | None = None) -> bool:
    """Change the state of a locked conversation; True where it really changed.

    Who comes back into the queue keeps the old place. `outcome` is how it was closed. Raises `ForbiddenTransition`.
    """
    before = State(conversation.state)
    after = next_state(before, act)
    if after is before and act is not Act.TRANSFER:
        return False
    conversation.state = after
    conversation.epoch += 1
    if after is not State.OPERATOR:
        conversation.operator_id = None
    if after is State.WAITING:
        conversation.waiting_since = conversation.waiting_since or now()
    elif after in (State.BOT, State.CLOSED):
        if act in ENDINGS:
            await tickets.end(session, conversation, ENDINGS[act], outcome)
        conversation.waiting_since = conversation.reason = conversation.topic = conversation.contact = None
        conversation.domain = conversation.owed_since = conversation.reply_due = conversation.asked_at = None
        conversation.priority = Priority.NORMAL
    return True


async def date_deliveries(session: AsyncSession, conversation: Conversation, after: int) -> None:
    """Give what must be pushed of the messages above `after` the epoch that their transaction ends with.

    What is said together with a change of state is not late because of this very change.
    """
    await session.execute(
        update(Outbox)
        .where(Outbox.conversation_id == conversation.id, Outbox.message_id > after)
        .values(epoch=conversation.epoch)
    )
