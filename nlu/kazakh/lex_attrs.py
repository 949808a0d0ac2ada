"""Numbers in words and figures."""

import re
from collections.abc import Callable
from typing import Any

from spacy.attrs import LIKE_NUM

_numbers = frozenset(
    """
    нөл бір екі үш төрт бес алты жеті сегіз тоғыз
    он жиырма отыз қырық елу алпыс жетпіс сексен тоқсан
    жүз мың миллион миллиард триллион жарты
    """.split()  # noqa: SIM905 - read as a list of words
)
_ordinal = re.compile(r"(?:ыншы|інші|ншы|нші)$")
_figures = re.compile(r"[+\-±~]?\d+(?:[.,\u00a0]\d+)*(?:/\d+)?(?:-?(?:шы|ші|ыншы|інші))?")


def like_num(text: str) -> bool:
    """Whether the token is a number: `5`, `4 325,5`, `1/2`, `5-ші`, `бес`, `бесінші`."""
    if _figures.fullmatch(text):
        return True
    word = text.lower()
    if word in _numbers:
        return True
    stem = _ordinal.sub("", word)
    return stem != word and any(number == stem or number.rstrip("ыі") == stem for number in _numbers)


LEX_ATTRS: dict[int, Callable[[str], Any]] = {LIKE_NUM: like_num}
