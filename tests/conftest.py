"""What every test may need: a database of its own, and a service with a dialogue that the test decides.

`JAUAP_TEST_DATABASE_URL` names a PostgreSQL database to use instead of SQLite files, for instance
`postgresql://user:password@127.0.0.1/throwaway`: everything in its schema `public` is deleted before each test.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text as sql

from actions.replies import HandOver, Reply
from bot.dialogue import DialogueUnavailable
from bot.operators import passwords
from bot.service import Service
from bot.settings import Settings
from bot.storage import Database

FIRST = "tests/e2e/crash/test_crash.py"
"""What takes longest, not to be played alone at the end (`pytest -n`); the model that it trains serves the others."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(FIRST))


class ScriptedDialogue:
    """Answers as a test wants: echoes, hands over on «оператор», waits or fails on demand, says what `answers` has."""

    def __init__(self) -> None:
        self.answers: dict[str, list[Reply]] = {}
        self.asked: list[tuple[str, str]] = []
        self.forgotten: list[str] = []
        self.failures = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def ask(
        self, conversation_id: str, text: str, language: str, *, turn: int, plain: bool = False
    ) -> list[Reply]:
        self.asked.append((conversation_id, text))
        await self.gate.wait()
        if self.failures:
            self.failures -= 1
            raise DialogueUnavailable("told to fail")
        if text in self.answers:
            return self.answers[text]
        hand_over = HandOver(reason="asked") if "operator" in text or "оператор" in text else None
        return [Reply(text=f"echo: {text}", language=language, hand_over=hand_over)]  # type: ignore[arg-type]

    async def forget(self, conversation_ids: Sequence[str]) -> None:
        self.forgotten += conversation_ids


@pytest.fixture(autouse=True)
def _cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A password's hash must cost much; in tests it would cost only time."""
    monkeypatch.setattr(passwords, "_hasher", passwords.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    monkeypatch.setattr(passwords, "_nobody", None)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    url = os.environ.get("JAUAP_TEST_DATABASE_URL")
    return Settings(data_dir=tmp_path, database_url=url, _env_file=None)  # type: ignore[call-arg]


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy: to migrate one for each of a thousand tests would take minutes."""
    path = tmp_path_factory.mktemp("migrated") / "jauap.db"

    async def migrate() -> None:
        database = Database(Settings(data_dir=path.parent, database_url=None, _env_file=None).database)  # type: ignore[call-arg]
        await database.migrate()
        await database.close()

    asyncio.run(migrate())
    return path


@pytest.fixture
async def database(settings: Settings, migrated: Path) -> AsyncIterator[Database]:
    database = Database(settings.database)
    if database.sqlite:
        shutil.copy(migrated, settings.data_dir / migrated.name)
    else:
        async with database.engine.begin() as connection:
            await connection.execute(sql("DROP SCHEMA public CASCADE"))
            await connection.execute(sql("CREATE SCHEMA public"))
        await database.migrate()
    yield database
    await database.close()


@pytest.fixture
def dialogue() -> ScriptedDialogue:
    return ScriptedDialogue()


@pytest.fixture
async def service(settings: Settings, database: Database, dialogue: ScriptedDialogue) -> AsyncIterator[Service]:
    service = Service.assemble(settings, database, dialogue)
    service.worker._patience = 0.01
    service.worker._tell_after = timedelta(0)
    yield service
    await service.worker.stop()
    await service.courier.stop()


@pytest.fixture
def eventually() -> Callable[..., object]:
    """`await eventually(check)`: the first true result of an asynchronous check, within some seconds."""

    async def wait(check: Callable[[], object], within: float = 5) -> object:
        async with asyncio.timeout(within):
            while not (result := await check()):  # type: ignore[misc]  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        return result

    return wait
