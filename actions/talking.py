"""Everything that is said beside the answers: greetings, help, menus, the language, and the way to a person."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import knowledge as held
from actions.replies import Answer, Button, HandOver
from actions.respond import button, language_of, payload, send, text_of
from knowledge_base.render import short_name
from nlu.text.fold import fold
from texts import Language, say

__all__ = [
    "ActionAffirm", "ActionBotChallenge", "ActionComplaint", "ActionDeny", "ActionDomain", "ActionGoodbye",
    "ActionGreet", "ActionHelp", "ActionLanguage", "ActionNoneOfThese", "ActionOperator", "ActionRude",
    "ActionServices", "ActionThank",
]  # fmt: skip

OTHER: dict[Language, Language] = {"ru": "kk", "kk": "ru"}
NOT_UNDERSTOOD = re.compile(r"\bne (ponima|zna)|tusinbe|bilme")  # folded


class _Saying:
    """Says `actions.<key>` with the buttons named. No Action itself, so that rasa-sdk does not take it for one.

    `asks_for_operator`: the text offers the operator, so that a plain "да" means yes to that.
    """

    key: str
    offers: tuple[str, ...] = ()
    asks_for_operator = False

    def name(self) -> str:
        return f"action_{self.key}"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        language = language_of(tracker)
        buttons = [button(offer, language, offer) for offer in self.offers]
        send(dispatcher, say(f"actions.{self.key}", language), language, buttons)
        return [SlotSet("language", language), SlotSet("operator_offered", self.asks_for_operator)]


class ActionGoodbye(_Saying, Action):
    key = "goodbye"


class ActionThank(_Saying, Action):
    key = "thank"


class ActionHelp(_Saying, Action):
    key = "help"
    offers = ("services", "operator")


class ActionBotChallenge(_Saying, Action):
    key = "bot_challenge"
    offers = ("services", "operator")


class ActionComplaint(_Saying, Action):
    """A personal case or a complaint: what the bot cannot see, where to ask, and a person."""

    key = "complaint"
    offers = ("operator",)
    asks_for_operator = True


class ActionRude(_Saying, Action):
    key = "rude"
    offers = ("services", "operator")
    asks_for_operator = True


class ActionNoneOfThese(_Saying, Action):
    key = "none_of_these"
    offers = ("services", "operator")
    asks_for_operator = True


class ActionDeny(_Saying, Action):
    """ "Нет", "не надо": nothing more is wanted now."""

    key = "deny"


class ActionGreet(Action):
    """Greets, says what can be asked, and offers the other language."""

    def name(self) -> str:
        return "action_greet"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        language = language_of(tracker)
        buttons = [
            button("services", language, "services"),
            button("other_language", language, "language", language=OTHER[language]),
        ]
        send(dispatcher, say("actions.greet", language), language, buttons)
        return [SlotSet("language", language)]


class ActionLanguage(Action):
    """Goes on in the language asked for: by a button, or in words, which may be those of the other language."""

    def name(self) -> str:
        return "action_language"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        asked = next(tracker.get_latest_entity_values("language"), None) or _language_named(text_of(tracker))
        language: Language = asked if asked in ("ru", "kk") else OTHER[language_of(tracker)]
        send(dispatcher, say("actions.language", language), language, [button("services", language, "services")])
        return [SlotSet("language", language), SlotSet("operator_offered", False)]


def _language_named(text: str) -> Language | None:
    """The language that a wish names, in either language: «на казахском», «орысша»; the last one named counts.

    Who does not understand the language named («я не понимаю по-казахски») wants the other.
    """
    folded = fold(text)
    places: dict[Language, int] = {"kk": folded.rfind("kaz"), "ru": max(folded.rfind("rus"), folded.rfind("oris"))}
    named: Language = max(places, key=lambda language: places[language])
    if places[named] < 0:
        return None
    return OTHER[named] if NOT_UNDERSTOOD.search(folded) else named


class ActionOperator(Action):
    """Hands the conversation over to an operator, with the service it was about."""

    def name(self) -> str:
        return "action_operator"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        return _hand_over(dispatcher, tracker, language_of(tracker))


class ActionAffirm(Action):
    """ "Да", "хорошо": yes to the operator where one was just offered, else a mere acknowledgement."""

    def name(self) -> str:
        return "action_affirm"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        language = language_of(tracker)
        if tracker.get_slot("operator_offered"):
            return _hand_over(dispatcher, tracker, language)
        send(dispatcher, say("actions.affirm", language), language)
        return [SlotSet("language", language)]


def _hand_over(dispatcher: CollectingDispatcher, tracker: Tracker, language: Language) -> list[EventType]:
    topic = tracker.get_slot("service")
    answer = Answer(decision="handover", service=topic)
    hand_over = HandOver(reason="asked", topic=topic)
    send(dispatcher, say("actions.operator", language), language, answer=answer, hand_over=hand_over)
    return [SlotSet("language", language), SlotSet("failures", 0.0), SlotSet("operator_offered", False)]


class ActionServices(Action):
    """Offers the domains; where there is only one, its services at once."""

    def name(self) -> str:
        return "action_services"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        language = language_of(tracker)
        domains = list(dict.fromkeys(service.domain for service in held.current().services.values()))
        if len(domains) == 1:
            _offer_services(dispatcher, domains[0], language)
        else:
            buttons = [
                Button(title=say(f"actions.domain_{each}", language), payload=payload("domain", domain=each))
                for each in domains
            ]
            send(dispatcher, say("actions.services", language), language, buttons)
        return [SlotSet("language", language)]


class ActionDomain(Action):
    """Offers the services of one domain."""

    def name(self) -> str:
        return "action_domain"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        language = language_of(tracker)
        wanted = next(tracker.get_latest_entity_values("domain"), None)
        domains = {service.domain for service in held.current().services.values()}
        if wanted in domains:
            _offer_services(dispatcher, wanted, language)
        else:
            buttons = [button("services", language, "services")]
            send(dispatcher, say("actions.unknown_service", language), language, buttons)
        return [SlotSet("language", language)]


def _offer_services(dispatcher: CollectingDispatcher, domain: str, language: Language) -> None:
    buttons = [
        Button(title=short_name(service, language), payload=payload("show", service=service.slug))
        for service in held.current().services.values()
        if service.domain == domain
    ]
    title = say(f"actions.domain_{domain}", language)
    send(dispatcher, say("actions.domain", language, domain=title), language, buttons)
