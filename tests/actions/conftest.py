"""Actions run as Rasa runs them: through the executor, over the real services, with a search whose result is given."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from actions import knowledge, server
from actions.knowledge import Knowledge
from actions.replies import Reply
from knowledge_base import sections
from knowledge_base.decision import Decision
from knowledge_base.model import SectionName, load_all
from knowledge_base.search import Hit, Searcher, SearchResult
from texts import Language

SERVICES = load_all()


class GivenSearch:
    """Finds what the test says; which section a text asks about is told by the real cues."""

    def __init__(self) -> None:
        self.decision: Decision = "none"
        self.services: list[str] = []
        self.has_subject = True
        self.error: Exception | None = None

    def finds(self, decision: Decision, *services: str, has_subject: bool = True) -> None:
        self.decision, self.services, self.has_subject = decision, list(services), has_subject

    def search(self, text: str, language: Language, limit: int = 5) -> SearchResult:
        if self.error is not None:
            raise self.error
        section = self.section_of(text, language)
        hits = [Hit(slug, section, 1.0, SERVICES[slug].name[language]) for slug in self.services]
        return SearchResult(language, self.decision, hits, self.has_subject)

    def section_of(self, text: str, language: Language) -> SectionName | None:
        return sections.cue(text)


@pytest.fixture
def search(monkeypatch: pytest.MonkeyPatch) -> Iterator[GivenSearch]:
    search = GivenSearch()
    monkeypatch.setattr(knowledge, "_current", Knowledge(SERVICES, cast(Searcher, search)))
    return search


@dataclass
class Turn:
    """What an action said, and the slots after it."""

    reply: Reply
    slots: dict[str, Any] = field(default_factory=dict)


Act = Callable[..., Awaitable[Turn]]


@pytest.fixture
def act(search: GivenSearch) -> Act:
    """`await act("answer", "сколько стоит?", language="ru", slots=…, entities=…)`: one turn as Rasa would ask for it.

    `language` is what the language component noted for the message, `conversation` the conversation's so far.
    """

    async def act(
        action: str,
        text: str = "",
        *,
        language: Language | None = None,
        conversation: Language | None = "ru",
        slots: dict[str, Any] | None = None,
        entities: dict[str, str] | None = None,
    ) -> Turn:
        slots = slots or {}
        message = {
            "text": text,
            "language": language,
            "intent": {"name": "x"},
            "entities": [{"entity": name, "value": value} for name, value in (entities or {}).items()],
            "metadata": {"language": conversation} if conversation else {},
        }
        tracker = {"sender_id": "c", "slots": slots, "latest_message": message, "events": [], "paused": False}
        done = await server.run({"next_action": f"action_{action}", "tracker": tracker, "domain": {}})
        (response,) = done["responses"]
        changes = {event["name"]: event["value"] for event in done["events"] if event["event"] == "slot"}
        return Turn(Reply.model_validate(response["custom"]), {**slots, **changes})

    return act
