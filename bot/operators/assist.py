"""Passages of the knowledge base beside a talk, in the operator's language and in the citizen's, ready to be sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pydantic import BaseModel
from sqlalchemy import select

from actions.knowledge import Knowledge
from bot.conversations.wish import wants_operator
from bot.storage import Database, Inbox, Message
from knowledge_base.model import SectionName, Service
from knowledge_base.rates import today
from knowledge_base.render import heading, render, short_name, title
from knowledge_base.search import SearchResult
from nlu.text.personal import mask
from texts import Language

__all__ = ["Assistance", "Passage", "asked", "assist", "passage"]

MOST = 5
LOOKED_AT = 5
"""How many of the citizen's last messages are looked at for one that names a subject."""


class Told(BaseModel):
    """A passage as citizens read it, with its title and its line of sources in the text."""

    language: Language
    title: str
    text: str


class SectionChoice(BaseModel):
    """A section that can be shown instead; `heading` is in the operator's language."""

    section: SectionName
    heading: str


class Passage(BaseModel):
    """A section of a service in both languages, which are the same where operator and citizen share theirs.

    `score` is that of the search, of no fixed range; None where nothing was searched.
    """

    service: str
    section: SectionName
    score: float | None
    sections: list[SectionChoice]
    own: Told
    citizen: Told


class Assistance(BaseModel):
    """What the knowledge base has on `question` (personal numbers hidden), the best first."""

    question: str | None
    passages: list[Passage]


Search = Callable[[str, Language | None, int], SearchResult]


async def asked(database: Database, conversation_id: str) -> list[str]:
    """What the citizen has last written in readable words, the newest first; wishes for an operator left out."""
    query = (
        select(Message.text)
        .join(Inbox, (Inbox.conversation_id == Message.conversation_id) & (Inbox.message_id == Message.id))
        .where(
            Message.conversation_id == conversation_id,
            Message.author == "citizen",
            Inbox.payload.is_(None),
            Inbox.unreadable.is_(None),
        )
        .order_by(Message.id.desc())
        .limit(LOOKED_AT)
    )
    async with database.read() as session:
        return [text for text in await session.scalars(query) if not wants_operator(text)]


def assist(knowledge: Knowledge, search: Search, texts: Sequence[str], own: Language, citizen: Language) -> Assistance:
    """The best passages on the newest of `texts` (newest first) that names a subject.

    Where a newer one asks about a section only ("а сколько стоит?"), that section is shown.
    """
    if not texts:
        return Assistance(question=None, passages=[])
    found = [search(text, None, MOST) for text in texts]
    chosen = next((number for number, each in enumerate(found) if each.has_subject), 0)
    newer = (knowledge.searcher.section_of(text) for text in texts[:chosen])
    wanted = next((section for section in newer if section is not None), None)
    passages = (
        passage(knowledge, hit.service, wanted or hit.section, own, citizen, hit.score) for hit in found[chosen].results
    )
    return Assistance(question=mask(texts[0]), passages=[each for each in passages if each is not None])


def passage(
    knowledge: Knowledge,
    slug: str,
    section: SectionName | None,
    own: Language,
    citizen: Language,
    score: float | None = None,
) -> Passage | None:
    """A section of a service, or its summary where it lacks the section; None for an unknown service."""
    service = knowledge.service(slug)
    if service is None:
        return None
    sections = service.sections()
    shown = section if section in sections else "summary"
    return Passage(
        service=slug,
        section=shown,
        score=score,
        sections=[SectionChoice(section=each, heading=heading(service, each, own)) for each in sections],
        own=_told(knowledge, service, shown, own),
        citizen=_told(knowledge, service, shown, citizen),
    )


def _told(knowledge: Knowledge, service: Service, section: SectionName, language: Language) -> Told:
    names = {slug: short_name(other, language) for slug, other in knowledge.services.items()}
    text = render(service, section, language, today(), names=names)
    return Told(language=language, title=title(service, section, language), text=text)
