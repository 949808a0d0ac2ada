"""Reads the answer that a person typed to a question of a calculation: one of its options, or a number."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

import yaml

from nlu.entities import numbers
from nlu.entities.phrases import Phrases
from nlu.entities.reading import Reading
from nlu.text.fold import fold, fold_word

TYPED = Path(__file__).parent / "typed.yaml"
LITRES = 20  # an engine volume below it is told in litres: 1,6 is 1 600 cubic centimetres
SHORT = 3  # words; in a longer answer a number is not the place in the list

_WORD = re.compile(r"[^\W\d_]+")
_THOUSANDS = re.compile(r"(?<=\d)[,'’](?=\d{3}(?!\d))")
_SPACES = re.compile(r"(?<=\d)\s+(?=\d)")
_GROUPED = re.compile(r"(?<!\d)\d{1,3}(?:[ .]\d{3})+(?!\d)")
_SEVERAL = re.compile(r"\d[\s-]+\d")
_HALF = re.compile(r"(?<!\w)(пол)(?=миллион|тысяч|млн)", re.IGNORECASE)
_ROMAN = re.compile(r"(?<!\w)[IІ]{1,3}(?!\w)", re.IGNORECASE)  # of either alphabet; folded, all would be one «i»
_MINUS = re.compile(r"(?:^|\s)(?:[-−–]\s?|минус\s+)(?=\d)", re.IGNORECASE)

__all__ = ["read_choice", "read_number"]


def read_choice(text: str, options: Mapping[str, Sequence[str]]) -> str | None:
    """The option meant by `text`: `options` gives for each what it may be called, its titles before other words.

    By its id, a title, words in the text, the place in the list, or a part of one title alone; `None` where none or
    more than one can be meant.
    """
    if text.strip().lower() in options:
        return text.strip().lower()
    text = _arabic(text)
    folded = fold(text)
    called = tuple((option, tuple(map(_arabic, words))) for option, words in options.items())
    for option, words in called:
        if folded and folded in map(fold, words):
            return option
    reading = Reading(text)
    if found := {option for _, option in _phrases(called).find(reading)}:
        return found.pop() if len(found) == 1 else None
    if len(folded.split()) <= SHORT and (place := read_number(text)) is not None:
        return called[int(place) - 1][0] if place in range(1, len(called) + 1) else None
    typed = {word for word in fold(reading.text).split() if len(word) > 2}
    parts = [option for option, words in called if typed and any(typed <= set(fold(word).split()) for word in words)]
    return parts[0] if len(parts) == 1 else None


def read_number(text: str, unit: str = "count") -> Decimal | None:
    """The number that `text` tells, in digits or words, in `unit`; `None` where there is none, or more than one.

    Money said in another currency, or in another unit than asked for, is not read: it would be a wrong amount.

    >>> read_number("1 млн 200 тыс", "money")
    Decimal('1200000')
    """
    own = _WORD.sub(lambda word: _own_numbers().get(fold_word(word[0].lower()), word[0]), text)
    own = _HALF.sub(r"\1 ", _SPACES.sub(" ", _THOUSANDS.sub("", own)))
    reading = Reading(own)
    said = {entity.info["unit"] for entity in numbers.find(reading) if entity.info}
    if said - {"MRP" if unit == "mrp" else "KZT"}:
        return None
    found = [match[0] for match in re.finditer(numbers.NUMBER, reading.skeleton)]
    if any(_SEVERAL.search(_GROUPED.sub("1", one)) for one in found):
        return None
    values = {Decimal(str(numbers.value(one))) for one in found}
    if len(values) != 1:
        return None
    value = values.pop()
    if unit == "cm3" and value < LITRES:
        value *= 1000
    value = value.quantize(Decimal(1)) if value == value.to_integral_value() else value
    return -value if _MINUS.search(own) else value


def _arabic(text: str) -> str:
    return _ROMAN.sub(lambda roman: str(len(roman[0])), text)


@lru_cache
def _own_numbers() -> dict[str, str]:
    data = yaml.safe_load(TYPED.read_text("utf-8"))["numbers"]
    return {fold_word(word): str(number) for number, words in data.items() for word in words}


@lru_cache(maxsize=256)
def _phrases(called: tuple[tuple[str, tuple[str, ...]], ...]) -> Phrases[str]:
    return Phrases((option, [word for word in words if fold(word)]) for option, words in called)
