"""The events of one operator: the queue, the own talks, and what is said in the talks that they may read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Any

from pydantic import TypeAdapter
from sse_starlette import ServerSentEvent

from bot.conversations import Event, State
from bot.conversations.events import Subscription
from bot.operators.access import readable
from bot.operators.presence import offered
from bot.operators.sessions import LogIn, find_session
from bot.operators.views import ConversationView, Viewer, transcript
from bot.service import Service
from bot.storage import Conversation
from texts import Language

__all__ = ["CHECK_EVERY", "stream"]

CHECK_EVERY = 15.0
"""Seconds after which a stream looks at everything anew, first of all whether its log-in still holds."""
MOVING = ("mode", "labels", "desk")
"""The events after which the lists may be others."""
SPOKEN = ("message", "typing", "delivery")
"""Those that matter only of talks that are with people."""
GATHER = 0.02
"""Seconds for which events are gathered: one claim moves everybody who waits, and is one change to whoever watches."""

_LIST = TypeAdapter(list[ConversationView])


async def stream(service: Service, token: str, language: Language) -> AsyncIterator[ServerSentEvent]:
    """Server-sent events until the log-in ends or the service stops.

    `queue` and `talks` carry whole lists, `{"conversations": […]}`, at the start and after every change. `message` is
    `{"conversation": id, "message": {…}}` of a talk that is with people and that the operator may read. `changed`,
    `{"conversation": id}`, says that such a talk has another state or owner. `logged_out` is the last one where the
    log-in has ended. Nothing is repeated after a break: ids within a conversation have no gaps, so whoever gets
    another than the next one reads the conversation again. `typing`, `{"conversation", "author": "citizen", "active"}`,
    and `delivery`, `{"conversation", "message", "state"}`, are of the same talks as `message`. `desk` says that
    somebody came or went, or that the desk's settings were changed.
    """
    loop = asyncio.get_running_loop()
    with service.events.subscribe() as subscription:  # before anything is read, so that nothing falls in between
        watch = _Watch(service, language)
        batch: list[Event] | None = []
        checked = -CHECK_EVERY
        while batch is not None:
            whole = loop.time() - checked >= CHECK_EVERY
            if whole or watch.concerned(batch):
                log_in = await find_session(service.database, token)
                if log_in is None or log_in.session.enrolling:
                    yield ServerSentEvent(event="logged_out", data="{}")
                    return
                for event in await watch.look(log_in, batch, whole):
                    yield event
            if whole:
                checked = loop.time()
            batch = await _gather(subscription, checked + CHECK_EVERY - loop.time())


class _Watch:
    """What one stream has told so far."""

    def __init__(self, service: Service, language: Language) -> None:
        self._service = service
        self._language = language
        self._told: dict[str, str] = {}
        self._seen: dict[str, int] = {}
        """The readable talks that are with people, and the last message id that was told of each."""

    def concerned(self, batch: list[Event]) -> bool:
        """Whether these events may be news here: most are of talks with the bot, and cost nothing."""
        return any(
            event.kind in MOVING or (event.kind in SPOKEN and event.conversation in self._seen) for event in batch
        )

    async def look(self, log_in: LogIn, batch: list[Event], whole: bool) -> list[ServerSentEvent]:
        """What is to be told after `batch`; `whole` reads everything, so that even a dropped event is made good."""
        viewer = await Viewer.load(self._service.database, self._language)
        moved = {event.conversation for event in batch if event.kind in MOVING}
        spoken = dict.fromkeys(event.conversation for event in batch if event.kind == "message")
        told: list[ServerSentEvent] = []
        if whole or moved:
            before = set(self._seen)
            lists, behind = await self._lists(log_in, viewer)
            told += lists
            spoken |= dict.fromkeys(behind)
            changed = moved & (before | self._seen.keys())
            told += [_event("changed", {"conversation": conversation_id}) for conversation_id in sorted(changed)]
        if any(event.kind == "desk" for event in batch):
            told.append(_event("desk", {}))
        return told + await self._messages(viewer, spoken) + self._passing(batch)

    async def _lists(self, log_in: LogIn, viewer: Viewer) -> tuple[list[ServerSentEvent], list[str]]:
        """The lists that have changed, and the talks in which more was said than was told."""
        conversations, operator = self._service.conversations, log_in.operator
        waiting = await conversations.queue()
        talks = await readable(conversations, operator, State.OPERATOR)
        offers = await offered(self._service, operator, waiting)
        self._seen = {row.id: self._seen.get(row.id, row.last_id) for row in (*waiting, *talks)}
        behind = [row.id for row in (*waiting, *talks) if row.last_id > self._seen[row.id]]
        own = [row for row in talks if row.operator_id == operator.id]
        lists = {
            "queue": viewer.queue(waiting, offers),
            "talks": [viewer.conversation(row) for row in _oldest_first(own)],
        }
        told = []
        for name, views in lists.items():
            data = f'{{"conversations":{_LIST.dump_json(views).decode()}}}'
            if self._told.get(name) != data:
                self._told[name] = data
                told.append(ServerSentEvent(event=name, data=data))
        return told, behind

    async def _messages(self, viewer: Viewer, spoken: Iterable[str]) -> list[ServerSentEvent]:
        told = []
        for conversation_id in spoken:
            after = self._seen.get(conversation_id)
            if after is None:
                continue
            for said in await transcript(self._service.database, conversation_id, after):
                self._seen[conversation_id] = said.message.id
                message = viewer.message(said).model_dump(mode="json")
                told.append(_event("message", {"conversation": conversation_id, "message": message}))
        return told

    def _passing(self, batch: list[Event]) -> list[ServerSentEvent]:
        """What is told as it comes: who is writing, and how it stands with the deliveries; of each the newest."""
        newest: dict[tuple[str, ...], dict[str, Any]] = {}
        for event in batch:
            if event.conversation not in self._seen:
                continue
            if event.kind == "typing" and event.data["author"] == "citizen":
                newest["typing", event.conversation] = event.data
            elif event.kind == "delivery":
                newest["delivery", event.conversation, str(event.data["message"])] = event.data
        return [_event(key[0], {"conversation": key[1], **data}) for key, data in newest.items()]


def _oldest_first(rows: Iterable[Conversation]) -> list[Conversation]:
    """The own talks in an order that does not jump with every message."""
    return sorted(rows, key=lambda row: (row.waiting_since or row.created_at, row.id))


def _event(name: str, data: dict[str, Any]) -> ServerSentEvent:
    return ServerSentEvent(event=name, data=TypeAdapter(dict[str, Any]).dump_json(data).decode())


async def _gather(subscription: Subscription, within: float) -> list[Event] | None:
    """The events of a short while, none where all was quiet for `within` seconds; None where the service stops."""
    try:
        batch = [await subscription.get(max(within, 0))]
    except TimeoutError:
        return []
    await asyncio.sleep(GATHER)
    while True:
        try:
            batch.append(await subscription.get(0))
        except TimeoutError:
            break
    return None if None in batch else [event for event in batch if event is not None]
