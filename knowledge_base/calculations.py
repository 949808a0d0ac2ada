"""Computing what a citizen pays or is paid: the form of one file in `knowledge_base/calculations/`, and finding it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import yaml
from pydantic import Field, StringConstraints, ValidationError, model_validator

from knowledge_base.formula import Formula, Value, number
from knowledge_base.model import SERVICES, Bilingual, BilingualList, Fault, SectionName, Service, Slug, Source, Strict
from knowledge_base.model import load as load_service
from knowledge_base.plain import explained
from knowledge_base.rates import UNITS, MissingRate, amount, fill
from knowledge_base.typed import read_choice, read_number
from nlu.entities.phrases import pattern
from nlu.entities.reading import Reading
from texts import LANGUAGES, Language, say

CALCULATIONS = Path(__file__).parent / "calculations"

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Unit = Literal["money", "count", "years", "mrp", "cm3"]
Answers = Mapping[str, str | Decimal]

__all__ = [
    "CALCULATIONS", "Answers", "Calculation", "Case", "Option", "Problem", "Question", "Result",
    "find", "for_service", "load", "load_all",
]  # fmt: skip


class Problem(NamedTuple):
    """Why an answer cannot be taken: the key of a text and what fills it, by language."""

    key: str
    values: Mapping[Language, Mapping[str, str]]

    def say(self, language: Language) -> str:
        return say(self.key, language, **self.values[language])


class Option(Strict):
    """One answer to choose; `words` are what a citizen may type for it (after a word `*` allows any ending)."""

    id: Name
    title: Bilingual
    words: BilingualList


class Question(Strict):
    """What must be known: one of `options`, or a number of `unit` from `min` to `max`.

    It is asked only where `when` (a condition on earlier answers) holds.
    """

    id: Name
    kind: Literal["choice", "number"]
    ask: Bilingual
    when: str | None = None
    options: list[Option] = Field(default_factory=list)
    unit: Unit | None = None
    min: Decimal = Decimal(0)
    max: Decimal = Decimal(0)
    example: Decimal | None = None

    @model_validator(mode="after")
    def _of_one_kind(self) -> Question:
        if self.when is not None:
            Formula(self.when)
        if self.kind == "choice":
            if len(self.options) < 2 or self.unit is not None:
                raise ValueError("a choice has two options or more, and no `unit`")
            for titles in zip(*((one.id, one.title.ru, one.title.kk) for one in self.options), strict=True):
                if len(set(titles)) < len(titles):
                    raise ValueError("two options have the same id or title")
        elif self.options or self.unit is None or not self.min < self.max:
            raise ValueError("a number has a `unit`, a `min` below its `max`, and no options")
        return self

    def read(self, text: str, language: Language) -> str | Decimal | None:
        """The answer that `text` gives: an option's id or a number in the question's unit; `None` where it tells none.

        Words of both languages count, those of `language` as well as those of the other: people mix them.
        """
        if self.unit is not None:
            return read_number(text, self.unit)
        first, second = sorted(LANGUAGES, key=lambda one: one != language)
        return read_choice(
            text,
            {
                one.id: [one.title[first], one.title[second], *one.words[first], *one.words[second]]
                for one in self.options
            },
        )

    def problem(self, value: str | Decimal | None) -> Problem | None:
        """What is wrong with the answer `value`; `None` where it can be taken. `None` itself is no answer."""
        if self.unit is None:
            if value in {one.id for one in self.options}:
                return None
            titles = {language: "; ".join(one.title[language] for one in self.options) for language in LANGUAGES}
            return Problem("calculations.no_option", {one: {"options": titles[one]} for one in LANGUAGES})
        if not isinstance(value, Decimal) or not value.is_finite():
            return self._about("no_number", "example", self._example)
        if value < self.min:
            return self._about("too_small", "limit", self.min)
        if value > self.max:
            return self._about("too_big", "limit", self.max)
        if self.unit in ("count", "years", "cm3") and value != value.to_integral_value():
            return self._about("not_whole", "example", self._example)
        return None

    @property
    def _example(self) -> Decimal:
        return self.example if self.example is not None else self.min

    def _about(self, key: str, place: str, value: Decimal) -> Problem:
        return Problem(f"calculations.{key}", {language: {place: number(value)} for language in LANGUAGES})


class Case(Strict):
    """An amount in tenge, where the condition `when` holds, from a day on or until a day (both included)."""

    when: str | None = None
    from_: date | None = Field(default=None, alias="from")
    until: date | None = None
    amount: str
    result: Bilingual | None = None
    sources: list[Source] = Field(default_factory=list)

    @model_validator(mode="after")
    def _formulas(self) -> Case:
        for text in filter(None, (self.when, self.amount)):
            Formula(text)
        return self

    def in_force(self, on: date) -> bool:
        return (self.from_ is None or self.from_ <= on) and (self.until is None or on <= self.until)

    def holds(self, values: Mapping[str, Value], on: date) -> bool:
        return self.in_force(on) and (self.when is None or Formula(self.when).holds(values))


@dataclass(frozen=True)
class Result:
    """A computed amount in whole tenge: what to say of it, how it was computed (empty where there is nothing to
    compute), the sources of the rule, and the day on which they were verified."""

    amount: Decimal
    text: Mapping[Language, str]
    plain_text: Mapping[Language, str]
    working: Mapping[Language, str]
    sources: tuple[Source, ...]
    verified: date

    def say(self, language: Language, *, plain: bool = False) -> str:
        """The result as a person reads it; in plain words without the working, abbreviations explained."""
        if plain:
            return self.plain_text[language]
        if not self.working[language]:
            return self.text[language]
        return f"{self.text[language]}\n{say('calculations.working', language, working=self.working[language])}"


class Calculation(Strict):
    """One amount that can be computed, both languages side by side: the first of its `cases` that holds gives it.

    `words` are phrases by which a wish is recognised: all words of a phrase must be said, in any order. Formulas know
    the answers by the ids of their questions, and the indexed amounts of `rates.yaml`. The amount is rounded to whole
    tenge, `up` or to the `nearest`, as the published ones are. `also_for` names other services that it belongs to.
    """

    id: Slug
    service: Slug
    also_for: list[Slug] = Field(default_factory=list)
    section: SectionName
    title: Bilingual
    words: BilingualList
    questions: list[Question] = Field(min_length=1)
    cases: list[Case] = Field(min_length=1)
    rounding: Literal["up", "nearest"]
    result: Bilingual | None = None
    sources: list[Source] = Field(min_length=1)
    verified: date

    @model_validator(mode="after")
    def _consistent(self) -> Calculation:
        known: set[str] = set(UNITS)
        options: dict[str, set[str]] = {}
        for question in self.questions:
            self._names(question.when, known, options)
            if question.id in known:
                raise ValueError(f"the question {question.id} stands twice, or is called as an indexed amount")
            known.add(question.id)
            if question.kind == "choice":
                options[question.id] = {one.id for one in question.options}
        for case in self.cases:
            self._names(case.when, known, options)
            self._names(case.amount, known, options)
            if case.result is None and self.result is None:
                raise ValueError("give a `result` to the calculation or to each of its cases")
        return self

    @staticmethod
    def _names(text: str | None, known: set[str], options: Mapping[str, set[str]]) -> None:
        if text is None:
            return
        formula = Formula(text)
        if unknown := formula.names - known:
            raise ValueError(f"«{text}»: nothing is called {', '.join(sorted(unknown))}")
        for name, compared in formula.compared.items():
            if unknown := compared - options.get(name, set()):
                raise ValueError(f"«{text}»: {name} has no option {', '.join(sorted(unknown))}")

    def question_after(self, answers: Answers) -> Question | None:
        """The next question to ask; `None` where all are answered that need to be."""
        return next((one for one in self._asked(answers) if one.id not in answers), None)

    def _asked(self, answers: Answers) -> Iterator[Question]:
        for question in self.questions:
            if question.when is None or Formula(question.when).holds(answers):
                yield question
                if question.id not in answers:
                    return

    def compute(self, answers: Answers, on: date) -> Result:
        """The amount by the rates and the rules of the day `on`.

        Raises `ValueError` where an answer is missing or cannot be taken, `MissingRate` where no rule or no rate is
        known for that day.
        """
        asked = {question.id: question for question in self._asked(answers)}
        values = self._values(answers, on)
        case = self.cases[self._case(values, on)]
        formula = Formula(case.amount)
        exact = formula.amount(values)
        whole = exact.quantize(Decimal(1), ROUND_CEILING if self.rounding == "up" else ROUND_HALF_UP)
        result = case.result or self.result
        assert result is not None  # `_consistent`
        return Result(
            amount=whole,
            text={one: self._text(result, whole, one, on) for one in LANGUAGES},
            plain_text={one: explained(self._text(result, whole, one, on, plain=True), one) for one in LANGUAGES},
            working={one: self._working(formula, values, asked, one) for one in LANGUAGES},
            sources=tuple(case.sources or self.sources),
            verified=self.verified,
        )

    def case_of(self, answers: Answers, on: date) -> int:
        """The place in `cases` of the one that holds. Raises as `compute` does."""
        return self._case(self._values(answers, on), on)

    def _case(self, values: _Values, on: date) -> int:
        found = next((number for number, one in enumerate(self.cases) if one.holds(values, on)), None)
        if found is None:
            raise MissingRate(f"{self.id} has no rule for {on.isoformat()}")
        return found

    def _values(self, answers: Answers, on: date) -> _Values:
        if missing := self.question_after(answers):
            raise ValueError(f"{self.id}: {missing.id} is not answered")
        for question in self._asked(answers):
            if question.problem(answers[question.id]):
                raise ValueError(f"{self.id}: {question.id} cannot be {answers[question.id]}")
        return _Values(on, {question.id: answers[question.id] for question in self._asked(answers)})

    def _text(self, result: Bilingual, whole: Decimal, language: Language, on: date, *, plain: bool = False) -> str:
        filled = fill(result[language], language, on, paid_out=self.rounding == "up", plain=plain)
        return filled.replace("{amount}", say("rates.alone", language, tenge=number(whole)))

    def _working(self, formula: Formula, values: _Values, asked: Mapping[str, Question], language: Language) -> str:
        if not formula.names:
            return ""

        def shown(name: str) -> str:
            value = values[name]
            assert isinstance(value, Decimal)
            if name in asked:
                return f"{number(value)} ₸" if asked[name].unit == "money" else number(value)
            return f"{number(value)} ₸ ({say(f'calculations.{name}', language)})"

        working = formula.working(values, shown)
        if working.text in (*working.capped, *working.raised):  # the limit is the amount itself
            key = "most" if working.text in working.capped else "least"
            return say(f"calculations.{key}", language, limit=working.text)
        limits = [say("calculations.capped", language, limit=limit) for limit in working.capped]
        limits += [say("calculations.raised", language, limit=limit) for limit in working.raised]
        return "; ".join([working.text, *limits])


class _Values(dict[str, Value]):
    """The answers, and the indexed amounts of a day, looked up only where a formula asks for one."""

    def __init__(self, on: date, answers: Answers) -> None:
        super().__init__(answers)
        self._on = on

    def __missing__(self, name: str) -> Value:
        if name not in UNITS:
            raise KeyError(name)
        return amount(Decimal(1), name, self._on)


def load(path: Path, services: Path = SERVICES) -> Calculation:
    """Read one file. Its sources are ids of its service's, or `slug/id` of another service's.

    Raises an `ExceptionGroup` of `Fault`, one for each fault found.
    """
    where = f"{path.parent.name}/{path.name}"
    try:
        data: Any = yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)
        service = _service(services, str(data["service"]))
        data["verified"] = service.verified
        for part in (data, *data["cases"]):
            if "sources" in part:
                part["sources"] = [_source(services, service, str(place)) for place in part["sources"]]
        calculation = Calculation.model_validate(data)
    except ValidationError as error:
        faults = [Fault(where, ".".join(map(str, fault["loc"])) or "file", fault["msg"]) for fault in error.errors()]
        raise ExceptionGroup(where, faults) from None
    except LookupError as error:
        raise ExceptionGroup(where, [Fault(where, "file", f"no such field, service or source: {error}")]) from None
    except (yaml.YAMLError, UnicodeDecodeError, OSError, TypeError) as error:
        raise ExceptionGroup(where, [Fault(where, "file", " ".join(str(error).split()))]) from None
    if calculation.id != path.stem:
        raise ExceptionGroup(where, [Fault(where, "id", f"is {calculation.id}, but the file is {path.name}")])
    return calculation


def _service(folder: Path, slug: str) -> Service:
    found = sorted(folder.glob(f"*/{slug}.yaml"))
    if not found:
        raise LookupError(slug)
    return load_service(found[0])


def _source(folder: Path, service: Service, place: str) -> Source:
    other, _, identifier = place.rpartition("/")
    among = _service(folder, other) if other else service
    found = next((source for source in among.sources if source.id == identifier), None)
    if found is None:
        raise LookupError(place)
    return found


@lru_cache
def load_all(folder: Path = CALCULATIONS) -> dict[str, Calculation]:
    """All calculations by id. Raises an `ExceptionGroup` of every `Fault` in every file."""
    calculations: dict[str, Calculation] = {}
    faults: list[Exception] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            calculations[path.stem] = load(path)
        except ExceptionGroup as group:
            faults.extend(group.exceptions)
    if faults:
        raise ExceptionGroup("the calculations have faults", faults)
    return calculations


def for_service(slug: str) -> list[Calculation]:
    """The calculations of one service, first those that are its own."""
    listed = [one for one in load_all().values() if slug in (one.service, *one.also_for)]
    return sorted(listed, key=lambda one: one.service != slug)


def find(text: str, language: Language) -> list[Calculation]:
    """The calculations that `text` may mean by its words, best first; those of `language` count a little more.

    >>> [one.id for one in find("рассчитай пособие на рождение второго ребёнка", "ru")][0]
    'birth-allowance'
    """
    skeleton = Reading(text).skeleton
    said = {word for word, compiled in _words().items() if compiled.search(skeleton)}
    scored = []
    for calculation in load_all().values():
        scores = [
            len(words) + (0.25 if one == language else 0)
            for one in LANGUAGES
            for phrase in calculation.words[one]
            if (words := phrase.split()) and said.issuperset(words)
        ]
        if scores:
            scored.append((max(scores), len(scores), calculation))
    return [one for _, _, one in sorted(scored, key=lambda item: item[:2], reverse=True)]


@lru_cache
def _words() -> dict[str, re.Pattern[str]]:
    """Each word of the phrases as a pattern over folded text."""
    words = {
        word
        for one in load_all().values()
        for language in LANGUAGES
        for phrase in one.words[language]
        for word in phrase.split()
    }
    return {word: re.compile(rf"(?<!\w){pattern(word)}(?!\w)") for word in words}
