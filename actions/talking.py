"""Everything that is said beside the answers: greetings, help, menus, the language, and small talk."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.replies import Button
from actions.talk import Talk, payload, show_button
from knowledge_base.render import short_name
from nlu.text.fold import fold
from texts import Language, say

__all__ = [
    "ActionBotChallenge", "ActionDomain", "ActionGoodbye", "ActionGreet", "ActionHelp", "ActionInform",
    "ActionJoke", "ActionLanguage", "ActionRude", "ActionServices", "ActionThank",
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
        talk = Talk.of(dispatcher, tracker)
        talk.say_text(self.key, *self.offers)
        return talk.keep(operator_offered="asked" if self.asks_for_operator else None)


class ActionGoodbye(_Saying, Action):
    key = "goodbye"


class ActionThank(_Saying, Action):
    key = "thank"


class ActionHelp(_Saying, Action):
    key = "help"
    offers = ("services", "calculations", "operator")


class ActionBotChallenge(_Saying, Action):
    key = "bot_challenge"
    offers = ("services", "operator")


class ActionRude(_Saying, Action):
    key = "rude"
    offers = ("operator", "services")
    asks_for_operator = True


class ActionJoke(_Saying, Action):
    """Jokes and talk about the bot itself: a short human answer, and back to what it can do."""

    key = "joke"


class ActionInform(_Saying, Action):
    """A button of a question that is not asked any more."""

    key = "inform"
    offers = ("services",)


class ActionGreet(Action):
    """Greets, says what can be asked, and offers the other language."""

    def name(self) -> str:
        return "action_greet"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        talk = Talk.of(dispatcher, tracker)
        buttons = [
            talk.button("services", "services"),
            talk.button("other_language", "language", language=OTHER[talk.language]),
        ]
        talk.say(say("actions.greet", talk.language), buttons)
        return talk.keep()


class ActionLanguage(Action):
    """Goes on in the language asked for: by a button, or in words, which may be those of the other language.

    What can be pressed is offered again in the new language.
    """

    def name(self) -> str:
        return "action_language"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        said = Talk.of(dispatcher, tracker)
        asked = said.entity("language") or _language_named(said.text)
        language: Language = asked if asked in ("ru", "kk") else OTHER[said.language]  # type: ignore[assignment]
        talk = replace(said, language=language)
        buttons = [talk.button("services", "services")]
        if talk.service is not None and not talk.choices:
            buttons = talk.offered(talk.service, talk.section)
        elif talk.choices:
            buttons = [show_button(service, talk.section, talk.language) for service in talk.choices]
        talk.say(say("actions.language", talk.language), buttons)
        return talk.keep()


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


class ActionServices(Action):
    """Offers the domains; where there is only one, its services at once."""

    def name(self) -> str:
        return "action_services"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        talk = Talk.of(dispatcher, tracker)
        domains = list(dict.fromkeys(service.domain for service in talk.knowledge.services.values()))
        if len(domains) == 1:
            _offer_services(talk, domains[0])
        else:
            buttons = [
                Button(title=say(f"actions.domain_{each}", talk.language), payload=payload("domain", domain=each))
                for each in domains
            ]
            talk.say(say("actions.services", talk.language), buttons)
        return talk.keep()


class ActionDomain(Action):
    """Offers the services of one domain."""

    def name(self) -> str:
        return "action_domain"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        talk = Talk.of(dispatcher, tracker)
        wanted = talk.entity("domain")
        if wanted in {service.domain for service in talk.knowledge.services.values()}:
            _offer_services(talk, wanted)
        else:
            talk.say_text("unknown_service", "services")
        return talk.keep()


def _offer_services(talk: Talk, domain: str) -> None:
    buttons = [
        Button(title=short_name(service, talk.language), payload=payload("show", service=service.slug))
        for service in talk.knowledge.services.values()
        if service.domain == domain
    ]
    title = say(f"actions.domain_{domain}", talk.language)
    text = say("actions.domain", talk.language, domain=title)
    talk.say(text, [*buttons, talk.button("back_to_domains", "services")])
