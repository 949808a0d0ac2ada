"""The language of a message, measured on a labelled set and held on the cases that matter most."""

import json
from collections import Counter
from pathlib import Path

import pytest

from nlu.text.language import identify
from nlu.text.normalise import normalise

LABELLED = [
    json.loads(line) for line in Path(__file__).with_name("languages.jsonl").read_text("utf-8").splitlines() if line
]


# The part `tune` was looked at while the method was made; of the part `test` only the figures were.
PARTS = ["tune", "test"]


def test_the_labelled_set_covers_every_way_of_writing():
    for part in PARTS:
        kinds = Counter((item["kind"], item["language"]) for item in LABELLED if item["part"] == part)
        assert sum(kinds.values()) >= 450
        assert set(kinds) == {
            ("clean", "ru"),
            ("clean", "kk"),
            ("plain", "kk"),
            ("latin", "ru"),
            ("latin", "kk"),
            ("mixed", "ru"),
            ("mixed", "kk"),
            ("undecided", None),
        }


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize(
    ("kind", "right"), [("clean", 0.99), ("plain", 0.97), ("latin", 0.95), ("mixed", 0.92), ("undecided", 0.92)]
)
def test_the_language_is_right_as_often_as_it_has_to_be(kind, right, part):
    items = [item for item in LABELLED if item["kind"] == kind and item["part"] == part]
    wrong = [item["text"] for item in items if identify(normalise(item["text"])) != item["language"]]
    assert len(wrong) <= len(items) * (1 - right), f"{len(wrong)} of {len(items)}"


@pytest.mark.parametrize(
    "text", ["", "   ", "42", "+7 701 000 00 00", "👍", "?!", "паспорт", "Алматы", "egov.kz", "ok"]
)
def test_what_both_languages_write_alike_is_left_undecided(text):
    assert identify(text) is None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("справканы калай алам", "kk"),
        ("срок өтіп кетті", "kk"),
        ("как получить анықтама", "ru"),
        ("потеряла жеке куәлік, что делать", "ru"),
    ],
)
def test_a_mixed_message_has_the_language_of_its_frame(text, language):
    assert identify(text) == language


@pytest.mark.parametrize(
    "text",
    ["все услуги", "отстань", "налоги", "покажи список", "vse uslugi", "купить айфон", "хочу айфон 15",
     "тойота камри 70 цена", "скинь тикток", "ютуб не работает", "где купить найк", "где цон", "gde con", "я",
     "штраф"],
)  # fmt: skip
def test_short_russian_is_not_taken_for_kazakh(text):
    assert identify(text) == "ru"


@pytest.mark.parametrize(
    "text",
    ["айфон керек", "паспорт керек", "мекенжай анықтама", "salem", "той жасау", "иә", "жер", "куалик", "қужат", "aqsha",
     "оформить еткім келеді", "паспортымды", "справканы", "каспи ашылмай жатыр"],
)  # fmt: skip
def test_short_kazakh_is_not_taken_for_russian(text):
    assert identify(text) == "kk"


def test_a_message_of_the_wrong_keyboard_has_a_language_once_it_is_mended():
    assert identify(normalise("rfr gjkexbnm gfcgjhn")) == "ru"
    assert identify(normalise(";trt re2k3r rthtr")) == "kk"
