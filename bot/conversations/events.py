"""Tells who is listening that something has happened; the database stays the truth of what."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["message", "mode", "typing", "queue", "labels", "delivery", "desk"]

__all__ = ["Event", "Events", "Kind", "Subscription"]

# A listener that reads no more (a telephone asleep) must not fill the memory.
BACKLOG = 1000


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in one conversation.

    `message` carries no data: whoever listens reads on in the database from the last id that it has seen, so a lost
    event loses no message. The others carry all of it: `mode` {"mode"}, `typing` {"author", "active"},
    `queue` {"position", "minutes"}, the latter None where the wait cannot be told, and for operators alone `labels` {}
    and `delivery` {"message", "state"}. `desk` belongs to no conversation: somebody came or went, or the desk's
    settings were changed.
    """

    conversation: str
    kind: Kind
    data: dict[str, Any] = field(default_factory=dict)


class Subscription:
    """The events of one listener, in order; `async for` gives them until `close`."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[Event | None] = asyncio.Queue(BACKLOG)

    async def __aiter__(self) -> AsyncIterator[Event]:
        while (event := await self._queue.get()) is not None:
            yield event

    def put(self, event: Event) -> None:
        if self._queue.full():
            self._queue.get_nowait()  # the oldest goes: the reader catches up from the database
        self._queue.put_nowait(event)

    def close(self) -> None:
        while self._queue.full():
            self._queue.get_nowait()
        self._queue.put_nowait(None)

    async def get(self, timeout: float) -> Event | None:  # noqa: ASYNC109 - what every reader needs
        """The next event; raises `TimeoutError` after `timeout` seconds, returns None after `close`."""
        async with asyncio.timeout(timeout):
            return await self._queue.get()


class Events:
    """Publish and subscribe within this process."""

    def __init__(self) -> None:
        self._of: defaultdict[str, set[Subscription]] = defaultdict(set)
        self._all: set[Subscription] = set()

    def publish(self, event: Event) -> None:
        for subscription in (*self._of.get(event.conversation, ()), *self._all):
            subscription.put(event)

    @contextmanager
    def subscribe(self, conversation: str | None = None) -> Iterator[Subscription]:
        """Listen to one conversation, or to all of them."""
        subscription = Subscription()
        listeners = self._all if conversation is None else self._of[conversation]
        listeners.add(subscription)
        try:
            yield subscription
        finally:
            listeners.discard(subscription)
            if conversation is not None and not listeners:
                self._of.pop(conversation, None)

    def close(self) -> None:
        """End every subscription: the process stops, and open streams would hold it up."""
        for subscription in (*self._all, *(each for group in self._of.values() for each in group)):
            subscription.close()
