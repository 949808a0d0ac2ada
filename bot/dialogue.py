"""Asks Rasa over HTTP what to answer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import httpx
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import bindparam, create_engine, inspect, text
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

        `tracker_store` is the SQLAlchemy URL of the database where this Rasa keeps conversations, if it is ours.
        """
        self._client = httpx.AsyncClient(base_url=url, timeout=timeout, trust_env=False)
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
        body = {"sender": conversation_id, "message": text, "metadata": {"language": language, "plain": plain}}
        try:
            response = await self._client.post("/webhooks/rest/webhook", json=body)
            response.raise_for_status()
            replies = _REPLIES.validate_python([item["custom"] for item in response.json()])
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            reason = "a reply of another form" if isinstance(error, ValidationError) else type(error).__name__
            raise DialogueUnavailable(f"Rasa: {reason}") from error
        if not replies:
            raise DialogueUnavailable("Rasa: no reply")
        return replies

    async def forget(self, conversation_ids: Sequence[str]) -> None:
        """Delete what Rasa keeps of these conversations; its HTTP interface has no call for it, so its table is used.

        Does nothing where Rasa's database is not ours. Raises `DialogueUnavailable`.
        """
        if self._tracker_store is not None:
            await asyncio.to_thread(_delete_events, self._tracker_store, conversation_ids)

    async def ready(self) -> bool:
        """Whether Rasa answers; it listens only once it has loaded its model."""
        try:
            return (await self._client.get("/webhooks/rest/", timeout=2)).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False

    async def close(self) -> None:
        await self._client.aclose()


def _delete_events(url: str, conversation_ids: Sequence[str]) -> None:
    engine = create_engine(url)
    statement = text("DELETE FROM events WHERE sender_id IN :ids").bindparams(bindparam("ids", expanding=True))
    try:
        with engine.begin() as connection:
            if inspect(connection).has_table("events"):  # Rasa makes it with its first conversation
                connection.execute(statement, {"ids": list(conversation_ids)})
    except SQLAlchemyError as error:
        raise DialogueUnavailable(f"Rasa's tracker store: {type(error).__name__}") from error
    finally:
        engine.dispose()
