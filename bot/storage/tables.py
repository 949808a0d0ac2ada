"""The tables of the service."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
)
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
    domains: Mapped[list[Any]] = mapped_column(default=list)
    """The domains of the knowledge base that the operator answers for; none: all of them."""
    capacity: Mapped[int] = mapped_column(default=4)
    """Talks at once beyond which nothing more is offered."""
    available: Mapped[bool] = mapped_column(default=False)
    seen_at: Mapped[datetime | None]
    """The last sign of life of the operator's console or program."""
    assigned_at: Mapped[datetime | None]
    """When a talk was last assigned; the next goes to whoever has waited longest for one."""
    disabled: Mapped[bool] = mapped_column(default=False)
    totp_secret: Mapped[str | None]
    """The secret of the second factor, base32; None where none is set up."""
    totp_step: Mapped[int | None]
    """The last time step whose code was accepted, so that no code opens twice."""
    failures: Mapped[int] = mapped_column(default=0)
    """Wrong passwords and codes in a row, from browsers that the account never logged in from."""
    locked_until: Mapped[datetime | None]
    known_failures: Mapped[int] = mapped_column(default=0)
    """The same from browsers it has logged in from, counted apart, so that strangers cannot lock its owner out."""
    known_locked_until: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)


class OperatorSession(Table):
    """An operator's log-in. Only the hash of the cookie is kept: a stolen database opens no session."""

    __tablename__ = "operator_session"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operator.id", ondelete="CASCADE"), index=True)
    csrf_token: Mapped[str]
    enrolling: Mapped[bool] = mapped_column(default=False)
    """Whether this log-in may do nothing but set up the second factor that the house requires."""
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]


class Conversation(Table):
    """A citizen's talk with the bot and the operators, for as long as it is kept."""

    __tablename__ = "conversation"
    __table_args__ = (
        UniqueConstraint("channel", "address"),
        Index("ix_conversation_queue", "state", "priority", "waiting_since"),
    )

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
    ticket_id: Mapped[int | None]
    """The `Ticket` of its present time with the operators; None while it is at the bot or closed.

    Not a foreign key: SQLite could only get one by making the table anew, and dropping the old one would delete all
    messages by their own keys' cascade.
    """
    reason: Mapped[str | None]
    topic: Mapped[str | None]
    domain: Mapped[str | None]
    """The domain of the topic, or the one it was transferred to."""
    priority: Mapped[int] = mapped_column(default=0)
    """The higher goes first in the queue (`bot.conversations.queue.Priority`)."""
    waiting_since: Mapped[datetime | None]
    owed_since: Mapped[datetime | None]
    """Since when the citizen awaits an operator's word; None where the operator had the last one."""
    reply_due: Mapped[datetime | None] = mapped_column(index=True)
    """By when that word is promised by the house."""
    asked_at: Mapped[datetime | None]
    """When a citizen who had fallen silent was asked whether they are still there."""
    labels: Mapped[list[Any]] = mapped_column(default=list)
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


class Ticket(Table):
    """One time of a conversation with the operators, from the queue to its end; what the figures are made of.

    It holds nothing that a citizen has said, and outlives the conversation, which is erased after `RETENTION_DAYS`.
    """

    __tablename__ = "ticket"

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str | None] = mapped_column(ForeignKey("conversation.id", ondelete="SET NULL"), index=True)
    channel: Mapped[str]
    language: Mapped[str]
    reason: Mapped[str]
    topic: Mapped[str | None]
    domain: Mapped[str | None]
    opened_at: Mapped[datetime] = mapped_column(default=now, index=True)
    opened_after: Mapped[int]
    """The id of the last message before it, so that it is known which messages are of it."""
    claimed_at: Mapped[datetime | None]
    operator_id: Mapped[int | None] = mapped_column(ForeignKey("operator.id"))
    """Who has it, or had it last."""
    transfers: Mapped[int] = mapped_column(default=0)
    first_reply_due: Mapped[datetime]
    first_reply_at: Mapped[datetime | None]
    late_replies: Mapped[int] = mapped_column(default=0)
    """Replies after the first that came later than the house promises."""
    closing_due: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(index=True)
    ended: Mapped[str | None]
    """How: `closed`, `returned` to the bot, `left` by the citizen, `silent`, or `erased`."""
    outcome: Mapped[str | None]
    stars: Mapped[int | None]


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


class DeskSetting(Table):
    """A setting of the operators' desk that an administrator has changed; the defaults stand in the code."""

    __tablename__ = "desk_setting"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)


class CannedReply(Table):
    """A reply that operators send often, in both languages."""

    __tablename__ = "canned_reply"

    id: Mapped[int] = mapped_column(primary_key=True)
    shortcut: Mapped[str] = mapped_column(unique=True)
    """What is typed after `/` to get it."""
    text_ru: Mapped[str] = mapped_column(Text)
    text_kk: Mapped[str] = mapped_column(Text)
    domain: Mapped[str | None]
    """Where it belongs; None: everywhere."""
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)
    updated_by: Mapped[str]


class AuditEntry(Table):
    """Who did what that must be accounted for. Append-only: triggers refuse any change (migration 0005).

    Each entry carries the hash of the one before it, so that a change behind the triggers' back shows.
    """

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Counted from 1 without gaps."""
    at: Mapped[datetime]
    actor: Mapped[str]
    """The account's name, or `system`."""
    act: Mapped[str]
    subject: Mapped[str | None]
    """What it was done to: a conversation's id, an account's name."""
    details: Mapped[dict[str, Any]]
    previous_hash: Mapped[str]
    hash: Mapped[str]


class UnansweredQuestion(Table):
    """A question that the bot did not answer well, masked, until somebody has decided what to do about it."""

    __tablename__ = "unanswered_question"
    __table_args__ = (
        ForeignKeyConstraint(
            ["conversation_id", "message_id"], ["message.conversation_id", "message.id"], ondelete="CASCADE"
        ),
        UniqueConstraint("conversation_id", "message_id"),
        Index("ix_unanswered_question_state", "state", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str]
    message_id: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    """The citizen's words, personal numbers masked."""
    language: Mapped[str]
    why: Mapped[str]
    """`none`, `clarify`, `rating` or `operator`: how it ended."""
    service: Mapped[str | None]
    """What the bot took it to be about."""
    section: Mapped[str | None]
    score: Mapped[float | None] = mapped_column(Float)
    state: Mapped[str] = mapped_column(default="open")
    """`open`, `attached` to a service, `out_of_scope`, or `missing` from the knowledge base."""
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    attached_to: Mapped[str | None]
    remark: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=now)
