"""Checking the knowledge base: faults, which keep it from being used, and warnings, which do not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from knowledge_base import check_calculations
from knowledge_base.calculations import Calculation
from knowledge_base.glossary import Glossary
from knowledge_base.model import SERVICES, Dated, Service, load_all
from knowledge_base.rates import FORMULA, UNITS, MissingRate, amount, today
from knowledge_base.render import render
from knowledge_base.sections import remainder
from nlu.text.fold import fold
from nlu.text.language import identify
from texts import LANGUAGES, Language

LONGEST = 3500  # characters of a rendered answer; a Telegram message takes 4096, and its links come on top
LONG_SENTENCE = 22  # words; more is hard to read aloud in one breath
NAMING = ("law", "agency", "name")  # fields that name laws and bodies: as long as those are
ENOUGH = 40  # letters from which on a text must show which language it is in

_KAZAKH = re.compile("[әғқңөұүһі]", re.IGNORECASE)
_BARE = re.compile(
    r"\d[\d.,\s]*(?:-\s*)?(?:кратн\w*\s+)?"
    r"(?:(?:МРП|АЕК|МЗП|ЕТЖА?)\b|прожиточн\w+|минимальн\w+ (?:зарплат|заработн|пенси)"
    r"|ең төмен(?:гі)? (?:жалақы|күнкөріс))",
    re.IGNORECASE,
)
_BRACED = re.compile(r"\{[^{}]*\}")
_SUM = re.compile(r"\{\d[^{}]*\}|\d\s*(?:тенге|теңге|тг|₸|%|процент\w*|пайыз\w*)(?!\w)", re.IGNORECASE)
_PERIOD = re.compile(
    r"(?<!\d)\d{1,3}\s*(?:(?:рабочи\w+|календарн\w+|жұмыс|күнтізбелік)\s+)?"
    r"(?:дн\w*|день|сут\w+|час\w*|недел\w+|месяц\w*|лет|год\w*|күн\w*|сағат\w*|апта\w*|ай(?:да|ға|дан|ға)?|жыл\w*)(?!\w)",
    re.IGNORECASE,
)
_HEDGE = re.compile(r"обычно|как правило|примерно|около|әдетте|шамамен|көбіне", re.IGNORECASE)
_ASIDE = re.compile(r"«[^»]*»|\([^)]*\)|\S*\d/\w+")
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+")
_WORD = re.compile(r"[^\W_]+(?:[-.][^\W_]+)*")

__all__ = ["LONGEST", "LONG_SENTENCE", "Checked", "check"]


Written = tuple[str, Language, str]  # a text with its place before it


class Checked(NamedTuple):
    """Lines `file: field: why`."""

    faults: list[str]
    warnings: list[str]


def check(folder: Path = SERVICES, on: date | None = None) -> Checked:
    """Everything that is wrong with the service files in `folder` on the day `on` (today where not given).

    With the project's own services their calculations are checked, too.
    """
    day = on or today()
    try:
        services = load_all(folder)
    except ExceptionGroup as group:
        return Checked([str(fault) for fault in group.exceptions], [])
    glossary = Glossary.read()
    faults = list(_question_faults(services.values()))
    warnings = []
    for service in services.values():
        where = f"{service.domain}/{service.slug}.yaml"
        written = list(_written(service))
        faults += [f"{where}: {field}: {why}" for field, why in _faults_of(service, written, day)]
        warnings += [f"{where}: {field}: {why}" for field, why in _warnings_of(service, written, day, glossary)]
    if folder == SERVICES:
        more, calculations = check_calculations.of_folder(services, day)
        faults += more
        for calculation in calculations:
            where, written = f"calculations/{calculation.id}.yaml", _written_in(calculation)
            faults += [f"{where}: {field}: {why}" for field, why in _calculation_faults(written, day)]
            warnings += [f"{where}: {field}: {why}" for field, why in _hard_to_read(written, glossary)]
    return Checked(faults, warnings)


def _written_in(calculation: Calculation) -> list[Written]:
    """What a calculation says; not what citizens type (`words`), nor what is said of sources."""
    told = calculation.model_dump(include={"title", "questions", "cases", "result"})
    return [one for one in _texts(told, "") if not {"words", "sources"} & set(one[0].split("."))]


def _calculation_faults(written: list[Written], day: date) -> Iterator[tuple[str, str]]:
    for field, language, text in written:
        if why := _wrong_language(text, language):
            yield field, why
        yield from ((field, why) for why in _wrong_amounts(text.replace("{amount}", ""), day))


def _faults_of(service: Service, written: list[Written], day: date) -> Iterator[tuple[str, str]]:
    for field, language, text in written:
        if why := _wrong_language(text, language):
            yield field, why
        yield from ((field, why) for why in _wrong_amounts(text, day))
    yield from _unsupported(service)
    yield from _too_long(service, day)


def _warnings_of(service: Service, written: list[Written], day: date, glossary: Glossary) -> Iterator[tuple[str, str]]:
    if service.review_by < day:
        yield "review_by", f"was to be reviewed by {service.review_by.isoformat()}"
    for place, item in service.supported():
        if isinstance(item, Dated) and item.until is not None and item.until < day:
            yield place, f"held until {item.until.isoformat()}; nobody is told of it any more"
    yield from _hard_to_read(written, glossary)


def _hard_to_read(written: list[Written], glossary: Glossary) -> Iterator[tuple[str, str]]:
    for field, language, text in written:
        for sentence in _SENTENCE_END.split(text):
            words = len(_WORD.findall(sentence))
            if words > LONG_SENTENCE and field.split(".")[0] not in NAMING:
                yield field, f"a sentence of {words} words, more than {LONG_SENTENCE}: «{sentence[:40].strip()}…»"
        for word, term in glossary.deviations(_ASIDE.sub("", text), language):
            yield field, f"«{word}»: the glossary has «{term}»"


def _written(service: Service) -> Iterator[Written]:
    """Every text that we wrote ourselves, with its place and language.

    People mix languages when they ask, and name things as they please: nicknames and questions are theirs.
    """
    return _texts(service.model_dump(exclude={"sources", "also_called", "questions"}), "")


def _texts(value: Any, field: str) -> Iterator[Written]:
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
    """By letters: Russian has none of the nine Kazakh ones, and hardly a Kazakh sentence does without all of them.
    By words: the question words, particles and verbs that carry a sentence.

    What is quoted or parenthesised may be in the other language (the name of a button, a term), and the number of an
    order keeps its Kazakh letters in Russian too (№ 253/НҚ).
    """
    text = _ASIDE.sub("", text)
    found = _KAZAKH.search(text)
    if language == "ru" and found:
        return f"Kazakh letter «{found[0]}» in a Russian text"
    if sum(letter.isalpha() for letter in text) <= ENOUGH:
        return None
    if language == "kk" and not found:
        return "no Kazakh letter in a Kazakh text: is it Russian?"
    if identify(text) not in (language, None):
        return "its words are Russian" if language == "kk" else "its words are Kazakh"
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


def _unsupported(service: Service) -> Iterator[tuple[str, str]]:
    """Figures where nothing is confirmed: a sum is not to be told at all, a period only as what is usual."""
    for place, item in service.supported():
        if item.unconfirmed:
            for field, _, text in _texts(item.model_dump(), place):
                if found := _SUM.search(text):
                    yield field, f"«{found[0]}» stands there as a fact, but no source confirms it"
                elif (found := _PERIOD.search(text)) and not _HEDGE.search(text):
                    yield field, f"«{found[0]}» stands there as a fact, but no source confirms it: say what is usual"


def _too_long(service: Service, day: date) -> Iterator[tuple[str, str]]:
    for section in service.sections():
        for language in LANGUAGES:
            length = len(render(service, section, language, day, introduced=True))
            if length > LONGEST:
                yield f"{section}.{language}", f"{length} characters, more than {LONGEST}: too long for one message"


def _question_faults(services: Iterable[Service]) -> Iterator[str]:
    """Example questions that stand twice, and dead ones: those that could be about any service."""
    asked: dict[str, str] = {}
    for service in services:
        for language in LANGUAGES:
            for number, question in enumerate(service.questions[language]):
                place = f"{service.domain}/{service.slug}.yaml: questions.{language}.{number}"
                if not remainder(question):
                    yield f"{place}: «{question}» names nothing of this service"
                elif first := asked.get(key := fold(question)):
                    yield f"{place}: the same question stands under {first}"
                else:
                    asked[key] = service.slug
