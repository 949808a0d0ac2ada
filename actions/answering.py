"""Answers questions about services: from a free text, from a button, as a follow-up, or after asking which is meant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions import computing
from actions.choosing import chosen
from actions.replies import Answer, Candidate
from actions.talk import Talk, section_named, show_button
from knowledge_base.cases import case_of, section_about
from knowledge_base.model import Case, SectionName, Service
from knowledge_base.render import short_name
from knowledge_base.search import SearchResult
from knowledge_base.sections import remainder
from texts import say

__all__ = ["ActionAnswer", "ActionGoBack", "ActionNoneOfThese", "ActionOutOfScope", "ActionShow", "answer"]

MOST_CLARIFIED = 3
FAILURES_BEFORE_A_PERSON = 2

# What is told instead where a service lacks what was asked: the other way tells how it is done after all.
INSTEAD: dict[SectionName, SectionName] = {"online": "in_person", "in_person": "online"}


class ActionAnswer(Action):
    """Answers a question in the citizen's own words, asks which of several is meant, or says that it does not know.

    A question without a subject of its own ("а сколько стоит?") is about the service that was talked of before.
    """

    def name(self) -> str:
        return "action_answer"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        return answer(Talk.of(dispatcher, tracker))


def answer(talk: Talk) -> list[EventType]:
    """Answer what the citizen has asked in their own words."""
    offered = talk.choices
    if (choice := chosen(talk.text, offered, talk.language)) is not None:
        return tell(talk, choice, talk.section)
    searcher = talk.knowledge.searcher
    found = searcher.search(talk.text, talk.language)
    section = searcher.section_of(talk.text, talk.language)
    if (events := _follow_up(talk, found, section)) is not None:
        return events
    return _by_search(talk, found, section, offered)


def _by_search(talk: Talk, found: SearchResult, section: SectionName | None, offered: list[Service]) -> list[EventType]:
    """Tell what the search has found, ask which of several is meant, or say that nothing is known.

    `offered` are the services among which the citizen was to choose and has not.
    """
    if found.decision == "answer" and found.has_subject:
        return _tell_best(talk, found)
    if offered and found.decision != "clarify":
        return _not_chosen(talk, offered)
    if not found.has_subject:
        talk.say_text("which_service", "services", answer=Answer(decision="clarify"))
        return talk.remember(section=section)
    if found.decision != "clarify":
        return fail(talk, _candidates(found))
    if talk.failures + 1 >= FAILURES_BEFORE_A_PERSON:
        return _not_chosen(talk, offered)
    services = [talk.knowledge.services[hit.service] for hit in found.results[:MOST_CLARIFIED]]
    clarify(talk, services, section, candidates=_candidates(found))
    # Whoever is asked a second time in a row has not found what was meant among the first ones.
    failures = talk.failures + 1 if offered else talk.failures
    slugs = [service.slug for service in services]
    return talk.remember(service=talk.service, section=section, choices=slugs, failures=failures)


def _follow_up(talk: Talk, found: SearchResult, section: SectionName | None) -> list[EventType] | None:
    """Answer about the service talked of, where the message goes on about it; `None` where it does not."""
    if (events := computing.again(talk)) is not None:
        return events
    before = talk.service
    if before is None:
        return None
    elsewhere = found.has_subject and bool(remainder(talk.without("person", "way")))
    if elsewhere and talk.intent != "follow_up":
        return None
    if (case := case_of(before, talk.text, talk.language)) is not None:
        return tell(talk, before, None, case)
    if elsewhere:
        return None
    if talk.entity("person") is not None and section in (None, "cases"):
        about = section_about(before, talk.text, talk.language)
        if about is None:
            talk.say_text("no_such_case", "operator", name=short_name(before, talk.language))
            return talk.remember(service=before, operator_offered="failed")
        return tell(talk, before, about)
    if section in (None, "cases"):
        section = section_named(talk.entity("way")) or section
    return tell(talk, before, section or "in_person")


class ActionGoBack(Action):
    """Goes back to a service that was talked of before: the one named, or else the last one but this."""

    def name(self) -> str:
        return "action_go_back"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        talk = Talk.of(dispatcher, tracker)
        recent = [service for slug in talk.recent if (service := talk.knowledge.service(slug)) is not None]
        section = talk.knowledge.searcher.section_of(talk.text, talk.language)
        if (named := chosen(talk.text, recent, talk.language)) is not None:
            return tell(talk, named, section)
        found = talk.knowledge.searcher.search(talk.text, talk.language)
        if found.has_subject and found.decision != "none":
            return _by_search(talk, found, section, [])
        others = [service for service in recent if service != talk.service] or recent
        if others:
            return tell(talk, others[0], section)
        talk.say_text("which_service", "services", answer=Answer(decision="clarify"))
        return talk.remember(section=section)


class ActionOutOfScope(Action):
    """Says that this is nothing it knows, unless the knowledge base has an answer after all."""

    def name(self) -> str:
        return "action_out_of_scope"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        talk = Talk.of(dispatcher, tracker)
        found = talk.knowledge.searcher.search(talk.text, talk.language)
        if found.has_subject and found.decision == "answer":
            return _tell_best(talk, found)
        talk.say_text("out_of_scope", "services", "operator", answer=Answer(decision="none"))
        return talk.remember(service=talk.service, failures=talk.failures + 1, operator_offered="failed")


class ActionNoneOfThese(Action):
    """Nothing of what was offered is meant: asks in other words, and the second time offers a person."""

    def name(self) -> str:
        return "action_none_of_these"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        talk = Talk.of(dispatcher, tracker)
        failures = talk.failures + 1
        key = "none_of_these" if failures < FAILURES_BEFORE_A_PERSON else "none_again"
        talk.say_text(key, "services", "operator", answer=Answer(decision="none"))
        return talk.remember(service=talk.service, section=talk.section, failures=failures, operator_offered="failed")


class ActionShow(Action):
    """Shows the section of a service that a button names."""

    def name(self) -> str:
        return "action_show"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        talk = Talk.of(dispatcher, tracker)
        service = talk.knowledge.service(talk.entity("service"))
        if service is None:  # a button of an old message; the service has left the knowledge base since
            talk.say_text("unknown_service", "services", answer=Answer(decision="none"))
            return talk.remember()
        return tell(talk, service, section_named(talk.entity("section")))


def tell(
    talk: Talk,
    service: Service,
    section: SectionName | None,
    case: Case | None = None,
    score: float | None = None,
) -> list[EventType]:
    """Tell a section of a service, or the way there is instead of it; the talk is about this service now.

    `score` is that of the search which has found it.
    """
    section = _available(service, section)
    talk.show(service, section, case, score)
    return talk.remember(service=service, section=section)


def _available(service: Service, section: SectionName | None) -> SectionName | None:
    """`section`, or what is told instead of it where `service` lacks it."""
    has = service.sections()
    instead = INSTEAD.get(section) if section is not None and section not in has else None
    return instead if instead in has else section


def _tell_best(talk: Talk, found: SearchResult) -> list[EventType]:
    best = found.results[0]
    service = talk.knowledge.service(best.service)
    assert service is not None  # the searcher and the services are of one moment
    section = best.section
    if section is None and (talk.service is None or talk.intent == "follow_up"):
        # Whoever named a section before and now the service ("сколько стоит?" … "паспорт") means both; and so does
        # whoever goes on with "а паспорт?".
        section = talk.section
    case = case_of(service, talk.text, found.language) if section is None else None
    return tell(talk, service, section, case, best.score)


def clarify(
    talk: Talk,
    services: list[Service],
    section: SectionName | None,
    key: str = "clarify",
    candidates: Sequence[Candidate] = (),
) -> None:
    """Ask which of a few services is meant; `candidates` are what the search has on them."""
    buttons = [show_button(service, section, talk.language) for service in services]
    text = say(f"actions.{key}", talk.language)
    answer = Answer(decision="clarify", score=_best_score(candidates), candidates=list(candidates))
    talk.say(text, [*buttons, talk.button("none_of_these", "none_of_these")], answer)


def _not_chosen(talk: Talk, offered: list[Service]) -> list[EventType]:
    """What the citizen said chooses none of what was offered: ask once more, then offer a person."""
    if not offered or talk.failures + 1 >= FAILURES_BEFORE_A_PERSON:
        return fail(talk)
    clarify(talk, offered, talk.section, "clarify_again")
    slugs = [service.slug for service in offered]
    return talk.remember(service=talk.service, section=talk.section, choices=slugs, failures=talk.failures + 1)


def fail(talk: Talk, candidates: Sequence[Candidate] = ()) -> list[EventType]:
    """Say that there is no answer; the second time in a row a person is the better way.

    `candidates` are what the search has found all the same.
    """
    failures = talk.failures + 1
    key = "none" if failures < FAILURES_BEFORE_A_PERSON else "none_again"
    answer = Answer(decision="none", score=_best_score(candidates), candidates=list(candidates))
    talk.say_text(key, "operator", "services", answer=answer)
    return talk.remember(service=talk.service, failures=failures, operator_offered="failed")


def _candidates(found: SearchResult) -> list[Candidate]:
    """The likeliest services of a search that has not decided for one."""
    hits = found.results[:MOST_CLARIFIED]
    return [Candidate(service=hit.service, section=hit.section, score=hit.score) for hit in hits]


def _best_score(candidates: Sequence[Candidate]) -> float | None:
    return candidates[0].score if candidates else None
