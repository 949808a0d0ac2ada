"""One turn of a conversation as an action sees it: what was said, what is remembered, and what is answered."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import knowledge as held
from actions.knowledge import Knowledge
from actions.replies import Answer, Button, HandOver, Reason, Reply, SourceLink
from knowledge_base import calculations
from knowledge_base.model import SECTIONS, Case, SectionName, Service, Source
from knowledge_base.rates import today
from knowledge_base.render import cited, heading, render, short_name
from texts import Language, say

__all__ = ["Talk", "links", "payload", "section_named", "show_button", "source_links"]

# The sections offered as buttons under an answer, the most asked first.
OFFERED: tuple[SectionName, ...] = ("documents", "in_person", "online", "fee", "term", "cases", "validity", "status")
MOST_OFFERED = 5
MOST_RECENT = 5
"""How many services a citizen can go back to."""


def payload(intent: str, /, **entities: str) -> str:
    """What a button sends."""
    return f"/{intent}{json.dumps(entities)}" if entities else f"/{intent}"


def section_named(name: str | None) -> SectionName | None:
    """The section called so; `None` where there is none."""
    return next((known for known in SECTIONS if known == name), None)


def show_button(service: Service, section: SectionName | None, language: Language) -> Button:
    """A button with the service's name that shows it."""
    wanted = {"section": section} if section is not None else {}
    return Button(title=short_name(service, language), payload=payload("show", service=service.slug, **wanted))


