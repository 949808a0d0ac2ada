"""A message as entities are looked for in it: every word folded, every place known in the message as it was written."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from difflib import SequenceMatcher
from typing import NamedTuple

from nlu.text.fold import fold_word
from nlu.text.normalise import normalise

__all__ = ["Reading", "Word", "boundaries"]

_WORD = re.compile(r"\d+|[^\W\d_]+(?:['’ʼ`´][^\W\d_]+)*")


def _inner(original: str, changed: str) -> list[int]:
    """`boundaries` of two texts without white space."""
    if len(original) == len(changed):
        return list(range(len(original) + 1))
    places = [0] * (len(changed) + 1)
    for _, start, end, new_start, new_end in SequenceMatcher(None, original, changed, autojunk=False).get_opcodes():
        for place in range(new_start, new_end + 1):  # what was left out belongs to the letter before it
            part = (place - new_start) / (new_end - new_start) if new_end > new_start else 1
            places[place] = start + round(part * (end - start))
    places[0] = 0
    return places


def boundaries(original: str, changed: str) -> list[int]:
    """For each boundary between characters of `changed` (0 to its length) the one in `original` that it came from.

    `changed` is `original` after `normalise`: words may have other letters, more or fewer of them, but stay parted by
    white space as they were.
    """
    old, new = list(re.finditer(r"\S+", original)), list(re.finditer(r"\S+", changed))
    if len(old) != len(new):  # a part of invisible characters only has vanished
        return _inner(original, changed)
    places = [0] * (len(changed) + 1)
    for before, after in zip(old, new, strict=True):
        for place, inner in enumerate(_inner(before[0], after[0])):
            places[after.start() + place] = before.start() + inner
    return places


class Word(NamedTuple):
    """A word in small letters as it was meant, folded, and its place in the original."""

    text: str
    folded: str
    start: int
    end: int


class Reading:
    """One message: `text` is normalised, `skeleton` is `text` with each word folded and all between them kept."""

    def __init__(self, original: str) -> None:
        self.original = original
        self.text = normalise(original)
        self._places = range(len(original) + 1) if self.text == original else boundaries(original, self.text)
        parts: list[str] = []
        # Where each part begins and ends: in the skeleton, and in the text.
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._spans: list[tuple[int, int]] = []
        length = last = 0
        for word in _WORD.finditer(self.text):
            between, folded = self.text[last : word.start()], fold_word(word[0].lower())
            parts += (between, folded)
            self._starts.append(length + len(between))
            length += len(between) + len(folded)
            self._ends.append(length)
            self._spans.append(word.span())
            last = word.end()
        self.skeleton = "".join([*parts, self.text[last:]])

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The place in `text` of the words that `skeleton[start:end]` touches; it has to touch one."""
        first, last = bisect_right(self._ends, start), bisect_left(self._starts, end) - 1
        return self._spans[first][0], self._spans[last][1]

    def place(self, start: int, end: int) -> tuple[int, int]:
        """The place in the original of the words that `skeleton[start:end]` touches; it has to touch one."""
        first, last = self.span(start, end)
        return self._places[first], self._places[last]

    @property
    def words(self) -> list[Word]:
        """The words of which something is left when folded."""
        return [
            Word(self.text[slice(*span)].lower(), self.skeleton[start:end], *self.place(start, end))
            for start, end, span in zip(self._starts, self._ends, self._spans, strict=True)
            if end > start
        ]
