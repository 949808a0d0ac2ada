"""The form that computes an amount: one question after another, until the rates and the answers give it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.forms import answers_nothing, asks_again, ended, interrupts
from actions.replies import Answer, Button
from actions.talk import Talk, links, payload
from knowledge_base import calculations
from knowledge_base.calculations import Calculation, Question
from knowledge_base.formula import number
from knowledge_base.rates import MissingRate, today
from knowledge_base.render import source_line
from nlu.text.fold import fold
from texts import say

__all__ = ["ActionAskChosenCalculation", "ActionAskOperand", "ActionCalculations", "ActionCompute",
           "ValidateCalculationForm"]  # fmt: skip

BACK = "_back"
"""The value of the button that asks the question before once more."""

MOST_WORDS = 6  # of a message that only changes an answer of the last result; a longer one is a question of its own

ELSEWHERE = frozenset({"leave_question", "complaint", "rude", "joke", "language", "bot_challenge", "go_back"})
"""What a text that the classifier is sure of means, though a word of it could be an answer («перезвоните завтра»)."""

Answers = dict[str, str | Decimal]


@dataclass(frozen=True)
class Sheet:
    """A calculation, and what has been answered so far."""

    calculation: Calculation
    answers: Answers

    @classmethod
    def of(cls, identifier: str | None, answers: Mapping[str, str] | None) -> Sheet | None:
        """From slots, which hold numbers as text; `None` where there is no such calculation (any more)."""
        calculation = calculations.load_all().get(identifier or "")
        if calculation is None:
            return None
        kinds = {question.id: question.kind for question in calculation.questions}
        return cls(
            calculation,
            {
                name: Decimal(value) if kinds[name] == "number" else value
                for name, value in (answers or {}).items()
                if name in kinds
            },
        )

    @property
    def question(self) -> Question | None:
        """What must be asked next; `None` where the amount can be computed."""
        return self.calculation.question_after(self.answers)

    @property
    def last(self) -> Question | None:
        """The question that was answered last."""
        answered = [question for question in self.calculation.questions if question.id in self.answers]
        return answered[-1] if answered else None

    def without_last(self) -> Sheet:
        kept = {name: value for name, value in self.answers.items() if self.last is None or name != self.last.id}
        return Sheet(self.calculation, kept)

    def with_answer(self, question: Question, value: str | Decimal) -> Sheet:
        return Sheet(self.calculation, {**self.answers, question.id: value})

    def slots(self) -> list[EventType]:
        """`operand` stays empty, and so is asked for again, until there is nothing more to ask."""
        return [
            SlotSet("chosen_calculation", self.calculation.id),
            SlotSet("answers", _plain(self.answers)),
            SlotSet("operand", None if self.question is not None else True),
        ]


def _plain(answers: Answers) -> dict[str, str]:
    return {name: str(value) for name, value in answers.items()}


def _sheet(talk: Talk) -> Sheet | None:
    return Sheet.of(talk.tracker.get_slot("chosen_calculation"), talk.tracker.get_slot("answers"))


class ValidateCalculationForm(Action):
    """Takes from the message what the form can use; without any slot set, the form lets the other rules answer."""

    def name(self) -> str:
        return "validate_calculation_form"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        talk = Talk.of(dispatcher, tracker)
        sheet = _sheet(talk)
        if talk.intent == "calculate":
            return _begin(talk, sheet)
        if interrupts(talk) or (talk.intent in ELSEWHERE and answers_nothing(talk, clearly=True)):
            return []
        if sheet is None:
            return _choose(talk)
        said = talk.entity("value") or talk.text
        if (corrected := _corrected(talk, sheet, said)) is not None:
            return corrected.slots()
        question = sheet.question
        if question is None:
            return []
        value = question.read(said, talk.language)
        if value is None and answers_nothing(talk):
            return []
        if (problem := question.problem(value)) is not None:
            talk.say(problem.say(talk.language))
            return sheet.slots()
        assert value is not None
        return sheet.with_answer(question, value).slots()


def _begin(talk: Talk, sheet: Sheet | None) -> list[EventType]:
    """Begin the calculation that the message or the button names; or ask which, where it names none."""
    named = talk.entity("calculation")
    if named is None:
        if sheet is not None and sheet.question is not None and talk.tracker.get_slot("requested_slot") == "operand":
            value = sheet.question.read(talk.text, talk.language)
            if value is not None and sheet.question.problem(value) is None:
                return sheet.with_answer(sheet.question, value).slots()
        found = _meant(talk)
        named = found[0].id if len(found) == 1 else None
    begun = Sheet.of(named, None)
    if begun is None:
        return [SlotSet("chosen_calculation", None), SlotSet("answers", None), SlotSet("operand", None)]
    # What the wish itself says of the answers need not be asked: «пособие на второго ребёнка».
    while (question := begun.question) is not None and _said_with(question, talk):
        value = question.read(talk.text, talk.language)
        if value is None or question.problem(value) is not None:
            break
        begun = begun.with_answer(question, value)
    return begun.slots()


def _said_with(question: Question, talk: Talk) -> bool:
    """Whether a wish may have the answer in it: an option, or a number whose unit is said («5 МРП»)."""
    if talk.text.startswith("/"):
        return False
    return question.kind == "choice" or (question.unit == "mrp" and _MRP.search(talk.text) is not None)


_MRP = re.compile(r"\b(?:мрп|аек|mrp|aek)", re.IGNORECASE)


def _meant(talk: Talk) -> list[Calculation]:
    """The calculations that a wish may mean: by its words, or else by the service that it names or that is talked of.

    One where it is clear: only it belongs to the service that the search finds.
    """
    found = calculations.find(talk.text, talk.language)
    if len(found) == 1:
        return found
    searched = talk.knowledge.searcher.search(talk.text, talk.language)
    best = searched.results[0].service if searched.decision == "answer" and searched.results else None
    if found:
        return found[:1] if found[0].service == best else found
    if best is None and searched.decision == "none" and talk.service is not None:
        best = talk.service.slug
    return calculations.for_service(best) if best is not None else []


def _choose(talk: Talk) -> list[EventType]:
    """Which calculation, after the bot has asked."""
    found = calculations.find(talk.text, talk.language)
    if found:
        sheet = Sheet.of(found[0].id, None)
        assert sheet is not None
        return sheet.slots()
    if answers_nothing(talk):
        return []
    talk.say_text("calculation_unknown")
    return [SlotSet("chosen_calculation", None)]


def _corrected(talk: Talk, sheet: Sheet, said: str) -> Sheet | None:
    """The sheet with its last answer taken back or replaced, where the message wants that."""
    if sheet.last is None:
        return None
    if said == BACK:
        return sheet.without_last()
    back, instead = _cues()
    folded = fold(said)
    if back.fullmatch(folded):
        return sheet.without_last()
    rest = instead.sub(" ", back.sub(" ", folded)).strip()
    if not rest or rest == folded:
        return None
    value = sheet.last.read(rest, talk.language)
    if value is None or sheet.last.problem(value) is not None or value == sheet.answers[sheet.last.id]:
        return None
    return sheet.with_answer(sheet.last, value)


@lru_cache
def _cues() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Patterns over folded text: what takes the last answer back, and what replaces it."""
    data = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text("utf-8"))
    back, instead = (sorted((fold(each) for each in data[key].split(",")), key=len, reverse=True)
                     for key in ("back", "instead"))  # fmt: skip
    return tuple(re.compile(rf"(?<!\S)(?:{'|'.join(words)})(?!\S)") for words in (back, instead))  # type: ignore[return-value]


