"""The way to a person: the hand-over, complaints and personal cases, emergencies."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.answering import answer
from actions.choosing import chosen
from actions.forms import ended
from actions.replies import Answer, Button
from actions.talk import Talk, payload, source_links
from knowledge_base.cases import case_of
from knowledge_base.model import Service
from knowledge_base.rates import today
from knowledge_base.render import body, short_name
from nlu.text import emergency
from texts import say

__all__ = ["ActionAffirm", "ActionComplaint", "ActionDeny", "ActionEmergency", "ActionOperator"]

LONGEST_YES = 3
"""Words that a mere yes or no has at most."""

APPEAL = "appeal-to-state"
"""The service that tells how to complain."""


class ActionOperator(Action):
    """Hands the conversation over to an operator, with the service it was about; whatever was being asked ends."""

    def name(self) -> str:
        return "action_operator"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        return hand_over(Talk.of(dispatcher, tracker))


class ActionAffirm(Action):
    """ "Да", "хорошо": yes to the operator where one was just offered, else a mere acknowledgement."""

    def name(self) -> str:
        return "action_affirm"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        talk = Talk.of(dispatcher, tracker)
        if says_more(talk):
            return answer(talk)
        if talk.offered_operator is not None:
            return hand_over(talk)
        talk.say_text("affirm")
        return talk.keep()


class ActionDeny(Action):
    """ "Нет", "не надо": nothing more is wanted now."""

    def name(self) -> str:
        return "action_deny"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        talk = Talk.of(dispatcher, tracker)
        if says_more(talk):
            return answer(talk)
        talk.say_text("deny")
        return talk.keep()


def says_more(talk: Talk) -> bool:
    """Whether a yes or no is the beginning of something else («да, мне нужен паспорт»), or chooses from an offer."""
    return len(talk.text.split()) > LONGEST_YES or chosen(talk.text, talk.choices, talk.language) is not None


def hand_over(talk: Talk) -> list[EventType]:
    """Hand over to an operator, because the citizen wants it."""
    topic = talk.service
    handed = Answer(decision="handover", service=topic.slug if topic is not None else None)
    hand_over = talk.hand_over(talk.offered_operator or "asked")
    talk.say(say("actions.operator", talk.language), answer=handed, hand_over=hand_over)
    return [*talk.remember(service=talk.service), *ended(talk)]


class ActionComplaint(Action):
    """A personal case or a complaint: what the bot cannot see, how to look it up, how to complain, and a person."""

    def name(self) -> str:
        return "action_complaint"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        talk = Talk.of(dispatcher, tracker)
        appeal = talk.knowledge.service(APPEAL)
        about = self._about(talk)
        parts = [say("actions.complaint", talk.language)]
        sources = []
        buttons = []
        if about is not None:
            parts[0] = say("actions.complaint_about", talk.language, name=short_name(about, talk.language))
            case = case_of(about, talk.text, talk.language)
            if case is not None:
                parts.append(f"{case.when[talk.language]}: {case.what[talk.language]}")
                sources += source_links(about, None, case)
            if "status" in about.sections():
                status = body(about, "status", talk.language, today(), plain=talk.plain)
                parts.append(f"{say('actions.complaint_status', talk.language)}\n{status}")
                sources += source_links(about, "status")
            if "refusals" in about.sections():
                title = say("render.refusals", talk.language)
                buttons.append(Button(title=title, payload=payload("show", service=about.slug, section="refusals")))
        else:
            parts.append(say("actions.complaint_status_general", talk.language))
        if appeal is not None:
            lines = [
                say("actions.complaint_appeal", talk.language),
                body(appeal, "summary", talk.language, today(), plain=talk.plain),
            ]
            if about is not None:
                lines.append(say("actions.complaint_whom", talk.language, agency=about.agency[talk.language]))
            parts.append("\n".join(lines))
            sources += source_links(appeal, "summary")
            buttons.insert(0, talk.button("appeal", "show", service=APPEAL, section="online"))
        parts.append(say("actions.complaint_operator", talk.language))
        cited = Answer(
            decision="answer",
            service=APPEAL if appeal is not None else None,
            section="summary",
            sources=list({source.url: source for source in sources}.values()),
            verified=appeal.verified.isoformat() if appeal is not None else None,
        )
        talk.say("\n\n".join(parts), [talk.button("operator", "operator"), *buttons], cited)
        return talk.remember(service=about or talk.service, operator_offered="complaint")

    def _about(self, talk: Talk) -> Service | None:
        """The service that the complaint is about: the one it names, or else the one talked of."""
        found = talk.knowledge.searcher.search(talk.text, talk.language)
        best = found.results[0].service if found.results else None
        named = talk.knowledge.service(best) if found.decision == "answer" and found.has_subject else None
        return talk.service if named is None or named.slug == APPEAL else named


class ActionEmergency(Action):
    """Somebody is in danger: the number to call, at once, and nothing else is asked."""

    def name(self) -> str:
        return "action_emergency"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        talk = Talk.of(dispatcher, tracker)
        kind = emergency.recognise(talk.text) or "general"
        talk.say(say(f"emergency.{kind}", talk.language), [talk.button("operator", "operator")])
        return [*talk.remember(service=talk.service, operator_offered="asked"), *ended(talk)]
