"""Office hours: when operators work, by weekday and time, with Kazakhstan's holidays and moved working days."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml

from texts import Language, say

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
ZONE = ZoneInfo("Asia/Almaty")
"""The time of the whole country since 2024-03-01."""

_FORM = re.compile(r"(?P<first>[A-Z][a-z]{2})-(?P<last>[A-Z][a-z]{2}) (?P<open>\d\d:\d\d)-(?P<close>\d\d:\d\d)")
_AHEAD = 366  # days within which an office opens again; a week with no day in it cannot be written

__all__ = ["ZONE", "Holidays", "OfficeHours"]


@dataclass(frozen=True, slots=True)
class Holidays:
    """Days off beside the usual ones, and days of rest on which work is done; from `holidays.yaml`."""

    off: frozenset[date]
    work: frozenset[date]

    @classmethod
    @lru_cache
    def load(cls) -> Holidays:
        known = yaml.safe_load(Path(__file__).with_name("holidays.yaml").read_text("utf-8"))
        return cls(frozenset(known["days_off"]), frozenset(known["working_days"]))

    def last_year(self) -> int:
        """The last year whose holidays are known."""
        return max(day.year for day in self.off)


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """From one weekday to another, from one time to another, in the time of Astana."""

    first: str
    last: str
    opens: time
    closes: time

    @classmethod
    def parse(cls, text: str) -> OfficeHours:
        """Read `Mon-Fri 09:00-18:00`. Raises `ValueError` with what is expected."""
        match = _FORM.fullmatch(text.strip())
        if match is None or match["first"] not in DAYS or match["last"] not in DAYS:
            raise ValueError(f"office hours look like «Mon-Fri 09:00-18:00», not «{text}»")
        hours = cls(
            match["first"], match["last"], time.fromisoformat(match["open"]), time.fromisoformat(match["close"])
        )
        if hours.opens >= hours.closes:
            raise ValueError(f"office hours must open before they close: «{text}»")
        return hours

    def say(self, language: Language) -> str:
        """In words."""
        return say(
            "hours.form",
            language,
            first=say(f"hours.{self.first}", language),
            last=say(f"hours.{self.last}", language),
            opens=f"{self.opens:%H:%M}",
            closes=f"{self.closes:%H:%M}",
        )

    def open_at(self, moment: datetime) -> bool:
        """Whether operators work at this moment."""
        local = moment.astimezone(ZONE)
        return self._works(local.date()) and self.opens <= local.time() < self.closes

    def next_opening(self, moment: datetime) -> datetime:
        """When operators begin next, after `moment`."""
        return next(opens for opens, _ in self._spans(moment) if opens > moment)

    def say_opening(self, moment: datetime, language: Language) -> str:
        """In words when operators begin next after `moment`: today, tomorrow or a date, and the time."""
        opening = self.next_opening(moment).astimezone(ZONE)
        days = (opening.date() - moment.astimezone(ZONE).date()).days
        when = {0: "today", 1: "tomorrow"}.get(days, "on")
        day = say(f"hours.month_{opening.month}", language, day=opening.day)
        return say(f"hours.opening_{when}", language, day=day, time=f"{opening:%H:%M}")

    def add(self, moment: datetime, span: timedelta) -> datetime:
        """The moment at which so much office time has passed since `moment`: a promise runs only while somebody works.

        >>> OfficeHours.parse("Mon-Fri 09:00-18:00").add(friday_17_50, timedelta(minutes=30))  # doctest: +SKIP
        datetime.datetime(…)  # Monday 09:20
        """
        for opens, closes in self._spans(moment):
            begin = max(opens, moment)
            if begin + span <= closes:
                return begin + span
            span -= closes - begin
        raise ValueError(f"{span} of office time is more than the next {_AHEAD} days have")

    def _works(self, day: date) -> bool:
        holidays = Holidays.load()
        if day in holidays.work:
            return True
        first, last, weekday = DAYS.index(self.first), DAYS.index(self.last), day.weekday()
        usual = first <= weekday <= last if first <= last else not last < weekday < first
        return usual and day not in holidays.off

    def _spans(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The spans of office time that end after `moment`, in order."""
        today = moment.astimezone(ZONE).date()
        for day in (today + timedelta(days=ahead) for ahead in range(_AHEAD)):
            closes = datetime.combine(day, self.closes, ZONE)
            if self._works(day) and closes > moment:
                yield datetime.combine(day, self.opens, ZONE), closes
