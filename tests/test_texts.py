"""Every text that a person reads exists in both languages, with the same places to fill."""

import string
from pathlib import Path

import pytest

import texts

ROOMS = sorted({path.stem for path in Path(texts.__file__).parent.glob("*/*.yaml")})


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("room", ROOMS)
def test_both_languages_have_the_same_texts_with_the_same_places(room):
    russian, kazakh = (texts.catalogue(room, language) for language in texts.LANGUAGES)
    assert russian.keys() == kazakh.keys()
    for key in russian:
        assert places(russian[key]) == places(kazakh[key]), key


@pytest.mark.parametrize("room", ROOMS)
def test_no_text_is_empty(room):
    for language in texts.LANGUAGES:
        assert all(isinstance(text, str) and text.strip() for text in texts.catalogue(room, language).values())


def test_a_text_is_filled_or_refused():
    assert texts.say("conversations.queue_position", "ru", position=3).startswith("Ваше место в очереди: 3.")
    with pytest.raises(KeyError):
        texts.say("conversations.no_such_text", "ru")
    with pytest.raises(KeyError):
        texts.say("conversations.queue_position", "kk", wrong=3)
