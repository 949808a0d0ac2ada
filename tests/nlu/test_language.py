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


def test_the_labelled_set_covers_every_way_of_writing():
    kinds = Counter((item["kind"], item["language"]) for item in LABELLED)
    assert len(LABELLED) >= 200
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


@pytest.mark.parametrize("kind", ["clean", "plain", "latin", "mixed", "undecided"])
def test_the_language_is_right_in_at_least_nineteen_of_twenty(kind):
    items = [item for item in LABELLED if item["kind"] == kind]
    wrong = [(item["text"], identify(item["text"])) for item in items if identify(item["text"]) != item["language"]]
    assert len(wrong) * 20 <= len(items), wrong


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


@pytest.mark.parametrize("text", ["все услуги", "отстань", "налоги", "покажи список", "vse uslugi"])
def test_short_russian_is_not_taken_for_kazakh(text):
    assert identify(text) == "ru"


def test_a_message_of_the_wrong_keyboard_has_a_language_once_it_is_mended():
    assert identify(normalise("rfr gjkexbnm gfcgjhn")) == "ru"
    assert identify(normalise(";trt re2k3r rthtr")) == "kk"