class ActionAskChosenCalculation(Action):
    """Asks what to compute: of those that may be meant, or of all."""

    def name(self) -> str:
        return "action_ask_chosen_calculation"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        talk = Talk.of(dispatcher, tracker)
        _offer(talk, _meant(talk))
        return talk.keep()


class ActionCalculations(Action):
    """Offers all that can be computed."""

    def name(self) -> str:
        return "action_calculations"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        talk = Talk.of(dispatcher, tracker)
        _offer(talk, [])
        return talk.keep()


def _offer(talk: Talk, meant: list[Calculation]) -> None:
    """Ask which of those `meant`, or of all where none is."""
    buttons = [
        Button(title=each.title[talk.language], payload=payload("calculate", calculation=each.id))
        for each in meant or calculations.load_all().values()
    ]
    talk.say(say("actions.calculations", talk.language), [*buttons, talk.button("cancel", "cancel")])


class ActionAskOperand(Action):
    """Asks the calculation's next question, with its options as buttons."""

    def name(self) -> str:
        return "action_ask_operand"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        talk = Talk.of(dispatcher, tracker)
        sheet = _sheet(talk)
        assert sheet is not None, "the form asks for the calculation first"
        question = sheet.question
        assert question is not None, "the form asks only while something is unanswered"
        buttons = [
            Button(title=option.title[talk.language], payload=payload("inform", value=option.id))
            for option in question.options
        ]
        if sheet.last is not None:
            buttons.append(talk.button("back", "inform", value=BACK))
        text = question.ask[talk.language]
        if asks_again(talk):
            text = say("actions.calculation_again", talk.language, question=text)
        elif sheet.last is None:
            text = f"{sheet.calculation.title[talk.language]}\n{text}"
        talk.say(text, [*buttons, talk.button("cancel", "cancel")])
        return talk.keep()


