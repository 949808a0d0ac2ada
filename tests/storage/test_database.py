"""The tables that the migrations make are those that the code expects, and transactions keep their promise."""

import asyncio

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import select, text

from bot.storage import Conversation, Cursor, Database, DatabaseUnavailable, Message, Operator
from bot.storage.database import MIGRATIONS
from bot.storage.tables import Table, is_ours


async def test_the_migrations_make_the_tables_that_the_code_expects(database):
    def differences(connection):
        return compare_metadata(MigrationContext.configure(connection, opts={"include_name": is_ours}), Table.metadata)

    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_migrating_again_changes_nothing(database):
    await database.migrate()


async def test_an_error_leaves_nothing_behind(database):
    async def fail():
        async with database.write() as session:
            session.add(Cursor(channel="telegram", value=1))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with database.read() as session:
        assert await session.get(Cursor, "telegram") is None


async def test_transactions_that_read_and_then_write_do_not_fail_beside_one_another(database):
    async with database.write() as session:
        session.add(Cursor(channel="telegram", value=0))

    async def increment():
        async with database.write() as session:
            (await session.get_one(Cursor, "telegram", with_for_update=True)).value += 1

    await asyncio.gather(*(increment() for _ in range(50)))
    async with database.read() as session:
        assert (await session.get_one(Cursor, "telegram")).value == 50


async def test_a_database_that_cannot_be_opened_is_named(tmp_path):
    database = Database(f"sqlite+aiosqlite:///{tmp_path}")
    with pytest.raises(DatabaseUnavailable, match=str(tmp_path)):
        await database.migrate()
    await database.close()


async def test_an_update_keeps_conversations_messages_and_accounts(tmp_path):
    """SQLite would make a table anew for some changes, and dropping the old one deletes by its keys' cascade."""
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/old.db")
    before = (
        "INSERT INTO operator (id, username, password_hash, role, languages, available, disabled, failures, created_at)"
        " VALUES (1, 'aigerim', 'x', 'operator', '[]', 0, 0, 0, :now)",
        "INSERT INTO conversation (id, channel, language, state, epoch, last_id, plain, operator_id, created_at,"
        " updated_at) VALUES ('1', 'web', 'ru', 'operator', 3, 1, 0, 1, :now, :now)",
        "INSERT INTO message (conversation_id, id, author, text, language, mode, buttons, created_at)"
        " VALUES ('1', 1, 'citizen', 'вопрос', 'ru', 'bot', '[]', :now)",
    )

    def at_the_release_before(connection):
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "0004")

    async with database._writing.begin() as connection:
        await connection.run_sync(at_the_release_before)
        for statement in before:
            await connection.execute(text(statement), {"now": "2026-11-29 08:00:00"})
    await database.migrate()
    async with database.read() as session:
        assert (await session.scalars(select(Message.text))).all() == ["вопрос"]
        conversation = (await session.scalars(select(Conversation))).one()
        assert (conversation.operator_id, conversation.priority, conversation.labels) == (1, 0, [])
        operator = (await session.scalars(select(Operator))).one()
        assert (operator.domains, operator.capacity, operator.seen_at) == ([], 4, None)
    await database.close()
