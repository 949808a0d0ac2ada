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
_ordinals = frozenset(
    [*(number + ending for number in _numbers for ending in ("ншы", "нші", "ыншы", "інші")), "жиырмасыншы", "қырқыншы"]
)
_figures = re.compile(r"[+\-±~]?\d+(?:[.,\u00a0]\d+)*(?:/\d+)?(?:-?(?:шы|ші|ыншы|інші))?")


def like_num(text: str) -> bool:
    """Whether the token is a number: `5`, `4 325,5`, `1/2`, `5-ші`, `бес`, `бесінші`."""
    word = text.lower()
    return _figures.fullmatch(text) is not None or word in _numbers or word in _ordinals


LEX_ATTRS: dict[int, Callable[[str], Any]] = {LIKE_NUM: like_num}
