"""A local double of the Telegram Bot API: holds updates, records what the bot sends, and fails when told to.

    async with TelegramDouble() as telegram:
        settings.telegram_api_url = telegram.url
        telegram.push_text(7, "Сәлем", language_code="kk")
        [answer] = await telegram.messages_to(7, count=1)

By hand: `python -m tests.telegram_double --port 20081`, and the service with any token and
JAUAP_TELEGRAM_API_URL=http://127.0.0.1:20081; each line typed is a message of a citizen (or the data of a button,
`b:…`), and what the bot sends is printed.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import sys
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, Self

from aiohttp import web

__all__ = ["Call", "Failure", "TelegramDouble"]


@dataclass(frozen=True)
class Failure:
    """An answer with an error, as the Bot API gives it."""

    status: int
    description: str = "told to fail"
    retry_after: int | None = None
    migrate_to_chat_id: int | None = None
    page: str | None = None
    """What comes instead of the Bot API's JSON, as from a proxy on the way."""


@dataclass(frozen=True)
class Call:
    """One call of the bot; nested parameters are parsed."""

    method: str
    params: dict[str, Any]
    at: float = field(default_factory=time.monotonic)

    @property
    def text(self) -> str:
        return self.params["text"]

    @property
    def buttons(self) -> list[dict[str, str]]:
        """The inline buttons of a message, row after row."""
        return [button for row in self.params.get("reply_markup", {}).get("inline_keyboard", []) for button in row]


Told = Failure | Literal["silence", "drop"]
"""What the double is told to do: `silence` takes the call and never answers, `drop` takes it and cuts the line."""


class TelegramDouble:
    """The server; an asynchronous context manager."""

    def __init__(self, port: int = 0) -> None:
        """`port` of 127.0.0.1; 0: any that is free."""
        self.calls: list[Call] = []
        self.updates: dict[int, dict[str, Any]] = {}
        """Every update ever pushed."""
        self.pending: dict[int, dict[str, Any]] = {}
        """Updates that are not acknowledged."""
        self.delivered: defaultdict[int, list[Call]] = defaultdict(list)
        """What each chat has been sent, whether or not the sender lived to learn it."""
        self.latency: Callable[[], float] = lambda: 0.0
        """Seconds from the delivery of a message to the answer that says so."""
        self._port = port
        self._ids = itertools.count(1000)
        self._message_ids = itertools.count(1)
        self._told: defaultdict[str, deque[Told]] = defaultdict(deque)
        self._changed = asyncio.Condition()
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/bot{token}/{method}", self._handle)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    @property
    def url(self) -> str:
        """The setting `TELEGRAM_API_URL`."""
        return f"http://127.0.0.1:{self._port}"

    # --- what citizens do

    def push(self, update: dict[str, Any]) -> int:
        """Give the bot an update; returns its id, which is the next where the update has none."""
        update_id = update.setdefault("update_id", next(self._ids))
        self.updates[update_id] = self.pending[update_id] = update
        self._wake()
        return update_id

    def push_text(self, chat: int, text: str, *, language_code: str = "ru") -> int:
        """A citizen writes; returns the update's id."""
        return self.push_message(chat, language_code=language_code, text=text)

    def push_message(self, chat: int, *, language_code: str = "ru", kind: str = "message", **content: Any) -> int:
        """Any message of a private chat: `content` are the fields of the Bot API's Message, `kind` those of Update."""
        return self.push({kind: {**self._frame(chat, language_code), **content}})

    def push_callback(self, chat: int, data: str, *, language_code: str = "ru") -> int:
        """A citizen presses the button with this `callback_data`."""
        frame = self._frame(chat, language_code)
        query = {"id": f"q{frame['message_id']}", "from": frame["from"], "chat_instance": "1", "data": data}
        return self.push({"callback_query": {**query, "message": {**frame, "text": "…"}}})

    def repeat(self, update_id: int) -> None:
        """Deliver an update once more, as Telegram does when it has not seen it acknowledged."""
        self.push(self.updates[update_id])

    def _frame(self, chat: int, language_code: str) -> dict[str, Any]:
        sender = {"id": chat, "is_bot": False, "first_name": "Азамат", "language_code": language_code}
        where = {"id": chat, "type": "private", "first_name": "Азамат"}
        return {"message_id": next(self._message_ids), "date": int(time.time()), "chat": where, "from": sender}

    # --- what the bot does

    def fail(self, method: str, *told: Told) -> None:
        """The next calls of `method` go wrong, one after another; then it works again."""
        self._told[method].extend(told)

    def of(self, method: str) -> list[Call]:
        """The calls of one method so far, failed ones as well."""
        return [call for call in self.calls if call.method == method]

    async def called(self, method: str, count: int = 1, within: float = 10) -> list[Call]:
        """Wait until a method has been called `count` times. Raises `TimeoutError`."""
        async with asyncio.timeout(within), self._changed:
            await self._changed.wait_for(lambda: len(self.of(method)) >= count)
        return self.of(method)

    async def messages_to(self, chat: int, count: int, within: float = 10) -> list[Call]:
        """Wait until a chat has been sent `count` messages. Raises `TimeoutError`."""

        def sent() -> list[Call]:
            return [call for call in self.of("sendMessage") if call.params["chat_id"] == chat]

        async with asyncio.timeout(within), self._changed:
            await self._changed.wait_for(lambda: len(sent()) >= count)
        return sent()

    # --- the server

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        params = {key: _parsed(key, value) for key, value in (await request.post()).items()}
        call = Call(method, params)
        self.calls.append(call)
        self._wake()
        if self._told[method]:
            told = self._told[method].popleft()
            if isinstance(told, Failure):
                return _failed(told)
            if told == "silence":
                await asyncio.sleep(3600)
            assert request.transport is not None
            request.transport.close()
            return web.Response()
        match method:
            case "getUpdates":
                result: Any = await self._get_updates(params)
            case "getMe":
                result = {"id": 42, "is_bot": True, "first_name": "Jauap", "username": "jauap_bot"}
            case "sendMessage":
                self.delivered[params["chat_id"]].append(call)
                await asyncio.sleep(self.latency())
                result = {
                    "message_id": next(self._message_ids),
                    "date": int(time.time()),
                    "chat": {"id": params["chat_id"], "type": "private"},
                    "text": params["text"],
                }
            case (
                "answerCallbackQuery"
                | "setMyCommands"
                | "setWebhook"
                | "deleteWebhook"
                | "sendChatAction"
                | "leaveChat"
                | "editMessageReplyMarkup"
            ):
                result = True
            case _:
                return _failed(Failure(404, "Not Found"))
        return web.json_response({"ok": True, "result": result})

    async def _get_updates(self, params: dict[str, Any]) -> list[dict[str, Any]]:
        for update_id in [each for each in self.pending if each < params.get("offset", 0)]:
            del self.pending[update_id]
        async with self._changed:
            try:
                async with asyncio.timeout(params.get("timeout", 0)):
                    await self._changed.wait_for(lambda: bool(self.pending))
            except TimeoutError:
                return []
        return [self.pending[each] for each in sorted(self.pending)][: params.get("limit", 100)]

    def _wake(self) -> None:
        async def wake() -> None:
            async with self._changed:
                self._changed.notify_all()

        self._waking = asyncio.ensure_future(wake())


