"""Numbers and amounts of money: `5000 тенге`, `5 мың теңге`, `1,5 млн`, `20 АЕК`, `пять тысяч тенге`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from nlu.entities.phrases import Entity, load, pattern
from nlu.entities.reading import Reading
from nlu.text.fold import fold_word

__all__ = ["NUMBER", "alternatives", "find", "value"]


def alternatives(phrases: Iterable[str]) -> str:
    """A regular expression for any of the phrases, the longest first."""
    return "|".join(pattern(phrase) for phrase in sorted(phrases, key=len, reverse=True))


_DATA = load("numbers.yaml")
_WORDS = {fold_word(word): number for number, words in _DATA["words"].items() for word in words}
_MULTIPLIERS = {number: alternatives(words) for number, words in _DATA["multipliers"].items()}
_MULTIPLIERS[1000] += r"|(?<=\d)k"  # 50к
_UNITS = {unit: re.compile(rf"\.?\s*(?:{alternatives(words)})(?!\w)") for unit, words in _DATA["units"].items()}
_SIGN = re.compile(rf"\s*([{''.join(_DATA['signs'])}])")

_DIGITS = r"(?:\d{1,3}(?:[ .]\d{3})+(?!\d)|\d+(?:[.,]\d{1,2})?(?!\d))"
_WORD = rf"(?:{'|'.join(_WORDS)})(?!\w)"
_MULTIPLIER = rf"(?:{'|'.join(_MULTIPLIERS.values())})(?!\w)"
_ONE = rf"(?:{_DIGITS}|{_WORD}|{_MULTIPLIER})"

NUMBER = rf"(?<![\w.,]){_ONE}(?:[\s-]*{_ONE})*"
"""A regular expression for a number in folded text, in digits or words."""

_PART = re.compile(
    rf"(?P<digits>{_DIGITS})|(?P<word>{_WORD})|"
    + "|".join(rf"(?P<times{number}>{words})(?!\w)" for number, words in _MULTIPLIERS.items())
)
_NUMBER = re.compile(NUMBER)
# A number of thousands or millions is an amount without a unit, too, if spelled in its own letters: folded, «5 мин»
# (minutes) is `5 мың`.
_SPELLED = re.compile(
    r"\d(?:[кk]|\s*(?:" + "|".join(word.rstrip("*") for words in _DATA["multipliers"].values() for word in words) + "))"
)


def value(number: str) -> float:
    """What a number in folded text is: `1,5 mln` is 1500000, `eki juz min` 200000."""
    total = current = 0.0
    for part in _PART.finditer(number):
        kind, said = str(part.lastgroup), part[0]
        if kind == "digits":
            thousands = re.fullmatch(r"\d{1,3}(?:[ .]\d{3})+", said)
            current += float(re.sub("[ .]", "", said) if thousands else said.replace(",", "."))
        elif kind == "word":
            current = current * 100 if _WORDS[said] == 100 and current else current + _WORDS[said]
        else:
            total, current = total + (current or 1) * int(kind.removeprefix("times")), 0
    return total + current


def find(reading: Reading) -> Iterator[Entity]:
    """The amounts; `value` is the number, `info["unit"]` a currency by ISO 4217, MRP or MZP, where it is said."""
    for number in _NUMBER.finditer(reading.skeleton):
        start, end = reading.place(*number.span())
        said = value(number[0])
        said = int(said) if said == int(said) else said
        for unit, words in _UNITS.items():
            if after := words.match(reading.skeleton, number.end()):
                yield Entity("amount", start, reading.place(number.start(), after.end())[1], said, {"unit": unit})
                break
        else:
            if after := _SIGN.match(reading.skeleton, number.end()):
                sign = after[1]
                yield Entity(
                    "amount", start, reading.original.index(sign, end) + 1, said, {"unit": _DATA["signs"][sign]}
                )
            elif _SPELLED.search(reading.text[slice(*reading.span(*number.span()))].lower()):
                yield Entity("amount", start, end, said)
