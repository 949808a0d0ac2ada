"""How likely letters follow one another in Russian and in Kazakh: what tells a word of either from a mere jumble.

Counted by `nlu.text.learn` over folded words, so that it holds for every spelling.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal

__all__ = ["log_likelihood"]

Language = Literal["ru", "kk"]

_SMOOTHING = 0.5  # added to the count of every three letters, so that unseen ones are unlikely, not impossible
_ALPHABET = 30  # about as many different letters as folded text has


def _trigrams(word: str) -> Iterator[str]:
    padded = f"  {word} "
    return (padded[i : i + 3] for i in range(len(padded) - 2))


@lru_cache
def _counts() -> Mapping[str, tuple[Mapping[str, int], Mapping[str, int]]]:
    """By language: how often each three letters were seen, and each two that begin them."""
    counts = {}
    for language, seen in json.loads(Path(__file__).with_name("letters.json").read_text("utf-8")).items():
        before: Counter[str] = Counter()
        for trigram, count in seen.items():
            before[trigram[:2]] += count
        counts[language] = (seen, before)
    return counts


@lru_cache(maxsize=65536)
def log_likelihood(word: str, language: Language) -> float:
    """The natural logarithm of the likelihood of a folded word, per letter (its end counts as one).

    About -2 for common words of the language, below -3 for a jumble.
    """
    seen, before = _counts()[language]
    total = sum(
        math.log((seen.get(trigram, 0) + _SMOOTHING) / (before.get(trigram[:2], 0) + _SMOOTHING * _ALPHABET))
        for trigram in _trigrams(word)
    )
    return total / (len(word) + 1)
