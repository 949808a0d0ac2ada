"""Asks Rasa over HTTP what to answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

import httpx
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import bindparam, create_engine, inspect, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from actions.replies import Reply
from texts import Language

__all__ = ["Dialogue", "DialogueUnavailable"]

_REPLIES = TypeAdapter(list[Reply])


class DialogueUnavailable(Exception):
    """Rasa gave no usable answer: away, too slow, failed, or silent."""


class Dialogue:
    """A client of one Rasa server's REST channel."""

    def __init__(self, url: str, *, timeout: float, tracker_store: str | None = None) -> None:
        """`url` is Rasa's base; `timeout` in seconds holds for one answer.

        `tracker_store` is the SQLAlchemy URL of the database where this Rasa keeps conversations, if we reach it.
        """
        self._client = httpx.AsyncClient(base_url=url, timeout=timeout, trust_env=False)
        self._timeout = timeout
        self._tracker_store = tracker_store

    async def ask(
        self, conversation_id: str, text: str, language: Language, *, turn: int, plain: bool = False
    ) -> list[Reply]:
        """The replies to a text or a payload, at least one; `language` is the conversation's so far.

        `turn` is the message's id in the conversation: the same turn asked again, after a failure, is answered as if it
        had not been asked before. `plain` asks for plain words.

        Raises `DialogueUnavailable`. Rasa's REST channel answers 200 with an empty list when an action failed, so an
        empty list counts as a failure, too.
        """
        # The tracker store (nlu/tracker_store.py) reads turn and attempt from the sender: it hands every attempt at a
        # turn the same state, and does not let an earlier attempt, which Rasa may still be at, overwrite a later one.
        sender = f"{conversation_id}:{turn}:{time.time_ns()}"
        body = {"sender": sender, "message": text, "metadata": {"language": language, "plain": plain}}
        try:
            async with asyncio.timeout(self._timeout):  # httpx's own starts anew with each piece that arrives
                response = await self._client.post("/webhooks/rest/webhook", json=body)
            response.raise_for_status()
            replies = _REPLIES.validate_python([item["custom"] for item in response.json()])
        except (httpx.HTTPError, TimeoutError, ValueError, KeyError, TypeError) as error:
            reason = "a reply of another form" if isinstance(error, ValidationError) else type(error).__name__
            raise DialogueUnavailable(f"Rasa: {reason}") from error
        if not replies:
            raise DialogueUnavailable("Rasa: no reply")
        return replies

    async def forget(self, conversation_ids: Sequence[str]) -> None:
        """Delete what Rasa keeps of these conversations; its HTTP interface has no call for it, so its table is used.

        Does nothing where we do not reach Rasa's database. Raises `DialogueUnavailable`.
        """
        if self._tracker_store is not None:
            await asyncio.to_thread(_delete_states, self._tracker_store, conversation_ids)

    async def ready(self) -> bool:
        """Whether Rasa answers; it listens only once it has loaded its model."""
        try:
            return (await self._client.get("/webhooks/rest/", timeout=2)).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False

    async def close(self) -> None:
        await self._client.aclose()


def _delete_states(url: str, conversation_ids: Sequence[str]) -> None:
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")  # the one that this environment has
    engine = create_engine(parsed)
    statement = text("DELETE FROM dialogue_state WHERE conversation IN :ids")
    try:
        with engine.begin() as connection:
            if inspect(connection).has_table("dialogue_state"):  # Rasa makes it when it starts
                connection.execute(statement.bindparams(bindparam("ids", list(conversation_ids), expanding=True)))
    except SQLAlchemyError as error:
        raise DialogueUnavailable(f"Rasa's tracker store: {type(error).__name__}") from error
    finally:
        engine.dispose()
