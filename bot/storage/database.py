"""Opens the database and gives transactions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, event, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

MIGRATIONS = Path(__file__).parent / "migrations"

__all__ = ["Database", "DatabaseUnavailable"]


class DatabaseUnavailable(Exception):
    """The database cannot be opened or migrated."""


class Database:
    """One database: `read()` and `write()` give a session within a transaction.

    On SQLite a writing transaction takes its lock at the start (BEGIN IMMEDIATE): one that first reads and then
    writes would otherwise fail at once when another has written in between, busy time-out or not.
    """

    def __init__(self, url: str) -> None:
        """`url` is an SQLAlchemy URL with an asynchronous driver."""
        self.url = make_url(url)
        self.sqlite = self.url.get_backend_name() == "sqlite"
        if self.sqlite and self.url.database and self.url.database != ":memory:":
            try:
                Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise DatabaseUnavailable(f"{self.url.database}: {error.strerror}") from None
        self.engine = create_async_engine(self.url)
        if self.sqlite:
            event.listen(self.engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(self.engine.sync_engine, "begin", _begin_sqlite)
        self._turn: AbstractAsyncContextManager[None] = asyncio.Lock() if self.sqlite else nullcontext()
        self._writing = self.engine.execution_options(writes=True)

    async def migrate(self) -> None:
        """Bring the tables to the newest form; does nothing where they have it.

        Raises `DatabaseUnavailable`.
        """
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))

        def upgrade(connection: Connection) -> None:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

        try:
            async with self._writing.begin() as connection:
                await connection.run_sync(upgrade)
        except (SQLAlchemyError, OSError) as error:
            reason = str(getattr(error, "orig", None) or error).splitlines()[0]
            raise DatabaseUnavailable(f"{self.url.render_as_string(hide_password=True)}: {reason}") from error

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        async with AsyncSession(self.engine, expire_on_commit=False) as session:
            yield session

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """A transaction that is committed at the end, or rolled back where an error leaves it.

        Those of one process queue up here where the database is SQLite: it lets one write at a time anyway, and who
        waits inside it is served in no order and gives up after its time-out.
        """
        async with self._turn, AsyncSession(self._writing, expire_on_commit=False) as session, session.begin():
            yield session

    async def close(self) -> None:
        await self.engine.dispose()


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver's own transaction handling is switched off; `_begin_sqlite` opens them as they are needed.
    connection.isolation_level = None
    cursor = connection.cursor()
    # FULL: what was acknowledged to a citizen must survive a power cut, too.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")
