"""Words and phrases of a data file as one pattern over folded text, with the endings of both languages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Generic, TypeVar

import yaml

from nlu.entities.reading import Reading
from nlu.text.fold import fold_word

__all__ = ["ENDING", "Entity", "Phrases", "find", "load", "pattern"]


@dataclass(frozen=True)
class Entity:
    """What was found at `start:end` of the message as written; `info` tells more of `value`, by kind of entity."""

    entity: str
    start: int
    end: int
    value: str | float
    info: Mapping[str, str] | None = None


def load(name: str) -> Any:
    """The data file `name` of this folder."""
    return yaml.load(Path(__file__).with_name(name).read_text("utf-8"), yaml.CSafeLoader)


def _either(endings: str) -> str:
    """Endings as alternatives, folded, the longest first."""
    return "|".join(sorted({fold_word(ending) for ending in endings.split()} - {""}, key=len, reverse=True))


_RUSSIAN = _either(
    "а я у ю е о ы и ь й ой ей ою ею ом ем ём ов ев ам ям ами ями ьми ах ях ью ией ия ию ии "
    "ый ий ая яя ое ее ые ие ого его ому ему ым им ую юю ых их ыми ими ом"
)
# Folded, two like letters are one: Шымкент-тен is `shimkent-en`, so that endings also stand without their first letter.
_PLURAL = _either("лар лер дар дер тар тер ар ер")
_POSSESSIVE = (
    _either("ым ім ың ің ыңыз іңіз ымыз іміз ы і") + "|(?<=[aeiou])(?:" + _either("м ң ңыз міз мыз сы сі") + ")"
)
_CASE = _either(
    "ның нің дың дің тың тің ға ге қа ке а е на не ны ні ды ді ты ті н да де та те нда нде дан ден тан тен нан нен "
    "мен бен пен дағы дегі тағы тегі ндағы ндегі ан ен ағы егі"
)
_PREDICATE = _either("мын мін пын пін бын бін мыз міз пыз піз сың сің сыз сіз")
ENDING = f"(?:{_RUSSIAN}|(?:{_PLURAL})?(?:{_POSSESSIVE})?(?:{_CASE})?(?:{_PREDICATE})?)"
"""Any ending of a noun or an adjective, or none: no word is known by its ending, so all are allowed to all."""


def pattern(phrase: str) -> str:
    """A regular expression for folded text: after a word `*` allows any ending, `+` wants one, `~` a Russian one.

    >>> bool(re.fullmatch(pattern("мать* одиночк*"), "mati odinochki"))
    True
    """
    words = []
    for written in phrase.lower().replace("-", " ").split():
        stem = written.rstrip("*+~")
        ending = {"": "", "*": ENDING, "+": rf"(?!\b){ENDING}", "~": f"(?:{_RUSSIAN})"}[written[len(stem) :]]
        words.append(re.escape(fold_word(stem)) + ending)
    return r"[\s-]+".join(words)


T = TypeVar("T")

_WORD = re.compile(r"\w+")
_BEGINNING = (
    2  # letters that a word must share with the phrases that are tried on it; none begins with fewer and an ending
)


class Phrases(Generic[T]):
    """Finds phrases, written as for `pattern`; where two begin alike, the longer is found."""

    def __init__(self, phrases: Iterable[tuple[T, Iterable[str]]]) -> None:
        """`phrases`: values, each with all that people say for it."""
        by_beginning: dict[str, list[tuple[str, T]]] = {}
        for value, several in phrases:
            for phrase in several:
                first = re.split(r"[\s*+~-]", phrase.lower(), maxsplit=1)[0]
                by_beginning.setdefault(fold_word(first)[:_BEGINNING], []).append((phrase, value))
        self._patterns: dict[str, tuple[re.Pattern[str], list[T]]] = {}
        for beginning, listed in by_beginning.items():
            listed.sort(key=lambda item: len(item[0]), reverse=True)
            alternatives = "|".join(f"({pattern(phrase)})" for phrase, _ in listed)
            self._patterns[beginning] = re.compile(rf"(?:{alternatives})(?!\w)"), [value for _, value in listed]

    def find(self, reading: Reading) -> Iterator[tuple[re.Match[str], T]]:
        """The matches in the skeleton, each with its value."""
        end = 0
        for word in _WORD.finditer(reading.skeleton):
            known = self._patterns.get(word[0][:_BEGINNING])
            if known is None or word.start() < end:
                continue
            match = known[0].match(reading.skeleton, word.start())
            if match is not None:
                end = match.end()
                yield match, known[1][(match.lastindex or 1) - 1]


@lru_cache
def _of(entity: str) -> Phrases[str]:
    return Phrases((value, phrases.split(", ")) for value, phrases in load(f"{entity}.yaml").items())


def find(entity: str, reading: Reading) -> Iterator[Entity]:
    """What `<entity>.yaml` lists: who is spoken of (`person`), or whether online or in person (`way`)."""
    for match, value in _of(entity).find(reading):
        yield Entity(entity, *reading.place(*match.span()), value)
