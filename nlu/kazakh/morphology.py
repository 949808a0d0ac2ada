"""How a Kazakh word is built: which chains of endings may follow a stem, as expressions made from `suffixes`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from nlu.kazakh import suffixes

__all__ = ["BACK", "FRONT", "VOWELS", "Harmony", "harmonies", "nominal", "verbal"]

Harmony = Literal["back", "front"]

BACK, FRONT = "аоұыёя", "әөүіеэ"
VOWELS = BACK + FRONT + "иую"
_HARMONY: dict[Harmony, dict[int, str]] = {
    "back": str.maketrans("AIGK", "аығқ"),
    "front": str.maketrans("AIGK", "еігк"),
}


def harmonies(stem: str) -> tuple[Harmony, ...]:
    """The harmonies that endings of `stem` may have: that of its last vowel, both where и, у or ю stand last alone."""
    if stem[-1] in "кгь":  # Kazakh has қ and ғ after back vowels, so that these are loanwords: банк-ке, педагог-тер
        return ("front", "back")
    for letter in reversed(stem):
        if letter in BACK:
            return ("back",)
        if letter in FRONT:
            return ("front",)
        if letter in "ию" and stem[-1] not in "ию":  # паспорт but министр, конституция but су
            return ("front", "back")
    return ("back", "front")


def _any(parts: Iterable[str]) -> str:
    return f"(?:{'|'.join(parts)})"


def _ending(shapes: list[str], harmony: Harmony) -> str:
    """One expression for any of the endings, each looking back at the letter that it follows."""
    parts = []
    for shape in " ".join(shapes).split():
        classes, form = shape.split(":")
        before = "" if classes == "*" else f"(?<=[{''.join(suffixes.CLASSES[name] for name in classes)}])"
        parts.append(before + form.translate(_HARMONY[harmony]))
    return _any(parts)


def _maybe(expression: str) -> str:
    return f"(?:{expression})?"


def _rather_not(expression: str) -> str:
    """Tried only where the word is not to be read without it."""
    return f"(?:{expression})??"


@dataclass(frozen=True)
class _Builder:
    """The expressions of one harmony."""

    harmony: Harmony

    def of(self, name: str, kinds: dict[str, list[str]] = suffixes.NOUN) -> str:
        return _ending(kinds[name], self.harmony)

    def verb(self, name: str) -> str:
        return self.of(name, suffixes.VERB)

    def noun_endings(self) -> str:
        """Plural, whose, case, and what may come after them; any of it may be missing."""
        case = _any([self.of("case"), self.of("like"), self.of("someone's")])
        after_his = _any([self.of("case after his"), self.of("like")])
        after_mine = _any([self.of("case after mine"), self.of("case"), self.of("like")])
        whose = _any([self.of("his") + _maybe(after_his), self.of("mine") + _maybe(after_mine), case])
        simple = _maybe(self.of("plural")) + _maybe(whose)
        place = _any([self.of("of a place"), self.of("of a time"), self.of("someone's")])
        return simple + _maybe(place + simple) + _maybe(self.of("predicate"))

    def particle(self) -> str:
        return _rather_not(_ending(suffixes.PARTICLES, self.harmony))

    def nominal(self) -> re.Pattern[str]:
        derived = [_rather_not(_ending(shapes, self.harmony)) for shapes in suffixes.DERIVED_NOUN]
        return re.compile(
            f"(?P<derived>{''.join(derived)})"
            + r"(?!с[ыі]з\Z)"  # rather "without …" than "you are …"
            + _maybe(self.of("more"))
            + self.noun_endings()
            + self.particle()
        )

    def verbal(self) -> re.Pattern[str]:
        after_l = f"(?:(?<=л[ае])|(?<=лд[ае])){self.verb('passive after л')}"
        voice = _rather_not(_any([self.verb("passive"), after_l, self.verb("reciprocal")]))
        present = self.verb("present") + _maybe(self.verb("present person"))
        past = self.verb("past") + _maybe(self.verb("past person"))
        participle = self.verb("participle") + _maybe(self.verb("after a participle")) + self.noun_endings()
        converb = self.verb("converb") + _maybe(self.verb("converb person"))
        mood = _maybe(self.verb("mood")) + _maybe(self.verb("please"))
        return re.compile(
            f"(?P<derived>{_rather_not(_ending(suffixes.CAUSATIVE, self.harmony))})"
            + voice * 2
            + _maybe(self.verb("negation"))
            + _any([present, past, participle, converb, mood])
            + self.particle()
        )


nominal: dict[Harmony, re.Pattern[str]] = {harmony: _Builder(harmony).nominal() for harmony in _HARMONY}
verbal: dict[Harmony, re.Pattern[str]] = {harmony: _Builder(harmony).verbal() for harmony in _HARMONY}
