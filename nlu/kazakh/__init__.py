"""The spaCy language `kk`, which spaCy lacks: a tokenizer, stop words, numbers and a lemmatizer for Kazakh."""

from collections.abc import Callable
from typing import Any

from spacy.language import BaseDefaults, Language
from thinc.api import Model

from nlu.kazakh.analysis import analyser
from nlu.kazakh.lemmatizer import KazakhLemmatizer
from nlu.kazakh.lex_attrs import LEX_ATTRS
from nlu.kazakh.punctuation import TOKENIZER_INFIXES, TOKENIZER_PREFIXES, TOKENIZER_SUFFIXES
from nlu.kazakh.stop_words import STOP_WORDS
from nlu.kazakh.tokenizer_exceptions import TOKENIZER_EXCEPTIONS

__all__ = ["Kazakh"]


class KazakhDefaults(BaseDefaults):
    tokenizer_exceptions = TOKENIZER_EXCEPTIONS
    prefixes = TOKENIZER_PREFIXES
    suffixes = TOKENIZER_SUFFIXES
    infixes = TOKENIZER_INFIXES
    lex_attr_getters = LEX_ATTRS
    stop_words = STOP_WORDS


class Kazakh(Language):
    lang = "kk"
    Defaults = KazakhDefaults


@Kazakh.factory(
    "lemmatizer",
    assigns=["token.lemma"],
    default_config={
        "model": None,
        "mode": "rule",
        "overwrite": False,
        "scorer": {"@scorers": "spacy.lemmatizer_scorer.v1"},
    },
    default_score_weights={"lemma_acc": 1.0},
)
def make_lemmatizer(
    nlp: Language, model: Model | None, name: str, mode: str, overwrite: bool, scorer: Callable[..., Any] | None
) -> KazakhLemmatizer:
    analyser()  # reads the stems now, and not at the first word
    return KazakhLemmatizer(nlp.vocab, model, name, mode=mode, overwrite=overwrite, scorer=scorer)
