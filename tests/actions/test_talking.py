"""What is said beside the answers."""

from __future__ import annotations

import json

import pytest

from tests.actions.conftest import SERVICES, Act
from texts import LANGUAGES, Language, say

SAYINGS = [
    "greet", "goodbye", "thank", "help", "bot_challenge", "rude", "none_of_these", "affirm", "deny", "joke", "inform",
]  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("action", SAYINGS)
async def test_every_saying_is_in_the_language_of_the_message(act: Act, action: str, language: Language) -> None:
    turn = await act(action, "…", language=language, conversation="ru" if language == "kk" else "kk")
    assert turn.reply.text == say(f"actions.{action}", language)
    assert turn.slots["spoken_language"] == language
    assert turn.reply.hand_over is None


async def test_a_greeting_offers_the_other_language(act: Act) -> None:
    turn = await act("greet", "привет", language="ru")
    assert [button.payload for button in turn.reply.buttons] == ["/services", '/language{"language": "kk"}']


@pytest.mark.parametrize(
    ("text", "written_in", "wanted"),
    [
        ("на казахском", "ru", "kk"),
        ("қазақша жауап бер", "kk", "kk"),
        ("qazaqsha", "kk", "kk"),
        ("можно по-русски", "ru", "ru"),
        ("орысша", "kk", "ru"),
        ("po russki", None, "ru"),
        ("не на русском, а на казахском", "ru", "kk"),
        ("я не понимаю по-казахски", "ru", "ru"),
        ("орысша түсінбеймін", "kk", "kk"),
        ("смени язык", "ru", "kk"),
        ("тілді ауыстыру", "kk", "ru"),
    ],
)
async def test_the_language_wished_for_in_words_is_used(
    act: Act, text: str, written_in: Language | None, wanted: Language
) -> None:
    turn = await act("language", text, language=written_in)
    assert turn.reply.language == wanted
    assert turn.reply.text == say("actions.language", wanted)


async def test_the_language_of_a_button_is_used(act: Act) -> None:
    assert (await act("language", "/language{…}", entities={"language": "kk"})).reply.language == "kk"


async def test_the_list_leads_to_every_service(act: Act) -> None:
    """By domains where there are several, at once where there is one."""
    found: set[str] = set()
    waiting = [(await act("services", "/services")).reply]
    while waiting:
        for button in waiting.pop().buttons:
            intent, _, entities = button.payload[1:].partition("{")
            if intent == "services":
                continue  # back to the domains
            values = json.loads("{" + entities)
            if intent == "domain":
                waiting.append((await act("domain", button.payload, entities=values)).reply)
            else:
                assert intent == "show"
                found.add(values["service"])
    assert found == set(SERVICES)


async def test_a_domain_that_is_gone_offers_the_list(act: Act) -> None:
    turn = await act("domain", "/domain{…}", entities={"domain": "gone"})
    assert [button.payload for button in turn.reply.buttons] == ["/services"]
