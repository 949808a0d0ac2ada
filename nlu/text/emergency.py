"""Recognises messages of people who need help at once: fire, gas, the ambulance, the police, rescue, despair.

It goes by rules (`emergency.yaml`), so that it answers alike on every day and without a trained model. What looks like
a question about a service, or like a tale of long ago, is none: a false alarm keeps somebody from an answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import yaml
from rapidfuzz.distance import OSA

from nlu.text.fold import fold_word
from nlu.text.known import is_common, is_russian
from nlu.text.normalise import normalise

__all__ = ["KINDS", "Kind", "recognise"]

Kind = Literal["fire", "gas", "rescue", "medical", "distress", "violence", "police"]
KINDS: tuple[Kind, ...] = ("fire", "gas", "rescue", "medical", "distress", "violence", "police")
"""In the order in which they count; each has its text, `emergency.<kind>`."""

_LONG = 5  # folded letters of a word in which one may be wrong

_SENTENCE = re.compile(r"[.!?;\n…]+")
_PIECE = re.compile(r"[^\W_]+(?:['’ʼ`´][^\W_]+)*|[,:()—–]")
_CLAUSE = ","  # what a folded sentence has for any mark within it
_PARTED = rf"(?: {_CLAUSE})? "


@dataclass(frozen=True)
class _Rules:
    rules: tuple[tuple[Kind, tuple[re.Pattern[str], ...]], ...]
    alone: tuple[tuple[Kind, re.Pattern[str]], ...]
    calm: re.Pattern[str]
    around: frozenset[str]
    known: re.Pattern[str]
    """Any folded word of the rules."""
    words: tuple[str, ...]
    """Those that take no ending, where long enough to be mistyped."""
    stems: tuple[str, ...]
    """Those that take any ending, where long enough."""


def _pattern(part: str) -> str:
    """A regular expression for a folded sentence that has one of the phrases of `part`."""
    phrases = []
    for written in part.split("|"):
        words = written.strip().removesuffix("$").split()
        phrase = _PARTED.join(fold_word(word.rstrip("*").lower()) + (r"\w*" if "*" in word else "") for word in words)
        if words[0] not in ("не", "нет"):
            phrase = rf"(?<!\bne )(?<!\bnet ){phrase}"
        if written.endswith("$"):
            phrase += rf"(?= {_CLAUSE}|$)"
        phrases.append(phrase)
    return rf"\b(?:{'|'.join(phrases)})\b(?! (?:jok|emes)\b)"


@lru_cache
def _rules() -> _Rules:
    data = yaml.safe_load(Path(__file__).with_name("emergency.yaml").read_text("utf-8"))
    rules, alone, words = [], [], set()
    for kind in KINDS:
        for line in data["kinds"][kind]:
            words.update(re.findall(r"[^\W_]+\*?", line.lower()))
            if line.startswith("="):
                alone.append((kind, re.compile(_pattern(line.removeprefix("=")))))
            else:
                rules.append((kind, tuple(re.compile(_pattern(part)) for part in line.split(" + "))))
    folded = {(fold_word(word.rstrip("*")), word.endswith("*")) for word in words}
    long = sorted((word, any_ending) for word, any_ending in folded if len(word) >= _LONG)
    return _Rules(
        rules=tuple(rules),
        alone=tuple(alone),
        calm=re.compile("|".join(_pattern(line) for line in data["calm"])),
        around=frozenset(fold_word(word) for word in data["around"].split()) | {_CLAUSE},
        known=re.compile("|".join(word + r"\w*" * any_ending for word, any_ending in sorted(folded))),
        words=tuple(word for word, any_ending in long if not any_ending),
        stems=tuple(word for word, any_ending in long if any_ending),
    )


def _one_letter_wrong(known: str, typed: str) -> bool:
    return known[0] == typed[0] and OSA.distance(known, typed, score_cutoff=1) <= 1


@lru_cache(maxsize=16384)
def _read(word: str) -> str:
    """The folded word, or the one of the rules that it is but for one letter, where it is no other word."""
    skeleton = fold_word(word)
    rules = _rules()
    if len(skeleton) < _LONG or rules.known.fullmatch(skeleton) or is_common(skeleton) or is_russian(word):
        return skeleton
    for known in rules.words:
        if _one_letter_wrong(known, skeleton):
            return known
    for stem in rules.stems:  # a letter may be missing, wrong or too much
        if any(_one_letter_wrong(stem, skeleton[: len(stem) + more]) for more in (-1, 0, 1)):
            return stem
    return skeleton


def _folded(sentence: str) -> str:
    pieces = (_read(piece.lower()) if piece[0].isalnum() else _CLAUSE for piece in _PIECE.findall(sentence))
    return " ".join(piece for piece in pieces if piece)


def recognise(text: str) -> Kind | None:
    """What kind of help at once `text` asks for; None where it asks for none.

    >>> recognise("помогите, горит дом!"), recognise("как получить справку о пожаре")
    ('fire', None)
    """
    rules = _rules()
    sentences = [folded for sentence in _SENTENCE.split(normalise(text)) if (folded := _folded(sentence))]
    if not sentences or rules.calm.search(f" {_CLAUSE} ".join(sentences)):
        return None
    for kind, parts in rules.rules:
        if any(all(part.search(sentence) for part in parts) for sentence in sentences):
            return kind
    for sentence in sentences:
        said = " ".join(word for word in sentence.split() if word not in rules.around)
        for kind, phrase in rules.alone:
            if phrase.fullmatch(said):
                return kind
    return None
