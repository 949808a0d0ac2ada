"""Checking the calculations: every way through their questions must end in an amount, every answer be readable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

from knowledge_base.calculations import CALCULATIONS, Answers, Calculation, Question, load
from knowledge_base.formula import Formula
from knowledge_base.model import Service
from knowledge_base.rates import MissingRate
from nlu.text.fold import fold
from texts import LANGUAGES

__all__ = ["faults_of", "of_folder", "ways"]


def of_folder(
    services: Mapping[str, Service], on: date, folder: Path = CALCULATIONS
) -> tuple[list[str], list[Calculation]]:
    """Lines `file: field: why` of all that is wrong on the day `on`, and the calculations that could be read."""
    faults: list[str] = []
    read: list[Calculation] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            calculation = load(path)
        except ExceptionGroup as group:
            faults += [str(fault) for fault in group.exceptions]
            continue
        read.append(calculation)
        where = f"{folder.name}/{path.name}"
        faults += [f"{where}: {field}: {why}" for field, why in faults_of(calculation, services, on)]
    return faults, read


def ways(calculation: Calculation, answers: Answers | None = None) -> Iterator[dict[str, str | Decimal]]:
    """Every way through the questions: each option, and of numbers the limits and both sides of each threshold."""
    answers = dict(answers or {})
    question = calculation.question_after(answers)
    if question is None:
        yield answers
        return
    for value in _values(calculation, question):
        yield from ways(calculation, {**answers, question.id: value})


def _values(calculation: Calculation, question: Question) -> list[str | Decimal]:
    if question.kind == "choice":
        return [option.id for option in question.options]
    conditions = [case.when for case in calculation.cases] + [one.when for one in calculation.questions]
    thresholds = {
        number
        for condition in filter(None, conditions)
        for number in Formula(condition).thresholds.get(question.id, frozenset())
    }
    around = {number + step for number in thresholds for step in (-1, 0, 1)}
    return sorted(number for number in {question.min, question.max, *around} if question.min <= number <= question.max)


def faults_of(calculation: Calculation, services: Mapping[str, Service], on: date) -> Iterator[tuple[str, str]]:
    """What is wrong with one calculation: the field and why."""
    for slug in (calculation.service, *calculation.also_for):
        if slug not in services:
            yield "service", f"unknown service {slug}"
    if calculation.service in services and calculation.section not in services[calculation.service].sections():
        yield "section", f"{calculation.service} has no section {calculation.section}"
    yield from _unsaid(calculation)
    for question in calculation.questions:
        yield from _unreadable(question)
    yield from _uncomputed(calculation, on)


def _unsaid(calculation: Calculation) -> Iterator[tuple[str, str]]:
    for number, case in enumerate(calculation.cases):
        result = case.result or calculation.result
        constant = not Formula(case.amount).names and Formula(case.amount).amount({}) == 0
        for language in LANGUAGES:
            if result is not None and ("{amount}" in result[language]) == constant:
                yield f"cases.{number}.result.{language}", "must name the {amount}, unless there is nothing to pay"


def _unreadable(question: Question) -> Iterator[tuple[str, str]]:
    """Options that are not read as themselves by their titles, their words, or their places in the list."""
    for place, option in enumerate(question.options, start=1):
        for language in LANGUAGES:
            said = [option.id, option.title[language], *(word.replace("*", "") for word in option.words[language])]
            for text in said:
                if (read := question.read(text, language)) != option.id:
                    yield f"{question.id}.{option.id}.{language}", f"«{text}» is read as {read}"
        words = [fold(word.replace("*", "")) for language in LANGUAGES for word in option.words[language]]
        if not any(str(number) in words for number in range(1, 10)) and question.read(str(place), "ru") != option.id:
            yield f"{question.id}.{option.id}", f"its place in the list, {place}, is read as another option"


def _uncomputed(calculation: Calculation, on: date) -> Iterator[tuple[str, str]]:
    reached = set()
    for answers in ways(calculation):
        said = ", ".join(f"{name} {value}" for name, value in answers.items())
        try:
            result = calculation.compute(answers, on)
        except (ValueError, MissingRate, KeyError, ArithmeticError) as error:
            yield "cases", f"{said}: {error}"
            continue
        if result.amount < 0:
            yield "cases", f"{said}: a negative amount, {result.amount}"
        reached.add(calculation.case_of(answers, on))
    for number, case in enumerate(calculation.cases):
        if number not in reached and case.in_force(on):
            yield f"cases.{number}", "no way through the questions leads here"
