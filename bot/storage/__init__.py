"""The database: tables, migrations, and transactions."""

from bot.storage.database import Database, DatabaseUnavailable
from bot.storage.tables import (
    AuditEntry,
    CannedReply,
    Conversation,
    Cursor,
    DeskSetting,
    Inbox,
    Message,
    Note,
    Operator,
    OperatorSession,
    Outbox,
    Ticket,
    UnansweredQuestion,
)

__all__ = [
    "AuditEntry",
    "CannedReply",
    "Conversation",
    "Cursor",
    "Database",
    "DatabaseUnavailable",
    "DeskSetting",
    "Inbox",
    "Message",
    "Note",
    "Operator",
    "OperatorSession",
    "Outbox",
    "Ticket",
    "UnansweredQuestion",
]
