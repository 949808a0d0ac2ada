"""Answers what has been received: one message a conversation at a time, conversations beside one another."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Protocol

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from actions.replies import Reply
from bot.conversations import record
from bot.conversations.events import Event, Events
from bot.conversations.hours import OfficeHours
from bot.conversations.queue import publish_positions
from bot.conversations.states import Act, State
from bot.conversations.text import MAX_LENGTH
from bot.dialogue import DialogueUnavailable
from bot.storage import Conversation, Database, Inbox, Message, Operator
from bot.storage.tables import now
from texts import Language, say

__all__ = ["Worker"]

log = logging.getLogger(__name__)

AT_ONCE = 16  # Rasa runs on one core: more requests at once would only make each wait longer
TELL_AFTER = timedelta(seconds=10)  # the age of a message at which its citizen learns that the answer takes longer
LEAVE_QUEUE = "/leave_queue"
OPERATOR = "/operator"


class Answering(Protocol):
    """What the worker needs of the dialogue."""

    async def ask(
        self, conversation_id: str, text: str, language: Language, *, turn: int, plain: bool = False
    ) -> list[Reply]: ...

    async def forget(self, conversation_ids: Sequence[str]) -> None: ...


class Worker:
    """Takes each owed message of the inbox to its answer.

    The answer, the change of state it brings and the mark that the message is answered are one transaction. Whatever
    dies before it leaves the message owed, and the next start answers it.
    """

    def __init__(
        self,
        database: Database,
        events: Events,
        dialogue: Answering,
        hours: OfficeHours,
        push: Callable[[str], None],
        *,
        patience: float = 1.0,
        tell_after: timedelta = TELL_AFTER,
    ) -> None:
        """`push(conversation)` is called when a message must be sent; `patience` is the first pause, in seconds."""
        self._database = database
        self._events = events
        self._dialogue = dialogue
        self._hours = hours
        self._push = push
        self._patience = patience
        self._tell_after = tell_after
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._nudges: dict[str, asyncio.Event] = {}
        self._gate = asyncio.Semaphore(AT_ONCE)

    def wake(self, conversation_id: str) -> None:
        """Say that a conversation owes an answer."""
        self._nudges.setdefault(conversation_id, asyncio.Event()).set()
        if conversation_id not in self._tasks:
            task = asyncio.create_task(self._work(conversation_id), name=f"answer {conversation_id}")
            self._tasks[conversation_id] = task
            task.add_done_callback(lambda done: self._finished(conversation_id, done))

    def _finished(self, conversation_id: str, task: asyncio.Task[None]) -> None:
        del self._tasks[conversation_id]
        if task.cancelled():
            return
        if error := task.exception():
            log.error("answering in %s failed", conversation_id, exc_info=error)
            asyncio.get_running_loop().call_later(self._patience, self.wake, conversation_id)
        elif self._nudges[conversation_id].is_set():
            self.wake(conversation_id)
        else:
            del self._nudges[conversation_id]

    async def resume(self) -> int:
        """Wake every conversation that owes an answer since before the start; returns how many."""
        async with self._database.read() as session:
            owed = (
                await session.scalars(select(Inbox.conversation_id).where(Inbox.state == "received").distinct())
            ).all()
        for conversation_id in owed:
            self.wake(conversation_id)
        return len(owed)

    async def stop(self) -> None:
        """Stop at once; what is not answered stays owed."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _work(self, conversation_id: str) -> None:
        nudge = self._nudges[conversation_id]
        while True:
            nudge.clear()
            item = await self._next(conversation_id)
            if item is None:
                return
            pause = (item.not_before - now()).total_seconds()
            if pause > 0:
                # A new message cuts the pause short: it may be the wish for an operator.
                with suppress(TimeoutError):
                    async with asyncio.timeout(pause):
                        await nudge.wait()
            async with self._gate:
                await self._answer(item)

    async def _next(self, conversation_id: str) -> Inbox | None:
        query = (
            select(Inbox)
            .where(Inbox.state == "received", Inbox.conversation_id == conversation_id)
            .order_by(Inbox.id)
            .limit(1)
        )
        async with self._database.read() as session:
            return await session.scalar(query)

    async def _answer(self, item: Inbox) -> None:
        async with self._database.read() as session:
            conversation = await session.get(Conversation, item.conversation_id)
            message = await session.get(Message, (item.conversation_id, item.message_id))
        if conversation is None or message is None:
            return  # erased meanwhile
        replies: list[Reply] = []
        if conversation.state == State.BOT:
            self._events.publish(Event(conversation.id, "typing", {"author": "bot", "active": True}))
            try:
                replies = await self._replies(item, message, conversation)
            except DialogueUnavailable as error:
                await self._postpone(item, error)
                return
            finally:
                self._events.publish(Event(conversation.id, "typing", {"author": "bot", "active": False}))
        states = await self._commit(item, conversation.epoch, replies)
        if states is None:
            return
        before, after = states
        if after is not before:
            self._events.publish(Event(conversation.id, "mode", {"mode": after}))
            await publish_positions(self._database, self._events)
        self._events.publish(Event(conversation.id, "message"))
        self._push(conversation.id)

    async def _replies(self, item: Inbox, message: Message, conversation: Conversation) -> list[Reply]:
        language: Language = conversation.language  # type: ignore[assignment]
        if item.payload == LEAVE_QUEUE:
            return [Reply(text=say("conversations.not_waiting", language), language=language)]
        if item.unreadable is not None:
            text = say(f"conversations.unreadable_{item.unreadable}", language, limit=MAX_LENGTH)
            return [Reply(text=text, language=language)]
        # What a person types is never a command to Rasa, even if it looks like one.
        asked = item.payload or message.text.lstrip("/ ")
        return await self._dialogue.ask(conversation.id, asked, language, turn=message.id, plain=conversation.plain)

    async def _postpone(self, item: Inbox, error: DialogueUnavailable) -> None:
        """Keep the message for another attempt; the citizen is told once, and may have an operator without Rasa."""
        handed_over = told = False
        async with self._database.write() as session:
            conversation = await session.get(Conversation, item.conversation_id, with_for_update=True)
            owed = await session.get(Inbox, item.id)
            if conversation is None or owed is None:
                return
            owed.attempts += 1
            pause = min(self._patience * 2 ** (owed.attempts - 1), 60)
            owed.not_before = now() + timedelta(seconds=pause)
            if conversation.state == State.BOT and await self._operator_wanted(session, conversation.id):
                await self._hand_over(session, conversation, reason="failed", topic=None)
                owed.not_before = now()  # Rasa is not asked any more
                handed_over = True
            elif not owed.told and now() - owed.created_at >= self._tell_after:
                button = {"title": _say("conversations.call_operator", conversation), "payload": OPERATOR}
                await record.system_message(session, conversation, "conversations.answer_delayed", buttons=[button])
                owed.told = told = True
        log.warning("conversation %s, message %s: %s", item.conversation_id, item.message_id, error)
        if handed_over:
            self._events.publish(Event(item.conversation_id, "mode", {"mode": State.WAITING}))
            await publish_positions(self._database, self._events)
        if handed_over or told:
            self._events.publish(Event(item.conversation_id, "message"))
            self._push(item.conversation_id)

    async def _operator_wanted(self, session: AsyncSession, conversation_id: str) -> bool:
        """Whether the citizen has pressed "operator" among what is still owed."""
        query = select(Inbox.id).where(
            Inbox.state == "received", Inbox.conversation_id == conversation_id, Inbox.payload == OPERATOR
        )
        return await session.scalar(query.limit(1)) is not None

    async def _commit(self, item: Inbox, epoch: int, replies: list[Reply]) -> tuple[State, State] | None:
        """Store the replies with the state change they bring; returns the state before and after.

        None where there is nothing more to answer. Replies begun before a change of state come too late and are
        dropped: an operator has taken over, or the citizen has left.
        """
        async with self._database.write() as session:
            conversation = await session.get(Conversation, item.conversation_id, with_for_update=True)
            owed = await session.get(Inbox, item.id)
            if conversation is None or owed is None or owed.state != "received":
                return None
            owed.state = "answered"
            before = State(conversation.state)
            if conversation.epoch != epoch:
                return before, before
            if item.payload == LEAVE_QUEUE and conversation.state == State.WAITING:
                record.move(conversation, Act.LEAVE_QUEUE)
                await record.system_message(session, conversation, "conversations.left_queue")
            for reply in replies:
                conversation.language = reply.language
                await record.append(
                    session,
                    conversation,
                    author="bot",
                    text=reply.text,
                    language=reply.language,
                    buttons=[button.model_dump() for button in reply.buttons],
                    answer=reply.answer.model_dump(mode="json") if reply.answer else None,
                )
                if reply.hand_over and conversation.state == State.BOT:
                    await self._hand_over(session, conversation, reply.hand_over.reason, reply.hand_over.topic)
            return before, State(conversation.state)

    async def _hand_over(
        self, session: AsyncSession, conversation: Conversation, reason: str, topic: str | None
    ) -> None:
        """Put a locked conversation in the queue, and tell the citizen where it stands there."""
        record.move(conversation, Act.HAND_OVER)
        conversation.reason, conversation.topic = reason, topic
        await session.flush()
        leave = {"title": _say("conversations.leave_queue", conversation), "payload": LEAVE_QUEUE}
        on_duty = select(func.count()).select_from(Operator).where(Operator.available, ~Operator.disabled)
        if await session.scalar(on_duty):
            place = await record.position(session, conversation)
            await record.system_message(
                session, conversation, "conversations.queue_position", buttons=[leave], position=place
            )
        else:
            hours = self._hours.say(conversation.language)  # type: ignore[arg-type]
            await record.system_message(
                session, conversation, "conversations.nobody_on_duty", buttons=[leave], hours=hours
            )


def _say(key: str, conversation: Conversation) -> str:
    return say(key, conversation.language)  # type: ignore[arg-type]
