"""Browsers from which an account has logged in before: what strangers do to its lock does not concern them.

Anybody who knows a name can fail to log in with it, and so lock the account. Its owner's browser holds a signed mark
of an earlier log-in, whose failures are counted apart (OWASP, "Slow Down Online Guessing Attacks with Device Cookies").
The mark opens nothing by itself, and a new password makes it void.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta

from itsdangerous import BadSignature, URLSafeTimedSerializer

from bot.storage import Operator

__all__ = ["LIFETIME", "KnownBrowsers"]

LIFETIME = timedelta(days=180)
PURPOSE = b"operator's browser"  # parts this use of the key from all others


class KnownBrowsers:
    """Gives and reads marks."""

    def __init__(self, key: bytes) -> None:
        self._signed = URLSafeTimedSerializer(key, salt=PURPOSE)

    @staticmethod
    def cookie(operator: Operator) -> str:
        """The name of the cookie that holds the mark: a workplace's browser may know several accounts."""
        return f"jauap_known_{operator.id}"

    def mark(self, operator: Operator) -> str:
        return self._signed.dumps(_of(operator))

    def knows(self, mark: str, operator: Operator) -> bool:
        try:
            return self._signed.loads(mark, max_age=int(LIFETIME.total_seconds())) == _of(operator)
        except BadSignature:  # also what is too old, or cannot be decoded at all
            return False


def _of(operator: Operator) -> list[int | str]:
    return [operator.id, hashlib.sha256(operator.password_hash.encode()).hexdigest()[:16]]
