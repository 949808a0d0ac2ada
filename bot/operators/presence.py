"""Signs of life: who has shown one lately is on duty, and what waits is offered to them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import update

from bot.conversations.routing import offered_to, on_duty
from bot.service import Service
from bot.storage import Conversation, Database, Operator
from bot.storage.tables import now

__all__ = ["offered", "seen"]

NOTED_EVERY = timedelta(seconds=15)
"""A sign of life is noted at most so often: every call is one."""


async def seen(database: Database, operator: Operator) -> None:
    """Note a sign of life."""
    moment = now()
    if operator.seen_at is not None and moment - operator.seen_at < NOTED_EVERY:
        return
    async with database.write() as session:
        await session.execute(update(Operator).where(Operator.id == operator.id).values(seen_at=moment))
    operator.seen_at = moment


async def offered(service: Service, operator: Operator, waiting: Iterable[Conversation]) -> set[str]:
    """The ids of the waiting conversations that are offered to this operator now."""
    async with service.database.read() as session:
        desk = await service.conversations.desk.read(session)
        operators = await on_duty(session)
    if all(each.id != operator.id for each in operators):
        return set()
    moment = now()
    return {row.id for row in waiting if operator.id in {each.id for each in offered_to(row, operators, desk, moment)}}
