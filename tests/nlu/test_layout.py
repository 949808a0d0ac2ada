"""What was typed on the wrong keyboard is mended, and nothing else is touched."""

import pytest

from nlu.text.normalise import normalise


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("rfr gjkexbnm gfcgjhn", "как получить паспорт"),
        ("crjkmrj cnjbn", "сколько стоит"),
        ("yt hf,jnftn cfqn", "не работает сайт"),
        (";trt re2k3r fke", "жеке куәлік алу"),
        ("Pfgkfnbnm 500 ntyut&", "Заплатить 500 тенге?"),
    ],
)
def test_the_wrong_layout_is_mended(typed, meant):
    assert normalise(typed) == meant


@pytest.mark.parametrize(
    "text",
    ["kak poluchit pasport", "zheke kualik zhogaldy", "jeke kuälık", "egov.kz", "help", "как получить паспорт",
     "жеке куәлік", "ИИН 123", "ok", "", "joq", "https://egov.kz", "nurlan@example.kz", "N12345678", "please help me"],
)  # fmt: skip
def test_what_is_right_stays_as_it_is(text):
    assert normalise(text) == text
