"""Checking the knowledge base: faults, which keep it from being used, and warnings, which do not."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from knowledge_base.model import SERVICES, Service, load_all
from knowledge_base.rates import FORMULA, UNITS, MissingRate, amount, today
from nlu.text.fold import fold
from texts import LANGUAGES, Language

LONGEST = 3500  # characters of a rendered section; a Telegram message takes 4096, and buttons' texts come on top
ENOUGH = 40  # letters from which on a text must show which language it is in

_KAZAKH = re.compile("[әғқңөұүһі]", re.IGNORECASE)
_BARE = re.compile(r"\d[\d.,\s]*(?:-\s*)?(?:кратн\w*\s+)?(?:МРП|АЕК|МЗП|ЕТЖ)\b", re.IGNORECASE)
_BRACED = re.compile(r"\{[^{}]*\}")

__all__ = ["LONGEST", "Checked", "check"]


class Checked(NamedTuple):
    """Lines `file: field: why`."""

    faults: list[str]
    warnings: list[str]


def check(folder: Path = SERVICES, on: date | None = None) -> Checked:
    """Everything that is wrong with the service files in `folder` on the day `on` (today where not given)."""
    day = on or today()
    try:
        services = load_all(folder)
    except ExceptionGroup as group:
        return Checked([str(fault) for fault in group.exceptions], [])
    faults = list(_repeated_questions(services.values()))
    warnings = []
    for service in services.values():
        where = f"{service.domain}/{service.slug}.yaml"
        faults += [f"{where}: {field}: {why}" for field, why in _faults_of(service, day)]
        if service.review_by < day:
            warnings.append(f"{where}: review_by: was to be reviewed by {service.review_by.isoformat()}")
    return Checked(faults, warnings)


def _faults_of(service: Service, day: date) -> Iterator[tuple[str, str]]:
    # People mix languages when they ask, and name amounts as they please: nicknames and questions are theirs.
    written = service.model_dump(exclude={"sources", "also_called", "questions"})
    for field, language, text in _texts(written, ""):
        if why := _wrong_language(text, language):
            yield field, why
        yield from ((field, why) for why in _wrong_amounts(text, day))
    yield from _too_long(service, day)


def _texts(value: Any, field: str) -> Iterator[tuple[str, Language, str]]:
    """Every text in one of the languages, with its place; what stands under neither `ru` nor `kk` is no such text."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(inner, f"{field}.{key}" if field else key)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _texts(inner, f"{field}.{number}")
    elif isinstance(value, str):
        for language in LANGUAGES:
            if language in field.split("."):
                yield field, language, value


def _wrong_language(text: str, language: Language) -> str | None:
    """Russian has none of the nine Kazakh letters, and hardly a Kazakh sentence does without all of them.

    What is quoted or parenthesised may be in the other language (the name of a button, a term), and the number of an
    order keeps its Kazakh letters in Russian too (№ 253/НҚ).
    """
    text = re.sub(r"«[^»]*»|\([^)]*\)|\S*\d/\w+", "", text)
    found = _KAZAKH.search(text)
    if language == "ru" and found:
        return f"Kazakh letter «{found[0]}» in a Russian text"
    if language == "kk" and not found and sum(letter.isalpha() for letter in text) > ENOUGH:
        return "no Kazakh letter in a Kazakh text: is it Russian?"
    return None


def _wrong_amounts(text: str, day: date) -> Iterator[str]:
    for braced in _BRACED.findall(text):
        formula = FORMULA.fullmatch(braced)
        if not formula:
            yield f"{braced} is no formula like {{0.2 mrp}}; units: {', '.join(UNITS)}"
            continue
        try:
            amount(Decimal(formula[1]), formula[2], day)
        except MissingRate as error:
            yield str(error)
    rest = _BRACED.sub("", text)
    if "{" in rest or "}" in rest:
        yield "a brace without its partner"
    if bare := _BARE.search(rest):
        yield f"«{bare[0].strip()}» must be a formula like {{0.2 mrp}}, so that the amount is computed"


def _too_long(service: Service, day: date) -> Iterator[tuple[str, str]]:
    from knowledge_base.render import render

    for section in service.sections():
        for language in LANGUAGES:
            length = len(render(service, section, language, day))
            if length > LONGEST:
                yield f"{section}.{language}", f"{length} characters, more than {LONGEST}: too long for one message"


def _repeated_questions(services: Any) -> Iterator[str]:
    asked: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for service in services:
        for language in LANGUAGES:
            for number, question in enumerate(service.questions[language]):
                place = f"{service.domain}/{service.slug}.yaml: questions.{language}.{number}"
                asked[fold(question)].append((service.slug, place))
    for places in asked.values():
        first = places[0][0]
        for slug, place in places[1:]:
            if slug != first:
                yield f"{place}: the same question stands under {first}"
