"""The database: tables, migrations, and transactions."""

from bot.storage.database import Database, DatabaseUnavailable
from bot.storage.tables import Conversation, Cursor, Inbox, Message, Note, Operator, OperatorSession, Outbox

__all__ = [
    "Conversation",
    "Cursor",
    "Database",
    "DatabaseUnavailable",
    "Inbox",
    "Message",
    "Note",
    "Operator",
    "OperatorSession",
    "Outbox",
]
