"""The lemmatizer: a word is a stem and a chain of endings that the stem allows; the likeliest reading is taken.

Verbs have their bare stem for a lemma, without the passive and the reciprocal, and so have their gerunds in -у. Names
and abbreviations keep their capitals, all else is in lower case.
"""

from __future__ import annotations

import re
from functools import lru_cache

from spacy.pipeline import Lemmatizer
from spacy.tokens import Token

from nlu.kazakh.analysis import analyser
from nlu.kazakh.irregular import ADVERBS, FORMS
from nlu.kazakh.morphology import nominal

__all__ = ["KazakhLemmatizer", "lemma"]

_FIGURES = re.compile(r"(\d+(?:[.,]\d+)*)(?:%|°[CСF])?(?:-\w+)?")
_PARTICLES = frozenset(["ақ", "ау", "ай", "мыс", "міс", "шы", "ші"])
_BEFORE_ENDING = "алнзт"  # a letter of each class: how an abbreviation is read aloud does not show in its letters


def _is_ending(tail: str) -> bool:
    return any(pattern.fullmatch(letter + tail, 1) for pattern in nominal.values() for letter in _BEFORE_ENDING)


def _hyphenated(word: str, name: bool) -> tuple[str, bool]:
    head, _, tail = word.rpartition("-")
    if tail in _PARTICLES:  # заманнан-ақ
        return _lemma(head, name)
    if any(reading.known for reading in analyser().readings(word)):  # ата-аналар
        return _plain(word, name)
    if _is_ending(tail):  # ИИН-ді
        return head, False
    last, common = _plain(tail, name)
    return f"{head}-{last}", common


def _plain(word: str, name: bool) -> tuple[str, bool]:
    reading = analyser().best(word, name)
    return (reading.lemma, reading.known) if reading else (word, False)


def _lemma(word: str, name: bool) -> tuple[str, bool]:
    """The lemma of a word in lower case, and whether the word is known."""
    if word in FORMS:
        return FORMS[word], True
    if word in ADVERBS:
        return word, True
    if figures := _FIGURES.fullmatch(word):
        return figures[1], True
    if not word.replace("-", "").isalpha():
        return word, True
    return _hyphenated(word, name) if "-" in word[1:] else _plain(word, name)


@lru_cache(maxsize=65536)
def lemma(word: str, first: bool = True) -> str:
    """The dictionary form of a word form; `first` says that the word begins a sentence, so that a capital means little.

    >>> lemma("куәлігімді")
    'куәлік'
    >>> lemma("Шымкентте")
    'Шымкент'
    """
    low = word.lower()
    capital = low != word
    found, known = _lemma(low, capital and not first)
    if not capital:
        return found.lower()
    if known:
        return found
    kept = next((place for place, (old, new) in enumerate(zip(low, found, strict=False)) if old != new), len(found))
    return word[:kept] + found[kept:]


class KazakhLemmatizer(Lemmatizer):
    """spaCy's component over `lemma`."""

    def rule_lemmatize(self, token: Token) -> list[str]:
        text = token.text
        return [lemma(text, text.islower() or token.i == 0 or token.nbor(-1).is_punct)]

    @classmethod
    def get_lookups_config(cls, mode: str) -> tuple[list[str], list[str]]:
        return ([], [])
