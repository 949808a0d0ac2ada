"""Words of the services' texts: what people ask about, as against all else they say to a bot.

To count anew, after services were added: `python -m nlu.components.service_words knowledge_base/services`.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from nlu.text.fold import fold

__all__ = ["classes", "of_word", "service_words"]

_FILE = Path(__file__).with_name("service_words.txt")
_FEWEST = 2  # services; a word of one alone is more often chance than subject

_BOUNDS = (10, 60)  # services: below are the words that tell a subject, above those of every service
classes = len(_BOUNDS) + 2
"""How many classes `of_word` tells apart."""


@lru_cache
def service_words() -> Mapping[str, int]:
    """Folded words, and how many services have each."""
    return {word: int(count) for word, count in (line.split() for line in _FILE.read_text("utf-8").splitlines())}


def _stem(word: str) -> str:
    """Roughly what the forms of a word share; for counting it is enough."""
    return word[: max(4, len(word) - 2)] if len(word) > 5 else word


@lru_cache
def _stems() -> Mapping[str, int]:
    stems: Counter[str] = Counter()
    for word, count in service_words().items():
        stems[_stem(word)] += count
    return stems


def of_word(word: str) -> int:
    """The class of a folded word: 0 for one that no service has, the highest for those that nearly all have."""
    count = _stems().get(_stem(word), 0)
    return 0 if not count else 1 + sum(count >= bound for bound in _BOUNDS)


def _strings(data: Any, inside: bool = False) -> Iterator[str]:
    """The strings below a key `ru` or `kk`."""
    if isinstance(data, str) and inside:
        yield data
    elif isinstance(data, Mapping):
        for key, value in data.items():
            yield from _strings(value, inside or key in ("ru", "kk"))
    elif isinstance(data, list):
        for value in data:
            yield from _strings(value, inside)


def count(services: Path) -> dict[str, int]:
    """How many of the services' files have each word, folded; words of fewer than two are left out."""
    having: Counter[str] = Counter()
    for path in sorted(services.rglob("*.yaml")):
        texts = _strings(yaml.safe_load(path.read_text("utf-8")))
        having.update({word for text in texts for word in fold(text).split() if word.isalpha() and len(word) > 1})
    return {word: number for word, number in sorted(having.items()) if number >= _FEWEST}


if __name__ == "__main__":
    _FILE.write_text("".join(f"{word} {number}\n" for word, number in count(Path(sys.argv[1])).items()), "utf-8")
