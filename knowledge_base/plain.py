"""Plain words, for older people: abbreviations are explained where they first stand, and each sentence has its line."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import yaml

from texts import Language

PLAIN = Path(__file__).parent / "plain.yaml"
NEAR = 120  # characters: what is explained as near as that needs no explanation again

_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+(?=[«\"]?[A-ZА-ЯЁӘҒҚҢӨҰҮҺІ])")
_QUOTED = re.compile(r"«[^»]*»")
_ENDING = {"ru": r"(?:а|е|у|ы|ов|ом|ам|ами|ах)?", "kk": r"(?:-\w+)?"}
_DASH = {"ru": "—", "kk": "–"}

__all__ = ["PLAIN", "abbreviations", "explained", "sentences", "unexplained"]


def sentences(text: str) -> list[str]:
    """The sentences of a paragraph."""
    return _SENTENCE_END.split(text)


def explained(text: str, language: Language) -> str:
    """`text` with each abbreviation of `plain.yaml` explained where it first stands, if it is not explained there.

    The explanation stands in brackets, or after a dash within brackets: it needs no declension, and no word is lost.
    What is quoted is left alone: it may be what a button is called.

    >>> explained("Придите в ЦОН. В ЦОН дадут талон.", "ru")
    'Придите в ЦОН (центр обслуживания населения). В ЦОН дадут талон.'
    """
    for found, meaning in reversed(_first_uses(text, language)):
        within = text.count("(", 0, found.start()) > text.count(")", 0, found.start())
        added = f" {_DASH[language]} {meaning}" if within else f" ({meaning})"
        text = text[: found.end()] + added + text[found.end() :]
    return text


def unexplained(text: str, language: Language) -> list[str]:
    """The abbreviations of `plain.yaml` that `text` does not explain where they first stand."""
    return [found[0] for found, _ in _first_uses(text, language)]


@lru_cache
def abbreviations() -> dict[Language, dict[str, str]]:
    """What each abbreviation means, by language."""
    data: dict[Language, dict[str, str]] = yaml.safe_load(PLAIN.read_text("utf-8"))["abbreviations"]
    return data


def _first_uses(text: str, language: Language) -> list[tuple[re.Match[str], str]]:
    """The first use of each abbreviation with its meaning, in the order of the text, without those explained."""
    quoted = [found.span() for found in _QUOTED.finditer(text)]
    first: dict[str, re.Match[str]] = {}
    for found in _pattern(language).finditer(text):
        if not any(start <= found.start() < end for start, end in quoted):
            first.setdefault(_basic(found[1]), found)
    return [
        (found, meaning)
        for word, found in first.items()
        if not _words_of(meaning := abbreviations()[language][word]).search(
            text, max(found.start() - NEAR, 0), found.end() + NEAR
        )
    ]


def _basic(word: str) -> str:
    return word[0].lower() + word[1:] if word.startswith("Спец") else word


@lru_cache
def _pattern(language: Language) -> re.Pattern[str]:
    words = sorted(abbreviations()[language], key=len, reverse=True)
    listed = "|".join([*words, *(word.capitalize()[0] + word[1:] for word in words if word[0].islower())])
    # After «№» it is a part of a number: № ҚР ДСМ-194/2020.
    return re.compile(rf"(?<![\w-])(?<!№ )({listed}){_ENDING[language]}(?![\w-])")


@lru_cache(maxsize=256)
def _words_of(meaning: str) -> re.Pattern[str]:
    """The words of an explanation with any endings, one other word allowed between two."""
    stems = [word[: max(3, len(word) - 3)] for word in re.findall(r"\w+", meaning)]
    return re.compile(r"\W+(?:\w+\W+)?".join(rf"{re.escape(stem)}\w*" for stem in stems), re.IGNORECASE)
