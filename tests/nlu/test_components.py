"""Rasa's components over `nlu.text`, run in Rasa's own environment."""

import json
import os
import subprocess
import unicodedata
from pathlib import Path

import pytest

from bot import rasa
from bot.settings import ROOT

TEXTS = {
    "clean": "Жеке куәлікті қалай аламын?",
    "plain": "жеке куаликти калай аламын",
    "latin": "zheke kualikti qalai alamyn",
    "decomposed": unicodedata.normalize("NFD", "Жеке куәлікті қалай аламын?"),
    "russian": "Как получить справку о не-судимости",
    "layout": "rfr gjkexbnm gfcgjhn",
    "emoji": "👍",
    "invisible": "\u200b",
}


@pytest.fixture(scope="module")
def read():
    done = subprocess.run(
        [str(rasa.python()), str(Path(__file__).with_name("components") / "read.py")],
        input=json.dumps(list(TEXTS.values())),
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "RASA_TELEMETRY_ENABLED": "false", "PYTHONPATH": str(ROOT)},
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return dict(zip(TEXTS, json.loads(done.stdout), strict=True))


def _words(result):
    return [token[0] for token in result["tokens"]]


@pytest.mark.slow
@pytest.mark.parametrize("spelling", ["plain", "latin", "decomposed"])
def test_every_spelling_gives_rasa_the_same_words(read, spelling):
    assert _words(read[spelling]) == _words(read["clean"])


@pytest.mark.slow
def test_the_words_keep_their_places(read):
    text = TEXTS["russian"]
    places = [text[start:end] for _, start, end in read["russian"]["tokens"]]
    assert places == ["Как", "получить", "справку", "о", "не", "судимости"]


@pytest.mark.slow
def test_the_wrong_keyboard_is_mended_before_rasa_compares(read):
    assert _words(read["layout"]) == ["kak", "poluchit", "pasport"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["emoji", "invisible"])
def test_a_message_without_words_still_has_a_token(read, name):
    assert len(read[name]["tokens"]) == 1


@pytest.mark.slow
def test_the_language_is_in_what_rasa_answers_and_the_text_is_as_written(read):
    languages = {name: result["output"].get("language") for name, result in read.items()}
    assert languages == {
        "clean": "kk",
        "plain": "kk",
        "latin": "kk",
        "decomposed": "kk",
        "russian": "ru",
        "layout": "ru",
        "emoji": None,
        "invisible": None,
    }
    assert {name: result["text"] for name, result in read.items()} == TEXTS
