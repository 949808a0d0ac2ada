"""Who needs help at once is heard, and nobody else is taken for one who does."""

import json
import random
from pathlib import Path

import pytest

import texts
from bot.settings import ROOT
from knowledge_base.model import load_all
from nlu.noise import KINDS as NOISE
from nlu.text.emergency import KINDS, recognise

HERE = Path(__file__).parent
EMERGENCIES = [line.split("\t") for line in (HERE / "emergencies.tsv").read_text("utf-8").splitlines()]
CALM = (HERE / "calm.txt").read_text("utf-8").splitlines()


@pytest.mark.parametrize(("kind", "text"), EMERGENCIES)
def test_an_emergency_is_recognised(kind, text):
    assert recognise(text) == kind


@pytest.mark.parametrize("text", CALM)
def test_what_only_sounds_like_an_emergency_is_none(text):
    assert recognise(text) is None


@pytest.mark.parametrize("noise", ["without Kazakh letters", "in Latin", "wrong keyboard"])
def test_an_emergency_is_recognised_however_it_is_typed(noise):
    spoiled = [(kind, NOISE[noise](text, random.Random(text))) for kind, text in EMERGENCIES]
    missed = [(kind, text) for kind, text in spoiled if recognise(text) is None]
    assert len(missed) <= len(spoiled) / 10, missed


def test_no_question_of_the_knowledge_base_is_an_emergency():
    questions = [
        question
        for service in load_all().values()
        for language in texts.LANGUAGES
        for question in service.questions[language]
    ]
    assert len(questions) > 5000
    assert not [(recognise(question), question) for question in questions if recognise(question)]


def test_no_question_of_the_evaluation_is_an_emergency():
    lines = (ROOT / "evaluation" / "development.jsonl").read_text("utf-8").splitlines()
    questions = [json.loads(line)["text"] for line in lines]
    assert not [(recognise(question), question) for question in questions if recognise(question)]


@pytest.mark.parametrize("language", texts.LANGUAGES)
@pytest.mark.parametrize(
    ("kind", "numbers"),
    [
        ("fire", ["101", "112"]),
        ("gas", ["104", "112"]),
        ("rescue", ["112"]),
        ("medical", ["103", "112"]),
        ("distress", ["112", "103", "111"]),
        ("violence", ["102", "103", "111"]),
        ("police", ["102", "112"]),
        ("general", ["112", "101", "102", "103", "104"]),
    ],
)
def test_the_number_to_call_comes_before_anything_to_do(kind, numbers, language):
    said = texts.say(f"emergency.{kind}", language)
    assert all(number in said for number in numbers)
    assert numbers[0] in said.partition("\n")[0]


def test_each_kind_has_its_text():
    assert set(texts.catalogue("emergency", "ru")) == {*KINDS, "general"}
