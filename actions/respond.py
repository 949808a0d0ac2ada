"""The parts that replies are made of."""

from __future__ import annotations

import json
from collections.abc import Sequence

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.knowledge import Knowledge
from actions.replies import Answer, Button, HandOver, Reply, SourceLink
from knowledge_base.model import Case, SectionName, Service
from knowledge_base.rates import today
from knowledge_base.render import cited, heading, render, short_name
from texts import Language, say

__all__ = ["button", "language_of", "payload", "remember", "send", "show", "text_of"]

# The sections offered as buttons under an answer, the most asked first.
OFFERED: tuple[SectionName, ...] = ("documents", "in_person", "online", "fee", "term", "cases", "validity", "status")
MOST_OFFERED = 5


def text_of(tracker: Tracker) -> str:
    """What the citizen has just written."""
    return tracker.latest_message.get("text") or ""


def language_of(tracker: Tracker) -> Language:
    """The language to answer in: that of the message, or the conversation's where the message does not tell.

    Rasa's `LanguageIdentifier` has noted the message's; a pressed button has none.
    """
    message = tracker.latest_message
    metadata = message.get("metadata") or {}
    known = message.get("language") or metadata.get("language") or tracker.get_slot("language")
    return "kk" if known == "kk" else "ru"


def payload(intent: str, /, **entities: str) -> str:
    """What a button sends."""
    return f"/{intent}{json.dumps(entities)}" if entities else f"/{intent}"


def button(key: str, language: Language, intent: str, /, **entities: str) -> Button:
    """A button with the title `actions.button_<key>`."""
    return Button(title=say(f"actions.button_{key}", language), payload=payload(intent, **entities))


def send(
    dispatcher: CollectingDispatcher,
    text: str,
    language: Language,
    buttons: Sequence[Button] = (),
    answer: Answer | None = None,
    hand_over: HandOver | None = None,
) -> None:
    """Say something to the citizen."""
    reply = Reply(text=text, language=language, buttons=list(buttons), answer=answer, hand_over=hand_over)
    dispatcher.utter_message(json_message=reply.model_dump(mode="json"))


def remember(
    language: Language,
    *,
    service: str | None = None,
    section: str | None = None,
    failures: int = 0,
    operator_offered: bool = False,
) -> list[EventType]:
    """The slots after an answer; what is not given is forgotten.

    `failures` counts the questions in a row without an answer; `operator_offered` makes a plain "да" mean the operator.
    """
    return [
        SlotSet("language", language),
        SlotSet("service", service),
        SlotSet("section", section),
        SlotSet("failures", float(failures)),
        SlotSet("operator_offered", operator_offered),
    ]


def _answer(service: Service, section: SectionName | None, case: Case | None, introduced: bool) -> Answer:
    return Answer(
        decision="answer",
        service=service.slug,
        section=section or "summary",
        sources=[
            SourceLink(url=source.url, date=source.date)
            for source in cited(service, section, case, introduced=introduced)
        ],
        verified=service.verified.isoformat(),
    )


def show(
    dispatcher: CollectingDispatcher,
    knowledge: Knowledge,
    service: Service,
    section: SectionName | None,
    language: Language,
    case: Case | None = None,
    introduced: bool = False,
) -> None:
    """Tell a section of a service, and a special case where given, with the other sections as buttons.

    `introduced`: the service is new to the talk, so its summary comes first.
    """
    names = {slug: short_name(other, language) for slug, other in knowledge.services.items()}
    text = render(service, section, language, today(), names=names, case=case, introduced=introduced)
    answer = _answer(service, section, case, introduced)
    send(dispatcher, text, language, _others(service, section, language), answer)


def _others(service: Service, section: SectionName | None, language: Language) -> list[Button]:
    offered = [name for name in OFFERED if name in service.sections() and name != section]
    buttons = [
        Button(title=heading(service, name, language), payload=payload("show", service=service.slug, section=name))
        for name in offered[:MOST_OFFERED]
    ]
    return [*buttons, button("operator", language, "operator")]