@dataclass(frozen=True)
class Talk:
    """What the citizen has just said and what was said before; by its methods the action answers."""

    dispatcher: CollectingDispatcher
    tracker: Tracker
    language: Language
    """The language to answer in: that of the message, or the conversation's where the message does not tell."""
    text: str
    plain: bool
    """Whether the citizen wants plain words."""

    @classmethod
    def of(cls, dispatcher: CollectingDispatcher, tracker: Tracker) -> Talk:
        message = tracker.latest_message
        metadata = message.get("metadata") or {}
        # Rasa's `LanguageIdentifier` has noted the message's language; a pressed button has none.
        known = message.get("language") or metadata.get("language") or tracker.get_slot("spoken_language")
        language: Language = "kk" if known == "kk" else "ru"
        return cls(dispatcher, tracker, language, message.get("text") or "", bool(metadata.get("plain")))

    # --- what was said

    @property
    def knowledge(self) -> Knowledge:
        return held.current()

    @property
    def intent(self) -> str:
        return (self.tracker.latest_message.get("intent") or {}).get("name") or ""

    def entity(self, name: str) -> str | None:
        """The first value of an entity of this message."""
        return next(self.tracker.get_latest_entity_values(name), None)

    def without(self, *entities: str) -> str:
        """The message's text without the words that were found to be one of these entities."""
        text = self.text
        found = [each for each in self.tracker.latest_message.get("entities") or [] if each.get("entity") in entities]
        for each in sorted(found, key=lambda one: one.get("start") or 0, reverse=True):
            text = f"{text[: each.get('start') or 0]} {text[each.get('end') or 0 :]}"
        return text

    # --- what is remembered

    @property
    def service(self) -> Service | None:
        """The service talked of; `None` where there is none yet, or where it has left the knowledge base."""
        return self.knowledge.service(self.tracker.get_slot("current_service"))

    @property
    def section(self) -> SectionName | None:
        """The section asked about while it was not clear of which service."""
        return section_named(self.tracker.get_slot("current_section"))

    @property
    def recent(self) -> list[str]:
        """The slugs of the services talked of, the latest first."""
        return list(self.tracker.get_slot("recent_services") or [])

    @property
    def choices(self) -> list[Service]:
        """The services among which the citizen was just asked to choose."""
        offered = (self.knowledge.service(slug) for slug in self.tracker.get_slot("choices") or [])
        return [service for service in offered if service is not None]

    @property
    def failures(self) -> int:
        """How many questions in a row have led nowhere."""
        return int(self.tracker.get_slot("failures") or 0)

    @property
    def offered_operator(self) -> Reason | None:
        """Why an operator was just offered; `None` where none was."""
        slot = self.tracker.get_slot("operator_offered")
        return next((reason for reason in get_args(Reason) if reason == slot), "asked" if slot else None)

    def remember(
        self,
        *,
        service: Service | None = None,
        section: SectionName | None = None,
        choices: Iterable[str] = (),
        failures: int = 0,
        operator_offered: Reason | None = None,
    ) -> list[EventType]:
        """The slots after an answer; what is not given is forgotten, but for the services talked of before.

        `operator_offered`, why one was offered, makes a plain "да" mean the operator.
        """
        recent = self.recent
        if service is not None:
            recent = [service.slug, *(slug for slug in recent if slug != service.slug)][:MOST_RECENT]
        return [
            SlotSet("spoken_language", self.language),
            SlotSet("current_service", service.slug if service is not None else None),
            SlotSet("recent_services", recent),
            SlotSet("current_section", section),
            SlotSet("choices", list(choices) or None),
            SlotSet("failures", float(failures)),
            SlotSet("operator_offered", operator_offered),
            SlotSet("computed", None),
        ]

    def keep(self, *, operator_offered: Reason | None = None) -> list[EventType]:
        """The slots after something said beside the subject, which goes on."""
        return [SlotSet("spoken_language", self.language), SlotSet("operator_offered", operator_offered)]

    # --- what is answered

    def hand_over(self, reason: Reason, contact: str | None = None) -> HandOver:
        """The wish for an operator, about the service talked of."""
        about = self.service
        return HandOver(
            reason=reason,
            topic=about.slug if about is not None else None,
            domain=about.domain if about is not None else None,
            contact=contact,
        )

    def button(self, key: str, intent: str, /, **entities: str) -> Button:
        """A button with the title `actions.button_<key>`."""
        return Button(title=say(f"actions.button_{key}", self.language), payload=payload(intent, **entities))

    def say(
        self,
        text: str,
        buttons: Sequence[Button] = (),
        answer: Answer | None = None,
        hand_over: HandOver | None = None,
    ) -> None:
        """Say something to the citizen."""
        reply = Reply(text=text, language=self.language, buttons=list(buttons), answer=answer, hand_over=hand_over)
        self.dispatcher.utter_message(json_message=reply.model_dump(mode="json"))

    def say_text(self, key: str, *offers: str, answer: Answer | None = None, **values: Any) -> None:
        """Say `actions.<key>` with the buttons named, each of the intent of its name."""
        text = say(f"actions.{key}", self.language, **values)
        self.say(text, [self.button(offer, offer) for offer in offers], answer)

    def show(
        self, service: Service, section: SectionName | None, case: Case | None = None, score: float | None = None
    ) -> None:
        """Tell a section of a service, and a special case where given, with the other sections as buttons.

        `score` is that of the search which has found it.

        A service that is new to the talk is introduced by its summary, but in plain words one thing is told at a time.
        """
        introduced = self.tracker.get_slot("current_service") != service.slug and not self.plain
        names = {slug: short_name(other, self.language) for slug, other in self.knowledge.services.items()}
        text = render(
            service, section, self.language, today(), names=names, case=case, introduced=introduced, plain=self.plain
        )
        answer = Answer(
            decision="answer",
            service=service.slug,
            section=section or "summary",
            sources=source_links(service, section, case, introduced),
            verified=service.verified.isoformat(),
            score=score,
        )
        self.say(text, self.offered(service, section), answer)

    def offered(self, service: Service, section: SectionName | None) -> list[Button]:
        """The buttons under an answer: the service's other sections, its amounts to compute, and a person."""
        offered = [name for name in OFFERED if name in service.sections() and name != section]
        buttons = [
            Button(
                title=heading(service, name, self.language), payload=payload("show", service=service.slug, section=name)
            )
            for name in offered[:MOST_OFFERED]
        ]
        if section in (None, "summary", "fee"):
            buttons += [
                self.button("calculate", "calculate", calculation=each.id)
                for each in calculations.for_service(service.slug)[:1]
            ]
        return [*buttons, self.button("operator", "operator")]


def source_links(
    service: Service, section: SectionName | None, case: Case | None = None, introduced: bool = False
) -> list[SourceLink]:
    """Where what is told of a service comes from."""
    return links(cited(service, section, case, introduced=introduced))


def links(sources: Iterable[Source]) -> list[SourceLink]:
    """Sources as they travel in an answer."""
    return [SourceLink(url=source.url, date=source.date) for source in sources]
