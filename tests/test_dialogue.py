"""What Rasa is asked, which of its answers count, and what of a conversation is deleted."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.responses import StreamingResponse

from bot import rasa
from bot.dialogue import Dialogue, DialogueUnavailable
from bot.settings import Settings
from tests.serving import serve

REPLY = {"text": "Да", "language": "ru", "buttons": [], "answer": None, "hand_over": None}
Answer = Callable[[Request], Awaitable[Response]]


class _Events:
    """What `serve` closes at the end; there are none here."""

    def close(self) -> None:
        pass


@asynccontextmanager
async def rasa_that(answer: Answer, *, patience: float = 5) -> AsyncIterator[Dialogue]:
    """A dialogue over HTTP with a server that answers as told."""
    app = FastAPI()
    app.state.service = type("Service", (), {"events": _Events()})
    app.add_api_route("/webhooks/rest/webhook", answer, methods=["POST"])
    async with serve(app) as url:
        dialogue = Dialogue(url, timeout=patience)
        try:
            yield dialogue
        finally:
            await dialogue.close()


def saying(body: str, status: int = 200) -> Answer:
    async def answer(request: Request) -> Response:
        return Response(body, status_code=status, media_type="application/json")

    return answer


async def test_what_rasa_says_comes_back_as_replies():
    async with rasa_that(saying('[{"recipient_id": "x", "custom": {"text": "Иә", "language": "kk"}}]')) as dialogue:
        replies = await dialogue.ask("c", "Сәлем", "kk", turn=1)
    assert [(reply.text, reply.language) for reply in replies] == [("Иә", "kk")]


async def test_each_attempt_names_its_conversation_and_turn_and_comes_after_the_one_before():
    asked: list[dict[str, Any]] = []

    async def answer(request: Request) -> list[dict[str, Any]]:
        asked.append(await request.json())
        return [{"custom": REPLY}]

    async with rasa_that(answer) as dialogue:  # type: ignore[arg-type]
        for _ in range(2):
            await dialogue.ask("c", "Привет", "ru", turn=7, plain=True)
    assert [body["message"] for body in asked] == ["Привет", "Привет"]
    assert asked[0]["metadata"] == {"language": "ru", "plain": True}
    (first, again) = [body["sender"].split(":") for body in asked]
    assert first[:2] == again[:2] == ["c", "7"]
    assert int(first[2]) < int(again[2])


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("[]", 200),
        ('[{"recipient_id": "x", "text": "no custom"}]', 200),
        ('[{"custom": {"text": "Да", "language": "ru"}}, {"text": "one without"}]', 200),
        ('[{"custom": {"language": "ru"}}]', 200),
        ('[{"custom": null}]', 200),
        ('["text"]', 200),
        ('{"custom": 1}', 200),
        ("null", 200),
        ('[{"custom": {"te', 200),
        ("", 200),
        ('[{"custom": {"text": "Да", "language": "ru"}}]', 500),
    ],
)
async def test_an_answer_of_another_form_counts_as_no_answer(body, status):
    async with rasa_that(saying(body, status)) as dialogue:
        with pytest.raises(DialogueUnavailable):
            await dialogue.ask("c", "Привет", "ru", turn=1)


async def test_an_answer_that_takes_too_long_counts_as_no_answer():
    never = asyncio.Event()

    async def answer(request: Request) -> Response:
        await never.wait()
        return Response("[]")

    async with rasa_that(answer, patience=0.1) as dialogue:
        with pytest.raises(DialogueUnavailable):
            await dialogue.ask("c", "Привет", "ru", turn=1)
        never.set()


async def test_an_answer_that_drips_counts_as_no_answer_once_its_time_is_over():
    over = asyncio.Event()

    async def drops() -> AsyncIterator[str]:
        while not over.is_set():
            yield " "
            await asyncio.sleep(0.02)

    async def answer(request: Request) -> Response:
        return StreamingResponse(drops())

    async with rasa_that(answer, patience=0.3) as dialogue:
        with pytest.raises(DialogueUnavailable):
            await dialogue.ask("c", "Привет", "ru", turn=1)
        over.set()


async def test_nobody_listening_counts_as_no_answer():
    dialogue = Dialogue(f"http://127.0.0.1:{rasa.free_port()}", timeout=5)
    with pytest.raises(DialogueUnavailable):
        await dialogue.ask("c", "Привет", "ru", turn=1)
    await dialogue.close()


@pytest.fixture
def states(tmp_path):
    """Rasa's database with the state of three conversations."""
    with closing(sqlite3.connect(tmp_path / "rasa.db", isolation_level=None)) as database:
        database.execute("CREATE TABLE dialogue_state (conversation TEXT PRIMARY KEY, state_after TEXT)")
        database.executemany("INSERT INTO dialogue_state VALUES (?, '[]')", [("a",), ("b",), ("c",)])
        yield database


async def test_what_rasa_keeps_of_erased_conversations_is_deleted(states, settings):
    dialogue = Dialogue("http://127.0.0.1:1", timeout=1, tracker_store=rasa.tracker_store(settings))
    await dialogue.forget(["a", "c", "unknown"])
    assert states.execute("SELECT conversation FROM dialogue_state").fetchall() == [("b",)]


async def test_nothing_is_deleted_where_rasa_has_not_started_yet(settings):
    dialogue = Dialogue("http://127.0.0.1:1", timeout=1, tracker_store=rasa.tracker_store(settings))
    await dialogue.forget(["a"])
    with closing(sqlite3.connect(settings.data_dir / "rasa.db")) as database:
        assert database.execute("SELECT * FROM sqlite_master").fetchall() == []


async def test_what_cannot_be_deleted_is_not_passed_over(tmp_path):
    dialogue = Dialogue("http://127.0.0.1:1", timeout=1, tracker_store=f"sqlite:///{tmp_path}")
    with pytest.raises(DialogueUnavailable):
        await dialogue.forget(["a"])


@pytest.mark.parametrize(
    ("database", "expected"),
    [
        (None, "sqlite:////data/rasa.db"),
        ("sqlite:////elsewhere/jauap.db", "sqlite:////data/rasa.db"),
        ("postgresql://u@h/d", "postgresql://u@h/d"),
        ("postgresql+psycopg://u@h/d", "postgresql+psycopg://u@h/d"),
    ],
)
def test_rasa_shares_a_postgresql_database_and_has_a_file_of_its_own_otherwise(database, expected):
    settings = Settings(data_dir="/data", database_url=database, _env_file=None)
    assert rasa.tracker_store(settings) == expected
    assert rasa.environment(settings)["JAUAP_TRACKER_STORE_URL"] == expected


def test_the_events_that_rasa_kept_before_are_deleted_with_what_was_written_in_them(states, settings):
    states.execute("CREATE TABLE events (data TEXT)")
    states.execute("INSERT INTO events VALUES ('my secret')")
    path = settings.data_dir / "rasa.db"
    assert b"my secret" in path.read_bytes()
    rasa.drop_former_events(settings)
    assert b"my secret" not in path.read_bytes()
    assert states.execute("SELECT count(*) FROM dialogue_state").fetchone() == (3,)
    rasa.drop_former_events(settings)  # and again at the next start


def test_a_file_that_is_no_database_is_named(settings):
    (settings.data_dir / "rasa.db").write_text("not a database " * 100)
    with pytest.raises(rasa.RasaFailed, match=r"rasa\.db"):
        rasa.drop_former_events(settings)
