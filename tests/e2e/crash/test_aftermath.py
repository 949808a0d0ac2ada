"""The look into the database sees what is left open, lost or skipped."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import update

from bot.conversations import inbox, record
from bot.storage import Conversation, Database, Inbox, Outbox
from tests.e2e.crash.aftermath import Aftermath, inspect


@pytest.fixture
async def conversation(database: Database) -> str:
    """A conversation of Telegram with one message, answered, and the answer sent."""
    conversation = inbox.new_conversation("telegram", "ru", "70")
    async with database.write() as session:
        session.add(conversation)
        await session.flush()
        await inbox.receive(session, conversation.id, key="1", text="Апостиль")
        stored = await record.locked(session, conversation.id)
        await record.append(session, stored, author="bot", text="Апостиль. …")
    await change(database, inbox="answered", outbox="sent")
    return conversation.id


async def change(database: Database, **states: str) -> None:
    """Set the state of every row of a table."""
    async with database.write() as session:
        for table in (Inbox, Outbox):
            if table.__tablename__ in states:
                await session.execute(update(table).values(state=states[table.__tablename__]))


def look(database: Database) -> Aftermath:
    assert database.url.database
    return inspect(Path(database.url.database))


async def test_all_answered_and_sent_has_no_faults(database, conversation):
    aftermath = look(database)
    assert (aftermath.inbox, aftermath.outbox) == ({"answered": 1}, {"sent": 1})
    assert (aftermath.owed, aftermath.faults(messages=1)) == (0, [])


@pytest.mark.parametrize("left", [{"inbox": "received"}, {"outbox": "pending"}, {"outbox": "sending"}])
async def test_what_is_left_open_is_a_fault(database, conversation, left):
    await change(database, **left)
    aftermath = look(database)
    assert aftermath.owed == 1
    assert len(aftermath.faults(messages=1)) == 1


async def test_a_message_that_was_not_stored_is_a_fault(database, conversation):
    assert look(database).faults(messages=2) == ["2 messages were sent, 1 are stored"]


async def test_a_refused_delivery_is_a_fault_where_nothing_was_refused(database, conversation):
    await change(database, outbox="refused")
    assert "refused" in look(database).faults(messages=1)[0]


async def test_an_unknown_delivery_is_told_with_its_address_and_text(database, conversation):
    await change(database, outbox="unknown")
    aftermath = look(database)
    assert aftermath.unknown == [("70", "Апостиль. …")]
    assert aftermath.faults(messages=1) == []


async def test_a_skipped_message_id_is_a_fault(database, conversation):
    async with database.write() as session:
        (await session.get_one(Conversation, conversation)).last_id += 1
    assert "skipped" in look(database).faults(messages=1)[0]
