"""Says whether a message is Russian or Kazakh, in whatever letters it is written."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Literal

import yaml

from nlu.text.fold import fold_word
from nlu.text.letters import log_likelihood

__all__ = ["identify"]

Language = Literal["ru", "kk"]

# Weights of the evidence, found on tests/nlu/languages.jsonl; above 0 for Kazakh, below for Russian. The frame of a
# sentence (question words, verbs, particles) outweighs the nouns, which either language borrows from the other.
_FRAME = 2.0
_KAZAKH_LETTER = (re.compile("[әғқңөұүһі]", re.IGNORECASE), 1.5)
_KAZAKH_LATIN = (re.compile("[äğıñöşūüǵńúý]|q(?!u)", re.IGNORECASE), 0.75)
_RUSSIAN_LETTER = (re.compile("[ёщъьцэч]", re.IGNORECASE), -0.3)  # Kazakh keeps them in loanwords
_LETTERS, _LETTERS_AT_MOST = 0.2, 1.0  # of the logarithm of how much likelier a word's letters are in one language
_JUMBLE = -2.8  # a word less likely in both than this tells nothing: English, an abbreviation, a slip of the keyboard
_ENOUGH = 0.2

_TOKEN = re.compile(r"[^\W\d_]+(?:['’ʼ`´][^\W\d_]+)*")


@lru_cache
def _words() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Folded: words of the Russian frame, of the Kazakh frame, and what both languages say alike."""
    data = yaml.safe_load(Path(__file__).with_name("words.yaml").read_text("utf-8"))
    russian, kazakh, both = (
        frozenset(fold_word(word) for word in data[kind].lower().split()) for kind in ("ru", "kk", "both")
    )
    # Words that only fold alike ("не" and "не", "on") tell nothing either.
    return russian - kazakh, kazakh - russian, both | (russian & kazakh)


@lru_cache(maxsize=16384)
def _evidence(word: str) -> float:
    russian, kazakh, both = _words()
    folded = fold_word(word.lower())
    score = 0.0
    for letters, weight in (_KAZAKH_LETTER, _KAZAKH_LATIN, _RUSSIAN_LETTER):
        if letters.search(word):
            score = weight
            break
    if folded in both:
        return max(score, 0.0)
    if folded in kazakh:
        score += _FRAME
    elif folded in russian:
        score -= _FRAME
    as_russian, as_kazakh = log_likelihood(folded, "ru"), log_likelihood(folded, "kk")
    if len(folded) > 2 and max(as_russian, as_kazakh) > _JUMBLE:
        likelier = (as_kazakh - as_russian) * (len(folded) + 1)
        score += max(-_LETTERS_AT_MOST, min(_LETTERS_AT_MOST, _LETTERS * likelier))
    return score


def identify(text: str) -> Language | None:
    """`ru` or `kk`, or None where the text does not tell: a greeting of both, a number, a name, an emoji.

    A mixed message has the language of its frame: «справканы калай алам» is Kazakh, «как получить анықтама» Russian.
    """
    score = sum(_evidence(word) for word in _TOKEN.findall(text))
    if abs(score) < _ENOUGH:
        return None
    return "kk" if score > 0 else "ru"
