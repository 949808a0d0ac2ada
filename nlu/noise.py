"""Spoils messages as hurried people do, reproducibly: no Kazakh letters, Latin, typos, the wrong keyboard."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

__all__ = ["KINDS"]

_PLAIN = str.maketrans("әғқңөұүһі", "агкноуухи")

# How people write in Latin; where several letters stand, each is somebody's habit.
_LATIN = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e|yo|io", "ж": "zh|j", "з": "z", "и": "i",
    "й": "i|y", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u",
    "ф": "f", "х": "h|kh", "ц": "c|ts", "ч": "ch", "ш": "sh", "щ": "sh|sch", "ъ": "", "ы": "y|i", "ь": "|'", "э": "e",
    "ю": "yu|iu", "я": "ya|ia", "ә": "a|ä", "ғ": "g|gh", "қ": "k|q", "ң": "n|ng", "ө": "o|ö", "ұ": "u", "ү": "u|ü",
    "һ": "h", "і": "i",
}  # fmt: skip

_RUSSIAN_KEYS = str.maketrans("йцукенгшщзхъфывапролджэячсмитьбюё.", "qwertyuiop[]asdfghjkl;'zxcvbnm,.`/")
_KAZAKH_KEYS = _RUSSIAN_KEYS | str.maketrans("әіңғүұқөһ", "2345890-=")

_ROWS = ("йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю", "qwertyuiop", "asdfghjkl", "zxcvbnm")
_LONG = 4  # letters from which on a word is mistyped


def without_kazakh_letters(text: str, chance: random.Random) -> str:
    return text.lower().translate(_PLAIN)


def in_latin(text: str, chance: random.Random) -> str:
    """One writer keeps one habit a letter."""
    habits = {letter: chance.choice(ways.split("|")) for letter, ways in _LATIN.items()}
    return "".join(habits.get(letter, letter) for letter in text.lower())


def _mistyped(word: str, chance: random.Random) -> str:
    place = chance.randrange(1, len(word))
    letter = word[place]
    row = next((row for row in _ROWS if letter in row), letter)
    beside = row[max(0, min(len(row) - 1, row.index(letter) + chance.choice((-1, 1))))]
    return chance.choice(
        (
            word[:place] + word[place + 1 :],
            word[:place] + letter + word[place:],
            word[:place] + beside + word[place + 1 :],
            word[: place - 1] + letter + word[place - 1] + word[place + 1 :],
        )
    )


def mistyped(text: str, chance: random.Random) -> str:
    """A letter left out, doubled, swapped with its neighbour or with the next key, in every longer word."""
    return re.sub(rf"[^\W\d_]{{{_LONG},}}", lambda word: _mistyped(word[0].lower(), chance), text)


def on_the_wrong_keyboard(text: str, chance: random.Random) -> str:
    kazakh = re.search("[әғқңөұүһі]", text, re.IGNORECASE)
    return text.lower().translate(_KAZAKH_KEYS if kazakh else _RUSSIAN_KEYS)


KINDS: dict[str, Callable[[str, random.Random], str]] = {
    "without Kazakh letters": without_kazakh_letters,
    "in Latin": in_latin,
    "a typo a word": mistyped,
    "wrong keyboard": on_the_wrong_keyboard,
}
