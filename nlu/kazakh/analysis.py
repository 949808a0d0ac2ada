"""The readings of a word: which stem, known or not, with which endings, and how unlikely that is.

A word is read as *stem + endings* and costs what its parts cost: minus the binary logarithm of how often the stem and
the chain of endings come in running text (`stems.txt`, `endings.txt`, learnt by `learn`). The cheapest reading wins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from math import inf
from pathlib import Path
from typing import NamedTuple

from nlu.kazakh.morphology import VOWELS, Harmony, harmonies, nominal, verbal
from nlu.kazakh.stems import HARD, Stem, known_stems, shapes

__all__ = ["DERIVED", "Analyser", "Reading", "analyser", "same_ending"]

_PATTERNS = {"n": nominal, "v": verbal}
_VOWEL = re.compile(f"[{VOWELS}]")
_SAME = str.maketrans("ыіаеғгқкт", "IIAAGGGGд")

# In bits. An unknown stem costs the more the longer it is; a short stem that is unknown is hardly a stem.
_UNKNOWN = {"n": 10.0, "v": 16.0}
_LETTER = 3.2
_SHORT = {2: 9.0, 3: 4.0}
DERIVED = 6.0  # a word that is no known stem itself, but is made from one: мүгедек → мүгедектік
_RARE, _RARE_LETTER = 13.0, 0.5  # a chain of endings that was not seen
_NAME = 8.0  # what a capital within a sentence speaks against a verb


class Reading(NamedTuple):
    """One way to read a word. `endings` are those after the lemma; `kind` is the stem's: "n" or "v"."""

    cost: float
    lemma: str
    stem: str
    kind: str
    endings: str
    derived: bool
    known: bool


def same_ending(kind: str, endings: str) -> str:
    """The endings as written after any stem: `тың`, `дің` and `ның` are one, and so are `сы` and `ы`."""
    form = endings.translate(_SAME)
    if not form:
        return kind
    first, second = form[0], form[1:2]
    if first in "нлбп" and second in ("A", "I"):
        form = ("д" if first in "нл" else "м") + form[1:]
    elif kind == "n":
        if form.startswith("сI") and form[2:3] not in ("з", "ң"):
            form = form[1:]
        elif first == "ң" or (first == "м" and not form.startswith(("мAн", "мIн"))):
            form = "I" + form
    elif first == "й":
        form = "A" + form[1:]
    elif first in "плсң" and second != "A" and form != "сIн":
        form = "I" + form
    elif first == "р":
        form = "A" + form
    return kind + form


@lru_cache(maxsize=131072)
def _made(kind: str, harmony: Harmony, before: str, rest: str) -> int | None:
    """How many letters of `rest` make a new word of a stem that ends in `before`; None where it cannot follow."""
    match = _PATTERNS[kind][harmony].fullmatch(before + rest, len(before))
    return None if match is None else match.end("derived") - len(before)


class Analyser:
    """Reads words by a stock of stems, as `shapes` makes it, and the costs of endings, named as by `same_ending`."""

    def __init__(self, stems: Mapping[str, list[Stem]], endings: Mapping[str, float]) -> None:
        self._stems = stems
        self._endings = endings
        self._seen = lru_cache(maxsize=65536)(self._look_up)
        self.best = lru_cache(maxsize=65536)(self._best)

    def _look_up(self, kind: str, endings: str) -> float | None:
        return self._endings.get(same_ending(kind, endings))

    def ending_cost(self, kind: str, endings: str) -> float:
        """The cost of a chain of endings in bits."""
        seen = self._seen(kind, endings)
        return _RARE + _RARE_LETTER * len(endings) if seen is None else seen

    def _read(self, stem: Stem, rest: str) -> Reading | None:
        rest = stem.joint + rest
        for harmony in stem.harmonies:
            made = _made(stem.kind, harmony, stem.stem[-3:], rest)
            if made == 0:
                cost = stem.cost + self.ending_cost(stem.kind, rest)
                return Reading(cost, stem.lemma, stem.stem, stem.kind, rest, False, True)
            if made:
                last = rest[made - 1]
                lemma = stem.stem + rest[: made - 1] + HARD.get(last, last)
                cost = stem.cost + DERIVED + self.ending_cost(stem.kind, rest[made:])
                return Reading(cost, lemma, stem.stem, stem.kind, rest[made:], True, True)
        return None

    def _beginnings(self, word: str) -> Iterator[tuple[Stem, str]]:
        """The known stems with which a word may begin, the longest first, and what comes after each."""
        for end in range(len(word), 0, -1):
            for stem in self._stems.get(word[:end], ()):
                if not stem.before or (end < len(word) and word[end] in stem.before):
                    yield stem, word[end:]

    def readings(self, word: str) -> Iterator[Reading]:
        """Every reading of a word in lower case with a known stem."""
        return filter(None, (self._read(stem, rest) for stem, rest in self._beginnings(word)))

    def unknown(self, word: str, below: float = inf) -> Iterator[Reading]:
        """The readings of a word in lower case with a stem that nobody knows and endings that were seen.

        Those that cost `below` or more may be left out.
        """
        vowel = _VOWEL.search(word)
        if vowel is None:
            return
        for end in range(max(vowel.end(), 2), len(word) + 1):
            least = _LETTER * end + _SHORT.get(end, 0.0)
            if _UNKNOWN["n"] + least >= below:
                return
            rest = word[end:]
            for kind, start in _UNKNOWN.items():
                ending = self._seen(kind, rest)
                if ending is None or start + least + ending >= below:
                    continue
                stem = word[:end]
                if any(_made(kind, harmony, stem[-3:], rest) == 0 for harmony in harmonies(stem)):
                    voiced = rest and rest[0] in VOWELS and stem[-1] in HARD
                    lemma = stem[:-1] + HARD[stem[-1]] if voiced else stem
                    yield Reading(start + least + ending, lemma, lemma, kind, rest, False, False)

    def _best(self, word: str, name: bool = False) -> Reading | None:
        """The likeliest reading of a word in lower case, or None; a `name` is one with a capital in the sentence."""
        found: Reading | None = None
        below = inf
        for stem, rest in self._beginnings(word):
            extra = _NAME if name and stem.kind == "v" else 0.0
            least = stem.cost + extra + min(DERIVED, self.ending_cost(stem.kind, stem.joint + rest))
            if least < below and (reading := self._read(stem, rest)) and reading.cost + extra < below:
                found, below = reading, reading.cost + extra
        for reading in self.unknown(word, below):
            cost = reading.cost + (_NAME if name and reading.kind == "v" else 0.0)
            if cost < below:
                found, below = reading, cost
        return found


@cache
def analyser() -> Analyser:
    """The analyser of the stems and endings beside this file."""
    lines = Path(__file__).with_name("endings.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.split(" ") for line in lines if not line.startswith("#"))
    return Analyser(shapes(known_stems()), {ending: float(cost) for ending, cost in pairs})
