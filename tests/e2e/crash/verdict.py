"""What became of one citizen's messages: which answers were lost, doubled or out of order."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

__all__ = ["Verdict", "judge"]


@dataclass(frozen=True)
class Verdict:
    """The keys of answers that are not as they should be; none of the first four may be in a sound run."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    """Each key as often as it came too often."""
    disordered: list[str] = field(default_factory=list)
    """The fewest answers that would have to be taken away for the rest to be in order."""
    strange: list[str] = field(default_factory=list)
    """What answers nothing that was asked."""
    unknown_missing: list[str] = field(default_factory=list)
    unknown_doubled: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        return not (self.lost or self.doubled or self.disordered or self.strange)


def judge(asked: Sequence[str], heard: Sequence[str], unknown: Sequence[str] = ()) -> Verdict:
    """Compare what should have been answered with what came.

    `asked` are the keys of the right answers in the order of the questions, each another; `heard` the keys of the
    answers in the order in which they came; `unknown` those whose sending ended so that it may or may not have arrived:
    these may be missing or come more than once, and are counted apart. Raises `ValueError` where two questions have the
    same key: a doubled answer could not be told from that of the other.
    """
    place = {key: number for number, key in enumerate(asked)}
    if len(place) != len(asked):
        raise ValueError("each question needs an answer of its own")
    times = Counter(key for key in heard if key in place)
    missing = [key for key in asked if key not in times]
    more = [key for key in asked for _ in range(times[key] - 1)]
    first = [key for key in dict.fromkeys(heard) if key in place]
    return Verdict(
        lost=[key for key in missing if key not in unknown],
        doubled=[key for key in more if key not in unknown],
        disordered=_out_of_order(first, place),
        strange=[key for key in heard if key not in place],
        unknown_missing=[key for key in missing if key in unknown],
        unknown_doubled=[key for key in more if key in unknown],
    )


def _out_of_order(keys: Sequence[str], place: dict[str, int]) -> list[str]:
    """The keys outside a longest run of rising places."""
    ends: list[int] = []  # the place at which the best run of each length ends
    at: list[int] = []  # where in `keys` that run ends
    before: list[int | None] = []
    for index, key in enumerate(keys):
        length = bisect_left(ends, place[key])
        before.append(at[length - 1] if length else None)
        ends[length:] = [place[key], *ends[length + 1 :]]
        at[length:] = [index, *at[length + 1 :]]
    kept = set()
    last = at[-1] if at else None
    while last is not None:
        kept.add(last)
        last = before[last]
    return [key for index, key in enumerate(keys) if index not in kept]
