"""The form by which a citizen leaves a question, and where to be answered, for office hours."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.forms import answers_nothing, asks_again, ended, interrupts
from actions.replies import Answer
from actions.talk import Talk
from nlu.text import personal
from texts import say

__all__ = ["ActionAskContact", "ActionAskQuestion", "ActionLeaveQuestion", "ValidateQuestionForm"]

HERE = "here"
"""The contact of who wants to be answered in the chat alone."""

LEAST_LETTERS = 10
"""Letters that a question has; what is shorter is «да», «хочу», or a slip of the finger."""

ELSEWHERE = frozenset({"help", "language", "services", "go_back", "calculate", "goodbye"})
"""What a text must be sure to mean not to be taken for the question, which may be about anything."""

_LOOKS_LIKE_CONTACT = re.compile(r"@|(?:\d[\s()-]*){4,}")


class ValidateQuestionForm(Action):
    """Takes the question, which may be about anything, and the contact."""

    def name(self) -> str:
        return "validate_question_form"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        talk = Talk.of(dispatcher, tracker)
        if talk.intent == "leave_question":  # the wish itself is not the question, but may have the number in it
            return [SlotSet("question", None), SlotSet("contact", _found(talk.text))]
        if interrupts(talk):
            return []
        if tracker.get_slot("requested_slot") == "contact":
            return _contact(talk)
        if talk.intent in ELSEWHERE and answers_nothing(talk, clearly=True):
            return []
        if sum(letter.isalpha() for letter in talk.text) < LEAST_LETTERS:
            talk.say_text("question_short")
            return [SlotSet("question", None)]
        return [SlotSet("question", True), SlotSet("contact", _found(talk.text) or tracker.get_slot("contact"))]


def _contact(talk: Talk) -> list[EventType]:
    if talk.entity("value") == HERE or talk.intent in ("affirm", "deny") or _says_here(talk.text):
        return [SlotSet("contact", HERE)]
    if (found := _found(talk.text)) is not None:
        return [SlotSet("contact", found)]
    if answers_nothing(talk) and not _LOOKS_LIKE_CONTACT.search(talk.text):
        return []
    talk.say_text("contact_wrong")
    return [SlotSet("contact", None)]


def _found(text: str) -> str | None:
    """The first telephone number or e-mail address of a text, as it was written."""
    return next((text[one.start : one.end] for one in personal.find(text) if one.kind in ("phone", "email")), None)


def _says_here(text: str) -> bool:
    return re.search(r"\b(?:здесь|тут|сюда|в чат|осында|осы жер|чатқа|чатта)", text.lower()) is not None


class ActionAskQuestion(Action):
    """Asks for the question."""

    def name(self) -> str:
        return "action_ask_question"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        talk = Talk.of(dispatcher, tracker)
        talk.say_text(
            "question_again" if asks_again(talk) and tracker.get_slot("requested_slot") else "question", "cancel"
        )
        return talk.keep()


class ActionAskContact(Action):
    """Asks where to answer beside the chat."""

    def name(self) -> str:
        return "action_ask_contact"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        talk = Talk.of(dispatcher, tracker)
        key = "contact_again" if asks_again(talk) else "contact"
        buttons = [talk.button("contact_here", "inform", value=HERE), talk.button("cancel", "cancel")]
        talk.say(say(f"actions.{key}", talk.language), buttons)
        return talk.keep()


class ActionLeaveQuestion(Action):
    """Gives the question to the operators, with the contact."""

    def name(self) -> str:
        return "action_leave_question"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        talk = Talk.of(dispatcher, tracker)
        contact = tracker.get_slot("contact")
        if not tracker.get_slot("question") or contact is None:  # left before the end
            talk.say_text("cancel", "services")
            return [*talk.keep(), *ended(talk)]
        hand_over = talk.hand_over("left", contact=None if contact == HERE else contact)
        text = say("actions.question_left", talk.language)
        talk.say(text, answer=Answer(decision="handover", service=hand_over.topic), hand_over=hand_over)
        return [*talk.remember(service=talk.service), *ended(talk)]
