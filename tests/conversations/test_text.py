import pytest

from bot.conversations.text import MAX_LENGTH, clean, is_payload, trouble
from texts import LANGUAGES, say


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Как получить паспорт?", None),
        ("1", None),
        ("жоқ", None),
        ("", "empty"),
        (" \n\t ", "empty"),
        ("x" * MAX_LENGTH, None),
        ("x" * (MAX_LENGTH + 1), "too_long"),
        ("😀👍", "no_words"),
        ("?!", "no_words"),
        ("\x00\x01\x02\x03abc", "binary"),
        ("\ufffd\ufffd\ufffdab", "binary"),
    ],
)
def test_what_cannot_be_read_is_named(text, expected):
    assert trouble(text) == expected


def test_cleaning_keeps_words_and_lines_and_drops_control_characters():
    assert clean("  а\x00б\nв\u0306 ") == "аб\nв̆"


@pytest.mark.parametrize(
    "payload",
    ["/operator", "/help", "/leave_queue", '/show{"service": "passport-issue", "section": "fee"}',
     "/leave_question", "/calculations", "/cancel", '/calculate{"calculation": "state-fee"}', '/inform{"value": "yes"}',
     '/show{"service":"passport-issue"}', '/domain{"domain": "identity"}', '/language{"language": "kk"}'],
)  # fmt: skip
def test_payloads_of_our_buttons_are_known(payload):
    assert is_payload(payload)


@pytest.mark.parametrize(
    "payload", ["", "operator", "/restart", "/session_start", '/show{"service": "a b"}', '/language{"language": "en"}',
                '/operator{"x": 1}', "/help\n"],
)  # fmt: skip
def test_anything_else_is_no_payload(payload):
    assert not is_payload(payload)


def test_every_payload_has_a_title_for_whoever_reads_the_conversation():
    for intent in (
        "help",
        "greet",
        "operator",
        "services",
        "none_of_these",
        "leave_queue",
        "show",
        "domain",
        "language",
        "leave_question",
        "calculations",
        "calculate",
        "inform",
        "cancel",
    ):
        for language in LANGUAGES:
            assert say(f"conversations.pressed_{intent}", language)
