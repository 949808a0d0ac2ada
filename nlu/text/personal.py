"""Finds the numbers that tell who somebody is, and masks them: what follows from a text needs their kind at most.

A number is found where its own check digit proves it, where its form is unmistakable, or where a word beside it says
what it is. A number that is none of these (of an application, an amount) is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from typing import Literal

__all__ = ["Kind", "Personal", "find", "is_card", "is_iban", "is_iin", "mask"]

Kind = Literal["email", "iban", "card", "iin", "phone", "passport", "id_card", "plate"]

_GAP = "[  ‑-]?"  # people part digits by a space, one that does not break, or a hyphen
_NEAR = 40  # characters before or after a number in which a word may say what it is
_SHOWN, _SHOWN_OF_LONG, _LONG = 2, 4, 12  # characters that stay readable at the end, by length of the number


@dataclass(frozen=True)
class Personal:
    """A personal number in `text[start:end]`; `masked` is what may be kept of it: its kind and its last characters."""

    kind: Kind
    start: int
    end: int
    masked: str


def is_iin(number: str) -> bool:
    """Whether 12 digits are an individual (or business) identification number: the last digit checks the others.

    Sum of the digits by the weights 1 to 11, modulo 11; where that is 10, once more by the weights 3 to 11, 1, 2; where
    it is 10 again, the number is not given out. Government resolution № 565 of 11 June 2003, annex "structure of the
    number". The first six digits are not checked as a date: since resolution № 853 of 26 August 2013 they need not be
    one.
    """
    if len(number) != 12 or not number.isdecimal():
        return False
    *digits, control = map(int, number)
    for shift in (0, 2):
        rest = sum(digit * ((place + shift) % 11 + 1) for place, digit in enumerate(digits)) % 11
        if rest != 10:
            return rest == control
    return False


def is_card(number: str) -> bool:
    """Whether 15 to 19 digits are a bank card's: they begin with a payment system's digit and pass Luhn's formula.

    ISO/IEC 7812-1, annex B.
    """
    if not (15 <= len(number) <= 19 and number.isdecimal() and number[0] in "23456"):
        return False
    digits = [int(digit) for digit in reversed(number)]
    return sum(digits[::2] + [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]) % 10 == 0


def is_iban(number: str) -> bool:
    """Whether 20 characters are a bank account of Kazakhstan: moved to the end, `KZ` and its check give 1 modulo 97.

    ISO 13616-1, with letters as numbers from A = 10 on (ISO/IEC 7064, MOD 97-10).
    """
    number = number.upper()
    if not re.fullmatch("KZ[0-9]{5}[0-9A-Z]{13}", number):
        return False
    return int("".join(str(int(character, 36)) for character in number[4:] + number[:4])) % 97 == 1


_CONTEXT: dict[Kind, re.Pattern[str]] = {
    "iin": re.compile(r"\b(?:ИИН|ЖСН|БИН|БСН|IIN|JSN|ZHSN|BIN)", re.IGNORECASE),
    "id_card": re.compile(r"удост|\bуд\b|ку[әа]л[іи]|kualik|kuálik|udost|\bid\b|айди", re.IGNORECASE),
    "passport": re.compile(r"па[сc]+порт|т[өо]лқ?к?[ұу]жат|pas+port", re.IGNORECASE),
    "plate": re.compile(
        r"номер|н[өо]м[іи]р|авто|машин|к[өо]л[іи]к|маш[ие]на|\bгрнз\b|nomer|mashin|kolik", re.IGNORECASE
    ),
}

# Letters of number plates that Cyrillic has alike.
_LATIN = "A-Z"
_ALIKE = "АВЕКМНОРСТХ"
_REGION = "(?:0[1-9]|1[0-9]|20)"


def _without_gaps(found: str) -> str:
    return re.sub(r"[\W_]", "", found)


def _certain(text: str, match: re.Match[str]) -> bool:
    return True


def _named(kind: Kind) -> Callable[[str, re.Match[str]], bool]:
    """Whether a word near the number says that it is of `kind`."""

    def check(text: str, match: re.Match[str]) -> bool:
        return bool(_CONTEXT[kind].search(text[max(0, match.start() - _NEAR) : match.end() + _NEAR]))

    return check


def _iin(text: str, match: re.Match[str]) -> bool:
    # Named so, a mistyped one is masked too: its first digits may still be somebody's day of birth.
    return is_iin(_without_gaps(match[0])) or _named("iin")(text, match)


def _plate(text: str, match: re.Match[str]) -> bool:
    """One in Latin capitals, with three letters or without gaps, needs nothing more; `100 АЕК 12` is an amount."""
    if re.search("АЕК|AEK|KZT|TNG|USD|EUR|RUB|MRP|MZP", match[0], re.IGNORECASE):
        return False
    return bool(re.fullmatch("[A-Z0-9]+|[0-9A-Z -]*[A-Z]{3}[0-9 -]*", match[0])) or _named("plate")(text, match)


# In this order: where two kinds claim the same characters, the earlier is kept.
_PATTERNS: list[tuple[Kind, re.Pattern[str], Callable[[str, re.Match[str]], bool]]] = [
    ("email", re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+"), _certain),
    (
        "iban",
        re.compile(rf"(?<!\w)KZ(?:{_GAP}[0-9A-Z]){{18}}(?!\w)", re.IGNORECASE),
        lambda text, match: is_iban(_without_gaps(match[0])),
    ),
    (
        "card",
        re.compile(rf"(?<!\w)\d(?:{_GAP}\d){{14,18}}(?!\w)"),
        lambda text, match: is_card(_without_gaps(match[0])),
    ),
    ("iin", re.compile(rf"(?<!\w)\d(?:{_GAP}\d){{11}}(?!\w)"), _iin),
    # +7 and ten digits; 8 7… without the toll-free 8 800; a mobile number without either; any other country's.
    ("phone", re.compile(r"(?<!\w)\+7(?:[\s().‑-]*\d){10}(?!\w)"), _certain),
    ("phone", re.compile(r"(?<!\w)[87][\s(.‑-]*7(?:[\s().‑-]*\d){9}(?!\w)"), _certain),
    ("phone", re.compile(r"(?<!\w)\(?7(?:0\d|47|5[01]|6[0-4]|7\d)\)?(?:[\s.‑-]*\d){7}(?!\w)"), _certain),
    ("phone", re.compile(r"(?<!\w)\+(?!7)\d(?:[\s().‑-]?\d){8,13}(?!\w)"), _certain),
    ("passport", re.compile(rf"(?<!\w)[NН]{_GAP}\d{{8}}(?!\w)", re.IGNORECASE), _certain),
    ("passport", re.compile(r"(?<!\w)\d{7,9}(?!\w)"), _named("passport")),
    ("id_card", re.compile(rf"(?<!\w)\d{{3}}(?:{_GAP}\d{{3}}){{2}}(?!\w)"), _named("id_card")),
    # Since 2012 123 ABC 02 or 123 AB 02, before A 123 BCD: the standards ST RK 986 of 2012 and of 2003.
    (
        "plate",
        re.compile(
            rf"(?<!\w)(?:\d{{3}}{_GAP}[{_LATIN}{_ALIKE}]{{2,3}}{_GAP}{_REGION}|[{_LATIN}{_ALIKE}]{_GAP}\d{{3}}{_GAP}"
            rf"[{_LATIN}{_ALIKE}]{{2,3}})(?!\w)",
            re.IGNORECASE,
        ),
        _plate,
    ),
]


def _all(text: str) -> Iterator[Personal]:
    for kind, pattern, check in _PATTERNS:
        for match in pattern.finditer(text):
            if check(text, match):
                number = _without_gaps(match[0])
                shown = number[-(_SHOWN_OF_LONG if len(number) >= _LONG else _SHOWN) :]
                yield Personal(kind, match.start(), match.end(), f"{kind} …{shown}")


def find(text: str) -> list[Personal]:
    """The personal numbers and addresses in `text`, by place, none overlapping another.

    >>> [(found.kind, found.masked) for found in find("мой ИИН 850101300124")]
    [('iin', 'iin …0124')]
    """
    found: list[Personal] = []
    for one in _all(text):
        if all(one.end <= other.start or other.end <= one.start for other in found):
            found.append(one)
    return sorted(found, key=lambda one: one.start)


def mask(text: str, *, but: Container[Kind] = ()) -> str:
    """`text` with every personal number replaced by its kind and last characters, but for some kinds.

    >>> mask("пишите на aigerim@mail.kz")
    'пишите на [email …kz]'
    """
    for one in reversed(find(text)):
        if one.kind in but:
            continue
        text = f"{text[: one.start]}[{one.masked}]{text[one.end :]}"
    return text
