"""The citizen's token: which conversation it opens, on which site, and since when, signed so that nobody can make one.

Nothing of a token is stored. It is good for as long as its conversation is kept: `RETENTION_DAYS` after the last
message, or after the token was given where that is later (`Tokens.current`). A fixed end from the day of giving would
take from a citizen who comes back each month the only key to read and to erase what was said.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from itsdangerous import BadSignature, URLSafeTimedSerializer

from bot.storage.tables import now

__all__ = ["BadToken", "Tokens", "Visitor", "WrongSite"]

PURPOSE = b"citizen's token"  # parts this use of the key from all others


class BadToken(ValueError):
    """This is no token of ours."""


class WrongSite(Exception):
    """The token was given to the page of another site."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """What a token says: `origin` is that of the page it was given to, None where the caller named none."""

    conversation: str
    origin: str | None
    given: datetime


class Tokens:
    """Gives and reads tokens; signatures are compared in constant time."""

    def __init__(self, key: bytes, lifetime: timedelta) -> None:
        self._signed = URLSafeTimedSerializer(key, salt=PURPOSE)
        self._lifetime = lifetime

    def give(self, conversation_id: str, origin: str | None = None) -> str:
        return self._signed.dumps([conversation_id, origin])

    def read(self, token: str) -> Visitor:
        """What the token says. Raises `BadToken`."""
        try:
            (conversation_id, origin), given = self._signed.loads(token, return_timestamp=True)
        except BadSignature as error:  # also what cannot be decoded at all
            raise BadToken from error
        return Visitor(conversation_id, origin, given)

    def current(self, visitor: Visitor, last_change: datetime) -> bool:
        """Whether a token is still good for a conversation that last changed then."""
        return now() - max(visitor.given, last_change) < self._lifetime
