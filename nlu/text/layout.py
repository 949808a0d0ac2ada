"""Recognises what was typed on the wrong keyboard: `rfr gjkexbnm` is «как получить», `упщм` is `egov`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from nlu.text.fold import fold
from nlu.text.known import is_common, is_latin_name
from nlu.text.letters import log_likelihood

__all__ = ["mend_layout"]

_KEYS = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"
_SHIFTED = 'QWERTYUIOP{}ASDFGHJKL:"ZXCVBNM<>~'
_RUSSIAN = "йцукенгшщзхъфывапролджэячсмитьбюё"
_TO_RUSSIAN = str.maketrans(_KEYS + _SHIFTED + "/&", _RUSSIAN + _RUSSIAN.upper() + ".?")
# The Kazakh layout is the Russian one with most of the digits given to Kazakh's own letters.
_TO_KAZAKH = _TO_RUSSIAN | str.maketrans("234567890-=", "әіңғ,.үұқөһ")
_TO_LATIN = str.maketrans(_RUSSIAN + _RUSSIAN.upper(), _KEYS + _SHIFTED)

# Logarithms of likelihoods per letter (nlu.text.letters). What was meant must have at least so likely letters, and so
# much likelier ones than what was typed; more so for a single word among right ones.
_MEANT, _LIKELIER, _MUCH_LIKELIER = -2.6, 0.8, 1.3
_OF_A_COMMON_WORD = -1.2  # likelier than letters alone ever make a word

_SHORTEST = 4  # letters of an unknown word; fewer are too little to judge by
_SHORTEST_COMMON = 3
_SHORTEST_LATIN = 5  # letters of a common word that Cyrillic letters are read as, unless it is a known name

_ADDRESS = re.compile(r"@|://|www\.|\.(?:kz|com|ru|org|net)\b", re.IGNORECASE)
_LATIN = re.compile("[a-z]", re.IGNORECASE)
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_CHUNK = re.compile(r"\S+")


def _words(text: str) -> list[str]:
    """The folded words; what is no letter stays within a word and makes it unlikely, at its ends it is dropped."""
    words = (
        "".join(fold(part) or part for part in re.split(r"([^\w'])", chunk.strip("?!.,:;()«»")))
        for chunk in text.lower().split()
    )
    return [word for word in words if word and not word.isdigit()]


def _likelihood(text: str) -> float:
    """The mean likelihood of the letters in the language that suits the text better; minus infinity without words."""
    words = _words(text)
    if not words:
        return float("-inf")

    def of(word: str, language: str) -> float:
        return _OF_A_COMMON_WORD if is_common(word) else log_likelihood(word, language)

    letters = sum(len(word) + 1 for word in words)
    return max(sum(of(word, language) * (len(word) + 1) for word in words) / letters for language in ("ru", "kk"))


def _read(text: str, *keyboards: Mapping[int, int | str], margin: float) -> str:
    """`text` as typed on that of the keyboards that makes it likeliest, where that makes it likely enough."""
    readings = [_CHUNK.sub(lambda chunk, keys=keys: _typed_on(keys, chunk[0]), text) for keys in keyboards]
    meant = max(readings, key=_likelihood)
    words = _words(meant)
    common = [is_common(word) for word in words]
    if sum(letter.isalpha() for word in words for letter in word) < (_SHORTEST_COMMON if all(common) else _SHORTEST):
        return text
    return meant if _likelihood(meant) > max(_MEANT, _likelihood(text) + margin) else text


def _typed_on(keyboard: Mapping[int, int | str], chunk: str) -> str:
    """A number is a number on every keyboard, and an address is meant as it stands."""
    if _ADDRESS.search(chunk) or not (_LATIN.search(chunk) or _CYRILLIC.search(chunk)):
        return chunk
    return chunk.translate(keyboard)


def mend_layout(text: str) -> str:
    """`text` as it was meant, where words of it make sense only as typed on another keyboard; else unchanged.

    Letter stands for letter, so that the places of words stay the same. A text in Latin is judged as a whole; where
    there are Cyrillic words, too, each Latin one for itself. Cyrillic words are read as Latin only where that makes
    them common ones.
    """
    if not _CYRILLIC.search(text):
        return _read(text, _TO_RUSSIAN, _TO_KAZAKH, margin=_LIKELIER) if _LATIN.search(text) else text

    def mend(chunk: re.Match[str]) -> str:
        word = chunk[0]
        if not _CYRILLIC.search(word):
            abbreviation = word.isupper() and len(word) <= _SHORTEST
            return word if abbreviation else _read(word, _TO_RUSSIAN, _TO_KAZAKH, margin=_MUCH_LIKELIER)
        if _LATIN.search(word):
            return word
        meant = word.translate(_TO_LATIN)
        words = _words(meant)
        if is_latin_name(meant.lower().strip("?!.,")) and not any(map(is_common, _words(word))):
            return meant
        latin = sum(map(len, words)) >= _SHORTEST_LATIN and all(map(is_common, words))
        return _read(word, _TO_LATIN, margin=_MUCH_LIKELIER) if latin else word

    return _CHUNK.sub(mend, text)
