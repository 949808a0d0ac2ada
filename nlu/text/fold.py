"""Folds every spelling of a word to one skeleton.

`ә а a → a`, `қ к q k → k`, `ж zh j → j`: Kazakh with and without its letters, in Latin, and Russian in Latin then look
alike to whatever compares texts. The skeleton is for machines; what a person wrote is kept by the caller.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

__all__ = ["compose", "fold", "fold_word"]

_CYRILLIC = dict(
    zip(
        "абвгғдеёжзийіыкқлмнңоөпрстуұүфхһцэ",
        "abvggdeejziiiikklmnnooprstuuufhhce",
        strict=True,
    )
) | {"ә": "a", "ч": "ch", "ш": "sh", "щ": "sh", "ю": "iu", "я": "ia", "ь": "", "ъ": ""}

# Latin letters beyond ASCII that Kazakh alphabets use (2018, 2021), and what people type for them.
_LATIN = {
    "ä": "a", "á": "a", "ǵ": "g", "ğ": "g", "ı": "i", "í": "i", "ï": "i", "ń": "n", "ñ": "n", "ó": "o", "ö": "o",
    "ş": "sh", "ç": "ch", "ú": "u", "ü": "u", "ū": "u", "ů": "u", "ý": "u", "ə": "a", "ŋ": "n",
    "q": "k", "y": "i", "w": "u", "x": "h",
}  # fmt: skip

# Latin letter groups that stand for one sound, the longest first, and digits that stand for a letter within a word.
_GROUPS = [
    (re.compile(group), sound)
    for group, sound in [
        ("shch|sch", "sh"), ("tch", "ch"), ("zh", "j"), ("kh", "h"), ("gh", "g"), ("t[sz](?!h)", "c"),
        ("ya", "ia"), ("yu", "iu"), ("y[eo]", "e"), ("(?<=[aeiouy])j$", "i"),
        ("(?<=[a-z])4(?=[a-z])", "ch"), ("(?<=[a-z])6(?=[a-z])", "sh"),
    ]
]  # fmt: skip

# Latin letters that look like Cyrillic ones, for words written mostly in Cyrillic.
_LOOKALIKES = str.maketrans("aceopxyikmtbhəu", "асеорхуікмтвнәи")

_WORD = re.compile(r"[^\W_]+(?:['’ʼ`´][^\W_]+)*")
_REPEATED = re.compile(r"([^\W\d])\1+")


@lru_cache(maxsize=65536)
def fold_word(word: str) -> str:
    """The skeleton of one word in lower-case NFC; "" where nothing is left of it."""
    word = re.sub("['’ʼ`´]", "", word)
    cyrillic = sum("\u0400" <= c <= "\u04ff" for c in word)
    latin = sum(c.isalpha() for c in word) - cyrillic
    if latin and cyrillic > latin:
        word = word.translate(_LOOKALIKES)
    for group, sound in _GROUPS:
        word = group.sub(sound, word)
    letters = "".join(_CYRILLIC.get(c, _LATIN.get(c, c)) for c in word)
    plain = "".join(c for c in unicodedata.normalize("NFD", letters) if not unicodedata.combining(c))
    return _REPEATED.sub(r"\1", plain)


def compose(text: str) -> str:
    """`text` in NFC, without what is left of accents («за́мок») and without invisible characters that split words."""
    composed = unicodedata.normalize("NFC", text)
    if composed.isascii():
        return composed
    return "".join(c for c in composed if not unicodedata.combining(c) and unicodedata.category(c) != "Cf")


def fold(text: str) -> str:
    """All words of `text` folded, parted by one space; punctuation is dropped.

    >>> fold("Жеке куәлік") == fold("жеке куалик") == fold("zheke kuálik")
    True
    """
    words = (fold_word(word) for word in _WORD.findall(compose(text).lower()))
    return " ".join(word for word in words if word)
