"""Rasa as a child process: its models, its server, watched and ended with the service."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
import os
import socket
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from bot.settings import ROOT, Settings

__all__ = [
    "RasaFailed",
    "RasaMissing",
    "Server",
    "actions_token",
    "drop_former_events",
    "free_port",
    "intents",
    "model_in_use",
    "model_path",
    "parse",
    "python",
    "tracker_store",
    "train",
    "trained",
    "use",
]

log = logging.getLogger(__name__)

TRAINING = ROOT / "nlu" / "training"
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0


class RasaMissing(Exception):
    """The environment `.venv-rasa` is not there."""


class RasaFailed(Exception):
    """Rasa could not train or start."""


def python() -> Path:
    """Python of Rasa's environment. Raises `RasaMissing`."""
    path = ROOT / ".venv-rasa" / "bin" / "python"
    if not path.exists():
        raise RasaMissing("Rasa's environment .venv-rasa is missing: run «make setup»")
    return path


def _sources() -> Iterator[Path]:
    yield ROOT / "config.yml"
    yield ROOT / "requirements" / "rasa.lock"
    nlu = ROOT / "nlu"
    for folder in (TRAINING, nlu / "text", nlu / "kazakh", nlu / "components", nlu / "entities"):
        yield from sorted(path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)


def model_path(settings: Settings) -> Path:
    """Where the model of the sources as they stand belongs, whether or not it is trained yet."""
    digest = hashlib.sha256()
    for path in _sources():
        digest.update(f"{path.relative_to(ROOT)}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return settings.data_dir / "models" / f"{digest.hexdigest()[:16]}.tar.gz"


def trained(settings: Settings) -> bool:
    """Whether the sources as they stand were trained; the model is not in use where it answered worse."""
    return model_path(settings).exists()


def model_in_use(settings: Settings) -> Path | None:
    """The model that Rasa is started with; None where there is none.

    It is the one chosen by `use`. Where none was, as version 0.1.0 left it, that of the sources, or else the newest.
    """
    models = settings.data_dir / "models"
    with suppress(FileNotFoundError):
        chosen = models / (models / "current").read_text("utf-8").strip()
        if chosen.is_file():
            return chosen
    if trained(settings):
        return model_path(settings)
    return max(models.glob("*.tar.gz"), key=os.path.getmtime, default=None)


def use(settings: Settings, model: Path) -> None:
    """Start Rasa with `model` from now on; a Rasa that runs goes on with its own."""
    pointer = settings.data_dir / "models" / "current"
    beside = pointer.with_name(".current")
    beside.write_text(model.name + "\n", "utf-8")
    os.replace(beside, pointer)


def parse(settings: Settings, **more: Any) -> subprocess.CompletedProcess[str]:
    """Run `nlu.parse` (JSON lines in, JSON lines out) over the model in use; `more` goes to `subprocess.run`.

    Raises `RasaMissing`, and `subprocess.CalledProcessError` where `check=True` is given and it fails.
    """
    command = [str(python()), "-m", "nlu.parse", "--model", str(model_in_use(settings))]
    return subprocess.run(command, env=_quiet(settings), text=True, **more)


def intents(settings: Settings, models: Sequence[Path], texts: Sequence[str]) -> list[list[str] | str]:
    """For each model the intents of the texts, or, as a string, why this program cannot use it.

    Raises `RasaMissing`, `RasaFailed`.
    """
    command = [str(python()), "-m", "nlu.measure", *(str(model) for model in models)]
    done = subprocess.run(
        command, cwd=ROOT, env=_quiet(settings), input=json.dumps(list(texts)), text=True, capture_output=True,
        check=False,
    )  # fmt: skip
    found = [json.loads(line) for line in done.stdout.splitlines()]
    if done.returncode or len(found) != len(models):
        raise RasaFailed(f"the dialogue model could not be measured: {done.stderr.strip()[-300:]}")
    return [one["error"] if "error" in one else one["intents"] for one in found]


def _quiet(settings: Settings) -> dict[str, str]:
    """The environment of a process that calls no actions."""
    return environment(settings, JAUAP_ACTIONS_URL="", JAUAP_ACTIONS_TOKEN="")


def environment(settings: Settings, **more: str) -> dict[str, str]:
    """What Rasa's process needs to know; `endpoints.yml` refers to it."""
    return {
        **os.environ,
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "2",
        "CUDA_VISIBLE_DEVICES": "-1",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "PYTHONWARNINGS": "ignore",
        "JAUAP_TRACKER_STORE_URL": tracker_store(settings),
        **more,
    }


def tracker_store(settings: Settings) -> str:
    """The SQLAlchemy URL of the database where Rasa keeps conversations.

    The service's own where that is PostgreSQL, which any number of Rasa servers may share; else a file of its own.
    """
    url = settings.database_url
    return url if url and url.startswith("postgresql") else f"sqlite:///{_tracker_file(settings).resolve()}"


def _tracker_file(settings: Settings) -> Path:
    return settings.data_dir / "rasa.db"


def drop_former_events(settings: Settings) -> None:
    """Delete what Rasa's own store, which version 0.1.0 used, has kept of all that citizens wrote; nobody reads it.

    Raises `RasaFailed` where the file is not a database.
    """
    path = _tracker_file(settings)
    if not path.exists():
        return
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as database:
            if database.execute("SELECT 1 FROM sqlite_master WHERE name = 'events'").fetchone():
                database.execute("DROP TABLE events")
                database.execute("VACUUM")  # a dropped table's pages would keep their contents
    except sqlite3.DatabaseError as error:
        raise RasaFailed(f"{path} is not a database that Rasa can use: {error}; delete it") from error


def train(settings: Settings) -> Path:
    """Train the model of the sources as they stand, beside the ones in use; returns its path.

    Raises `RasaMissing`, `RasaFailed`.
    """
    target = model_path(settings)
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name("training")
    command = [
        str(python()), "-m", "rasa", "train", "--config", "config.yml", "--domain", str(TRAINING / "domain"),
        "--data", str(TRAINING), "--out", str(unfinished), "--fixed-model-name", "model", "--quiet",
    ]  # fmt: skip
    with (settings.data_dir / "train.log").open("wb") as output:
        done = subprocess.run(
            command, cwd=ROOT, env=_quiet(settings),
            stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip
    made = unfinished / "model.tar.gz"
    if done.returncode or not made.exists():
        raise RasaFailed(f"training failed; the log is {settings.data_dir / 'train.log'}")
    os.replace(made, target)
    unfinished.rmdir()
    return target


def actions_token(settings: Settings) -> str:
    """What Rasa must know to call the actions: they lie on the same port as the public pages."""
    return hmac.new(settings.key, b"actions", hashlib.sha256).hexdigest()


def free_port() -> int:
    """A port of the loopback interface that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """Keeps one Rasa server running on loopback, and starts it again when it dies.

    The child reads its standard input to the end (`nlu/serve.py`), so that it ends with this process even when this
    process is killed.
    """

    def __init__(self, settings: Settings, *, actions_url: str, actions_token: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._settings = settings
        self._environment: Mapping[str, str] = environment(
            settings, JAUAP_ACTIONS_URL=actions_url, JAUAP_ACTIONS_TOKEN=actions_token
        )
        self._process: asyncio.subprocess.Process | None = None
        self._watch: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Raises `RasaMissing`, `RasaFailed` (no model, or no database to keep conversations in)."""
        python()
        if model_in_use(self._settings) is None:
            raise RasaFailed("the dialogue model is not trained: run «jauap train»")
        drop_former_events(self._settings)
        self._watch = asyncio.create_task(self._keep_running(), name="Rasa")

    async def _keep_running(self) -> None:
        pause = FIRST_PAUSE
        loop = asyncio.get_running_loop()
        while True:
            started = loop.time()
            with (self._settings.data_dir / "rasa.log").open("ab") as output:
                self._process = await asyncio.create_subprocess_exec(
                    str(python()), "-m", "nlu.serve", "--model", str(model_in_use(self._settings)),
                    "--endpoints", "endpoints.yml", "--credentials", "credentials.yml",
                    "--interface", "127.0.0.1", "--port", str(self.port),
                    cwd=ROOT, env=self._environment, stdin=asyncio.subprocess.PIPE, stdout=output, stderr=output,
                )  # fmt: skip
            code = await self._process.wait()
            if loop.time() - started > LONGEST_PAUSE:
                pause = FIRST_PAUSE
            log.error("Rasa ended with code %s; starting it again in %.0f s", code, pause)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def stop(self) -> None:
        """End Rasa, by force where it does not end in 5 seconds."""
        if self._watch is not None:
            self._watch.cancel()
            with suppress(asyncio.CancelledError):
                await self._watch
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            try:
                async with asyncio.timeout(5):
                    await self._process.wait()
            except TimeoutError:
                self._process.kill()
                await self._process.wait()
