"""Actions run as Rasa runs them: through the executor, over the real services, with a search whose result is given."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

import pytest

from actions import knowledge, server
from actions.knowledge import Knowledge
from actions.replies import Reply
from knowledge_base import sections
from knowledge_base.decision import Decision
from knowledge_base.model import SectionName, load_all
from knowledge_base.search import Hit, Searcher, SearchResult
from nlu.entities import find
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
    """What an action said, the slots after it, and those that it set."""

    replies: list[Reply]
    slots: dict[str, Any] = field(default_factory=dict)
    changes: dict[str, Any] = field(default_factory=dict)
    left_form: bool = False

    @property
    def reply(self) -> Reply:
        """The only reply."""
        (reply,) = self.replies
        return reply


Act = Callable[..., Awaitable[Turn]]


@pytest.fixture
def act(search: GivenSearch) -> Act:
    """`await act("answer", "сколько стоит?", language="ru", slots=…, entities=…)`: one turn as Rasa would ask for it.

    Entities of the text are found as Rasa's component finds them; `entities` are those of a button. `language` is
    what the language component noted for the message, `conversation` the conversation's so far.
    """

    async def act(
        action: str,
        text: str = "",
        *,
        language: Language | None = None,
        conversation: Language | None = "ru",
        slots: dict[str, Any] | None = None,
        entities: dict[str, str] | None = None,
        intent: str = "x",
        form: str | None = None,
        plain: bool = False,
    ) -> Turn:
        slots = slots or {}
        in_text = [
            {"entity": each.entity, "value": each.value, "start": each.start, "end": each.end}
            for each in find(text, date(2026, 11, 29))
        ]
        message = {
            "text": text,
            "language": language,
            "intent": {"name": intent},
            "entities": [*in_text, *({"entity": name, "value": value} for name, value in (entities or {}).items())],
            "metadata": {"plain": plain, **({"language": conversation} if conversation else {})},
        }
        tracker = {
            "sender_id": "c", "slots": slots, "latest_message": message, "events": [], "paused": False,
            "active_loop": {"name": form} if form else {},
        }  # fmt: skip
        name = action if action.startswith("validate_") else f"action_{action}"
        done = await server.run({"next_action": name, "tracker": tracker, "domain": {}})
        changes = {event["name"]: event["value"] for event in done["events"] if event["event"] == "slot"}
        left_form = any(event["event"] == "active_loop" and event["name"] is None for event in done["events"])
        replies = [Reply.model_validate(response["custom"]) for response in done["responses"]]
        return Turn(replies, {**slots, **changes}, changes, left_form)

    return act
