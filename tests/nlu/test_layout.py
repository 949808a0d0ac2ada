"""What was typed on the wrong keyboard is mended, and nothing else is touched."""

from pathlib import Path

import pytest

from nlu.text.normalise import normalise

HERE = Path(__file__).parent
WRONG = [line.split("\t") for line in (HERE / "layouts.tsv").read_text("utf-8").splitlines()]
RIGHT = (HERE / "layouts_right.txt").read_text("utf-8").splitlines()


def test_the_lists_are_long_enough_to_tell():
    assert len(WRONG) >= 60
    assert len(RIGHT) >= 100


@pytest.mark.parametrize(("typed", "meant"), WRONG)
def test_the_wrong_layout_is_mended(typed, meant):
    assert normalise(typed) == meant


@pytest.mark.parametrize("text", ["", *RIGHT])
def test_what_is_right_stays_as_it_is(text):
    assert normalise(text) == text


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("yt hf,jnftn cfqn", "не работает сайт"),
        ("Pfgkfnbnm 500 ntyut&", "Заплатить 500 тенге?"),
        ("gfcgjhn egov.kz", "паспорт egov.kz"),
        ("rfr gjkexbnm nurlan@example.kz", "как получить nurlan@example.kz"),
    ],
)
def test_numbers_and_addresses_in_the_wrong_layout_stay(typed, meant):
    assert normalise(typed) == meant
