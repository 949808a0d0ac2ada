"""Mends how a text was typed, for whatever reads it next; the caller keeps and shows the original."""

from __future__ import annotations

import unicodedata

from nlu.text.layout import mend_layout

__all__ = ["normalise"]


def normalise(text: str) -> str:
    """`text` in NFC, in the letters that its writer meant."""
    return mend_layout(unicodedata.normalize("NFC", text)).strip()
