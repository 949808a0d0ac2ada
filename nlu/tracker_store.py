"""Rasa's tracker store whose cost does not grow with the conversation, and which answers a repeated turn the same.

Rasa keeps every event of a conversation and replays them all at each turn. Rules and forms need little of that: the
slots, the active loop, and what happened in the last turn. This store keeps one row a conversation, with a short list
of events from which Rasa's tracker comes to the same state. Texts that people write are not in it.

`endpoints.yml` names it; docs/decisions/0007 says why.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    AllSlotsReset,
    ConversationPaused,
    ConversationResumed,
    Event,
    FollowupAction,
    LoopInterrupted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

__all__ = ["CompactTrackerStore", "compact"]

log = logging.getLogger(__name__)

TABLE = sa.Table(
    "dialogue_state",
    sa.MetaData(),
    sa.Column("conversation", sa.String(255), primary_key=True),
    sa.Column("turn", sa.BigInteger, nullable=False),
    sa.Column("attempt", sa.BigInteger, nullable=False),
    sa.Column("state_before", sa.Text),
    sa.Column("state_after", sa.Text, nullable=False),
)

# SQLite and PostgreSQL understand the same words. A turn, or an attempt at one, never overwrites a later one.
SAVE = sa.text(
    """
    INSERT INTO dialogue_state (conversation, turn, attempt, state_before, state_after)
    VALUES (:conversation, :turn, :attempt, NULL, :state)
    ON CONFLICT (conversation) DO UPDATE SET
        state_before = CASE WHEN dialogue_state.turn < excluded.turn
            THEN dialogue_state.state_after ELSE dialogue_state.state_before END,
        state_after = excluded.state_after, turn = excluded.turn, attempt = excluded.attempt
    WHERE dialogue_state.turn < excluded.turn
        OR (dialogue_state.turn = excluded.turn AND dialogue_state.attempt <= excluded.attempt)
    """
)

SENDER = re.compile(r"(?P<conversation>.+):(?P<turn>\d+):(?P<attempt>\d+)")

# What is kept of an event beside its type and time; an event of another type changes nothing of what Rasa predicts.
KEPT: dict[type[Event], tuple[str, ...]] = {
    ActionExecuted: ("name", "action_text", "hide_rule_turn"),
    ActionExecutionRejected: ("name",),
    ActiveLoop: ("name",),
    AllSlotsReset: (),
    ConversationPaused: (),
    ConversationResumed: (),
    FollowupAction: ("name",),
    LoopInterrupted: ("is_interrupted",),
    SlotSet: ("name", "value"),
}


class CompactTrackerStore(TrackerStore):
    """Keeps what rules and forms need of each conversation, in a table of SQLite or PostgreSQL.

    A sender is `conversation:turn:attempt`: with a turn that is asked again, Rasa sees the state before that turn.
    Attempts at one turn are numbered upwards, and so are turns. A sender of another form is a conversation without
    turns (`rasa shell`), of which only the latest state counts.

    Reminders need Rasa to remember events for longer and are not kept.
    """

    def __init__(
        self,
        domain: Domain | None = None,
        host: str | None = None,
        event_broker: EventBroker | None = None,
        **kwargs: Any,
    ) -> None:
        """`host` is what `endpoints.yml` has as `url`: an SQLAlchemy URL.

        Raises `ValueError` for another kind of database, and SQLAlchemy's errors.
        """
        super().__init__(domain, event_broker, **kwargs)
        self._engine = _engine(host or "")
        self._unread: set[str] = set()

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The tracker as this turn must find it, or None for a new conversation."""
        try:
            state = await asyncio.to_thread(self._read, sender_id)
        except sa.exc.SQLAlchemyError:
            # Rasa would go on with a new conversation, answer without its context and overwrite it. A paused tracker
            # makes it silent instead; the service takes silence for a failure and asks again.
            log.exception("the state of %s cannot be read", sender_id)
            self._unread.add(sender_id)
            return DialogueStateTracker.from_events(sender_id, [ConversationPaused()], self.domain.slots)
        if state is None:
            return None
        known = {slot.name for slot in self.domain.slots}
        events = [one for one in json.loads(state) if one["event"] != SlotSet.type_name or one["name"] in known]
        return DialogueStateTracker.from_dict(sender_id, events, self.domain.slots, self.max_event_history)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keep the tracker's state as that after its turn; a turn that came too late is dropped."""
        if tracker.sender_id in self._unread:
            self._unread.discard(tracker.sender_id)
            return
        await self.stream_events(tracker)
        if not tracker.events:
            return  # Rasa saves a tracker when it makes it, too
        initial = {slot.name: slot.initial_value for slot in self.domain.slots}
        state = [_plain(event) for event in compact(tracker.applied_events(), initial)]
        await asyncio.to_thread(self._write, tracker.sender_id, json.dumps(state, ensure_ascii=False))

    async def keys(self) -> Iterable[str]:
        """All conversations."""
        return await asyncio.to_thread(self._conversations)

    def _read(self, sender_id: str) -> str | None:
        conversation, turn, _ = _parts(sender_id)
        with self._engine.connect() as connection:
            row = connection.execute(sa.select(TABLE).where(TABLE.c.conversation == conversation)).one_or_none()
        if row is None:
            return None
        return row.state_before if turn and row.turn == turn else row.state_after

    def _write(self, sender_id: str, state: str) -> None:
        conversation, turn, attempt = _parts(sender_id)
        values = {"conversation": conversation, "turn": turn, "attempt": attempt, "state": state}
        with self._engine.begin() as connection:
            if not connection.execute(SAVE, values).rowcount:
                log.info("turn %s of %s came too late and is dropped", turn, conversation)

    def _conversations(self) -> list[str]:
        with self._engine.connect() as connection:
            return list(connection.execute(sa.select(TABLE.c.conversation)).scalars())


