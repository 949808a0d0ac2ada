"""What the database holds after a run: nothing may be left open, and no message id skipped."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Aftermath", "inspect"]

_GAPS = """
    SELECT count(*) FROM (
        SELECT conversation.id FROM conversation LEFT JOIN message ON message.conversation_id = conversation.id
        GROUP BY conversation.id, conversation.last_id
        HAVING count(message.id) <> conversation.last_id OR coalesce(max(message.id), 0) <> conversation.last_id
    )
"""
_UNKNOWN = """
    SELECT outbox.address, message.text FROM outbox
    JOIN message ON message.conversation_id = outbox.conversation_id AND message.id = outbox.message_id
    WHERE outbox.state = 'unknown' ORDER BY outbox.id
"""


@dataclass(frozen=True)
class Aftermath:
    """States counted, and the addresses and texts of messages whose delivery is unknown."""

    inbox: Counter[str]
    outbox: Counter[str]
    unknown: list[tuple[str, str]]
    conversations_with_gaps: int

    @property
    def owed(self) -> int:
        """What the service still has to do."""
        return self.inbox["received"] + self.outbox["pending"] + self.outbox["sending"]

    def faults(self, messages: int) -> list[str]:
        """What is not as it must be after `messages` of citizens, in words; empty where all is well."""
        found = []
        if self.owed:
            found.append(f"left open: inbox {dict(self.inbox)}, outbox {dict(self.outbox)}")
        if self.inbox.total() != messages:
            found.append(f"{messages} messages were sent, {self.inbox.total()} are stored")
        if wrong := self.outbox.keys() - {"sent", "unknown", "pending", "sending"}:
            found.append(f"deliveries that nothing refused ended as {', '.join(sorted(wrong))}")
        if self.conversations_with_gaps:
            found.append(f"message ids are skipped in {self.conversations_with_gaps} conversations")
        return found


def inspect(database: Path) -> Aftermath:
    """Read an SQLite database of the service, which may be running. Raises `sqlite3.Error`."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30)) as connection:

        def states(table: str) -> Counter[str]:
            return Counter(dict(connection.execute(f"SELECT state, count(*) FROM {table} GROUP BY state")))  # noqa: S608

        return Aftermath(
            inbox=states("inbox"),
            outbox=states("outbox"),
            unknown=connection.execute(_UNKNOWN).fetchall(),
            conversations_with_gaps=connection.execute(_GAPS).fetchone()[0],
        )
