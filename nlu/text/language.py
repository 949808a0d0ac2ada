"""Says whether a message is Russian or Kazakh, in whatever letters it is written."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml

from nlu.text.fold import fold_word

__all__ = ["identify"]

Language = Literal["ru", "kk"]

_FRAME, _WORD, _ENDING, _LETTER = 3.0, 1.0, 0.7, 1.5
"""Weights of the evidence: the frame of a sentence outweighs the nouns that either language borrows."""

_KAZAKH_LETTER = re.compile("[әғқңөұүһіӘҒҚҢӨҰҮҺІ]")
_KAZAKH_LATIN = re.compile("[äğıñöşūüǵńúýÄĞÖŞŪÜǴŃÚÝ]|q(?!u)", re.IGNORECASE)
_RUSSIAN_LETTER = re.compile("[ёщъьцэчЁЩЪЬЦЭЧ]")
_TOKEN = re.compile(r"[^\W\d_]+(?:['’ʼ`´][^\W\d_]+)*")
_BORROWED = 0.3  # how much a Russian letter says: Kazakh keeps the Russian spelling of loanwords


@lru_cache
def _evidence() -> Mapping[Language, Mapping[str, Any]]:
    data = yaml.safe_load(Path(__file__).with_name("words.yaml").read_text("utf-8"))
    sets = {
        language: {kind: {fold_word(word.lower()) for word in text.split()} for kind, text in kinds.items()}
        for language, kinds in data.items()
    }
    # What both languages have says nothing ("онлайн", "не" folds like the Kazakh question word).
    for kind in ("frame", "words"):
        common = (sets["ru"]["frame"] | sets["ru"]["words"]) & (sets["kk"]["frame"] | sets["kk"]["words"])
        for language in sets:
            sets[language][kind] -= common
    common = sets["ru"]["endings"] & sets["kk"]["endings"]
    for language in sets:
        sets[language]["endings"] = tuple(sets[language]["endings"] - common)
    return sets


def _score(word: str, language: Language) -> float:
    known = _evidence()[language]
    folded = fold_word(word.lower())
    if folded in known["frame"]:
        return _FRAME
    score = 0.0
    if folded in known["words"]:
        score += _WORD
    longest = max((len(ending) for ending in known["endings"] if folded.endswith(ending)), default=0)
    if longest and len(folded) >= max(5, longest + 2):
        score += _ENDING * math.sqrt(longest / 2)
    return score


def identify(text: str) -> Language | None:
    """`ru` or `kk`, or None where the text does not tell: a greeting of both, a number, a name, an emoji.

    A mixed message has the language of its frame (question words, verbs): «справканы калай алам» is Kazakh,
    «как получить анықтама» Russian.
    """
    scores: dict[Language, float] = {"ru": 0.0, "kk": 0.0}
    for word in _TOKEN.findall(text):
        for language in scores:
            scores[language] += _score(word, language)
        if _KAZAKH_LETTER.search(word):
            scores["kk"] += _LETTER
        elif _KAZAKH_LATIN.search(word):
            scores["kk"] += _LETTER / 2
        elif _RUSSIAN_LETTER.search(word):
            scores["ru"] += _BORROWED
    best: Language = "ru" if scores["ru"] >= scores["kk"] else "kk"
    other: Language = "kk" if best == "ru" else "ru"
    return best if scores[best] - scores[other] >= 0.25 else None
