"""`jauap chat`: talks to the running service in the terminal, over the same HTTP interface that the widget uses."""

from __future__ import annotations

import asyncio
import json
import sys
import threading
import uuid
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import httpx

from texts import Language, say

with suppress(ImportError):  # Python may be built without it: then the input line is plain
    import readline  # noqa: F401 - gives `input` its editing and its history

__all__ = ["chat"]

PATIENCE = 120.0  # seconds that a piped question waits for its answer; the service itself goes on trying
RETRY = 1.0  # seconds before another attempt to reach the service
ATTEMPTS = 5
SILENCE = 40.0  # seconds; the service pings every 15, so a stream silent for longer is dead


class _Refused(Exception):
    """The service has refused a call; the reason in words."""


class _Gone(Exception):
    """The service cannot be reached."""


async def chat(url: str, language: Language) -> int:
    """Talk until the input ends (Ctrl-D). Returns the exit code: 0, or 1 after one line on standard error.

    `url` is the base of the running service. With piped input each line is a question, and the next one is sent when
    its answer has come.
    """
    async with httpx.AsyncClient(base_url=f"{url}/api/v1", timeout=10, trust_env=False) as client:
        client.headers["Accept-Language"] = language
        talk = _Talk(client, language)
        try:
            await talk.open()
        except _Gone:
            return _fail(say("terminal.not_running", language, url=url))
        except _Refused as refused:
            return _fail(say("terminal.refused", language, reason=refused))
        try:
            await _first_of(talk.talk(), talk.listen())
        except _Gone as gone:
            return _fail(say("terminal.interrupted", language, reason=gone))
        except _Refused as refused:
            return _fail(say("terminal.refused", language, reason=refused))
        except TimeoutError:
            return _fail(say("terminal.no_answer", language, seconds=round(PATIENCE)))
    return 0


