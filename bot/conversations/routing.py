"""Decides to whom a waiting conversation is offered, and in which order the queue goes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversations.desk import Desk
from bot.conversations.states import State
from bot.storage import Conversation, Operator

__all__ = ["Priority", "ahead_of", "in_turn", "loads", "next_in_turn", "offered_to", "on_duty"]


class Priority(IntEnum):
    """What goes first in the queue; the same priority goes by waiting time."""

    LEFT = -1
    """A question left: its citizen does not sit and wait."""
    NORMAL = 0
    COMPLAINT = 1
    RAISED = 2
    """Brought forward by a supervisor."""


def in_turn() -> tuple[Any, ...]:
    """The order of the queue, for `order_by`."""
    return Conversation.priority.desc(), Conversation.waiting_since, Conversation.id


def ahead_of(conversation: Conversation) -> ColumnElement[bool]:
    """Which waiting conversations go before this one."""
    return or_(
        Conversation.priority > conversation.priority,
        (Conversation.priority == conversation.priority) & (Conversation.waiting_since < conversation.waiting_since),
    )


async def on_duty(session: AsyncSession) -> Sequence[Operator]:
    """The operators who take conversations now."""
    return (await session.scalars(select(Operator).where(Operator.available, ~Operator.disabled))).all()


async def loads(session: AsyncSession) -> dict[int, int]:
    """How many talks each operator has, by id; who has none is missing."""
    query = (
        select(Conversation.operator_id, func.count())
        .where(Conversation.state == State.OPERATOR, Conversation.operator_id.is_not(None))
        .group_by(Conversation.operator_id)
    )
    return {operator: count for operator, count in await session.execute(query) if operator is not None}


def offered_to(
    conversation: Conversation, operators: Iterable[Operator], desk: Desk, moment: datetime
) -> list[Operator]:
    """To whom of the `operators` on duty a waiting conversation is offered at this moment.

    First to those who have its language and its domain, after `widen_after` to all who have the language, after as
    much again to everyone. Where nobody is of the narrower circle, there is nothing to wait for.
    """
    everyone = list(operators)
    waited = moment - (conversation.waiting_since or moment)
    circle = min(int(waited / timedelta(seconds=desk.widen_after)), 2)
    with_language = [each for each in everyone if conversation.language in each.languages]
    with_both = [each for each in with_language if _has_domain(each, conversation.domain)]
    return next((found for found in (with_both, with_language, everyone)[circle:] if found), [])


def next_in_turn(offered: Iterable[Operator], load: dict[int, int]) -> Operator | None:
    """Whose turn it is: of those who have room for another talk, who has waited longest for one."""
    free = [each for each in offered if load.get(each.id, 0) < each.capacity]
    return min(free, key=lambda each: (each.assigned_at or datetime.min.replace(tzinfo=UTC), each.id), default=None)


def _has_domain(operator: Operator, domain: str | None) -> bool:
    return domain is None or not operator.domains or domain in operator.domains
