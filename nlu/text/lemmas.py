"""Words brought to their dictionary form, for the search by words."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import spacy
from spacy.language import Language as Pipeline
from spacy.tokens import Doc

__all__ = ["lemmas"]


@lru_cache
def _pipeline(language: Literal["ru", "kk"]) -> Pipeline:
    pipeline = spacy.blank(language)
    # `pymorphy3_lookup` takes the likeliest reading of each word and so needs no tagger.
    config = {"mode": "pymorphy3_lookup"} if language == "ru" else {}
    pipeline.add_pipe("lemmatizer", config=config)
    pipeline.initialize()
    return pipeline


@lru_cache(maxsize=65536)
def _lemma(word: str, language: Literal["ru", "kk"]) -> str:
    """Neither lemmatizer looks at a word's neighbours, so each word is read once."""
    pipeline = _pipeline(language)
    return pipeline.get_pipe("lemmatizer")(Doc(pipeline.vocab, words=[word]))[0].lemma_.lower()


def lemmas(text: str, language: Literal["ru", "kk"]) -> list[str]:
    """The lemmas of the words and numbers of `text` in order, in lower case, without punctuation.

    >>> lemmas("Потеряла удостоверения", "ru")
    ['потерять', 'удостоверение']
    """
    words = _pipeline(language).tokenizer(text)
    return [_lemma(token.text, language) for token in words if token.text[0].isalnum()]
