"""What the page without scripts keeps of its reader, in one signed cookie, and the key that its forms carry."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass, field, replace
from typing import Self

from fastapi import Request, Response
from itsdangerous import BadSignature, Signer, URLSafeSerializer

from bot.errors import language_of
from bot.settings import Settings
from texts import Language

__all__ = ["COOKIE", "Visit"]

COOKIE = "jauap_chat"
PATH = "/chat"
A_DAY = 24 * 3600


@dataclass(frozen=True, slots=True)
class Visit:
    """A reader: `id` is theirs until they erase the conversation, `token` opens the conversation once there is one."""

    language: Language
    id: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    token: str | None = None
    large: bool = False
    """Large text, few things at once, and answers in plain words."""
    refreshing: bool = True
    """Whether the page may reload itself while an answer or an operator is awaited."""

    @classmethod
    def of(cls, request: Request, settings: Settings) -> Visit:
        """The reader of this request: as the cookie says, or a new one."""
        try:
            return cls(**_cookies(settings).loads(request.cookies.get(COOKIE, "")))
        except (BadSignature, TypeError):  # none, not ours, or of a version that kept other fields
            return cls(language=language_of(request))

    def keep(self, request: Request, response: Response, settings: Settings) -> None:
        """Set the cookie anew: it lives as long as a conversation in which nothing is said."""
        response.set_cookie(
            COOKIE, _cookies(settings).dumps(asdict(self)), max_age=settings.retention_days * A_DAY, path=PATH,
            httponly=True, samesite="lax", secure=request.url.scheme == "https",
        )  # fmt: skip

    def but(self, **changes: object) -> Self:
        """The same reader with some fields changed."""
        return replace(self, **changes)  # type: ignore[arg-type]

    def form_key(self, settings: Settings) -> str:
        """What a form of this reader's page carries, and a form of any other site cannot know."""
        return _forms(settings).get_signature(self.id).decode()

    def owns_form(self, key: str, settings: Settings) -> bool:
        """Whether a form with this key is of this reader's page; compared in constant time."""
        return _forms(settings).verify_signature(self.id, key)


def _cookies(settings: Settings) -> URLSafeSerializer:
    return URLSafeSerializer(settings.key, salt=b"chat page's cookie")


def _forms(settings: Settings) -> Signer:
    return Signer(settings.key, salt=b"chat page's forms")
