"""The tables that the migrations make are those that the code expects, and transactions keep their promise."""

import asyncio

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from bot.storage import Cursor, Database, DatabaseUnavailable
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
