"""Conversations and messages as operators see them."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from pydantic import BaseModel
from sqlalchemy import select

from bot.conversations import MessageView, State
from bot.operators import masking
from bot.operators.names import Names
from bot.storage import Conversation, Database, Message, Note, Operator, Outbox, Ticket
from bot.storage.tables import now
from nlu.text.personal import mask
from texts import Language

__all__ = [
    "Colleague",
    "Considered",
    "ConversationView",
    "Earlier",
    "Me",
    "NoteView",
    "OperatorMessage",
    "Said",
    "Viewer",
    "earlier",
    "transcript",
]

SHOWN = 500
"""Messages of one conversation that are shown at once, the newest."""
EARLIER = 20


class Me(BaseModel):
    """Who is logged in, and the token that writing calls carry."""

    username: str
    role: Literal["operator", "supervisor", "admin"]
    languages: list[Language]
    available: bool
    second_factor: bool
    """Whether one is set up."""
    enrolling: bool
    """Whether one must be set up before anything else."""
    csrf_token: str


class Colleague(BaseModel):
    """Somebody to whom a conversation can be given; `load` is how many talks they have, of `capacity`."""

    username: str
    languages: list[Language]
    domains: list[str]
    available: bool
    load: int
    capacity: int


class ConversationView(BaseModel):
    """A conversation without its messages; `topic` is a service's slug, `last_id` the id of the newest message.

    `due` is by when the citizen was promised a word, `offered` whether a waiting conversation is offered to who asks.
    """

    id: str
    channel: str
    language: Language
    state: State
    reason: str | None
    topic: str | None
    topic_title: str | None
    domain: str | None
    domain_title: str | None
    priority: int
    waiting_since: datetime | None
    due: datetime | None
    overdue: bool
    operator: str | None
    contact: str | None
    labels: list[str]
    outcome: str | None
    stars: int | None
    created_at: datetime
    updated_at: datetime
    last_id: int
    position: int | None = None
    offered: bool = False


class Considered(BaseModel):
    """A service that the search thought of, named in the reader's language; `score` is of no fixed range."""

    title: str
    score: float


class OperatorMessage(MessageView):
    """A message as operators read it: `masked` says that personal numbers in its text are hidden.

    `about` is what the bot's answer was about and `considered` what the search thought of instead of one, both in the
    reader's language. `delivery` is how it stands with the way to the citizen; None on channels that come and fetch.
    """

    masked: bool
    operator: str | None
    about: str | None
    considered: list[Considered]
    delivery: Literal["pending", "sending", "sent", "refused", "unknown", "late"] | None


class NoteView(BaseModel):
    """A note of one operator for the others; `masked` says that personal numbers in its text are hidden."""

    id: int
    operator: str | None
    text: str
    masked: bool
    created_at: datetime


class Earlier(BaseModel):
    """An earlier time of the same conversation with the operators."""

    opened_at: datetime
    ended_at: datetime | None
    reason: str
    topic_title: str | None
    operator: str | None
    ended: str | None
    outcome: str | None
    stars: int | None


class Said(NamedTuple):
    """A stored message, and the state of its delivery where it must be delivered."""

    message: Message
    delivery: str | None


class Viewer:
    """Turns rows into views: knows the operators' names, and what services and domains are called in one language."""

    def __init__(self, operators: dict[int, str], names: Names) -> None:
        self._operators = operators
        self._names = names

    @classmethod
    async def load(cls, database: Database, language: Language) -> Viewer:
        """`language` is that of who will read."""
        async with database.read() as session:
            operators = {row.id: row.username for row in await session.execute(select(Operator.id, Operator.username))}
        return cls(operators, await Names.load(language))

    def conversation(
        self, row: Conversation, position: int | None = None, *, offered: bool = False
    ) -> ConversationView:
        return ConversationView(
            id=row.id,
            channel=row.channel,
            language=row.language,
            state=State(row.state),
            reason=row.reason,
            topic=row.topic,
            topic_title=self._names.topic(row.topic),
            domain=row.domain,
            domain_title=self._names.domain(row.domain) if row.domain is not None else None,
            priority=row.priority,
            waiting_since=row.waiting_since,
            due=row.reply_due,
            overdue=row.reply_due is not None and row.reply_due < now(),
            operator=self._operator(row.operator_id),
            contact=masking.contact_text(row.contact) if row.contact is not None else None,
            labels=row.labels,
            outcome=row.outcome,
            stars=row.stars,
            created_at=row.created_at,
            updated_at=row.updated_at,
            last_id=row.last_id,
            position=position,
            offered=offered,
        )

    def queue(self, rows: Iterable[Conversation], offered: Container[str] = ()) -> list[ConversationView]:
        """Waiting conversations in their order, each with its position from 1; `offered` are ids of some of them."""
        return [
            self.conversation(row, position, offered=row.id in offered) for position, row in enumerate(rows, start=1)
        ]

    def message(self, said: Said) -> OperatorMessage:
        row = said.message
        view = MessageView.of(row)
        shown = masking.message_text(row)
        answer = view.answer
        considered = [
            (self._names.topic(each.service, each.section), each.score)
            for each in (answer.candidates if answer else [])
        ]
        return OperatorMessage(
            **view.model_dump(exclude={"text"}),
            text=shown,
            masked=shown != row.text,
            operator=self._operator(row.operator_id),
            about=self._names.topic(answer.service, answer.section) if answer else None,
            considered=[Considered(title=title, score=score) for title, score in considered if title is not None],
            delivery=said.delivery,
        )

    def note(self, row: Note) -> NoteView:
        shown = mask(row.text)
        return NoteView(
            id=row.id,
            operator=self._operator(row.operator_id),
            text=shown,
            masked=shown != row.text,
            created_at=row.created_at,
        )

    def earlier(self, row: Ticket) -> Earlier:
        return Earlier(
            opened_at=row.opened_at,
            ended_at=row.ended_at,
            reason=row.reason,
            topic_title=self._names.topic(row.topic),
            operator=self._operator(row.operator_id),
            ended=row.ended,
            outcome=row.outcome,
            stars=row.stars,
        )

    def _operator(self, operator_id: int | None) -> str | None:
        return None if operator_id is None else self._operators.get(operator_id)


async def transcript(database: Database, conversation_id: str, after: int = 0) -> list[Said]:
    """The messages above the id `after`, in order; of more than `SHOWN` the newest."""
    query = (
        select(Message, Outbox.state)
        .outerjoin(Outbox, (Outbox.conversation_id == Message.conversation_id) & (Outbox.message_id == Message.id))
        .where(Message.conversation_id == conversation_id, Message.id > after)
        .order_by(Message.id.desc())
        .limit(SHOWN)
    )
    async with database.read() as session:
        return [Said(*row) for row in reversed((await session.execute(query)).all())]


async def earlier(database: Database, conversation: Conversation) -> Sequence[Ticket]:
    """The times that a conversation was with the operators before the present one, the last first; at most 20."""
    query = (
        select(Ticket)
        .where(Ticket.conversation_id == conversation.id)
        .order_by(Ticket.opened_at.desc(), Ticket.id.desc())
        .limit(EARLIER)
    )
    if conversation.ticket_id is not None:
        query = query.where(Ticket.id != conversation.ticket_id)
    async with database.read() as session:
        return (await session.scalars(query)).all()
