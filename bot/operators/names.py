"""What domains, services and the console's own words are called in one language."""

from __future__ import annotations

import asyncio
from functools import lru_cache

from knowledge_base.model import SectionName, Service, load_all
from knowledge_base.render import title
from texts import Language, catalogue

__all__ = ["Names", "services"]


@lru_cache
def services() -> dict[str, Service]:
    """The services of the knowledge base by slug, read once."""
    return load_all()


class Names:
    """The words for what tables keep as slugs and codes."""

    def __init__(self, services: dict[str, Service], language: Language) -> None:
        self._services = services
        self._language = language
        self._words = catalogue("console", language) | catalogue("overview", language)
        self._domains = catalogue("actions", language)

    @classmethod
    async def load(cls, language: Language) -> Names:
        """`language` is that of who will read."""
        return cls(await asyncio.to_thread(services), language)

    def topic(self, slug: str | None, section: SectionName | None = None) -> str | None:
        """The title of a service, or of a section of it; None without one, and for one that has left since."""
        service = self._services.get(slug) if slug else None
        return title(service, section, self._language) if service else None

    def domain(self, slug: str | None) -> str:
        """The title of a domain; the slug itself for one that has left the knowledge base since."""
        return self.text("no_domain") if slug is None else self._domains.get(f"domain_{slug}", slug)

    def word(self, prefix: str, code: str | None) -> str:
        """The console's word for a code, as `reason_asked`; the code itself where it has none, nothing for None."""
        return "" if code is None else self._words.get(f"{prefix}_{code}", code)

    def text(self, key: str) -> str:
        """A text of the overview or of the console."""
        return self._words[key]
