"""Answers what has been received: one message a conversation at a time, conversations beside one another."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from actions.replies import HandOver, Reply
from bot.conversations import record, unanswered
from bot.conversations.desk import DeskSettings
from bot.conversations.each import PerConversation
from bot.conversations.events import Event, Events
from bot.conversations.handover import LEAVE_QUESTION, LEAVE_QUEUE, OPERATOR, button, enter_queue, leave_queue
from bot.conversations.queue import publish_positions
from bot.conversations.states import Act, State
from bot.conversations.text import MAX_LENGTH
from bot.conversations.urgent import help_at_once
from bot.conversations.wish import wants_operator
from bot.dialogue import DialogueUnavailable
from bot.storage import Conversation, Database, Inbox, Message
from bot.storage.tables import now
from nlu.text import emergency
from texts import Language, say

__all__ = ["Worker"]

log = logging.getLogger(__name__)

AT_ONCE = 16  # Rasa runs on one core: more requests at once would only make each wait longer
TELL_AFTER = timedelta(seconds=10)  # the age of a message at which its citizen learns that the answer takes longer
GRACE = 1.0  # seconds that an answer may take before it is slow, however old the message is
LONGEST_PAUSE = 60.0  # seconds between two attempts
LONGEST_CALL = 1000  # characters of a message in which a call for help is looked for: who is in danger writes few


class Answering(Protocol):
    """What the worker needs of the dialogue."""

    async def ask(
        self, conversation_id: str, text: str, language: Language, *, turn: int, plain: bool = False
    ) -> list[Reply]: ...

    async def forget(self, conversation_ids: Sequence[str]) -> None: ...


class _HandedOver(Exception):
    """The citizen has an operator now, and the dialogue's answer is not awaited any more."""


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
        desk: DeskSettings,
        push: Callable[[str], None],
        *,
        patience: float = 1.0,
        tell_after: timedelta = TELL_AFTER,
    ) -> None:
        """`push(conversation)` is called when a message must be sent; `patience` is the first pause, in seconds."""
        self._database = database
        self._events = events
        self._dialogue = dialogue
        self._desk = desk
        self._push = push
        self._patience = patience
        self._tell_after = tell_after
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._each = PerConversation(self._work, pause=patience)
        self._looked_at: dict[str, int] = {}  # the last item of a conversation looked at for a call for help

    def wake(self, conversation_id: str) -> None:
        """Say that a conversation owes an answer."""
        self._each.wake(conversation_id)

    async def stop(self) -> None:
        """Stop at once; what is not answered stays owed."""
        await self._each.stop()

    async def resume(self) -> int:
        """Wake every conversation that owes an answer since before the start; returns how many."""
        async with self._database.read() as session:
            owed = (
                await session.scalars(select(Inbox.conversation_id).where(Inbox.state == "received").distinct())
            ).all()
        for conversation_id in owed:
            self.wake(conversation_id)
        return len(owed)

    async def _work(self, conversation_id: str, woken: asyncio.Event) -> None:
        try:
            await self._answer_all(conversation_id, woken)
        finally:
            self._looked_at.pop(conversation_id, None)

    async def _answer_all(self, conversation_id: str, woken: asyncio.Event) -> None:
        hurry = False
        while True:
            woken.clear()
            owed = await self._owed(conversation_id)
            if not owed:
                return
            if await self._help(owed):
                continue
            item, message = owed[0]
            pause = (item.not_before - now()).total_seconds()
            if pause > 0 and not hurry:
                # A new message cuts the pause short: it may be the wish for an operator.
                hurry = await _set_within(woken, pause)
            else:
                hurry = False
                await self._answer(item, message, woken)

    async def _owed(self, conversation_id: str) -> list[tuple[Inbox, Message]]:
        """What awaits an answer, in order."""
        query = (
            select(Inbox, Message)
            .join(Message, (Message.conversation_id == Inbox.conversation_id) & (Message.id == Inbox.message_id))
            .where(Inbox.state == "received", Inbox.conversation_id == conversation_id)
            .order_by(Inbox.id)
        )
        async with self._database.read() as session:
            return [(item, message) for item, message in await session.execute(query)]

    async def _help(self, owed: list[tuple[Inbox, Message]]) -> bool:
        """Answer calls for help ahead of their turn, without the dialogue; True where there was one."""
        helped = False
        for item, message in owed:
            if item.id <= self._looked_at.get(item.conversation_id, 0):
                continue
            if item.payload is not None or item.unreadable is not None:
                continue
            kind = await asyncio.to_thread(emergency.recognise, message.text[:LONGEST_CALL])
            if kind is None:
                continue
            helped = True
            async with self._database.write() as session:
                conversation, still_owed = await self._locked(session, item)
                if conversation is None or still_owed is None:
                    continue
                still_owed.state = "answered"
                await help_at_once(session, conversation, kind, message.text)
            await self._publish(item.conversation_id, None)
        if owed:
            self._looked_at[owed[-1][0].conversation_id] = owed[-1][0].id
        return helped

    async def _locked(self, session: AsyncSession, item: Inbox) -> tuple[Conversation | None, Inbox | None]:
        """The conversation and the item, which is None where it is answered; both are None where they are erased."""
        conversation = await session.get(Conversation, item.conversation_id, with_for_update=True)
        owed = await session.get(Inbox, item.id)
        return conversation, owed if owed is not None and owed.state == "received" else None

    async def _answer(self, item: Inbox, message: Message, woken: asyncio.Event) -> None:
        async with self._database.read() as session:
            conversation = await session.get(Conversation, item.conversation_id)
        if conversation is None:
            return  # erased meanwhile
        replies: list[Reply] = []
        leaving = conversation.state == State.WAITING and item.payload == LEAVE_QUESTION
        # What was written to an operator is not the bot's to answer, even if it has the conversation back already.
        if leaving or (conversation.state == State.BOT and message.mode != State.OPERATOR):
            self._events.publish(Event(conversation.id, "typing", {"author": "bot", "active": True}))
            try:
                replies = await self._replies(item, message, conversation, woken)
            except _HandedOver:
                return
            except DialogueUnavailable as error:
                log.warning("conversation %s, message %s: %s", conversation.id, item.message_id, error)
                await self._delayed(item, postponed=True)
                return
            finally:
                self._events.publish(Event(conversation.id, "typing", {"author": "bot", "active": False}))
        if not await self._commit(item, message, conversation.epoch, replies):
            await self._dialogue.forget([conversation.id])  # it has noted a turn of what was erased meanwhile

    # --- the dialogue

    async def _replies(
        self, item: Inbox, message: Message, conversation: Conversation, woken: asyncio.Event
    ) -> list[Reply]:
        """What the bot says. Raises `DialogueUnavailable`, `_HandedOver`."""
        language: Language = conversation.language  # type: ignore[assignment]
        if item.payload == LEAVE_QUEUE:
            return [Reply(text=say("conversations.not_waiting", language), language=language)]
        if item.unreadable is not None:
            text = say(f"conversations.unreadable_{item.unreadable}", language, limit=MAX_LENGTH)
            return [Reply(text=text, language=language)]
        # What a person types is never a command to Rasa, even if it looks like one.
        asked = item.payload or message.text.lstrip("/ ")
        asking = asyncio.create_task(self._ask(conversation, asked, message.id))
        try:
            await self._watch(item, asking, woken)
            return await asking
        finally:
            asking.cancel()

    async def _ask(self, conversation: Conversation, text: str, turn: int) -> list[Reply]:
        language: Language = conversation.language  # type: ignore[assignment]
        async with self._gate:
            return await self._dialogue.ask(conversation.id, text, language, turn=turn, plain=conversation.plain)

    async def _watch(self, item: Inbox, asking: asyncio.Task[list[Reply]], woken: asyncio.Event) -> None:
        """Wait until the dialogue has answered or failed, and heed meanwhile what else the citizen writes.

        Calls for help are answered at once. When the dialogue has become slow, the citizen is told, and a wish for an
        operator is granted: then no answer is awaited any more and `_HandedOver` is raised.
        """
        clock = asyncio.get_running_loop().time
        slow = clock() + max(GRACE, (item.created_at + self._tell_after - now()).total_seconds())
        while not asking.done():
            remaining = slow - clock()
            if remaining <= 0 and await self._delayed(item, postponed=False):
                raise _HandedOver
            waking = asyncio.create_task(woken.wait())
            try:
                timeout = remaining if remaining > 0 else None
                await asyncio.wait({asking, waking}, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
            finally:
                waking.cancel()
            if woken.is_set() and not asking.done():
                woken.clear()
                await self._help(await self._owed(item.conversation_id))

    async def _delayed(self, item: Inbox, *, postponed: bool) -> bool:
        """Tell the citizen, once, that the answer takes longer; True where an operator was wanted and is called now.

        A `postponed` message is tried again later, after growing pauses.
        """
        handed_over = told = False
        async with self._database.write() as session:
            conversation, owed = await self._locked(session, item)
            if conversation is None or owed is None:
                return False
            if postponed:
                owed.attempts += 1
                pause = min(self._patience * 2 ** (owed.attempts - 1), LONGEST_PAUSE)
                owed.not_before = now() + timedelta(seconds=pause)
            with_bot = conversation.state == State.BOT
            if with_bot and await self._operator_wanted(session, conversation.id):
                await enter_queue(session, conversation, HandOver(reason="failed"), await self._desk.read(session))
                owed.not_before = now()  # Rasa is not asked any more
                handed_over = True
            elif (
                (with_bot or owed.payload == LEAVE_QUESTION)
                and not owed.told
                and now() - owed.created_at >= self._tell_after
            ):
                buttons = [button("call_operator", OPERATOR, conversation.language)] if with_bot else []
                await record.system_message(session, conversation, "conversations.answer_delayed", buttons=buttons)
                owed.told = told = True
        if handed_over or told:
            await self._publish(item.conversation_id, State.WAITING if handed_over else None)
        return handed_over

    async def _operator_wanted(self, session: AsyncSession, conversation_id: str) -> bool:
        """Whether the citizen asks for an operator, by the button or in words, among what is still owed."""
        query = (
            select(Inbox.payload, Message.text)
            .join(Message, (Message.conversation_id == Inbox.conversation_id) & (Message.id == Inbox.message_id))
            .where(Inbox.state == "received", Inbox.conversation_id == conversation_id, Inbox.unreadable.is_(None))
        )
        return any(
            payload == OPERATOR or (payload is None and wants_operator(text))
            for payload, text in await session.execute(query)
        )

    # --- what becomes of an answer

    async def _commit(self, item: Inbox, message: Message, epoch: int, replies: list[Reply]) -> bool:
        """Store the replies with the state change they bring, and that the message is answered.

        False where the conversation has been erased.

        Replies begun before a change of state come too late. They are dropped where the operators have the conversation
        now: they read the message, too. Where it is back at the bot, the message stays owed and is asked again.
        """
        async with self._database.write() as session:
            conversation, owed = await self._locked(session, item)
            if conversation is None or owed is None:
                return conversation is not None
            late = conversation.epoch != epoch
            if late and conversation.state == State.BOT and message.mode != State.OPERATOR:
                return True
            owed.state = "answered"
            if late:
                return True
            before, last_id = conversation.state, conversation.last_id
            if conversation.state == State.WAITING:
                await self._leave(session, conversation, item.payload)
            await unanswered.collect(session, item, message, replies)
            for reply in replies:
                await self._say(session, conversation, reply)
            await record.date_deliveries(session, conversation, after=last_id)
        after = State(conversation.state)
        await self._publish(conversation.id, after if after != before else None)
        return True

    async def _leave(self, session: AsyncSession, conversation: Conversation, payload: str | None) -> None:
        """Take a waiting conversation back to the bot where the citizen has pressed a button for that."""
        if payload == LEAVE_QUEUE:
            await leave_queue(session, conversation)
        elif payload == LEAVE_QUESTION:
            # Without a word: the dialogue's answer says how it goes on.
            await record.move(session, conversation, Act.LEAVE_QUEUE)

    async def _say(self, session: AsyncSession, conversation: Conversation, reply: Reply) -> None:
        conversation.language = reply.language
        await record.append(
            session,
            conversation,
            author="bot",
            text=reply.text,
            language=reply.language,
            buttons=[each.model_dump() for each in reply.buttons],
            answer=reply.answer.model_dump(mode="json") if reply.answer else None,
        )
        if reply.hand_over and conversation.state == State.BOT:
            await enter_queue(session, conversation, reply.hand_over, await self._desk.read(session))

    async def _publish(self, conversation_id: str, mode: State | None) -> None:
        """Tell who listens of new messages, and of a new `mode`."""
        if mode is not None:
            self._events.publish(Event(conversation_id, "mode", {"mode": mode}))
            await publish_positions(self._database, self._events)
        self._events.publish(Event(conversation_id, "message"))
        self._push(conversation_id)


async def _set_within(event: asyncio.Event, seconds: float) -> bool:
    """Wait for the event; False where it is not set in that time."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    return event.is_set()
