"""Lexical search: BM25 over lemmas (bm25s) and TF-IDF over character n-grams of folded text (scikit-learn)."""

from __future__ import annotations

import logging
from functools import lru_cache
from sys import intern

import bm25s
import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from knowledge_base.passages import Passage
from nlu.text.fold import fold
from nlu.text.lemmas import lemmas
from texts import Language

logging.getLogger("bm25s").setLevel(logging.WARNING)  # it sets itself to DEBUG

__all__ = ["Lexical", "terms"]

Scores = NDArray[np.float32]


def terms(text: str, language: Language) -> list[str]:
    """The lemmas of `text`, folded, so that another spelling of the same lemma is the same term."""
    return fold(" ".join(lemmas(text, language))).split()


@lru_cache(maxsize=20_000)
def _terms_of_word(word: str, language: Language) -> tuple[str, ...]:
    return tuple(terms(word, language))


class Lexical:
    """Two scorers over the same passages: one score a passage, higher is nearer, 0 is nothing in common."""

    def __init__(self, passages: list[Passage]) -> None:
        # Each term once in memory: as strings of their own they would take ten times the room of the whole index.
        documents = [[*map(intern, terms(passage.text, passage.language))] or ["\0"] for passage in passages]
        self._bm25 = bm25s.BM25()
        self._bm25.index(documents, show_progress=False)
        self._vocabulary = {term for document in documents for term in document}
        self._characters = TfidfVectorizer(
            analyzer="char_wb", ngram_range=(3, 5), preprocessor=fold, sublinear_tf=True, dtype=np.float32
        )
        self._matrix = self._characters.fit_transform([passage.text for passage in passages]).T.tocsr()

    def knows(self, word: str, language: Language) -> bool:
        """Whether some passage has `word`, or another form of it."""
        return self._vocabulary.issuperset(_terms_of_word(word, language))

    def bm25(self, text: str, language: Language) -> Scores:
        """BM25 of each passage, shape (passages,)."""
        known = [term for term in terms(text, language) if term in self._vocabulary]
        if not known:
            return np.zeros(self._matrix.shape[1], dtype=np.float32)
        scores: Scores = self._bm25.get_scores(known)
        return scores

    def characters(self, text: str) -> Scores:
        """Cosine of the TF-IDF vectors, between 0 and 1, shape (passages,)."""
        product = self._characters.transform([text]) @ self._matrix
        scores: Scores = product.toarray()[0]
        return scores