class _Talk:
    """One conversation: what is typed goes out, what comes in is printed as it comes."""

    def __init__(self, client: httpx.AsyncClient, language: Language) -> None:
        self._client = client
        self._language = language
        self._interactive = sys.stdin.isatty()
        self._path = ""
        self._messages: list[dict[str, Any]] = []
        self._mode = "bot"
        self._prompting = False
        self._news = asyncio.Condition()

    async def open(self) -> None:
        opened = await self._call("POST", "/conversations", {"language": self._language})
        self._path = f"/conversations/{opened['conversation']}"
        self._client.headers["Authorization"] = f"Bearer {opened['token']}"

    async def talk(self) -> None:
        """Send what is typed, line by line, until the input ends."""
        if self._interactive:
            print(say("terminal.welcome", self._language))
        else:
            sys.stdin.reconfigure(errors="replace")  # type: ignore[union-attr]
        while (line := await self._line()) is not None:
            if line.strip():
                mode = self._mode
                payload = self._pressed(line.strip())
                body = {"text": line} if payload is None else {"payload": payload}
                sent = (await self._send({"client_id": str(uuid.uuid4()), **body}))["message"]
                await self._answer(sent["id"], mode, payload)

    async def listen(self) -> None:
        """Print what comes in; connect again where the connection breaks. Raises `_Gone`, `_Refused`."""
        failures = 0
        while True:
            last = self._messages[-1]["id"] if self._messages else 0
            timeout = httpx.Timeout(10, read=SILENCE)
            try:
                async with self._client.stream(
                    "GET", f"{self._path}/events", params={"after": last}, timeout=timeout
                ) as response:
                    await response.aread() if response.is_error else None
                    _check(response)
                    failures = 0
                    async for kind, data in _events(response):
                        await self._happened(kind, data)
            except httpx.TransportError as error:
                failures += 1
                if failures == ATTEMPTS:
                    raise _Gone(str(error) or type(error).__name__) from error
            await asyncio.sleep(RETRY)

    async def _happened(self, kind: str, data: dict[str, Any]) -> None:
        async with self._news:
            if kind == "mode":
                self._mode = data["mode"]
            elif kind == "message":
                self._messages.append(data)
                if data["author"] != "citizen":
                    self._print(data)
            self._news.notify_all()

    def _print(self, message: dict[str, Any]) -> None:
        author = say(f"terminal.{message['author']}", self._language)
        start = "\r" if self._prompting else ""  # over the prompt, which is written again below
        print(f"{start}{author}: {message['text']}")
        for number, button in enumerate(message["buttons"], start=1):
            print(f"  {number}) {button['title']}")
        prompt = say("terminal.prompt", self._language) if self._prompting else ""
        print(prompt, end="" if prompt else "\n", flush=True)

    def _pressed(self, line: str) -> str | None:
        """The payload of the button whose number this is, among those shown last."""
        shown: list[dict[str, str]] = next((m["buttons"] for m in reversed(self._messages) if m["buttons"]), [])
        return shown[int(line) - 1]["payload"] if line.isdecimal() and 0 < int(line) <= len(shown) else None

    async def _answer(self, after: int, mode: str, payload: str | None) -> None:
        """Wait for the answer to the message `after`. Raises `TimeoutError` where nobody sits at the keyboard.

        An operator answers in their own time, so nothing is waited for while one is there or expected. That an answer
        is late is told by a message of the service; it is not yet the answer.
        """
        if mode in ("waiting", "operator") and payload != "/leave_queue":
            return

        def answered() -> bool:
            later = [m for m in self._messages if m["id"] > after and m["author"] != "citizen"]
            if self._interactive:
                return bool(later)
            return any(m["author"] == "bot" or m["mode"] != mode for m in later)

        async with self._news, asyncio.timeout(PATIENCE):
            await self._news.wait_for(answered)

    async def _line(self) -> str | None:
        """The next line of the input, or None at its end."""
        loop = asyncio.get_running_loop()
        line: asyncio.Future[str | None] = loop.create_future()
        prompt = say("terminal.prompt", self._language) if self._interactive else ""

        def give(text: str | None) -> None:
            if not line.done():
                line.set_result(text)

        def read() -> None:
            try:
                text: str | None = input(prompt)
            except EOFError:
                text = None
            with suppress(RuntimeError):  # the talk has ended meanwhile, and the loop with it
                loop.call_soon_threadsafe(give, text)

        # A daemon: a read that nobody answers must not hold up the end of the program.
        threading.Thread(target=read, name="input", daemon=True).start()
        self._prompting = self._interactive
        try:
            return await line
        finally:
            self._prompting = False

    async def _send(self, body: dict[str, Any]) -> dict[str, Any]:
        """Send a message; further attempts carry the same client_id, so the service stores it once."""
        for _ in range(ATTEMPTS - 1):
            with suppress(_Gone):
                return await self._call("POST", f"{self._path}/messages", body)
            await asyncio.sleep(RETRY)
        return await self._call("POST", f"{self._path}/messages", body)

    async def _call(self, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Raises `_Gone`, `_Refused`."""
        try:
            response = await self._client.request(method, path, json=body)
        except httpx.TransportError as error:
            raise _Gone(str(error) or type(error).__name__) from error
        _check(response)
        return response.json()


async def _first_of(*coroutines: Any) -> None:
    """Run until one of them ends, then end the others; raises what that one raised."""
    tasks = [asyncio.create_task(coroutine) for coroutine in coroutines]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()


async def _events(response: httpx.Response) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    """The server-sent events of a response; our service writes each one's data in a single line."""
    kind = ""
    async for line in response.aiter_lines():
        field, _, value = line.partition(": ")
        if field == "event":
            kind = value
        elif field == "data":
            yield kind, json.loads(value)


def _check(response: httpx.Response) -> None:
    """Raises `_Refused` with the reason that the service gives, or the status where something else has answered."""
    if not response.is_error:
        return
    try:
        reason = response.json()["error"]["message"]
    except (ValueError, KeyError, TypeError):
        reason = f"HTTP {response.status_code}"
    raise _Refused(reason)


def _fail(reason: str) -> int:
    print(f"jauap: {reason}", file=sys.stderr)
    return 1
