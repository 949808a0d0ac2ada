"""Tells by a list of phrases whether a citizen asks for a person, for when the dialogue cannot be asked."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import yaml

from nlu.text.fold import fold

__all__ = ["wants_operator"]


def wants_operator(text: str) -> bool:
    """Whether one of the phrases of `operator_wishes.yaml` is in the text, or is all of it where it is one word."""
    alone, within = _phrases()
    folded = fold(text)
    return bool(alone.fullmatch(folded) or within.search(folded))


@lru_cache
def _phrases() -> tuple[re.Pattern[str], re.Pattern[str]]:
    written = yaml.safe_load(Path(__file__).with_name("operator_wishes.yaml").read_text("utf-8"))
    single = [phrase for phrase in written if " " not in phrase]
    return re.compile(rf"(?:{_any(single)})\S*"), re.compile(rf"\b(?:{_any(set(written) - set(single))})")


def _any(phrases: Iterable[str]) -> str:
    """A pattern for folded text in which each word may go on, and up to two others stand for «…»."""
    return "|".join(
        r"\S*(?: \S+){0,2} ".join(r"\S* ".join(map(re.escape, fold(part).split())) for part in phrase.split("…"))
        for phrase in phrases
    )
