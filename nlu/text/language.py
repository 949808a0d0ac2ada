"""Says whether a message is Russian or Kazakh, in whatever letters it is written.

Each word adds up evidence: its letters, its groups of letters, the word itself where it is frequent, and whether it is
one of those that carry a sentence. What each counts for was learnt by logistic regression (`nlu.text.learn`), also on
messages of one language with nouns of the other, so that the frame of a sentence (question words, verbs, endings)
outweighs the nouns, which either language borrows from the other.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal

import yaml

from nlu.text.fold import fold_word

__all__ = ["features", "identify"]

Language = Literal["ru", "kk"]

TOKEN = re.compile(r"[^\W\d_]+(?:['’ʼ`´][^\W\d_]+)*")

_ADDRESS = re.compile(r"\S*(?:@|://|www\.)\S*")  # is of no language

_ONLY = {"kk": frozenset("әғқңөұүһі"), "ru": frozenset("ёщъьэцчфвюя")}
# Letters that folding makes alike and that tell the languages, or the way they are written in Latin, apart.
_TELLING = _ONLY["kk"] | _ONLY["ru"] | frozenset("ыжшхйäğıñöşūüǵńúýáóqwxyj")
_TELLING_LETTER = 0.5
_GROUPS = (2, 3, 4, 5)  # letters of a group; the ends of a word count as letters

# Of evidence, in the unit of the weights (logarithm of the odds); less leaves a message undecided.
_ENOUGH_OF_FRAME = 0.7
_ENOUGH_OF_WORDS = 0.4


@lru_cache
def _words() -> Mapping[str, frozenset[str]]:
    """Folded: words of the Russian frame, of the Kazakh frame, of both alike, and what tells nothing."""
    data = yaml.safe_load(Path(__file__).with_name("words.yaml").read_text("utf-8"))
    russian, kazakh, both = (
        frozenset(fold_word(word) for word in data[kind].lower().split()) for kind in ("ru", "kk", "both")
    )
    return {"ru": russian - kazakh, "kk": kazakh - russian, "alike": russian & kazakh, "nothing": both}


def features(word: str) -> dict[str, float]:
    """What of a word may tell its language: `#` letters, `=` the folded word, `@` frame, groups of folded letters."""
    word = word.lower()
    folded = fold_word(word)
    words = _words()
    if folded in words["nothing"]:
        return {}
    found: dict[str, float] = {f"#{letter}": _TELLING_LETTER for letter in _TELLING.intersection(word)}
    if folded in words["alike"]:  # «не» and «не» tell nothing, but «иә» is Kazakh and «я» Russian; both fold to `ia`
        telling = next((language for language in ("kk", "ru") if _ONLY[language].intersection(word)), None)
        return {f"@{telling}": 1.0} if telling else {}
    found[f"={folded}"] = 1.0
    found |= {f"@{language}": 1.0 for language in ("ru", "kk") if folded in words[language]}
    padded = f"^{folded}$"
    groups = Counter(padded[i : i + size] for size in _GROUPS for i in range(len(padded) - size + 1))
    # A long word has more groups than a short one and does not tell more in the same measure.
    return found | {group: count / len(padded) ** 0.5 for group, count in groups.items()}


@lru_cache
def _weights() -> Mapping[str, Mapping[str, int]]:
    """Hundredths of the logarithm of the odds for Kazakh, by feature: of the frame and of words by themselves."""
    return json.loads(Path(__file__).with_name("language.json").read_text("utf-8"))


@lru_cache(maxsize=16384)
def _evidence(word: str) -> tuple[float, float]:
    found = features(word)
    frame, words = (
        sum(weights.get(feature, 0) * value for feature, value in found.items()) / 100
        for weights in (_weights()["frame"], _weights()["words"])
    )
    return frame, words


def identify(text: str) -> Language | None:
    """`ru` or `kk`, or None where the text does not tell: a greeting of both, a number, a name, an emoji.

    A mixed message has the language of its frame: «справканы калай алам» is Kazakh, «как получить анықтама» Russian.
    Where there is no frame, or none that tells, the words by themselves decide: «мекенжай», «прописка».
    """
    evidence = [_evidence(word) for word in TOKEN.findall(_ADDRESS.sub(" ", text))]
    for which, enough in enumerate((_ENOUGH_OF_FRAME, _ENOUGH_OF_WORDS)):
        score = sum(word[which] for word in evidence)
        if abs(score) >= enough:
            return "kk" if score > 0 else "ru"
    return None
