"""Recognises what was typed on the wrong keyboard: `rfr gjkexbnm` is «как получить»."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import yaml

from nlu.text.fold import fold_word

__all__ = ["mend_layout"]

_LATIN = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"
_RUSSIAN = "йцукенгшщзхъфывапролджэячсмитьбюё"
_TO_RUSSIAN = str.maketrans(_LATIN + _LATIN.upper(), _RUSSIAN + _RUSSIAN.upper())
# The Kazakh layout is the Russian one with the row of digits given to its own letters.
_DIGITS = str.maketrans("234578900-=", "әіңғүұқөөһ=")
_TO_KAZAKH = str.maketrans(
    {
        **{ord(a): b for a, b in zip(_LATIN, _RUSSIAN, strict=True)},
        **_DIGITS,
        ord("-"): "ө",
        ord("="): "һ",
        ord("0"): "қ",
    }
)
_LETTERS = re.compile(r"[a-z\[\];',.`]{2,}", re.IGNORECASE)


@lru_cache
def _known() -> frozenset[str]:
    """Words that show which reading makes sense: those of the language data, folded."""
    data = yaml.safe_load(Path(__file__).with_name("words.yaml").read_text("utf-8"))
    return frozenset(
        fold_word(word.lower())
        for kinds in data.values()
        for kind in ("frame", "words")
        for word in kinds[kind].split()
        if len(word) > 1
    )


def _sense(text: str) -> int:
    """How many letters belong to known words."""
    return sum(len(word) for word in re.findall(r"\w+", text.lower()) if fold_word(word) in _known())


def _impossible(text: str) -> bool:
    """Whether this can be neither Latin Kazakh nor Latin Russian: a word of consonants only."""
    return any(not re.search("[aeiouyäöüıūəá]", word) for word in re.findall(r"[a-z\[\];',.`]{4,}", text.lower()))


def mend_layout(text: str) -> str:
    """`text` as it was meant, where it makes sense only as typed on a Russian or Kazakh keyboard; else unchanged."""
    if not _LETTERS.search(text) or re.search("[а-яёәғқңөұүһі]", text, re.IGNORECASE):
        return text
    before = _sense(text)
    readings = [text.translate(_TO_RUSSIAN), text.lower().translate(_TO_KAZAKH)]
    best = max(readings, key=_sense)
    after = _sense(best)
    if after > before and (before == 0 or after >= 2 * before):
        return best
    return readings[0] if before == 0 and _impossible(text) and re.search("[аеёиоуыэюя]", readings[0].lower()) else text
