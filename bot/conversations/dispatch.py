"""Keeps the operators' desk moving by itself: gives talks out, takes them back, asks and closes silent ones."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from contextlib import suppress
from datetime import timedelta

from sqlalchemy import or_, select, update

from bot.conversations.desk import Desk
from bot.conversations.record import UnknownConversation
from bot.conversations.routing import in_turn, loads, next_in_turn, offered_to, on_duty
from bot.conversations.service import Conversations
from bot.conversations.states import State
from bot.conversations.talks import AlreadyClaimed
from bot.storage import Conversation, Operator
from bot.storage.tables import now

__all__ = ["Dispatcher"]

log = logging.getLogger(__name__)

TICK = 5.0
"""Seconds after which the desk is looked at though nothing has happened."""


class Dispatcher:
    """Looks at the desk whenever a conversation changes state or somebody comes or goes, and every few seconds."""

    def __init__(self, conversations: Conversations) -> None:
        self._conversations = conversations
        self._database = conversations.database

    async def run(self) -> None:
        """Look until cancelled. A failure is logged and tried again: the desk must not stand still because of one."""
        with self._conversations.events.subscribe() as subscription:
            while True:
                try:
                    await self.look()
                except Exception:  # whatever it is: while this stands still nobody is given a talk
                    log.exception("the desk could not be looked at; trying again in %.0f s", TICK)
                with suppress(TimeoutError):
                    async with asyncio.timeout(TICK):
                        async for event in subscription:
                            if event.kind in ("mode", "desk"):
                                break
                        else:  # the service stops
                            return

    async def look(self) -> None:
        """Do all that is due now."""
        async with self._database.read() as session:
            desk = await self._conversations.desk.read(session)
        await self._take_back(desk)
        await self._silent(desk)
        if desk.mode == "assign":
            await self._assign(desk)

    async def _take_back(self, desk: Desk) -> None:
        """Put the talks of operators who show no sign of life back into the queue; they are not on duty any more."""
        moment = now()
        held = select(Conversation.operator_id).where(Conversation.state == State.OPERATOR)
        concerned = or_(Operator.available, Operator.id.in_(held))
        async with self._database.read() as session:
            query = select(Operator.id, Operator.seen_at).where(
                concerned,
                or_(Operator.seen_at.is_(None), Operator.seen_at < moment - timedelta(seconds=desk.vanished_after)),
            )
            missing = (await session.execute(query)).all()
        if not missing:
            return
        gone = [operator for operator, seen in missing if seen is not None]
        async with self._database.write() as session:
            # Of whom no sign was ever noted, the time runs from now.
            unseen = [operator for operator, seen in missing if seen is None]
            await session.execute(update(Operator).where(Operator.id.in_(unseen)).values(seen_at=moment))
            await session.execute(update(Operator).where(Operator.id.in_(gone)).values(available=False))
            orphans = select(Conversation.id, Conversation.operator_id).where(
                Conversation.state == State.OPERATOR, Conversation.operator_id.in_(gone)
            )
            talks = (await session.execute(orphans)).all()
        for conversation, operator in talks:
            assert operator is not None
            log.info("conversation %s goes back to the queue: operator %s is gone", conversation, operator)
            await _if_there(self._conversations.vanish(conversation, operator))
        if gone:
            await self._conversations.desk_changed()

    async def _silent(self, desk: Desk) -> None:
        """Ask citizens who have been silent since the operator's last word, and close where they stay so."""
        moment = now()
        quiet = (Conversation.state == State.OPERATOR) & Conversation.owed_since.is_(None)
        # Who has left a question for office hours is not expected to sit and wait for the answer.
        to_ask = select(Conversation.id).where(
            quiet,
            Conversation.reason != "left",
            Conversation.asked_at.is_(None),
            Conversation.updated_at < moment - timedelta(seconds=desk.silent_after),
        )
        to_close = select(Conversation.id).where(
            quiet, Conversation.asked_at < moment - timedelta(seconds=desk.close_after)
        )
        async with self._database.read() as session:
            asked = (await session.scalars(to_ask)).all()
            closed = (await session.scalars(to_close)).all()
        for conversation in asked:
            await _if_there(self._conversations.ask_silent(conversation))
        for conversation in closed:
            await _if_there(self._conversations.lapse(conversation))

    async def _assign(self, desk: Desk) -> None:
        """Give what waits to those whose turn it is, as long as somebody has room."""
        async with self._database.read() as session:
            operators = await on_duty(session)
            load = await loads(session)
            if sum(max(each.capacity - load.get(each.id, 0), 0) for each in operators) == 0:
                return
            waiting = (
                await session.scalars(
                    select(Conversation).where(Conversation.state == State.WAITING).order_by(*in_turn())
                )
            ).all()
        for conversation in waiting:
            operator = next_in_turn(offered_to(conversation, operators, desk, now()), load)
            if operator is None:
                continue
            with suppress(AlreadyClaimed, UnknownConversation):
                await self._conversations.claim(conversation.id, operator, assigned=True)
                operator.assigned_at = now()
                load[operator.id] = load.get(operator.id, 0) + 1


async def _if_there(act: Awaitable[None]) -> None:
    """Do something to a conversation that may have been erased meanwhile."""
    with suppress(UnknownConversation):
        await act
