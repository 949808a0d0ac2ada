"""Words brought to their dictionary form, for the search by words."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import spacy
from spacy.language import Language as Pipeline

__all__ = ["lemmas"]


@lru_cache
def _pipeline(language: Literal["ru", "kk"]) -> Pipeline:
    pipeline = spacy.blank(language)
    # `pymorphy3_lookup` takes the likeliest reading of each word and so needs no tagger.
    config = {"mode": "pymorphy3_lookup"} if language == "ru" else {}
    pipeline.add_pipe("lemmatizer", config=config)
    pipeline.initialize()
    return pipeline


def lemmas(text: str, language: Literal["ru", "kk"]) -> list[str]:
    """The lemmas of the words and numbers of `text` in order, in lower case, without punctuation.

    >>> lemmas("Потеряла удостоверения", "ru")
    ['потерять', 'удостоверение']
    """
    return [token.lemma_.lower() for token in _pipeline(language)(text) if token.text[0].isalnum()]
