"""Mends how a text was typed, for whatever reads it next; the caller keeps and shows the original."""

from __future__ import annotations

from nlu.text.fold import compose
from nlu.text.layout import mend_layout

__all__ = ["normalise"]


def normalise(text: str) -> str:
    """`text` in the letters that its writer meant, composed (NFC), without spaces around it."""
    return mend_layout(compose(text)).strip()
