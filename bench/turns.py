"""What the 500th turn of a conversation costs beside the 5th, with our tracker store and with two of Rasa's own.

    .venv/bin/python -m bench.turns [--conversations 3]

Three Rasa servers over one small model (three rules, no action server) answer the same messages over HTTP, in turn,
so that whatever else the machine does meets all alike. Measured are the time from the request to the answer and the
server's processor time meanwhile (Linux), which a busy machine lengthens less. The medians are those of turns 3 to 7
and of turns 498 to 502 of all conversations so far, printed after each.
"""

from __future__ import annotations

import argparse
import contextlib
import statistics
import subprocess
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx

from bot import rasa
from bot.settings import ROOT, Settings

CONFIG = """
{recipe: default.v1, assistant_id: bench, language: ru,
 pipeline: [{name: KeywordIntentClassifier}], policies: [{name: RulePolicy}]}
"""
DOMAIN = """
version: "3.1"
session_config: {session_expiration_time: 60, carry_over_slots_to_new_session: true}
intents: [greet, ask, thank]
slots:
  asked: {type: bool, influence_conversation: false, mappings: [{type: from_intent, intent: ask, value: true}]}
responses:
  utter_greet: [{text: Здравствуйте}]
  utter_answer: [{text: "Паспорт: 5 МРП"}]
  utter_thank: [{text: Пожалуйста}]
"""
DATA = """
version: "3.1"
nlu:
  - {intent: greet, examples: "- здравствуйте\\n- сәлем\\n"}
  - {intent: ask, examples: "- паспорт\\n- төлқұжат\\n"}
  - {intent: thank, examples: "- спасибо\\n- рақмет\\n"}
rules:
  - {rule: a greeting, steps: [{intent: greet}, {action: utter_greet}]}
  - {rule: a question, steps: [{intent: ask}, {action: utter_answer}]}
  - {rule: thanks, steps: [{intent: thank}, {action: utter_thank}]}
"""
STORES = {
    "ours": "{type: nlu.tracker_store.CompactTrackerStore, url: 'sqlite:///%s/ours.db'}",
    "Rasa's InMemoryTrackerStore": "{type: InMemory}",
    "Rasa's SQLTrackerStore": "{type: SQL, dialect: sqlite, db: %s/rasa.db}",
}
MESSAGES = ["здравствуйте", "сколько стоит паспорт", "спасибо"]
EARLY = range(3, 8)
LATE = range(498, 503)


class Server(NamedTuple):
    url: str
    pid: int

    def processor_time(self) -> float:
        """Seconds of processor time that the server has used: Linux has such a clock for every process."""
        return time.clock_gettime((~self.pid << 3) | 2)


class Taken(NamedTuple):
    """What a turn took, in milliseconds."""

    time: float
    processor: float


Measured = dict[str, list[Taken]]


def train(folder: Path, environment: dict[str, str]) -> None:
    for name, text in (("config", CONFIG), ("domain", DOMAIN), ("data", DATA)):
        (folder / f"{name}.yml").write_text(text, "utf-8")
    command = [
        str(rasa.python()), "-m", "rasa", "train", "--config", "config.yml", "--domain", "domain.yml",
        "--data", "data.yml", "--out", "models", "--quiet",
    ]  # fmt: skip
    subprocess.run(command, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)


@contextlib.contextmanager
def serving(folder: Path, number: int, store: str, environment: dict[str, str]) -> Iterator[Server]:
    """A Rasa server with this tracker store; the block starts before it is ready."""
    text = store % folder if "%s" in store else store
    endpoints = folder / f"endpoints{number}.yml"
    endpoints.write_text("" if "InMemory" in store else f"tracker_store: {text}\n", "utf-8")
    port = rasa.free_port()
    process = subprocess.Popen(
        [
            str(rasa.python()), "-m", "nlu.serve", "--model", str(folder / "models"), "--endpoints", str(endpoints),
            "--credentials", str(ROOT / "credentials.yml"), "--interface", "127.0.0.1", "--port", str(port),
        ],
        cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield Server(f"http://127.0.0.1:{port}", process.pid)
    finally:
        process.kill()
        process.wait()


def wait_for(client: httpx.Client, url: str) -> None:
    for _ in range(600):
        with contextlib.suppress(httpx.HTTPError):
            if client.get(f"{url}/webhooks/rest/").status_code == httpx.codes.OK:
                return
        time.sleep(0.5)
    raise RuntimeError("Rasa did not start")


def talk(client: httpx.Client, servers: dict[str, Server], conversation: int) -> Iterator[tuple[str, int, Taken]]:
    """Store, turn and what it took, for each turn of one conversation."""
    for turn in range(1, LATE.stop):
        message = MESSAGES[turn % len(MESSAGES)]
        for store, server in servers.items():
            sender = f"talk-{conversation}:{turn}:1" if store == "ours" else f"talk-{conversation}"
            worked, started = server.processor_time(), time.perf_counter()
            reply = client.post(f"{server.url}/webhooks/rest/webhook", json={"sender": sender, "message": message})
            taken = Taken(1000 * (time.perf_counter() - started), 1000 * (server.processor_time() - worked))
            if len(reply.json()) != 1:
                raise RuntimeError(f"{store}, turn {turn}: {reply.text}")
            yield store, turn, taken


def report(conversations: int, early: Measured, late: Measured) -> None:
    """What is known after so many conversations: a run takes long on a busy machine."""
    print(f"| {conversations} conversations | 5th turn | 500th turn | ratio | processor, 5th | 500th | ratio |")
    print("|" + " --- |" * 7)
    for store in STORES:
        cells = []
        for kind in range(2):
            first, last = (statistics.median(taken[kind] for taken in part[store]) for part in (early, late))
            cells += [f"{first:.1f} ms", f"{last:.1f} ms", f"{last / first:.2f}"]
        print(f"| {store} | {' | '.join(cells)} |")
    print(flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--conversations", type=int, default=3)
    conversations = parser.parse_args().conversations
    early: Measured = defaultdict(list)
    late: Measured = defaultdict(list)
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        environment = rasa.environment(Settings(data_dir=folder, _env_file=None))  # type: ignore[call-arg]
        train(folder, environment)
        servers = {
            store: stack.enter_context(serving(folder, number, text, environment))
            for number, (store, text) in enumerate(STORES.items())
        }
        client = stack.enter_context(httpx.Client(timeout=60, trust_env=False))
        for server in servers.values():
            wait_for(client, server.url)
        for conversation in range(conversations + 1):  # the first warms up
            for store, turn, taken in talk(client, servers, conversation):
                if conversation == 0 and turn == EARLY.stop:
                    break
                if conversation and turn in EARLY:
                    early[store].append(taken)
                elif conversation and turn in LATE:
                    late[store].append(taken)
            if conversation:
                report(conversation, early, late)


if __name__ == "__main__":
    main()
