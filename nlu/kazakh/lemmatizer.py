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

_BACK, _FRONT = "аоұыёя", "әөүіеэ"
_VOWELS = _BACK + _FRONT + "иую"  # и, у and ю go with either harmony; и and у also stand for vowel and consonant
_VOICELESS, _LOANED = "пткқсшщчцхфһ", "бвгд"  # after the latter, in loanwords, people write either kind of ending
SHORTEST_STEM = 3
_SHORT_STEMS = frozenset("үй ай ат ел ер іс су от".split())  # noqa: SIM905 - read as a list of words
# Words whose own end looks like an ending.
_WHOLE = frozenset(
    """
    адам айналым ақпан аудан бөлім бұйым бүгін білім ғылым еңбекақы жақын жәрдемақы жылдам заман зейнетақы касса
    кеден кезең келісім кеңсе көлем маман мекен мерзім мүмкін нәресте орган отан отбасы отын өтінім почта пошта
    салым тегін теңге төлем тұрғын ұстаным үшін шешім
    """.split()  # noqa: SIM905 - read as a list of words
)


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
    "ып іп ыпты іпті са се сам сем саң сең сақ сек саңыз сеңіз "
    "уға уге удың удің уды уді уын уін уым уім йтын йтін "
    "мады меді пады педі мадым медім падым педім майды мейді пайды пейді маймын меймін"
)
_INFINITIVE = re.compile(r"(?<=[^аәеоөұүыіуиюя])у$|(?<=[аеы])у$")
_VOICED = {"г": "к", "ғ": "қ", "б": "п"}
_IRREGULAR = {"алу": "ал", "алды": "ал", "алам": "ал"}
_ELIDED = {"халқ": "халық", "орн": "орын", "мойн": "мойын", "көрк": "көрік", "ерк": "ерік"}


def _harmonious(stem: str, ending: str) -> bool:
    """Whether the vowels of the ending agree with the last vowel of the stem."""
    last = next((c for c in reversed(stem) if c in _VOWELS), None)
    first = next((c for c in ending if c in _BACK or c in _FRONT), None)
    # Loanwords with и or ю, and the endings with one form only, go with anything.
    if last is None or first is None or last in "иую" or ending in ("мен", "бен", "пен"):
        return True
    return (last in _FRONT) == (first in _FRONT)


def _joined(stem: str, ending: str) -> bool:
    """Whether the first letter of the ending can follow the last of the stem: `жыл-дан`, `құжат-тан`, `бала-сы`."""
    last, first = stem[-1], ending[0]
    if first in "қткп":
        return last in _VOICELESS or last in _LOANED
    if first in "ғдгб":
        return last not in _VOICELESS
    if ending in ("на", "не", "нда", "нде", "ндағы", "ндегі"):  # after the possessive of the third person
        return last in "ыі"
    if ending in ("ны", "ні", "сы", "сі", "м", "ң") or first == "й":
        return last in _VOWELS
    if ending in ("ның", "нің", "нан", "нен"):
        return last in _VOWELS or last in "мнң"
    if ending in ("лар", "лер"):
        return last in _VOWELS or last in "рй"
    if first in "ыіае":
        return last not in _VOWELS or last in "иу"
    return True


def _without(word: str, endings: list[str], shortest: int = SHORTEST_STEM) -> str:
    if word in _WHOLE:
        return word
    for ending in endings:
        stem = word[: -len(ending)]
        long_enough = len(stem) >= shortest or stem in _SHORT_STEMS
        if word.endswith(ending) and long_enough and _joined(stem, ending) and _harmonious(stem, ending):
            return stem
    return word


def _unvoiced(stem: str) -> str:
    """The stem as it is without a following vowel, which voices or drops: `куәліг` → `куәлік`, `халқ` → `халық`."""
    if stem in _ELIDED:
        return _ELIDED[stem]
    return stem[:-1] + _VOICED[stem[-1]] if len(stem) > SHORTEST_STEM and stem[-1] in _VOICED else stem


@lru_cache(maxsize=65536)
def lemma(word: str) -> str:
    """The stem of a word form in lower case.

    >>> lemma("куәлігімді")
    'куәлік'
    """
    word = word.lower()
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) <= SHORTEST_STEM or word in _WHOLE or not word.replace("-", "").isalpha():
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
    if bare == stem and stem not in _WHOLE and stem.endswith(("ін", "ын", "іме", "ыма", "іңе", "ыңа")):
        bare = stem[:-1]  # н and а е of the accusative and dative after a possessive
    owned = _without(bare, _POSSESSIVE)
    if owned != bare:
        owned = _unvoiced(owned)
    return _INFINITIVE.sub("", _without(owned, _PLURAL))


class KazakhLemmatizer(Lemmatizer):
    """spaCy's component over `lemma`."""

    def rule_lemmatize(self, token: Token) -> list[str]:
        return [lemma(token.text)]

    @classmethod
    def get_lookups_config(cls, mode: str) -> tuple[list[str], list[str]]:
        return ([], [])
