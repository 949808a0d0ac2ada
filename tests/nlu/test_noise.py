"""Messages spoilt as people spoil them."""

from __future__ import annotations

import random

import pytest

from nlu.noise import KINDS
from nlu.text.fold import fold
from nlu.text.normalise import normalise


@pytest.mark.parametrize("kind", KINDS)
def test_a_seed_gives_the_same_noise(kind: str) -> None:
    text = "төлқұжатты қайда ауыстырамын, удостоверение ескірді"
    assert KINDS[kind](text, random.Random(1)) == KINDS[kind](text, random.Random(1)) != text


def test_without_kazakh_letters_none_is_left() -> None:
    assert KINDS["without Kazakh letters"]("Әкімдікке өтініш", random.Random(1)) == "акимдикке отиниш"


@pytest.mark.parametrize(
    ("text", "typed"),
    [("паспорт", "gfcgjhn"), ("өтініш", "-n3y3i"), ("құжат", "09;fn"), ("үйді тіркеу", "8ql3 n3hrte")],
)
def test_the_wrong_keyboard_is_the_layout_of_windows(text: str, typed: str) -> None:
    assert KINDS["wrong keyboard"](text, random.Random(1)) == typed


def test_what_the_wrong_keyboard_spoils_is_mended() -> None:
    text = "қандай құжаттар керек"
    assert fold(normalise(KINDS["wrong keyboard"](text, random.Random(1)))) == fold(text)


def test_a_typo_changes_longer_words_only() -> None:
    spoilt = KINDS["a typo a word"]("где мой паспорт", random.Random(3)).split()
    assert spoilt[:2] == ["где", "мой"]
    assert spoilt[2] != "паспорт"
