"""Office hours: when operators work, as set by `OFFICE_HOURS`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time

from texts import Language, say

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_FORM = re.compile(r"(?P<first>[A-Z][a-z]{2})-(?P<last>[A-Z][a-z]{2}) (?P<open>\d\d:\d\d)-(?P<close>\d\d:\d\d)")

__all__ = ["OfficeHours"]


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """From one weekday to another, from one time to another."""

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
