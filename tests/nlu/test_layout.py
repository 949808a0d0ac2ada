"""What was typed on the wrong keyboard is mended, and nothing else is touched."""

import pytest

from nlu.text.normalise import normalise


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("rfr gjkexbnm gfcgjhn", "как получить паспорт"),
        ("crjkmrj cnjbn", "сколько стоит"),
        ("yt hf,jnftn cfqn", "не работает сайт"),
    ],
)
def test_the_wrong_layout_is_mended(typed, meant):
    assert normalise(typed) == meant


@pytest.mark.parametrize(
    "text",
    ["kak poluchit pasport", "zheke kualik zhogaldy", "jeke kuälık", "egov.kz", "help", "как получить паспорт",
     "жеке куәлік", "ИИН 123", "ok", ""],
)  # fmt: skip
def test_what_is_right_stays_as_it_is(text):
    assert normalise(text) == text
