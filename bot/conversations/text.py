"""What a citizen may send as text, and what is wrong with it otherwise."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

from texts import Language

MAX_LENGTH = 4000
"""Characters that one message may have."""

Trouble = Literal["empty", "too_long", "binary", "no_words", "photo", "sticker", "voice", "attachment"]
"""Why the bot cannot read a message; each has its sentence in `texts/*/conversations.yaml`."""

_PAYLOAD = re.compile(
    r"/(?:help|greet|operator|services|none_of_these|leave_queue|leave_question|calculations|cancel"
    r'|show\{"service": ?"[a-z0-9-]{1,80}"(?:, ?"section": ?"[a-z_]{1,20}")?\}'
    r'|domain\{"domain": ?"[a-z0-9-]{1,40}"\}'
    r'|calculate\{"calculation": ?"[a-z0-9-]{1,40}"\}'
    r'|inform\{"value": ?"[a-z0-9_-]{1,40}"\}'
    r'|rate\{"stars": ?[1-5]\}'
    r'|language\{"language": ?"(?:ru|kk)"\})'
)

__all__ = ["MAX_LENGTH", "Trouble", "clean", "is_payload", "language_of", "stars_of", "trouble"]


def clean(text: str) -> str:
    """`text` in NFC without control characters, which neither a database nor a page can carry, and trimmed."""
    kept = (c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs", "Co", "Cn"))
    return unicodedata.normalize("NFC", "".join(kept)).strip()


def trouble(text: str) -> Trouble | None:
    """Why the bot cannot read this text as it came in; None where it can."""
    if not text.strip():
        return "empty"
    if len(text) > MAX_LENGTH:
        return "too_long"
    readable = clean(text)
    if len(readable) < 0.7 * len(text.strip()) or readable.count("\N{REPLACEMENT CHARACTER}") > len(readable) / 10:
        return "binary"
    return None if any(c.isalnum() for c in readable) else "no_words"


def language_of(payload: str) -> Language | None:
    """The language that a payload switches to; None for any other payload.

    >>> language_of('/language{"language": "kk"}')
    'kk'
    """
    found = re.fullmatch(r'/language\{"language": ?"(ru|kk)"\}', payload)
    return found[1] if found else None  # type: ignore[return-value]


def stars_of(payload: str) -> int | None:
    """The stars that a payload gives; None for any other payload.

    >>> stars_of('/rate{"stars": 5}')
    5
    """
    found = re.fullmatch(r'/rate\{"stars": ?([1-5])\}', payload)
    return int(found[1]) if found else None


def is_payload(payload: str) -> bool:
    """Whether this is one of the payloads that buttons may send (docs/architecture.md)."""
    return _PAYLOAD.fullmatch(payload) is not None
