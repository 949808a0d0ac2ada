"""Which words are right as they are: common ones of both languages, Latin names, and all forms of Russian words."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pymorphy3
import yaml

__all__ = ["is_common", "is_latin_name", "is_russian"]


@lru_cache
def _common() -> frozenset[str]:
    return frozenset(Path(__file__).with_name("common.txt").read_text("utf-8").split())


@lru_cache
def _latin_names() -> frozenset[str]:
    data = yaml.safe_load(Path(__file__).with_name("words.yaml").read_text("utf-8"))
    return frozenset(word for word in data["both"].split() if word.isascii())


@lru_cache
def _dictionary() -> pymorphy3.MorphAnalyzer:
    return pymorphy3.MorphAnalyzer()


def is_common(skeleton: str) -> bool:
    """Whether a folded word is a common one of either language, or of English (counted by `nlu.text.learn`)."""
    return skeleton in _common()


def is_latin_name(word: str) -> bool:
    """Whether either language writes a word (in small letters) in Latin, like `egov`, `whatsapp`, `login`."""
    return word in _latin_names()


def is_russian(word: str) -> bool:
    """Whether a word in small letters is in the Russian dictionary, in whatever form."""
    return _dictionary().word_is_known(word)
