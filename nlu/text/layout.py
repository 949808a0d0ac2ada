"""Recognises what was typed on the wrong keyboard: `rfr gjkexbnm` is «как получить»."""

from __future__ import annotations

import re

from nlu.text.fold import fold
from nlu.text.letters import log_likelihood

__all__ = ["mend_layout"]

_KEYS = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"
_SHIFTED = 'QWERTYUIOP{}ASDFGHJKL:"ZXCVBNM<>~'
_RUSSIAN = "йцукенгшщзхъфывапролджэячсмитьбюё"
_TO_RUSSIAN = str.maketrans(_KEYS + _SHIFTED + "/&", _RUSSIAN + _RUSSIAN.upper() + ".?")
# The Kazakh layout is the Russian one with most of the digits given to Kazakh's own letters.
_TO_KAZAKH = _TO_RUSSIAN | str.maketrans("234567890-=", "әіңғ,.үұқөһ")

_MEANT, _LIKELIER = -2.6, 0.8
"""What was meant must have at least so likely letters, and so much likelier ones than what was typed (logarithms)."""

_SHORTEST = 4  # letters; fewer are too little to judge by

_ADDRESS = re.compile(r"@|://|www\.|\.(?:kz|com|ru|org)\b", re.IGNORECASE)
_WITH_LETTERS = re.compile(r"\S*[a-z]\S*", re.IGNORECASE)  # a number is a number on every keyboard


def _read(text: str, keyboard: dict[int, int]) -> str:
    return _WITH_LETTERS.sub(lambda word: word[0].translate(keyboard), text)


def _likelihood(text: str) -> float:
    """The mean likelihood of the letters in the language that suits the text better; minus infinity without words."""
    words = [
        "".join(fold(part) or part for part in re.split(r"([^\w'])", word.strip("?!.,:;()")))
        for word in text.lower().split()
    ]
    words = [word for word in words if not word.isdigit()]
    if not words:
        return float("-inf")
    letters = sum(len(word) + 1 for word in words)
    return max(
        sum(log_likelihood(word, language) * (len(word) + 1) for word in words) / letters for language in ("ru", "kk")
    )


def mend_layout(text: str) -> str:
    """`text` as it was meant, where it makes sense only as typed on a Russian or Kazakh keyboard; else unchanged.

    Letter stands for letter, so that the places of words stay the same.
    """
    if re.search("[а-яёәғқңөұүһі]", text, re.IGNORECASE) or _ADDRESS.search(text):
        return text
    if len(re.findall("[a-z]", text, re.IGNORECASE)) < _SHORTEST:
        return text
    meant = max(_read(text, _TO_RUSSIAN), _read(text, _TO_KAZAKH), key=_likelihood)
    likelihood = _likelihood(meant)
    return meant if likelihood > max(_MEANT, _likelihood(text) + _LIKELIER) else text