class ActionCompute(Action):
    """Says the amount, how it was computed, and where the rule stands."""

    def name(self) -> str:
        return "action_compute"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        talk = Talk.of(dispatcher, tracker)
        sheet = _sheet(talk)
        if sheet is None or sheet.question is not None:  # left before the end
            talk.say_text("cancel", "services")
            return [*talk.keep(), *ended(talk)]
        return [*_tell(talk, sheet), *ended(talk)]


def _tell(talk: Talk, sheet: Sheet) -> list[EventType]:
    calculation = sheet.calculation
    service = talk.knowledge.service(calculation.service)
    change = Button(
        title=say("actions.button_compute_again", talk.language),
        payload=payload("calculate", calculation=calculation.id),
    )
    try:
        result = calculation.compute(sheet.answers, today())
    except MissingRate:
        talk.say_text("no_rate", "operator", answer=Answer(decision="none", service=calculation.service))
        return talk.remember(service=service, operator_offered="failed")
    said = [f"• {_said(question, sheet.answers[question.id], talk)}" for question in calculation.questions
            if question.id in sheet.answers]  # fmt: skip
    text = "\n\n".join(
        [
            f"{calculation.title[talk.language]}\n" + "\n".join(said),
            result.say(talk.language, plain=talk.plain),
            source_line(result.sources, result.verified, talk.language),
        ]
    )
    answer = Answer(
        decision="answer",
        service=calculation.service,
        section=calculation.section,
        sources=links(result.sources),
        verified=result.verified.isoformat(),
    )
    about = talk.button("about_service", "show", service=calculation.service)
    talk.say(text, [change, about, talk.button("operator", "operator")], answer)
    computed = {"calculation": calculation.id, "answers": _plain(sheet.answers)}
    return [*talk.remember(service=service), SlotSet("computed", computed)]


def _said(question: Question, value: str | Decimal, talk: Talk) -> str:
    """An answer as it was taken, so that the citizen sees what was computed."""
    titles = {option.id: option.title[talk.language] for option in question.options}
    told = number(value) if isinstance(value, Decimal) else titles[value]
    return f"{question.ask[talk.language].partition('?')[0]}: {told}"


def again(talk: Talk) -> list[EventType] | None:
    """Compute once more where a short message changes an answer of the last result: «а если второй?»; else `None`."""
    last = talk.tracker.get_slot("computed")
    sheet = Sheet.of(last["calculation"], last["answers"]) if last else None
    if sheet is None or len(talk.text.split()) > MOST_WORDS:
        return None
    for question in reversed(sheet.calculation.questions):
        if question.id not in sheet.answers:
            continue
        value = question.read(talk.text, talk.language)
        if value is not None and value != sheet.answers[question.id] and question.problem(value) is None:
            changed = sheet.with_answer(question, value)
            return _tell(talk, changed) if changed.question is None else None
    return None
