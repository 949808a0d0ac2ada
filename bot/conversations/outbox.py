"""Delivers what a pushing channel owes, each conversation in order and none waiting for another."""

from __future__ import annotations

import asyncio
import itertools
import logging
import random
from datetime import timedelta
from typing import Protocol

from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError

from bot.conversations.each import PerConversation
from bot.conversations.events import Event, Events
from bot.conversations.states import State
from bot.conversations.views import MessageView
from bot.storage import Conversation, Database, Message, Outbox
from bot.storage.tables import now

__all__ = ["Ambiguous", "Courier", "Refused", "Sender", "TryLater", "back_off"]

log = logging.getLogger(__name__)

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 300.0


class Refused(Exception):
    """The channel will never take this message: the citizen has blocked the bot, the chat is gone."""


class TryLater(Exception):
    """The channel has certainly not taken the message; `after` in seconds where it says when to come again."""

    def __init__(self, reason: str, after: float | None = None) -> None:
        self.after = after
        super().__init__(reason)


class Ambiguous(Exception):
    """The message has left, and whether it arrived cannot be known."""


class Sender(Protocol):
    """A channel that pushes messages."""

    async def admit(self, address: str) -> None:
        """Wait until the channel's own pace lets a message go there."""

    async def send(self, address: str, message: MessageView) -> str | None:
        """Deliver; returns the channel's own reference. Raises `Refused`, `TryLater`, `Ambiguous`."""


class Courier:
    """Brings each message of the outbox to a final state: `sent`, `refused`, `unknown` or `late`.

    A row is marked `sending` before it leaves. What is found so at the start was cut off in between: it may have
    arrived, so it becomes `unknown` and is not sent again. Each change of state is told to the operators (`delivery`).
    """

    def __init__(self, database: Database, events: Events) -> None:
        self._database = database
        self._events = events
        self._senders: dict[str, Sender] = {}
        self._each = PerConversation(self._deliver, pause=FIRST_PAUSE)

    def add(self, channel: str, sender: Sender) -> None:
        self._senders[channel] = sender

    def push(self, conversation_id: str) -> None:
        """Say that a conversation may have something to deliver."""
        if self._senders:
            self._each.wake(conversation_id)

    async def stop(self) -> None:
        """Stop at once; what is not delivered stays owed."""
        await self._each.stop()

    async def resume(self) -> int:
        """Take up what was owed before the start; returns how many conversations. Called once the senders are added."""
        async with self._database.write() as session:
            await session.execute(
                update(Outbox).where(Outbox.state == "sending").values(state="unknown", error="cut off while sending")
            )
            query = select(Outbox.conversation_id).where(Outbox.state == "pending", Outbox.channel.in_(self._senders))
            owed = (await session.scalars(query.distinct())).all()
        for conversation_id in owed:
            self.push(conversation_id)
        return len(owed)

    async def _deliver(self, conversation_id: str, woken: asyncio.Event) -> None:
        query = (
            select(Outbox, Message)
            .join(Message, (Message.conversation_id == Outbox.conversation_id) & (Message.id == Outbox.message_id))
            .where(
                Outbox.conversation_id == conversation_id,
                Outbox.state == "pending",
                Outbox.channel.in_(self._senders),
            )
            .order_by(Outbox.id)
            .limit(1)
        )
        while True:
            async with self._database.read() as session:
                found = (await session.execute(query)).first()
            if found is None:
                return
            row, message = found
            pause = (row.not_before - now()).total_seconds()
            if pause > 0:
                await asyncio.sleep(pause)
            # Before it is marked: what is cut off while it waits has certainly not left.
            await self._senders[row.channel].admit(row.address)
            if await self._leaves(row, message):
                await self._send(row, MessageView.of(message))

    async def _leaves(self, row: Outbox, message: Message) -> bool:
        """Mark a delivery `sending`; False where it must not leave.

        What the bot said before an operator took over is `late`: it would speak into their talk. Where the row is gone,
        the citizen has erased the conversation.
        """
        async with self._database.write() as session:
            conversation = await session.get(Conversation, row.conversation_id, with_for_update=True)
            owed = await session.get(Outbox, row.id)
            if conversation is None or owed is None:
                return False
            if message.author == "bot" and conversation.state == State.OPERATOR and owed.epoch != conversation.epoch:
                owed.state = "late"
            else:
                owed.state = "sending"
                owed.attempts += 1
        self._tell(row, owed.state)
        return owed.state == "sending"

    async def _send(self, row: Outbox, message: MessageView) -> None:
        try:
            reference = await self._senders[row.channel].send(row.address, message)
        except TryLater as later:
            pause = back_off(row.attempts) if later.after is None else later.after
            await self._mark(row, "pending", not_before=now() + timedelta(seconds=pause), error=str(later))
        except Refused as refused:
            await self._mark(row, "refused", error=str(refused))
        except Ambiguous as ambiguous:
            await self._mark(row, "unknown", error=str(ambiguous))
        except Exception as error:
            # Whether it left is not known; the same fault would come again, and must not hold up what follows.
            await self._mark(row, "unknown", error=repr(error))
            raise
        else:
            await self._mark(row, "sent", reference=reference, error=None)

    async def _mark(self, row: Outbox, state: str, **values: object) -> None:
        """Note the state of a delivery, however long the database is away: only here is it known what became of it."""
        for attempts in itertools.count():
            try:
                async with self._database.write() as session:
                    await session.execute(update(Outbox).where(Outbox.id == row.id).values(state=state, **values))
            except SQLAlchemyError:
                pause = back_off(attempts)
                log.exception("delivery %s is %s, which is not noted; trying again in %.0f s", row.id, state, pause)
                await asyncio.sleep(pause)
            else:
                self._tell(row, state)
                return

    def _tell(self, row: Outbox, state: str) -> None:
        self._events.publish(Event(row.conversation_id, "delivery", {"message": row.message_id, "state": state}))


def back_off(attempts: int, longest: float = LONGEST_PAUSE) -> float:
    """Seconds to wait after so many failures before: they double, with jitter, so that a mended channel is not overrun.

    >>> 4 <= back_off(3) <= 8
    True
    """
    return random.uniform(0.5, 1) * min(FIRST_PAUSE * 2 ** min(attempts, 10), longest)  # noqa: S311 - spreads retries, keeps no secret
