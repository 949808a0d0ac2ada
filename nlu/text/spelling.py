"""Finds the known word that a mistyped one stands for, and glossary terms in a message with mistyped words."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import yaml
from rapidfuzz import process
from rapidfuzz.distance import OSA

from nlu.text.fold import fold_word
from nlu.text.known import is_common, is_russian

__all__ = ["Match", "Spelling"]

_CLEARLY = 4  # times as frequent: then the one of two equally near words is meant
_VOICELESS = {"g": "k", "b": "p"}
_STEM = 4  # letters that an ending must leave
_LONG_STEM = 6  # letters of a stem by which alone a word is recognised

_WORD = re.compile(r"[^\W_]+(?:['’ʼ`´][^\W_]+)*")


@dataclass(frozen=True)
class Match:
    """Where a term stands in a text: `text[start:end]`, and how many letters of it are wrong."""

    term: str
    start: int
    end: int
    distance: int


@lru_cache
def _endings(language: str) -> re.Pattern[str]:
    """Matches what may follow the stem of a folded word: one Russian ending, or any number of Kazakh ones."""
    data = yaml.safe_load(Path(__file__).with_name("endings.yaml").read_text("utf-8"))
    endings = "|".join(sorted({fold_word(ending) for ending in data[language].split()} - {""}))
    return re.compile(f"(?:{endings})" + ("+" if language == "kk" else ""))


@lru_cache(maxsize=65536)
def _stems(skeleton: str) -> tuple[str, ...]:
    """What inflection may have left alone in a word, the longest first: `spravkalar → spravka, spravkal, sprav`.

    Before a vowel Kazakh voices the last letter of a stem (куәлік, куәлігі; кітап, кітабы); both are given.
    """
    stems = []
    for length in range(len(skeleton) - 1, _STEM - 1, -1):
        if any(_endings(language).fullmatch(skeleton, length) for language in ("ru", "kk")):
            stem = skeleton[:length]
            stems += [stem, stem[:-1] + _VOICELESS[stem[-1]]] if stem[-1] in _VOICELESS else [stem]
    return tuple(stems)


def _shortest(skeleton: str) -> str:
    """The shortest stem that is long enough to recognise the word by."""
    return next((stem for stem in reversed(_stems(skeleton)) if len(stem) >= _LONG_STEM), skeleton)


def _bound(length: int) -> int:
    """How many letters of a skeleton so long may be wrong."""
    return 0 if length < 4 else 1 if length < 8 else 2


class _Near:
    """The strings of a list that are within the bound of another string."""

    def __init__(self, strings: Iterable[str]) -> None:
        self._strings = sorted(strings, key=len)
        self._lengths = np.array([len(string) for string in self._strings])
        self._letters = np.array([self._mask(string) for string in self._strings], dtype=np.uint32)

    @staticmethod
    def _mask(string: str) -> int:
        """A bit for each letter of a to z that occurs; whatever else there is has no bit."""
        mask = 0
        for letter in string:
            if "a" <= letter <= "z":
                mask |= 1 << ord(letter) - ord("a")
        return mask

    def __call__(self, string: str) -> list[tuple[str, int]]:
        """(string, Damerau-Levenshtein distance, adjacent letters swapped counting as one) of the near ones."""
        bound = _bound(len(string))
        first, last = np.searchsorted(self._lengths, [len(string) - bound, len(string) + bound + 1])
        # An edit changes at most two bits of the letters that occur. This leaves some hundredths to measure.
        bits = self._letters[first:last] ^ np.uint32(self._mask(string))
        bits = bits - ((bits >> 1) & 0x55555555)
        bits = (bits & 0x33333333) + ((bits >> 2) & 0x33333333)
        count = (((bits + (bits >> 4)) & 0x0F0F0F0F) * np.uint32(0x01010101)) >> 24
        close = [self._strings[first + i] for i in np.flatnonzero(count <= 2 * bound)]
        return [
            (near, int(distance))
            for near, distance, _ in process.extract(string, close, scorer=OSA.distance, score_cutoff=bound, limit=None)
            if distance <= _bound(len(near))
        ]


class Spelling:
    """The right spelling of words, over their skeletons, so that another script or missing letters are no mistake.

    `vocabulary` gives texts in their right spelling and how often each was seen. A text of several words is a term
    that `terms_in` finds; its words are known like all others.
    """

    def __init__(self, vocabulary: Iterable[tuple[str, int]]) -> None:
        # By skeleton: the spellings that have it, each with how often it was seen.
        self._spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)
        # By each stem of its first word: the terms, with the stems of all their words.
        self._terms: defaultdict[str, dict[str, list[tuple[str, ...]]]] = defaultdict(dict)
        for text, count in vocabulary:
            words = _WORD.findall(text.lower())
            skeletons = [fold_word(word) for word in words]
            for word, skeleton in zip(words, skeletons, strict=True):
                if skeleton:
                    self._spellings[skeleton][word] += count
            if len(words) > 1 and all(skeletons):
                stems = [(skeleton, *_stems(skeleton)) for skeleton in skeletons]
                for stem in stems[0]:
                    self._terms[stem].setdefault(text, stems)
        self._near_words = _Near(self._spellings)
        terms = {text: stems for started in self._terms.values() for text, stems in started.items()}
        self._near_in_terms = _Near({stem for words in terms.values() for stems in words for stem in stems})

    def known(self, word: str) -> bool:
        """Whether the vocabulary has the word, in whatever spelling its skeleton allows."""
        return fold_word(word.lower()) in self._spellings

    def mend(self, word: str) -> str | None:
        """The known word, in lower case, that `word` stands for; None where there is none, or no telling which.

        That is, in this order: the word with the same skeleton; the word that `word` is a form of; the nearest word
        within the bound; the word with the nearest stem. A common word, and a form of one, is taken for no other.
        """
        word = word.lower()
        skeleton = fold_word(word)
        if spellings := self._spellings.get(skeleton):
            return word if word in spellings else self._commonest(skeleton)
        if not skeleton.isalpha() or is_russian(word):
            return None
        stems = _stems(skeleton)
        if form_of := next((stem for stem in stems if stem in self._spellings), None):
            return self._commonest(form_of)
        if any(is_common(each) for each in (skeleton, *stems)):
            return None
        if likeliest := self._likeliest(skeleton, self._near_words(skeleton)):
            return self._commonest(likeliest)
        # Its ending is one that the vocabulary has not seen with this word.
        near = [found for stem in stems if len(stem) >= _LONG_STEM for found in self._near_words(stem)]
        if likeliest := self._likeliest(skeleton, near):
            return self._commonest(likeliest)
        return None

    def terms_in(self, text: str) -> list[Match]:
        """The terms of several words in `text` (normalised), in order; of overlapping ones the longest, then nearest.

        Words may be inflected or mistyped; they have to stand side by side and in the order of the term.
        """
        places = list(_WORD.finditer(text))
        read = [self._read(place[0].lower()) for place in places]
        found = []
        for first, word in enumerate(read):
            for term, wanted in {t: w for stem in word for t, w in self._terms.get(stem, {}).items()}.items():
                distances = [
                    min((near[stem] for stem in stems if stem in near), default=None)
                    for stems, near in zip(wanted, read[first:], strict=False)
                ]
                if len(distances) == len(wanted) and None not in distances:
                    found.append((-len(wanted), sum(distances), first, term))
        taken: set[int] = set()
        matches = []
        for minus_length, distance, first, term in sorted(found):
            words = range(first, first - minus_length)
            if taken.isdisjoint(words):
                taken.update(words)
                matches.append(Match(term, places[words[0]].start(), places[words[-1]].end(), distance))
        return sorted(matches, key=lambda match: match.start)

    def _read(self, word: str) -> dict[str, int]:
        """The stems of words of terms that `word` may stand for, and how many letters are then wrong."""
        skeleton = fold_word(word)
        stems = (skeleton, *_stems(skeleton))
        read = dict.fromkeys(stems, 0)
        right = skeleton in self._spellings or is_russian(word) or any(map(is_common, stems))
        if skeleton.isalpha() and not right:
            for stem in stems:
                for near, distance in self._near_in_terms(stem):
                    read[near] = min(distance, read.get(near, distance))
        return read

    def _likeliest(self, skeleton: str, near: list[tuple[str, int]]) -> str | None:
        """Of the near skeletons the nearest, rather with the same first letter; None where two are and none is clear.

        Forms of one word do not compete with one another.
        """
        if not near:
            return None
        rank = {other: (distance, other[0] != skeleton[0]) for other, distance in near}
        nearest = [other for other in rank if rank[other] == min(rank.values())]
        count = {other: self._spellings[other].total() for other in nearest}
        likeliest, *rivals = sorted(nearest, key=lambda other: (-count[other], other))
        for rival in rivals:
            if count[likeliest] < _CLEARLY * count[rival] and _shortest(likeliest) != _shortest(rival):
                return None
        return likeliest

    def _commonest(self, skeleton: str) -> str:
        return self._spellings[skeleton].most_common(1)[0][0]
