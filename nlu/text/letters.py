"""How likely letters follow one another in Russian and in Kazakh: what tells a word of either from a mere jumble.

Counted over this project's own texts, folded, so that it holds for every spelling. To count anew:
`python -m nlu.text.letters knowledge_base texts nlu/training`.
"""

from __future__ import annotations

import json
import math
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml

from nlu.text.fold import fold

__all__ = ["log_likelihood"]

Language = Literal["ru", "kk"]

_COUNTS = Path(__file__).with_name("letters.json")
_SMOOTHING = (
    0.5  # added to the count of every group of three letters, so that an unseen one is unlikely, not impossible
)
_ALPHABET = 30  # about as many different letters as folded text has


def _trigrams(word: str) -> Iterator[str]:
    padded = f"  {word} "
    return (padded[i : i + 3] for i in range(len(padded) - 2))


@lru_cache
def _counts() -> Mapping[str, tuple[Mapping[str, int], Mapping[str, int]]]:
    """By language: how often each three letters were seen, and each two that begin them."""
    counts = {}
    for language, seen in json.loads(_COUNTS.read_text("utf-8")).items():
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


def _sentences(data: Any, language: Language | None) -> Iterator[tuple[Language, str]]:
    """The strings below a key `ru` or `kk`, or all where the language of the file is known, with their language."""
    if isinstance(data, str) and language:
        yield language, data
    elif isinstance(data, Mapping):
        for key, value in data.items():
            yield from _sentences(value, key if key in ("ru", "kk") else language)
    elif isinstance(data, list):
        for value in data:
            yield from _sentences(value, language)


def count(folders: list[Path]) -> dict[str, dict[str, int]]:
    """Counts the letters of all YAML files below `folders`; a file's language is that of a folder `ru` or `kk`."""
    words: dict[Language, Counter[str]] = {"ru": Counter(), "kk": Counter()}
    for path in sorted(path for folder in folders for path in folder.rglob("*.yml")) + sorted(
        path for folder in folders for path in folder.rglob("*.yaml")
    ):
        of_file: Language | None = "ru" if "ru" in path.parts else "kk" if "kk" in path.parts else None
        for language, sentence in _sentences(yaml.safe_load(path.read_text("utf-8")), of_file):
            words[language].update(word for word in fold(sentence).split() if word.isalpha())
    counted: dict[str, dict[str, int]] = {}
    for language, known in words.items():
        trigrams: Counter[str] = Counter()
        for word, times in known.items():
            for trigram in _trigrams(word):
                # The logarithm keeps the words that our own texts repeat from drowning the rest.
                trigrams[trigram] += 1 + round(math.log2(times))
        counted[language] = dict(sorted(trigrams.items()))
    return counted


if __name__ == "__main__":
    counts = count([Path(folder) for folder in sys.argv[1:]])
    _COUNTS.write_text(json.dumps(counts, ensure_ascii=False, separators=(",", ":")) + "\n", "utf-8")
