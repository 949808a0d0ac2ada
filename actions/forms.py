"""What all forms have in common: which messages are no answers to their questions, and how they are left."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.talk import Talk

__all__ = ["ActionCancel", "answers_nothing", "asks_again", "ended", "interrupts"]

INTERRUPTING = frozenset({"operator", "emergency", "cancel"})
"""Intents that are never an answer, whatever the words."""

BESIDE = frozenset(
    {"ask", "follow_up", "greet", "goodbye", "thank", "rude", "joke", "complaint", "bot_challenge", "out_of_scope",
     "help", "language", "services", "go_back", "leave_question", "calculate"}
)  # fmt: skip
"""Intents of a message that is something else, where it cannot be read as an answer."""

CLEAR = 0.7
"""The confidence from which an intent of a short text is believed though the text could be an answer."""

FORMS = ("chosen_calculation", "answers", "operand", "question", "contact")
"""The slots that forms fill."""


def interrupts(talk: Talk) -> bool:
    """Whether the message wants something else, whatever was asked: so does a button but that of an answer."""
    pressed = talk.text.startswith("/")
    return talk.intent in INTERRUPTING or (pressed and talk.intent != "inform")


def answers_nothing(talk: Talk, *, clearly: bool = False) -> bool:
    """Whether a message that cannot be read as an answer is about something else, rather than a failed answer.

    `clearly`: where any text could be an answer, the classifier must be sure.
    """
    confidence = (talk.tracker.latest_message.get("intent") or {}).get("confidence") or 0
    return talk.intent in BESIDE and (not clearly or confidence >= CLEAR)


def asks_again(talk: Talk) -> bool:
    """Whether the form comes back to its question after something else was answered: it has rejected the message."""
    for event in reversed(talk.tracker.events):
        if event.get("event") == "user":
            return False
        if event.get("event") == "action_execution_rejected":
            return True
    return False


def ended(talk: Talk) -> list[EventType]:
    """What ends the form that is being filled, if one is, and forgets what was filled in."""
    empty = [SlotSet(name, None) for name in FORMS]
    if not talk.tracker.active_loop.get("name"):
        return empty
    return [ActiveLoop(None), SlotSet("requested_slot", None), *empty]


class ActionCancel(Action):
    """Leaves what the bot was asking for."""

    def name(self) -> str:
        return "action_cancel"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        talk = Talk.of(dispatcher, tracker)
        asking = bool(tracker.active_loop.get("name"))
        talk.say_text("cancel" if asking else "deny", "services")
        return [*talk.remember(service=talk.service), *ended(talk)]
