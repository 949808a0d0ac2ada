"""Writes in Cyrillic what was written in Latin, for lemmas and for operators: `zheke kualik` is «жеке куәлік».

Most Latin letters stand for several Cyrillic ones, in every alphabet that people use (ISO 9 and their own for Russian;
the official ones of 2017, 2018 and 2021 and their own for Kazakh). Of all readings of a word the one is taken whose
letters follow one another most likely in the language (a beam search over groups of three); rather a frequent word
than another, and in Russian one that is in the dictionary.
"""

from __future__ import annotations

import heapq
import json
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml

from nlu.text.known import is_latin_name, is_russian

__all__ = ["to_cyrillic"]

Language = Literal["ru", "kk"]

_BEAM = 24  # readings of a beginning that are followed up
_LATER = 0.7  # (logarithm) each further letter that a Latin one may stand for is so much less likely
_FREQUENT = 5.0  # (logarithm) a frequent word is so much likelier than its letters make it
_SMOOTHING, _ALPHABET = 0.5, 40

_LETTERS = "a-zÀ-öø-ÿāăčğĝģıłńňŋōöşšŝťūůűûžǵəʹʺ"
_WORD = re.compile(
    rf"(?<![\w@./-])(?:[{_LETTERS}]|4(?=[{_LETTERS}]{{2}}))(?:[{_LETTERS}46]|['’ʼ`´](?=[{_LETTERS}]|\B))*(?![\w@]|[./]\w)",
    re.I,
)
_APOSTROPHE = re.compile("['’ʼ`´]")


@lru_cache
def _readings(language: Language) -> Mapping[str, list[str]]:
    data = yaml.safe_load(Path(__file__).with_name("latin.yaml").read_text("utf-8"))[language]
    return {group: letters.split() for group, letters in data.items()}


@lru_cache
def _data() -> Mapping[str, Mapping[str, Any]]:
    return json.loads(Path(__file__).with_name("cyrillic.json").read_text("utf-8"))


@lru_cache
def _counts(language: Language) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """How often each three Cyrillic letters were seen, and each two that begin them."""
    seen = _data()["letters"][language]
    before: Counter[str] = Counter()
    for trigram, count in seen.items():
        before[trigram[:2]] += count
    return seen, before


@lru_cache
def _frequent(language: Language) -> frozenset[str]:
    return frozenset(_data()["words"][language])


@lru_cache(maxsize=65536)
def _log_likelihood(before: str, letters: str, language: Language) -> float:
    """The logarithm of the likelihood that `letters` follow the two letters `before`."""
    seen, begun = _counts(language)
    sequence = before + letters
    return sum(
        math.log(
            (seen.get(sequence[i : i + 3], 0) + _SMOOTHING) / (begun[sequence[i : i + 2]] + _SMOOTHING * _ALPHABET)
        )
        for i in range(len(letters))
    )


@lru_cache(maxsize=16384)
def _word(word: str, language: Language) -> str:
    """The likeliest Cyrillic reading of a word in small letters; the word itself where a letter has none."""
    readings = _readings(language)
    # By how many Latin letters are read: the likeliest readings of so much, each after the two spaces before a word.
    best: list[dict[str, float]] = [{} for _ in range(len(word) + 1)]
    best[0]["  "] = 0.0
    for place in range(len(word)):
        for before, likelihood in heapq.nlargest(_BEAM, best[place].items(), key=lambda item: item[1]):
            for size in range(min(4, len(word) - place), 0, -1):
                for rank, letters in enumerate(readings.get(word[place : place + size], ())):
                    longer = likelihood + _log_likelihood(before[-2:], letters, language) - rank * _LATER
                    reached = best[place + size]
                    reached[before + letters] = max(longer, reached.get(before + letters, -math.inf))
    whole = heapq.nlargest(
        _BEAM,
        (
            (
                likelihood + _log_likelihood(read[-2:], " ", language) + _FREQUENT * (read[2:] in _frequent(language)),
                read[2:],
            )
            for read, likelihood in best[-1].items()
        ),
    )
    if language == "ru":
        whole = [(likelihood, read) for likelihood, read in whole if is_russian(read)] or whole
    return whole[0][1] if whole else word


def to_cyrillic(text: str, language: Language) -> str:
    """`text` with its Latin words in Cyrillic; names that are written in Latin anyway, addresses and numbers stay.

    >>> to_cyrillic("Zheke kualik kerek", "kk")
    'Жеке куәлік керек'
    """

    def read(match: re.Match[str]) -> str:
        word = match[0]
        if is_latin_name(word.lower()):
            return word
        read = _word(_APOSTROPHE.sub("'", word.lower()), language)
        if word.isupper() and len(word) > 1:
            return read.upper()
        return read[:1].upper() + read[1:] if word[0].isupper() else read

    return _WORD.sub(read, unicodedata.normalize("NFC", text))
