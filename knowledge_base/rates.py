"""Indexed amounts (MRP and others) by date, and the formulas `{0.2 mrp}` that use them."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml

from texts import Language, say

RATES = Path(__file__).parent / "rates.yaml"
UNITS = ("mrp", "minimum_wage", "subsistence_minimum", "minimum_pension", "minimum_base_pension")
FORMULA = re.compile(r"\{(\d+(?:\.\d+)?) (" + "|".join(UNITS) + r")\}")
KAZAKHSTAN = ZoneInfo("Asia/Almaty")

__all__ = ["FORMULA", "UNITS", "MissingRate", "amount", "fill", "today"]


class MissingRate(LookupError):
    """No rate is known for that day."""


def today() -> date:
    """The day in Kazakhstan, which decides the rate, wherever the server's clock stands."""
    return datetime.now(KAZAKHSTAN).date()


@lru_cache
def _table(path: Path) -> list[tuple[date, dict[str, Decimal]]]:
    rows = yaml.safe_load(path.read_text("utf-8"))["rates"]
    return sorted((date.fromisoformat(row["from"]), {unit: Decimal(row[unit]) for unit in UNITS}) for row in rows)


def amount(factor: Decimal, unit: str, on: date, *, path: Path = RATES) -> Decimal:
    """`factor` times the indexed amount `unit` on the day `on`, in tenge.

    A rate holds until the end of its calendar year, since the budget law sets it anew for each.
    Raises `MissingRate` where no rate is known for that day.
    """
    known = [(start, rates) for start, rates in _table(path) if start <= on]
    if not known or known[-1][0].year != on.year:
        raise MissingRate(f"rates.yaml has no {unit} for {on.isoformat()}")
    return factor * known[-1][1][unit]


def fill(text: str, language: Language, on: date, *, paid_out: bool = False, plain: bool = False) -> str:
    """`text` with each formula replaced by the amount on that day, in whole tenge, and the formula in words.

    With `plain` the amount stands alone.

    Published amounts are rounded so: an allowance up (7.85 MRP of 2026 are 33 951.25 tenge, 33 952 are `paid_out`), a
    fee to the nearest (1.25 MRP are 5 406.25, and 5 406 are paid).

    >>> fill("Пошлина: {0.2 mrp}.", "ru", date(2026, 11, 24))
    'Пошлина: 865 тенге (0,2 МРП).'

    Raises `MissingRate`.
    """

    def one(match: re.Match[str]) -> str:
        factor = Decimal(match[1])
        whole = amount(factor, match[2], on).quantize(Decimal(1), ROUND_CEILING if paid_out else ROUND_HALF_UP)
        tenge = f"{whole:,}".replace(",", "\N{NO-BREAK SPACE}")
        if plain:
            return say("rates.alone", language, tenge=tenge)
        key = f"rates.{match[2]}_one" if factor == 1 else f"rates.{match[2]}"
        return say(key, language, tenge=tenge, factor=match[1].replace(".", ","))

    return FORMULA.sub(one, text)
