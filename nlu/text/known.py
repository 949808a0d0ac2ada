"""Which words are right as they are: common ones of both languages, and every form of a Russian word."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pymorphy3

__all__ = ["is_common", "is_russian"]


@lru_cache
def _common() -> frozenset[str]:
    return frozenset(Path(__file__).with_name("common.txt").read_text("utf-8").split())


@lru_cache
def _dictionary() -> pymorphy3.MorphAnalyzer:
    return pymorphy3.MorphAnalyzer()


def is_common(skeleton: str) -> bool:
    """Whether a folded word is a common one of either language, or of English (counted by `nlu.text.learn`)."""
    return skeleton in _common()


def is_russian(word: str) -> bool:
    """Whether a word in small letters is in the Russian dictionary, in whatever form."""
    return _dictionary().word_is_known(word)
