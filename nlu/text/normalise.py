"""Mends how a text was typed, for whatever reads it next; the caller keeps and shows the original."""

from __future__ import annotations

from nlu.text.fold import compose
from nlu.text.layout import mend_layout
from nlu.text.slips import mend_lookalikes, shorten

__all__ = ["normalise"]


def normalise(text: str) -> str:
    """`text` in the letters that its writer meant, composed (NFC), without spaces around it.

    Words stay parted by white space as they were, whatever else becomes of them; numbers are not touched.
    """
    return shorten(mend_layout(mend_lookalikes(compose(text)))).strip()
