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
    "number": "Менің ЖСН-ім 050000000009, Шымке\u0301нттемін",
    "mistyped": "позовите оперотор",
    "nonsense": "ыщзщжщш 5",
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
    places = [text[start:end] for _, start, end, _ in read["russian"]["tokens"]]
    assert places == ["Как", "получить", "справку", "о", "не", "судимости"]
    text = TEXTS["decomposed"]
    assert unicodedata.normalize("NFC", text[slice(*read["decomposed"]["tokens"][1][1:3])]) == "куәлікті"


@pytest.mark.slow
def test_every_word_has_its_folded_lemma(read):
    lemmas = {name: [token[3] for token in read[name]["tokens"]] for name in ("clean", "russian")}
    assert lemmas["clean"][:2] == ["jeke", "kualik"]
    assert lemmas["russian"] == ["kak", "poluchit", "spravka", "o", "ne", "sudimost"]


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
        "number": "kk",
        "mistyped": "ru",
        "nonsense": read["nonsense"]["output"].get("language"),  # whatever it is
    }
    assert {name: result["text"] for name, result in read.items()} == TEXTS


@pytest.mark.slow
def test_rasa_gets_the_entities_and_never_the_number_itself(read):
    text = TEXTS["number"]
    number, place = read["number"]["output"]["entities"]
    assert number == {
        "entity": "document_number",
        "start": text.index("0"),
        "end": text.index(","),
        "value": "iin …0009",
        "additional_info": {"kind": "iin"},
        "extractor": "EntityFinder",
    }
    assert place["value"] == "KZ-79"
    assert text[place["start"] : place["end"]] == "Шымке\u0301нттемін"
    assert read["emoji"]["output"]["entities"] == []


@pytest.mark.slow
def test_mistyped_words_become_those_of_the_examples_with_their_lemmas_and_keep_their_places(read):
    assert _words(read["mistyped"]) == ["pozovite", "operotor"]
    assert read["mistyped"]["mended"] == [["pozovite", 0, 8, "pozvat"], ["operator", 9, 17, "operator"]]


@pytest.mark.slow
def test_words_that_the_examples_have_stay_as_they_are(read):
    assert [token[0] for token in read["russian"]["mended"]][1:3] == ["poluchit", "spravku"]


@pytest.mark.slow
def test_a_message_is_measured_by_the_words_of_the_services(read):
    *shares, any_unknown = read["clean"]["subject"]
    assert sum(shares) == pytest.approx(1)
    assert any_unknown == 0
    assert read["clean"]["subjects"] == len(read["clean"]["tokens"])
    *shares, any_unknown = read["nonsense"]["subject"]  # the number is in no class
    assert (shares[0], any_unknown) == (1, 1)
