"""Answers questions about services: from a free text, from a button, or as a follow-up."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import knowledge as held
from actions.knowledge import Knowledge
from actions.replies import Answer, Button
from actions.respond import button, language_of, payload, send, show, text_of
from knowledge_base.model import SECTIONS, SectionName, Service
from knowledge_base.render import short_name
from knowledge_base.search import Hit
from texts import Language, say

__all__ = ["ActionAnswer", "ActionShow"]

MOST_CLARIFIED = 3


def _remember(language: Language, service: str | None, section: str | None, failures: int = 0) -> list[EventType]:
    return [
        SlotSet("language", language),
        SlotSet("service", service),
        SlotSet("section", section),
        SlotSet("failures", float(failures)),
    ]


class ActionAnswer(Action):
    """Answers a question in the citizen's own words, asks which of several is meant, or says that it does not know.

    A question without a subject of its own ("а сколько стоит?") is about the service that was talked of before.
    """

    def name(self) -> str:
        return "action_answer"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        knowledge = held.current()
        language, text = language_of(tracker), text_of(tracker)
        found = knowledge.searcher.search(text, language)
        section = knowledge.searcher.section_of(text, language)
        before = knowledge.services.get(tracker.get_slot("service") or "")
        if not found.has_subject:
            if before is not None and section is not None:
                return self._show(dispatcher, knowledge, before, section, language)
            if section is not None:
                buttons = [button("services", language, "services")]
                send(dispatcher, say("actions.which_service", language), language, buttons, Answer(decision="clarify"))
                return _remember(language, None, section)
        if found.decision == "answer":
            best = found.results[0]
            # Whoever named a section before and now the service ("сколько стоит?" … "паспорт") means both.
            pending = tracker.get_slot("section") if before is None else None
            return self._show(
                dispatcher, knowledge, knowledge.services[best.service], best.section or pending, language
            )
        if found.decision == "clarify":
            return self._clarify(dispatcher, knowledge, found.results, section, language)
        return self._unknown(dispatcher, tracker, language)

    def _show(
        self,
        dispatcher: CollectingDispatcher,
        knowledge: Knowledge,
        service: Service,
        section: SectionName | None,
        language: Language,
    ) -> list[EventType]:
        show(dispatcher, knowledge, service, section, language)
        return _remember(language, service.slug, section)

    def _clarify(
        self,
        dispatcher: CollectingDispatcher,
        knowledge: Knowledge,
        hits: list[Hit],
        section: SectionName | None,
        language: Language,
    ) -> list[EventType]:
        buttons = [
            Button(
                title=short_name(knowledge.services[hit.service], language),
                payload=payload("show", service=hit.service, **({"section": section} if section else {})),
            )
            for hit in hits[:MOST_CLARIFIED]
        ]
        buttons.append(button("none_of_these", language, "none_of_these"))
        send(dispatcher, say("actions.clarify", language), language, buttons, Answer(decision="clarify"))
        return _remember(language, None, section)

    def _unknown(self, dispatcher: CollectingDispatcher, tracker: Tracker, language: Language) -> list[EventType]:
        failures = int(tracker.get_slot("failures") or 0) + 1
        key = "actions.none" if failures == 1 else "actions.none_again"
        buttons = [button("operator", language, "operator"), button("services", language, "services")]
        send(dispatcher, say(key, language), language, buttons, Answer(decision="none"))
        return _remember(language, tracker.get_slot("service"), None, failures)


class ActionShow(Action):
    """Shows the section of a service that a button names."""

    def name(self) -> str:
        return "action_show"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        knowledge = held.current()
        language = language_of(tracker)
        slug = next(tracker.get_latest_entity_values("service"), None)
        section = next(tracker.get_latest_entity_values("section"), None)
        service = knowledge.services.get(slug or "")
        if service is None:  # a button of an old message; the service has left the knowledge base since
            buttons = [button("services", language, "services")]
            send(dispatcher, say("actions.unknown_service", language), language, buttons, Answer(decision="none"))
            return _remember(language, None, None)
        known: SectionName | None = section if section in SECTIONS else None  # type: ignore[assignment]
        show(dispatcher, knowledge, service, known, language)
        return _remember(language, service.slug, known)