def _engine(url: str) -> sa.engine.Engine:
    """An engine over a database that has the table. Raises `ValueError`, SQLAlchemy's errors."""
    parsed = sa.engine.make_url(url)
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise ValueError(f"the tracker store knows SQLite and PostgreSQL, not {parsed.get_backend_name()}")
    # The service names its own driver for PostgreSQL; Rasa's environment has this one.
    engine = sa.create_engine(parsed.set(drivername=parsed.get_backend_name()), pool_pre_ping=True)
    try:
        TABLE.create(engine, checkfirst=True)
    except (sa.exc.ProgrammingError, sa.exc.IntegrityError, sa.exc.OperationalError):
        if not sa.inspect(engine).has_table(TABLE.name):  # otherwise another Rasa has just made it
            raise
    if engine.dialect.name == "sqlite" and parsed.database:
        with engine.connect() as connection:
            connection.execute(sa.text("PRAGMA journal_mode=WAL"))
    return engine


def _parts(sender_id: str) -> tuple[str, int, int]:
    """Conversation, turn and attempt of a sender; turn 0 where it names none."""
    if match := SENDER.fullmatch(sender_id):
        return match["conversation"], int(match["turn"]), int(match["attempt"])
    return sender_id, 0, 0


def compact(events: Sequence[Event], initial: dict[str, Any]) -> list[Event]:
    """A short list of events that brings a tracker to the state to which the applied `events` bring it.

    `initial` has the slots' initial values. The last turn stays whole, since a rule may begin with the action before
    the next message; of what lies before it, each kind of event stays of which Rasa looks for the last.
    """
    said = _last(events, lambda event: isinstance(event, UserUttered)) or 0
    start = _last(events[:said], lambda event: isinstance(event, ActionExecuted)) or 0
    past = events[:start]
    slots: dict[str, Any] = {}
    for event in past:
        if isinstance(event, SlotSet):
            slots[event.key] = event.value
        elif isinstance(event, AllSlotsReset):
            slots = {}
    since = events[start].timestamp if events else None
    return [
        *(SlotSet(name, value, since) for name, value in slots.items() if value != initial.get(name)),
        *_past_events(past),
        *_without_repeats(events[start:]),
    ]


def _past_events(past: Sequence[Event]) -> list[Event]:
    """Those events before the last turn to which Rasa looks back, in order.

    Without any action before it a turn would be the conversation's first. Whether a form runs for the first time is
    told by its last run, by its rejection after that, and by the loop's last start or end.
    """
    loop = _last(past, lambda event: isinstance(event, ActiveLoop))
    kept = {
        loop,
        _last(past, lambda event: isinstance(event, ActionExecuted)),
        _last(past, lambda event: isinstance(event, ConversationPaused | ConversationResumed)),
    }
    if loop is not None and (name := past[loop].name) is not None:
        ended = _last(past, lambda event: isinstance(event, ActiveLoop) and event.name is None) or 0
        for kind in (ActionExecuted, ActionExecutionRejected):
            place = _last(past, lambda event, kind=kind: isinstance(event, kind) and event.action_name == name)
            if place is not None and place >= ended:
                kept.add(place)
    return [past[place] for place in sorted(place for place in kept if place is not None)]


def _without_repeats(events: Sequence[Event]) -> list[Event]:
    """The events in order; of what is set several times between two actions or messages only the last setting."""
    result: list[Event] = []
    settings: dict[tuple[Any, ...], Event] = {}
    for event in events:
        if isinstance(event, (ActionExecuted, UserUttered)):
            result += [*settings.values(), event]
            settings = {}
        elif type(event) in KEPT:
            if isinstance(event, AllSlotsReset):
                settings = {key: other for key, other in settings.items() if not isinstance(other, SlotSet)}
            fields = event.as_dict()
            key = (type(event), fields.get("name") if not isinstance(event, FollowupAction) else None)
            settings.pop(key, None)  # so that it moves to the end
            settings[key] = event
    return [*result, *settings.values()]


def _plain(event: Event) -> dict[str, Any]:
    """What is kept of an event, in the form in which Rasa reads it. Of a message: its intent, and kinds of entities."""
    common = {"event": event.type_name, "timestamp": event.timestamp}
    if isinstance(event, UserUttered):
        entities = [
            {"value": None, **{key: entity[key] for key in ("entity", "role", "group") if key in entity}}
            for entity in event.entities
        ]
        parsed = {"text": None, "intent": {"name": event.intent_name}, "entities": entities}
        return {**common, "text": None, "parse_data": parsed, "input_channel": event.input_channel}
    fields = event.as_dict()
    return {**common, **{name: fields[name] for name in KEPT[type(event)]}}


def _last(events: Sequence[Event], test: Callable[[Event], bool]) -> int | None:
    """The place of the last event that passes the test."""
    return next((place for place in range(len(events) - 1, -1, -1) if test(events[place])), None)