def _parsed(key: str, value: Any) -> Any:
    if key == "text":
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _failed(failure: Failure) -> web.Response:
    if failure.page is not None:
        return web.Response(text=failure.page, content_type="text/html", status=failure.status)
    body: dict[str, Any] = {"ok": False, "error_code": failure.status, "description": failure.description}
    told = {"retry_after": failure.retry_after, "migrate_to_chat_id": failure.migrate_to_chat_id}
    if parameters := {name: value for name, value in told.items() if value is not None}:
        body["parameters"] = parameters
    return web.json_response(body, status=failure.status)


async def _by_hand(port: int, chat: int, language_code: str) -> None:
    async with TelegramDouble(port) as double:
        print(f"the Bot API's double listens on {double.url}; write as the citizen of chat {chat}", flush=True)
        reader = asyncio.create_task(_print_sent(double))
        while line := await asyncio.to_thread(sys.stdin.readline):
            if line.startswith("b:"):
                double.push_callback(chat, line.strip(), language_code=language_code)
            else:
                double.push_text(chat, line.rstrip("\n"), language_code=language_code)
        reader.cancel()


async def _print_sent(double: TelegramDouble) -> None:
    for count in itertools.count(1):
        call = (await double.called("sendMessage", count, within=10**6))[count - 1]
        print(call.text, *(f"  [{b['text']}] {b['callback_data']}" for b in call.buttons), sep="\n", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="A double of the Telegram Bot API, for trying the bot by hand.")
    parser.add_argument("--port", type=int, default=20081)
    parser.add_argument("--chat", type=int, default=7)
    parser.add_argument("--language-code", default="ru")
    arguments = parser.parse_args()
    asyncio.run(_by_hand(arguments.port, arguments.chat, arguments.language_code))
