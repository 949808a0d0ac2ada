"""Runs in Rasa's environment: plays dialogues on a small bot over our tracker store and over Rasa's own.

Reads `{"dialogues": {name: [line, …]}, "wandering": N, "url": null}` on standard input, a line being a message or a
number of minutes that pass, `url` a database to use; writes what the bot said and did after each message over each
store, in these dialogues and in N random ones, and what became of repeated, late and lost turns.
Rasa's environment has no pytest, so tests/nlu/test_tracker_store.py calls this and asserts.
"""

import asyncio
import json
import logging
import random
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

import sqlalchemy as sa
from rasa.core.actions.action import RemoteAction
from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.model_training import train
from rasa.shared.core.events import AllSlotsReset, BotUttered, ConversationPaused, FollowupAction, SlotSet
from rasa.utils.common import configure_logging_and_warnings
from rasa.utils.log_utils import configure_structlog

from nlu.tracker_store import CompactTrackerStore

HERE = Path(__file__).parent
CONFIG = """
{recipe: default.v1, assistant_id: small, language: en,
 pipeline: [{name: KeywordIntentClassifier}], policies: [{name: RulePolicy}]}
"""
TURNS = 40  # of a wandering dialogue
LINES = [
    "/hello", "/greet", "/greet", "/promote", "/claim", "/claim", "/claim",
    '/give{"kind": "tax"}', '/give{"kind": "fee"}', "/give", "/give", "/ask", "/ask", "/doubt", "/doubt", "/affirm",
    "/affirm", "/deny", "/stop", "/count", "/jump", "good day", "a question", "nothing known", 61,
]  # fmt: skip

clock = {"ahead": 0.0}
executed: list = []


async def _run_custom(self, output_channel, nlg, tracker, domain):
    """What an action server would answer."""
    name = self.name()
    if name == "action_count":
        number = tracker.get_slot("count") + 1
        return [BotUttered(f"count {number:.0f}"), SlotSet("count", number)]
    return {
        "action_jump": [FollowupAction("utter_greet")],
        "action_clear": [AllSlotsReset()],
        "action_pause": [ConversationPaused()],
        "action_drop_claim": [SlotSet("kind", None), SlotSet("amount", None)],
    }[name]


def prepare():
    """A clock that can be put forward, custom actions without a server, and a record of what is executed."""
    real, run = time.time, MessageProcessor._run_action

    async def recorded(self, action, *args, **kwargs):
        executed.append(action.name())
        return await run(self, action, *args, **kwargs)

    time.time = lambda: real() + clock["ahead"]
    MessageProcessor._run_action = recorded
    RemoteAction.run = _run_custom


class Talk:
    """One conversation over one store; with turns, as the service asks, or without."""

    def __init__(self, agent, name, turns):
        self.agent, self.name, self.turns, self.turn = agent, name, turns, 0

    def sender(self, turn, attempt=1):
        return f"{self.name}:{turn}:{attempt}" if self.turns else self.name

    async def say(self, text, turn=None, attempt=1):
        """Ask Rasa; returns what it said and did, and the state in which the next turn will find it."""
        self.turn = turn or self.turn + 1
        channel = CollectingOutputChannel()
        executed.clear()
        message = UserMessage(text, channel, self.sender(self.turn, attempt), metadata={"language": "kk"})
        await self.agent.handle_message(message)
        said = [message["text"] for message in channel.messages]
        return {"said": said, "done": list(executed), **await self.state()}

    async def state(self):
        tracker = await self.agent.tracker_store.retrieve(self.sender(self.turn + 1))
        loop = tracker.active_loop
        return {
            "slots": tracker.current_slot_values(),
            "loop": [loop.name, loop.is_interrupted, loop.rejected] if loop else None,
            "latest_action": tracker.latest_action_name,
            "next": tracker.followup_action,
            "paused": tracker.is_paused(),
            "events": len(tracker.events),
        }


async def play(agent, name, lines, turns):
    talk, seen = Talk(agent, name, turns), []
    for line in lines:
        if isinstance(line, str):
            seen.append({"line": line, **await talk.say(line)})
        else:
            clock["ahead"] += 60 * line
    return seen


def wandering(seed):
    """A dialogue that wanders over everything that the small bot can do."""
    dice = random.Random(seed)
    return [dice.choice(LINES) for _ in range(TURNS)]


