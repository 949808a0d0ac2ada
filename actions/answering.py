"""Answers questions about services: from a free text, from a button, or as a follow-up."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions import knowledge as held
from actions.knowledge import Knowledge
from actions.replies import Answer, Button
from actions.respond import button, language_of, payload, remember, send, show, text_of
from knowledge_base.cases import case_of
from knowledge_base.model import SECTIONS, Case, SectionName, Service
from knowledge_base.render import short_name
from knowledge_base.search import Hit, SearchResult
from texts import Language, say

__all__ = ["ActionAnswer", "ActionOutOfScope", "ActionShow"]

MOST_CLARIFIED = 3

# What is told instead where a service lacks what was asked: the other way tells how it is done after all.
INSTEAD: dict[SectionName, SectionName] = {"online": "in_person", "in_person": "online"}


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
        before = knowledge.service(tracker.get_slot("service"))
        if not found.has_subject:
            if before is not None:
                return _tell(
                    dispatcher, tracker, knowledge, before, _available(before, section or "in_person"), language
                )
            buttons = [button("services", language, "services")]
            send(dispatcher, say("actions.which_service", language), language, buttons, Answer(decision="clarify"))
            return remember(language, section=section)
        if found.decision == "answer":
            return _tell_best(dispatcher, tracker, knowledge, found)
        if found.decision == "clarify":
            return _clarify(dispatcher, knowledge, found.results, section, language)
        failures = int(tracker.get_slot("failures") or 0) + 1
        key = "actions.none" if failures == 1 else "actions.none_again"
        buttons = [button("operator", language, "operator"), button("services", language, "services")]
        send(dispatcher, say(key, language), language, buttons, Answer(decision="none"))
        service = before.slug if before is not None else None
        return remember(language, service=service, failures=failures, operator_offered=True)


class ActionOutOfScope(Action):
    """Says that this is nothing it knows, unless the knowledge base has an answer after all."""

    def name(self) -> str:
        return "action_out_of_scope"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        knowledge = held.current()
        language = language_of(tracker)
        found = knowledge.searcher.search(text_of(tracker), language)
        if found.has_subject and found.decision == "answer":
            return _tell_best(dispatcher, tracker, knowledge, found)
        buttons = [button("services", language, "services"), button("operator", language, "operator")]
        send(dispatcher, say("actions.out_of_scope", language), language, buttons, Answer(decision="none"))
        return remember(language, service=tracker.get_slot("service"), operator_offered=True)


class ActionShow(Action):
    """Shows the section of a service that a button names."""

    def name(self) -> str:
        return "action_show"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        knowledge = held.current()
        language = language_of(tracker)
        slug = next(tracker.get_latest_entity_values("service"), None)
        named = next(tracker.get_latest_entity_values("section"), None)
        service = knowledge.service(slug)
        if service is None:  # a button of an old message; the service has left the knowledge base since
            buttons = [button("services", language, "services")]
            send(dispatcher, say("actions.unknown_service", language), language, buttons, Answer(decision="none"))
            return remember(language)
        section: SectionName | None = next((known for known in SECTIONS if known == named), None)
        return _tell(dispatcher, tracker, knowledge, service, _available(service, section), language)


def _available(service: Service, section: SectionName | None) -> SectionName | None:
    """`section`, or what is told instead of it where `service` lacks it."""
    has = service.sections()
    instead = INSTEAD.get(section) if section is not None and section not in has else None
    return instead if instead in has else section


def _tell(
    dispatcher: CollectingDispatcher,
    tracker: Tracker,
    knowledge: Knowledge,
    service: Service,
    section: SectionName | None,
    language: Language,
    case: Case | None = None,
) -> list[EventType]:
    introduced = tracker.get_slot("service") != service.slug
    show(dispatcher, knowledge, service, section, language, case, introduced)
    return remember(language, service=service.slug, section=section)


def _tell_best(
    dispatcher: CollectingDispatcher, tracker: Tracker, knowledge: Knowledge, found: SearchResult
) -> list[EventType]:
    best = found.results[0]
    service = knowledge.service(best.service)
    assert service is not None  # the searcher and the services are of one moment
    # Whoever named a section before and now the service ("сколько стоит?" … "паспорт") means both.
    pending = tracker.get_slot("section") if tracker.get_slot("service") is None else None
    section = best.section or _available(service, pending)
    case = case_of(service, text_of(tracker), found.language) if section is None else None
    return _tell(dispatcher, tracker, knowledge, service, section, found.language, case)


def _clarify(
    dispatcher: CollectingDispatcher,
    knowledge: Knowledge,
    hits: list[Hit],
    section: SectionName | None,
    language: Language,
) -> list[EventType]:
    wanted = {"section": section} if section is not None else {}
    buttons = [
        Button(
            title=short_name(knowledge.services[hit.service], language),
            payload=payload("show", service=hit.service, **wanted),
        )
        for hit in hits[:MOST_CLARIFIED]
    ]
    buttons.append(button("none_of_these", language, "none_of_these"))
    send(dispatcher, say("actions.clarify", language), language, buttons, Answer(decision="clarify"))
    return remember(language, section=section)
