"""Operators who log in over HTTP, and citizens who wait for them."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest
from fastapi import FastAPI

from bot.conversations import State
from bot.learning import rebuilding
from bot.operators import accounts, api, console
from bot.service import Service
from bot.storage import Conversation
from tests import knowledge
from tests.serving import application

PASSWORD = "correct horse 7"

Person = httpx.AsyncClient


@pytest.fixture(autouse=True)
def _small_knowledge(monkeypatch):
    """A few services to search in, and no index is built whatever is called."""
    knowledge.use(monkeypatch)
    monkeypatch.setattr(rebuilding, "COMMAND", "print('built')")


@pytest.fixture
def app(service: Service) -> FastAPI:
    return application(service, api.router, console.router)


@pytest.fixture
async def stranger(app: FastAPI) -> AsyncIterator[Person]:
    """Somebody who is not logged in."""
    async with client(app) as person:
        yield person


def client(app: FastAPI) -> Person:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test/api/v1/operator")


@pytest.fixture
async def log_in(app: FastAPI, service: Service) -> AsyncIterator[Callable[..., Awaitable[Person]]]:
    """`await log_in("aigerim", role="operator")`: a new account's client, logged in and with its CSRF token."""
    opened: list[Person] = []

    async def make(name: str, role: str = "operator") -> Person:
        await accounts.create(service.database, name, PASSWORD, role)
        person = client(app)
        opened.append(person)
        answer = await person.post("/session", json={"username": name, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        person.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
        return person

    yield make
    for person in opened:
        await person.aclose()


@pytest.fixture
def citizen(service: Service, eventually: Callable[..., Awaitable[object]]) -> Callable[..., Awaitable[Conversation]]:
    """`await citizen()`: a conversation that waits in the queue."""

    async def make(text: str = "позовите оператора", language: str = "ru") -> Conversation:
        conversation, _ = await service.conversations.open("web", language)  # type: ignore[arg-type]
        await service.conversations.receive(conversation.id, key=str(uuid.uuid4()), text=text)

        async def waiting() -> Conversation | None:
            found = await service.conversations.get(conversation.id)
            return found if found.state == State.WAITING else None

        return await eventually(waiting)  # type: ignore[return-value]

    return make
