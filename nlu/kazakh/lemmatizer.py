"""A light lemmatizer: takes off endings while vowel harmony and a long enough stem allow it.

It knows no dictionary, so it is made for matching words in a search and not for grammar: what it must do is to bring
the forms of one word together (`куәлігімді`, `куәліктің` → `куәлік`) without joining different words.
"""

from __future__ import annotations

import re
from functools import lru_cache

from spacy.pipeline import Lemmatizer
from spacy.tokens import Token

__all__ = ["KazakhLemmatizer", "lemma"]

_BACK, _FRONT = "аоұыуёюя", "әөүіеэ"
SHORTEST_STEM = 3


def _pairs(text: str) -> list[str]:
    """Endings, the longest first."""
    return sorted(text.split(), key=len, reverse=True)


_QUESTION = _pairs("ма ме ба бе па пе")
_PREDICATE = _pairs("мын мін пын пін бын бін мыз міз пыз піз быз біз сың сің сыз сіз")
_CASE = _pairs(
    "ның нің дың дің тың тің ға ге қа ке на не ны ні ды ді ты ті да де та те нда нде дан ден тан тен нан нен "
    "мен бен пен"
)
_POSSESSIVE = _pairs("ым ім ың ің ыңыз іңіз ңыз ңіз ымыз іміз мыз міз ы і сы сі м ң")
_PLURAL = _pairs("лар лер дар дер тар тер")
_RELATIVE = _pairs("дағы дегі тағы тегі ндағы ндегі")
_VERB = _pairs(
    "амын емін ймын ймін амыз еміз ймыз йміз асың есің асыз есіз йсыз йсіз ады еді йды йді "
    "дым дім тым тім дың дің тың тің дыңыз діңіз тыңыз тіңіз дық дік тық тік "
    "ған ген қан кен ғанда генде қанда кенде ғаным генім қаным кенім ғасын гесін "
    "ып іп ыпты іпті сам сем саң сең сақ сек саңыз сеңіз "
    "уға уге удың удің уды уді уын уін уым уім атын етін йтын йтін "
    "мады меді пады педі мадым медім падым педім майды мейді пайды пейді маймын меймін"
)
_INFINITIVE = re.compile(r"(?<=[^аәеоөұүыіуиюя])у$|(?<=[аеы])у$")
_VOICED = {"г": "к", "ғ": "қ", "б": "п"}


def _harmonious(stem: str, ending: str) -> bool:
    """Whether the vowels of the ending agree with the last vowel of the stem; loanwords with both are let pass."""
    vowels = [c for c in stem if c in _BACK or c in _FRONT or c == "и"]
    first = next((c for c in ending if c in _BACK or c in _FRONT), None)
    if not vowels or first is None or vowels[-1] in "иую":
        return True
    return (vowels[-1] in _FRONT) == (first in _FRONT)


def _without(word: str, endings: list[str], shortest: int = SHORTEST_STEM) -> str:
    for ending in endings:
        stem = word[: -len(ending)]
        if len(stem) >= shortest and word.endswith(ending) and _harmonious(stem, ending):
            return stem
    return word


def _unvoiced(stem: str) -> str:
    """The stem's own last consonant, which a following vowel has voiced: `куәліг` → `куәлік`."""
    return stem[:-1] + _VOICED[stem[-1]] if len(stem) > SHORTEST_STEM and stem[-1] in _VOICED else stem


@lru_cache(maxsize=65536)
def lemma(word: str) -> str:
    """The stem of a word form in lower case.

    >>> lemma("куәлігімді")
    'куәлік'
    """
    word = word.lower()
    if len(word) <= SHORTEST_STEM or not word.replace("-", "").isalpha():
        return word
    if "-" in word:  # an ending after a hyphen belongs to an abbreviation or a loanword: ИИН-ды, ХҚКО-ға
        head, _, tail = word.rpartition("-")
        return head if tail in {*_CASE, *_POSSESSIVE, *_PLURAL, "ші", "шы"} else word
    stem = _without(word, _VERB, 2)
    if stem != word:
        return _unvoiced(stem) if len(stem) > SHORTEST_STEM else stem
    stem = _INFINITIVE.sub("", word)
    if stem != word and len(stem) >= 2:
        return stem
    stem = _without(word, _RELATIVE)
    if not stem.endswith(("імін", "ымын")):  # rather "my …" as an object (мерзімін) than "I am …"
        stem = _without(stem, _PREDICATE, 4)
    bare = _without(stem, _CASE)
    if bare == stem and stem.endswith(("ін", "ын", "сін", "сын", "іме", "ыма", "іңе", "ыңа")):
        bare = stem[:-1]  # н and а е of the accusative and dative after a possessive
    owned = _without(bare, _POSSESSIVE)
    if owned != bare:
        owned = _unvoiced(owned)
    return _without(owned, _PLURAL)


class KazakhLemmatizer(Lemmatizer):
    """spaCy's component over `lemma`."""

    def rule_lemmatize(self, token: Token) -> list[str]:
        return [lemma(token.text)]

    @classmethod
    def get_lookups_config(cls, mode: str) -> tuple[list[str], list[str]]:
        return ([], [])
