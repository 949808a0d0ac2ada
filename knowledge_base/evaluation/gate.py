"""Whether something new answers worse than what is in use, question by question, and in what.

Both have answered the same questions, so only those tell anything that went well with one and not with the other.
Were both equally good, each of these would be lost as likely as won: McNemar's test, in its exact one-sided form, gives
the chance of losing as many. Dietterich (1998, "Approximate Statistical Tests for Comparing Supervised Classification
Learning Algorithms") recommends it where each of two is measured once. What is refused, and the floors under which
nothing may sink in many small steps, stand in `gate.yaml`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from scipy.stats import binomtest

BOUNDS = Path(__file__).parent / "gate.yaml"

Marks = Mapping[str, Mapping[str, bool]]
"""By figure (`ru: right service first`): which question went well."""

__all__ = ["BOUNDS", "Change", "Marks", "Worse", "compare", "decide"]


class Worse(Exception):
    """What is new answers worse: what stays in use and how to take the new one all the same, then a line a figure."""

    @property
    def summary(self) -> str:
        return str(self).partition("\n")[0]


@dataclass(frozen=True)
class Change:
    """One figure before and after, of the questions that both have; shares of questions that went well, 0 to 1.

    `allowed` is how many more may be lost than won before it is hardly chance any more, with so many changed; `floor`
    the share that this figure may not sink below, None where it has none, was below it already, or has too few
    questions.
    """

    figure: str
    questions: int
    before: float
    after: float
    lost: int
    won: int
    chance: float
    allowed: int
    floor: float | None

    @property
    def too_low(self) -> bool:
        return self.floor is not None and self.after < self.floor

    @property
    def refused(self) -> bool:
        return self.lost - self.won > self.allowed or self.too_low

    def __str__(self) -> str:
        line = (
            f"{self.figure} {100 * self.before:.1f} % -> {100 * self.after:.1f} % of {self.questions}: "
            f"{self.lost} lost, {self.won} won, {self.allowed} more lost than won allowed (p = {self.chance:.2g})"
        )
        return f"{line}; below the floor of {100 * self.floor:.0f} %" if self.floor and self.too_low else line


def compare(before: Marks, after: Marks, kind: str, bounds: Path = BOUNDS) -> list[Change]:
    """Every figure of `kind` (`search`, `dialogue`) that both have, over the questions that both have."""
    data = yaml.safe_load(bounds.read_text("utf-8"))
    floors: Mapping[str, Any] = data[kind]
    pairs = {figure: _paired(before[figure], marks) for figure, marks in after.items() if figure in before}
    pairs = {figure: pair for figure, pair in pairs.items() if pair}
    # Of many figures one falls by chance more easily than a single one does (Bonferroni).
    level = data["chance"] / max(1, len(pairs))
    return [
        _change(figure, pair, level, _floor(floors.get(figure.partition(": ")[2]), pair, data["fewest"]))
        for figure, pair in pairs.items()
    ]


def _paired(before: Mapping[str, bool], after: Mapping[str, bool]) -> list[tuple[bool, bool]]:
    return [(before[question], good) for question, good in after.items() if question in before]


def _floor(floor: float | None, pair: list[tuple[bool, bool]], fewest: int) -> float | None:
    if floor is None or len(pair) < fewest:
        return None
    return floor if sum(before for before, _ in pair) >= floor * len(pair) else None


def _change(figure: str, pair: list[tuple[bool, bool]], level: float, floor: float | None) -> Change:
    lost = sum(before and not after for before, after in pair)
    won = sum(after and not before for before, after in pair)
    changed = lost + won
    most = max((count for count in range(changed + 1) if _chance(count, changed) >= level), default=0)
    size = len(pair)
    return Change(
        figure=figure,
        questions=size,
        before=sum(before for before, _ in pair) / size,
        after=sum(after for _, after in pair) / size,
        lost=lost,
        won=won,
        chance=_chance(lost, changed),
        allowed=max(0, 2 * most - changed),
        floor=floor,
    )


def _chance(lost: int, changed: int) -> float:
    """Of losing at least `lost` of `changed` questions, were losing and winning equally likely."""
    return float(binomtest(lost, changed, alternative="greater").pvalue) if changed else 1.0


def decide(
    what: str, changes: list[Change], *, accept: str, accepted: bool, progress: Callable[[str], None]
) -> list[Change]:
    """The changes that speak against it; `accept` is the command that takes it all the same.

    Raises `Worse` where there are any and it is not `accepted`.
    """
    against = [change for change in changes if change.refused]
    if against and not accepted:
        first = (
            f"the new {what} answers worse and is refused, the former stays in use; «{accept}» takes it all the same"
        )
        raise Worse("\n".join([first, *(str(change) for change in against)]))
    for change in against:
        progress(f"worse, and taken all the same: {change}")
    if not against:
        progress(f"compared with the {what} in use: no worse in any of {len(changes)} figures")
    return against
