"""The real thing: `jauap run` as a process of its own, with the real Rasa, in a data folder of its own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import httpx
import pytest

from bot import rasa
from bot.rasa import free_port
from bot.settings import ROOT, Settings

__all__ = ["START", "Citizen", "Running", "borrow", "lenders"]

JAUAP = Path(sys.executable).with_name("jauap")
START = 600  # seconds: the first start trains the model and builds the index


def lenders(factory: pytest.TempPathFactory) -> list[Path]:
    """Data folders that may have a model already: that of the installation, and those of this run's other tests.

    Where tests run in several processes (pytest-xdist), each has a folder of its own beside the others'.
    """
    own = factory.getbasetemp()
    runs = (
        [own] if "PYTEST_XDIST_WORKER" not in os.environ else [path for path in own.parent.iterdir() if path.is_dir()]
    )
    return [ROOT / "var", *(path for run in runs for path in run.iterdir() if path.is_dir())]


def borrow(folder: Path, lenders: Iterable[Path]) -> None:
    """Copy the trained model and the index from the first data folder that has the model of the sources as they stand.

    Where none has it, the first start trains and builds as it always does; a copied index that is out of date is built
    anew at the start, too.
    """
    for lender in lenders:
        model = rasa.model_path(Settings(data_dir=lender, _env_file=None))  # type: ignore[call-arg]
        if model.exists():
            (folder / "models").mkdir(parents=True, exist_ok=True)
            shutil.copy2(model, folder / "models")
            if (lender / "index").exists():
                shutil.copytree(lender / "index", folder / "index", symlinks=True, dirs_exist_ok=True)
            return


class Running:
    """A service that can be started, killed and started again on the same data."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._environment = {key: value for key, value in os.environ.items() if not key.startswith("JAUAP_")} | {
            "JAUAP_PORT": str(self.port),
            "JAUAP_DATA_DIR": str(folder),
            "JAUAP_ADMIN_PASSWORD": "administrator-1",
            **settings,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def jauap(self, *arguments: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run a command of `jauap` with the service's settings."""
        return subprocess.run(
            [JAUAP, *arguments], env=self._environment, input=text, capture_output=True, text=True, check=False
        )

    def start(self) -> None:
        """Start, and wait until it is ready for citizens."""
        self.launch()
        self.await_ready()

    def launch(self) -> None:
        """Start, and wait for nothing."""
        with (self.folder / "service.log").open("ab") as log:
            self._process = subprocess.Popen([JAUAP, "run"], env=self._environment, stdout=log, stderr=log)

    def await_ready(self, within: float = START) -> None:
        """Wait until the service and Rasa can answer. Raises `RuntimeError` after `within` seconds, or if it ended."""
        assert self._process is not None
        deadline = time.monotonic() + within
        with httpx.Client(timeout=5, trust_env=False) as client:
            while time.monotonic() < deadline:
                if self._process.poll() is not None:
                    raise RuntimeError(f"the service ended:\n{self.log()}")
                try:
                    if client.get(f"{self.url}/readyz").status_code == 200:
                        return
                except httpx.HTTPError:
                    pass
                time.sleep(0.3)
        raise RuntimeError(f"the service did not become ready:\n{self.log()}")

    def log(self) -> str:
        return (self.folder / "service.log").read_text("utf-8")

    def rasa_pid(self) -> int:
        """The process of Rasa, which is the service's only child. Raises `LookupError` where there is none now."""
        assert self._process is not None
        pid = self._process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        if not children:
            raise LookupError("Rasa does not run now")
        return int(children[0])

    def kill(self) -> None:
        """End at once, as a power cut would."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> int:
        """End as Ctrl-C does; returns the exit code."""
        assert self._process is not None
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
        return self._process.wait(timeout=30)


class Citizen:
    """Somebody who writes to the service over its HTTP interface."""

    def __init__(self, url: str, language: str = "ru") -> None:
        self._client = httpx.Client(base_url=f"{url}/api/v1", timeout=30)
        opened = self._client.post("/conversations", json={"language": language})
        assert opened.status_code == 201, opened.text
        self.conversation = opened.json()["conversation"]
        self._client.headers["Authorization"] = f"Bearer {opened.json()['token']}"
        self.seen = 0

    def send(self, text: str | None = None, *, payload: str | None = None) -> dict:
        body = {"client_id": str(uuid.uuid4())} | ({"text": text} if payload is None else {"payload": payload})
        sent = self._client.post(f"/conversations/{self.conversation}/messages", json=body)
        assert sent.status_code == 202, sent.text
        return sent.json()["message"]

    def messages(self, after: int = 0) -> list[dict]:
        got = self._client.get(f"/conversations/{self.conversation}/messages", params={"after": after})
        assert got.status_code == 200, got.text
        return got.json()["messages"]

    def hears(self, authors: Sequence[str] = ("bot",), within: float = 30) -> dict:
        """The next message of one of these authors that was not heard yet."""
        for message in self._arriving(within):
            self.seen = message["id"]
            if message["author"] in authors:
                return message
        raise AssertionError(f"nothing from {authors} within {within} s; there is {self.messages()}")

    def asks(self, text: str) -> dict:
        """Send a text and hear the bot's answer."""
        self.send(text)
        return self.hears()

    def _arriving(self, within: float) -> Iterator[dict]:
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            yield from self.messages(self.seen)
            time.sleep(0.05)
