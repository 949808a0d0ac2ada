"""Numbers and stop words of Kazakh, and the language's registration."""

import pytest
import spacy

from nlu.kazakh import Kazakh
from nlu.kazakh.lex_attrs import like_num
from nlu.kazakh.stop_words import STOP_WORDS


def test_the_language_is_registered_with_spacy():
    assert isinstance(spacy.blank("kk"), Kazakh)


@pytest.mark.parametrize(
    "word",
    [
        *["5", "4\u00a0325,5", "1/2", "5-ші", "30-шы", "-3", "бес", "мың", "Отыз", "миллиард"],
        *["бірінші", "екінші", "бесінші", "алтыншы", "оныншы", "жиырмасыншы", "қырқыншы", "жүзінші"],
    ],
)
def test_numbers_are_recognised(word):
    assert like_num(word)


@pytest.mark.parametrize("word", ["куәлік", "ай", "қанша", "-", "тұрғыншы", "ХҚКО", "бірге", "екен"])
def test_other_words_are_no_numbers(word):
    assert not like_num(word)


def test_a_token_knows_that_it_is_a_number_and_a_stop_word(kk_tokenizer):
    tokens = kk_tokenizer("Үшінші және 5")
    assert [token.like_num for token in tokens] == [True, False, True]
    assert [token.is_stop for token in tokens] == [False, True, False]


@pytest.mark.parametrize("word", ["жоқ", "емес", "қалай", "қайда", "қанша", "не", "қандай", "кім", "қашан", "неге"])
def test_negation_and_question_words_are_no_stop_words(word):
    assert word not in STOP_WORDS
