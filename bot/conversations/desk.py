"""The settings of the operators' desk: when it is open, how talks are given out, and what it promises."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.conversations.hours import OfficeHours
from bot.storage import DeskSetting

__all__ = ["Desk", "DeskSettings"]


def _hours(text: str) -> str:
    OfficeHours.parse(text)
    return text.strip()


Seconds = Annotated[int, Field(ge=10, le=30 * 24 * 3600)]


class Desk(BaseModel):
    """How the desk works. All spans are seconds; those of promises are office time."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    office_hours: Annotated[str, AfterValidator(_hours)] = "Mon-Fri 09:00-18:00"
    mode: Literal["take", "assign"] = "take"
    """Whether operators take talks from the queue, or get them assigned in turn."""
    widen_after: Seconds = 120
    """How long a talk is offered only to those of its language and domain, and then only to those of its language."""
    vanished_after: Seconds = 180
    """How long after an operator's last sign of life their talks go back to the queue."""
    silent_after: Seconds = 15 * 60
    """How long after the operator's last word a silent citizen is asked whether they are still there."""
    close_after: Seconds = 15 * 60
    """How long after that question the talk is closed."""
    first_reply: Seconds = 5 * 60
    next_reply: Seconds = 3 * 60
    left_reply: Seconds = 4 * 3600
    """The first reply to a question that was left, whose citizen does not sit and wait."""
    closing: Seconds = 3600
    """From the first reply's promise to the end of the talk."""
    second_factor: Literal["off", "required"] = "off"

    @property
    def hours(self) -> OfficeHours:
        return OfficeHours.parse(self.office_hours)

    def due(self, moment: datetime, seconds: int) -> datetime:
        """By when something is promised that may take so many seconds of office time from `moment` on."""
        return self.hours.add(moment, timedelta(seconds=seconds))


class DeskSettings:
    """The settings as they are in the database, over the defaults of this process."""

    def __init__(self, defaults: Desk | None = None) -> None:
        self._defaults = defaults or Desk()

    async def read(self, session: AsyncSession) -> Desk:
        """The desk of now."""
        changed = {row.name: row.value for row in await session.scalars(select(DeskSetting))}
        # A name of another version of the service is left where it is.
        known = {name: value for name, value in changed.items() if name in Desk.model_fields}
        return Desk.model_validate(self._defaults.model_dump() | known)

    async def change(self, session: AsyncSession, values: Mapping[str, Any]) -> Desk:
        """Set some of them within the caller's transaction. Raises `pydantic.ValidationError`."""
        before = await self.read(session)
        after = Desk.model_validate(before.model_dump() | dict(values))
        for name in values:
            await session.merge(DeskSetting(name=name, value=getattr(after, name)))
        return after
