"""Conversations and messages as operators see them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Literal

from pydantic import BaseModel
from sqlalchemy import select

from bot.conversations import MessageView, State
from bot.storage import Conversation, Database, Message, Note, Operator
from knowledge_base.model import SectionName, Service, load_all
from knowledge_base.render import title
from texts import Language

__all__ = ["Colleague", "ConversationView", "Me", "NoteView", "OperatorMessage", "Viewer", "transcript"]

SHOWN = 500
"""Messages of one conversation that are shown at once, the newest."""


class Me(BaseModel):
    """Who is logged in, and the token that writing calls carry."""

    username: str
    role: Literal["operator", "supervisor", "admin"]
    languages: list[Language]
    available: bool
    csrf_token: str


class Colleague(BaseModel):
    """Somebody to whom a conversation can be given."""

    username: str
    languages: list[Language]
    available: bool


class ConversationView(BaseModel):
    """A conversation without its messages; `topic` is a service's slug, `last_id` the id of the newest message."""

    id: str
    channel: str
    language: Language
    state: State
    reason: str | None
    topic: str | None
    topic_title: str | None
    waiting_since: datetime | None
    operator: str | None
    outcome: str | None
    created_at: datetime
    updated_at: datetime
    last_id: int
    position: int | None = None


class OperatorMessage(MessageView):
    """A message with its operator's name, and what the bot's answer was about, in the reader's language."""

    operator: str | None
    about: str | None


class NoteView(BaseModel):
    """A note of one operator for the others."""

    id: int
    operator: str | None
    text: str
    created_at: datetime


@lru_cache
def _services() -> dict[str, Service]:
    return load_all()


class Viewer:
    """Turns rows into views: knows the operators' names, and the services' titles in one language."""

    def __init__(self, names: dict[int, str], services: dict[str, Service], language: Language) -> None:
        self._names = names
        self._services = services
        self._language = language

    @classmethod
    async def load(cls, database: Database, language: Language) -> Viewer:
        """`language` is that of who will read."""
        async with database.read() as session:
            names = {row.id: row.username for row in await session.execute(select(Operator.id, Operator.username))}
        return cls(names, await asyncio.to_thread(_services), language)

    def conversation(self, row: Conversation, position: int | None = None) -> ConversationView:
        return ConversationView(
            id=row.id,
            channel=row.channel,
            language=row.language,
            state=State(row.state),
            reason=row.reason,
            topic=row.topic,
            topic_title=self._title(row.topic, None),
            waiting_since=row.waiting_since,
            operator=self._names.get(row.operator_id) if row.operator_id is not None else None,
            outcome=row.outcome,
            created_at=row.created_at,
            updated_at=row.updated_at,
            last_id=row.last_id,
            position=position,
        )

    def queue(self, rows: Iterable[Conversation]) -> list[ConversationView]:
        """Waiting conversations in their order, each with its position from 1."""
        return [self.conversation(row, position) for position, row in enumerate(rows, start=1)]

    def message(self, row: Message) -> OperatorMessage:
        view = MessageView.of(row)
        return OperatorMessage(
            **view.model_dump(),
            operator=self._names.get(row.operator_id) if row.operator_id is not None else None,
            about=self._title(view.answer.service, view.answer.section) if view.answer else None,
        )

    def note(self, row: Note) -> NoteView:
        return NoteView(id=row.id, operator=self._names.get(row.operator_id), text=row.text, created_at=row.created_at)

    def _title(self, slug: str | None, section: SectionName | None) -> str | None:
        """None also for a service that has left the knowledge base since."""
        service = self._services.get(slug) if slug else None
        return title(service, section, self._language) if service else None


async def transcript(database: Database, conversation_id: str, after: int = 0) -> list[Message]:
    """The messages above the id `after`, in order; of more than `SHOWN` the newest."""
    query = (
        select(Message)
        .where(Message.conversation_id == conversation_id, Message.id > after)
        .order_by(Message.id.desc())
        .limit(SHOWN)
    )
    async with database.read() as session:
        return list(reversed((await session.scalars(query)).all()))