async def repeated(agent):
    """A turn asked three times, the second attempt after the third; then the next turn."""
    talk = Talk(agent, "repeated", turns=True)
    await talk.say("/count", turn=3)
    first = await talk.say("/count", turn=5)
    slow = await agent.tracker_store.retrieve(talk.sender(5, attempt=2))
    third = await talk.say("/count", turn=5, attempt=3)
    slow.update(SlotSet("count", 99))
    await agent.tracker_store.save(slow)
    late = (await talk.state())["slots"]["count"]
    following = await talk.say("/count", turn=8)
    older = await agent.tracker_store.retrieve(talk.sender(5, attempt=4))
    older.update(SlotSet("count", 99))
    await agent.tracker_store.save(older)
    return {
        "first": first["said"],
        "third": third["said"],
        "after the late attempt": late,
        "following": following["said"],
        "after the older turn": (await talk.state())["slots"]["count"],
    }


async def unreadable(agent, store, path):
    """The table is away during a turn, and back for the next attempt at it."""
    talk = Talk(agent, "unreadable", turns=True)
    await talk.say("/count", turn=1)
    with sqlite3.connect(path) as database:
        database.execute("ALTER TABLE dialogue_state RENAME TO away")
    channel = CollectingOutputChannel()
    logging.disable(logging.CRITICAL)
    reading = store._read

    def fail_once(sender):
        store._read = reading
        return reading(sender)

    store._read = fail_once
    await agent.handle_message(UserMessage("/count", channel, talk.sender(2)))
    logging.disable(logging.NOTSET)
    with sqlite3.connect(path) as database:
        database.execute("ALTER TABLE away RENAME TO dialogue_state")
    again = await talk.say("/count", turn=2, attempt=2)
    return {"said": channel.messages, "again": again["said"]}


async def other_domain(agent, store):
    """A slot that the domain does not have any more."""
    talk = Talk(agent, "older", turns=True)
    await talk.say("/count", turn=1)
    with store._engine.begin() as connection:
        where = "WHERE conversation = 'older'"
        state = connection.execute(sa.text(f"SELECT state_after FROM dialogue_state {where}")).scalar()  # noqa: S608
        events = [{"event": "slot", "name": "gone", "value": "x", "timestamp": 1.0}, *json.loads(state)]
        update = sa.text(f"UPDATE dialogue_state SET state_after = :state {where}")  # noqa: S608
        connection.execute(update, {"state": json.dumps(events)})
    return await talk.say("/count", turn=2)


def former_database(path):
    """A database as Rasa's SQL store left it."""
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE events (id INTEGER PRIMARY KEY, sender_id VARCHAR(255), data TEXT)")
    store = CompactTrackerStore(host=f"sqlite:///{path}")
    return sorted(sa.inspect(store._engine).get_table_names())


def refusal(url):
    try:
        CompactTrackerStore(host=url)
    except (ValueError, sa.exc.SQLAlchemyError) as error:
        return type(error).__name__
    return None


async def main():
    configure_logging_and_warnings(logging.ERROR)
    configure_structlog(logging.ERROR)
    prepare()
    asked = json.load(sys.stdin)
    folder = Path(tempfile.mkdtemp())
    (folder / "config.yml").write_text(CONFIG)
    output, sys.stdout = sys.stdout, sys.stderr
    files = [str(HERE / "domain.yml"), str(folder / "config.yml"), [str(HERE / "rules.yml")]]
    model = await asyncio.to_thread(train, *files, output=str(folder), fixed_model_name="model")
    path = folder / "state.db"
    url = asked.get("url") or f"sqlite:///{path}"
    store = CompactTrackerStore(host=url)
    agents = {
        "ours": Agent.load(model.model, tracker_store=store),
        "rasa": Agent.load(model.model, tracker_store=InMemoryTrackerStore(None)),
    }
    dialogues = {**asked["dialogues"], **{f"wandering {seed}": wandering(seed) for seed in range(asked["wandering"])}}
    result = {"dialogues": {}}
    for name, lines in dialogues.items():
        result["dialogues"][name] = {
            kind: await play(agent, name, lines, turns=kind == "ours") for kind, agent in agents.items()
        }
    ours = agents["ours"]
    result["shell"] = await play(ours, "shell", ["/count", "/count", "/count"], turns=False)
    result["repeated"] = await repeated(ours)
    result["other domain"] = await other_domain(ours, store)
    result["keys"] = list(await store.keys())
    with store._engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT state_before, state_after FROM dialogue_state")).fetchall()
    result["rows"] = [list(row) for row in rows]
    reopened = Agent.load(model.model, tracker_store=CompactTrackerStore(host=url))
    result["reopened"] = await Talk(reopened, "repeated", turns=True).say("/count", turn=9)
    if store._engine.dialect.name == "sqlite":
        result["unreadable"] = await unreadable(ours, store, path)
    result["former database"] = former_database(folder / "former.db")
    result["refusals"] = {url: refusal(url) for url in ("mysql://u@h/d", "", f"sqlite:///{folder}")}
    json.dump(result, output, ensure_ascii=False)


if __name__ == "__main__":
    asyncio.run(main())
