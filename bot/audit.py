"""The audit log: who did what that must be accounted for, each entry chained to the one before it."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage import AuditEntry, Database
from bot.storage.tables import now

__all__ = ["BEGINNING", "BrokenChain", "record", "verify"]

BEGINNING = "0" * 64
"""What stands for the hash before the first entry."""

SYSTEM = "system"
"""The actor of what nobody in particular has done."""

PAGE = 1000
LOCK = 7_305_419  # any number that nothing else locks in PostgreSQL


class BrokenChain(Exception):
    """An entry is missing or was changed; the message says which."""


async def record(session: AsyncSession, actor: str, act: str, subject: str | None = None, **details: Any) -> AuditEntry:
    """Add an entry within the caller's transaction, so that nothing is done without it, nor it without the deed.

    `details` go into JSON, and hold no personal data of citizens.
    """
    if session.get_bind().dialect.name == "postgresql":  # SQLite's writing transactions are one at a time anyway
        await session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    last = await session.scalar(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1))
    entry = AuditEntry(
        id=1 if last is None else last.id + 1,
        at=now(),
        actor=actor,
        act=act,
        subject=subject,
        details=details,
        previous_hash=BEGINNING if last is None else last.hash,
    )
    entry.hash = _hash(entry)
    session.add(entry)
    await session.flush()
    return entry


async def verify(database: Database) -> tuple[int, str]:
    """Check the whole chain; gives the number of entries and the last hash, `BEGINNING` where there is none.

    Entries cut off at the end leave a chain that is right in itself: only comparing number and hash with those noted
    elsewhere before shows that. Raises `BrokenChain`.
    """
    count, previous = 0, BEGINNING
    async with database.read() as session:
        while True:
            query = select(AuditEntry).where(AuditEntry.id > count).order_by(AuditEntry.id).limit(PAGE)
            page = (await session.scalars(query)).all()
            if not page:
                return count, previous
            for entry in page:
                if entry.id != count + 1:
                    raise BrokenChain(f"entry {count + 1} is missing")
                if entry.previous_hash != previous:
                    raise BrokenChain(f"entry {entry.id} does not follow entry {count}")
                if entry.hash != _hash(entry):
                    raise BrokenChain(f"entry {entry.id} of {entry.at:%Y-%m-%d %H:%M:%S} was changed")
                count, previous = entry.id, entry.hash
            session.expunge_all()


def _hash(entry: AuditEntry) -> str:
    """SHA-256, in hexadecimal, of all of an entry but this hash itself."""
    moment: datetime = entry.at
    parts = [entry.id, moment.isoformat(), entry.actor, entry.act, entry.subject, entry.details, entry.previous_hash]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
