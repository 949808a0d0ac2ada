"""The tables of the service."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, ForeignKey, ForeignKeyConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator


def now() -> datetime:
    return datetime.now(UTC)


class UTCDateTime(TypeDecorator[datetime]):
    """A moment in UTC. SQLite forgets the zone of what it stores; this puts it back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


def is_ours(name: str | None, kind: str, parents: object) -> bool:
    """Alembic's `include_name`: PostgreSQL may hold Rasa's table (`nlu/tracker_store.py`) beside those of this file."""
    return kind != "table" or name != "dialogue_state"


class Table(DeclarativeBase):
    type_annotation_map = {datetime: UTCDateTime, dict[str, Any]: JSON, list[Any]: JSON, str: String}  # noqa: RUF012


class Operator(Table):
    """Somebody who answers citizens, supervises or administers."""

    __tablename__ = "operator"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    role: Mapped[str]
    languages: Mapped[list[Any]]
    available: Mapped[bool] = mapped_column(default=False)
    disabled: Mapped[bool] = mapped_column(default=False)
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)


class OperatorSession(Table):
    """An operator's log-in. Only the hash of the cookie is kept: a stolen database opens no session."""

    __tablename__ = "operator_session"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operator.id", ondelete="CASCADE"), index=True)
    csrf_token: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]


class Conversation(Table):
    """A citizen's talk with the bot and the operators, for as long as it is kept."""

    __tablename__ = "conversation"
    __table_args__ = (UniqueConstraint("channel", "address"), Index("ix_conversation_queue", "state", "waiting_since"))

    id: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[str]
    address: Mapped[str | None]
    """Where the channel finds the citizen: Telegram's chat id. None where the citizen comes to us (web)."""
    language: Mapped[str]
    state: Mapped[str] = mapped_column(default="bot")
    epoch: Mapped[int] = mapped_column(default=0)
    """Rises with each change of state, so that an answer begun before the change is known to be late."""
    last_id: Mapped[int] = mapped_column(default=0)
    """The highest message id given out in this conversation."""
    reason: Mapped[str | None]
    topic: Mapped[str | None]
    waiting_since: Mapped[datetime | None]
    claimed_at: Mapped[datetime | None] = mapped_column(index=True)
    """When an operator last took it out of the queue, from which the others' wait is estimated."""
    operator_id: Mapped[int | None] = mapped_column(ForeignKey("operator.id"), index=True)
    contact: Mapped[str | None]
    """Where else the citizen wants to be answered: a telephone number or an e-mail address, as left with a question."""
    plain: Mapped[bool] = mapped_column(default=False)
    """Whether the citizen wants plain words: short answers without abbreviations."""
    outcome: Mapped[str | None]
    stars: Mapped[int | None]
    comment: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, index=True)


class Message(Table):
    """One message. Ids are counted within the conversation, under the lock of its row, so none is ever skipped."""

    __tablename__ = "message"

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"), primary_key=True)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    author: Mapped[str]
    operator_id: Mapped[int | None] = mapped_column(ForeignKey("operator.id"))
    text: Mapped[str] = mapped_column(Text)
    language: Mapped[str]
    mode: Mapped[str]
    buttons: Mapped[list[Any]] = mapped_column(default=list)
    answer: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime] = mapped_column(default=now)


class Inbox(Table):
    """What has come in, by its channel's key: a repeat finds its row, and what is `received` still owes an answer."""

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("channel", "key"),
        ForeignKeyConstraint(
            ["conversation_id", "message_id"], ["message.conversation_id", "message.id"], ondelete="CASCADE"
        ),
        Index("ix_inbox_owed", "state", "conversation_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str]
    key: Mapped[str]
    conversation_id: Mapped[str]
    message_id: Mapped[int]
    payload: Mapped[str | None]
    unreadable: Mapped[str | None]
    """Why the bot cannot read it (`bot.conversations.text.Trouble`); None where it can."""
    state: Mapped[str] = mapped_column(default="received")
    attempts: Mapped[int] = mapped_column(default=0)
    told: Mapped[bool] = mapped_column(default=False)
    """Whether the citizen knows that the answer takes longer."""
    not_before: Mapped[datetime] = mapped_column(default=now)
    created_at: Mapped[datetime] = mapped_column(default=now)


class Outbox(Table):
    """What a pushing channel still has to deliver; `sent`, `refused`, `unknown` and `late` are final."""

    __tablename__ = "outbox"
    __table_args__ = (
        ForeignKeyConstraint(
            ["conversation_id", "message_id"], ["message.conversation_id", "message.id"], ondelete="CASCADE"
        ),
        Index("ix_outbox_owed", "state", "conversation_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str]
    message_id: Mapped[int]
    channel: Mapped[str]
    address: Mapped[str]
    epoch: Mapped[int] = mapped_column(default=0)
    """The conversation's epoch when the message was said."""
    state: Mapped[str] = mapped_column(default="pending")
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime] = mapped_column(default=now)
    reference: Mapped[str | None]
    error: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=now)


class Cursor(Table):
    """How far a polled channel has been read; moved in the transaction that stores what was read."""

    __tablename__ = "cursor"

    channel: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int]


class Note(Table):
    """What operators tell one another about a conversation; the citizen never sees it."""

    __tablename__ = "note"

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"), index=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operator.id"))
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=now)
