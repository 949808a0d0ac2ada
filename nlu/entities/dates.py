"""Dates in a message, as ISO 8601: `12.05.2026`, `12 мамыр`, `вчера`, `две недели назад`, `былтыр`, `в мае 2025`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from nlu.entities.numbers import NUMBER, alternatives, value
from nlu.entities.phrases import Entity, load
from nlu.entities.reading import Reading

__all__ = ["find"]

_DATA = load("dates.yaml")
_DATA["months"] = dict(enumerate(_DATA["months"], start=1))


def _words(name: str, key: object = None) -> str:
    """The words under `name`, or only those of one `key` there, as a pattern of a whole word."""
    lists = [_DATA[name]] if isinstance(_DATA[name], list) else [_DATA[name][key]] if key else _DATA[name].values()
    return rf"(?:{alternatives(word for words in lists for word in words)})(?!\w)"


def _key(name: str, said: str) -> int:
    """Under which key of `name` the word that was said stands: the number of a month, how many days or years on."""
    return next(key for key, words in _DATA[name].items() if re.fullmatch(alternatives(words), said))


def _shifted(today: date, number: int, unit: str) -> date:
    """`today` and so many units on; the 31st becomes the last day of a shorter month. Raises `OverflowError`."""
    if unit in ("day", "week"):
        return today + timedelta(days=number * (7 if unit == "week" else 1))
    year, month = divmod(today.year * 12 + today.month - 1 + number * (12 if unit == "year" else 1), 12)
    if not date.min.year <= year < date.max.year:
        raise OverflowError("a date out of reach")
    first_of_next = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(today.day, (first_of_next - timedelta(days=1)).day))


def _nearest(today: date, month: int, day: int) -> date:
    """That day in the year in which it is nearest to today; raises `ValueError` where no year has it."""
    days = []
    for year in range(today.year - 4, today.year + 5):  # the 29th of February is not in every one
        if day <= 28 or _shifted(date(year, month, 1), 1, "month") - date(year, month, 1) >= timedelta(days=day):
            days.append(date(year, month, day))
    return min(days, key=lambda one: abs(one - today))


Found = tuple[date, str]
"""A day, and how precisely it was said: to the day, week, month or year."""


def _day(said: re.Match[str], today: date) -> Found:
    groups = said.groupdict()
    month = int(groups["figure"]) if groups.get("figure") else _key("months", said["month"])
    if year := groups.get("year"):
        return date(int(year) + (2000 if len(year) == 2 else 0), month, int(said["day"])), "day"
    return _nearest(today, month, int(said["day"])), "day"


def _month(said: re.Match[str], today: date) -> Found:
    month, year = _key("months", said["month"]), said.groupdict().get("year")
    return (date(int(year), month, 1) if year else _nearest(today, month, min(today.day, 28))), "month"


def _year(said: re.Match[str], today: date) -> Found:
    return date(int(said["year"]), 1, 1), "year"


def _counted(direction: int) -> Callable[[re.Match[str], date], Found]:
    def make(said: re.Match[str], today: date) -> Found:
        unit = str(_key("units", said["unit"]))
        number = round(value(said["number"])) if said["number"] else 1
        return _shifted(today, direction * number, unit), unit

    return make


def _relative(said: re.Match[str], today: date) -> Found:
    unit = str(_key("units", said["unit"]))
    return _shifted(today, _key("which", said["which"]), unit), unit


def _named(name: str, unit: str) -> Callable[[re.Match[str], date], Found]:
    return lambda said, today: (_shifted(today, _key(name, said[0]), unit), unit)


_PARTS = {
    "DAY": r"(?P<day>\d{1,2})",
    "FIGURE": r"(?P<figure>\d{1,2})",
    "MONTH": rf"(?P<month>{_words('months')})",
    "SHORT": r"(?P<year>(?:(?:19|20)\d\d|\d\d))(?!\d)",
    "YEAR": r"(?P<year>(?:19|20)\d\d)(?!\d)",
    "OF": rf"(?:{_words('units', 'year')}|g(?!\w)\.?)",
    "TH": r"(?:[\s-]*(?:e|go|ogo|oe|shi|inshi)(?!\w))?",  # 12-е, 12-го, 12-ші
    "NUMBER": rf"(?:(?P<number>{NUMBER})\s*)?",
    "UNIT": rf"(?P<unit>{_words('units')})",
    "WHICH": rf"(?P<which>{_words('which')})",
    "AGO": _words("ago"),
    "LATER": _words("later"),
    "IN": _words("in"),
}
# In this order: where two claim the same characters, the earlier is kept.
_RULES: list[tuple[str, Callable[[re.Match[str], date], Found]]] = [
    (r"<DAY>\.<FIGURE>\.<SHORT>", _day),
    (r"<DAY>/<FIGURE>/<SHORT>", _day),
    (r"<DAY>-<FIGURE>-<YEAR>", _day),
    (r"<YEAR>-<FIGURE>-<DAY>(?!\d)", _day),
    (r"<YEAR>[\s-]*<OF>[\s,]*<DAY><TH>[\s-]*<MONTH>", _day),  # 2026 жылғы 12 мамыр
    (r"<DAY><TH>[\s-]*<MONTH>(?:\s+<YEAR>(?:\s*<OF>)?)?", _day),
    (r"<MONTH>\s+<DAY>[\s-]*(?:n?[sş]?i)(?:n|na|nda|ne|nde|nan|nen)?(?!\w)", _day),  # мамырдың 12-сі
    (r"<MONTH>\s+<YEAR>(?:\s*<OF>)?", _month),
    (r"<YEAR>[\s-]*<OF>\s+<MONTH>", _month),
    (r"<NUMBER><UNIT>\s+<AGO>", _counted(-1)),
    (r"<NUMBER><UNIT>\s+<LATER>", _counted(1)),
    (r"<IN>\s+<NUMBER><UNIT>", _counted(1)),
    (r"<WHICH>\s+<UNIT>", _relative),
    (_words("days"), _named("days", "day")),
    (_words("years"), _named("years", "year")),
    (r"<YEAR>[\s-]*<OF>", _year),
    # Alone a month is one only after a word of time or in a Kazakh form that tells when: «қазан» is a cauldron, too,
    # and «мәрте» folds like a form of март.
    (r"(?:v|vo|s|so|do|po|k|za|na)\s+<MONTH>", _month),
    (r"(?!mart|avgust)<MONTH>(?:(?<=[dt][ae])|(?<=[dt][ae]n)|\s+ai\w*)", _month),
]
_COMPILED = [
    (re.compile(r"(?<![\w.,])(?:" + re.sub("<([A-Z]+)>", lambda part: _PARTS[part[1]], rule) + ")"), make)
    for rule, make in _RULES
]


def _iso(day: date, grain: str) -> str:
    if grain == "week":
        return "{}-W{:02}".format(*day.isocalendar())
    return day.isoformat()[: {"day": 10, "month": 7, "year": 4}[grain]]


def find(reading: Reading, today: date) -> Iterator[Entity]:
    """The dates; `value` is ISO 8601 as precisely as was said, `info["grain"]` is day, week, month or year.

    A day or a month without a year is the one nearest to `today`. A day that does not exist is no date.
    """
    taken: list[tuple[int, int]] = []
    for pattern, make in _COMPILED:
        for match in pattern.finditer(reading.skeleton):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            try:
                day, grain = make(match, today)
            except (ValueError, OverflowError):  # the 31st of April, a thousand years ago
                continue
            taken.append(match.span())
            yield Entity("date", *reading.place(*match.span()), _iso(day, grain), {"grain": grain})
