"""Citizens who write on whatever happens to the service: through the HTTP interface as the widget does, or Telegram."""

from __future__ import annotations

import asyncio
import html
import random
import re
import time
import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from tests.e2e.crash.scenes import Step
from tests.telegram_double import TelegramDouble
from texts import say

__all__ = ["Citizen", "TelegramCitizen", "WebCitizen", "walk"]

LONGEST_WAIT = 60  # seconds after which a citizen writes on without the answers that are still owed
AWAY = 1.0  # seconds until a citizen tries again where the service is away
DELAYED = {say("conversations.answer_delayed", language) for language in ("ru", "kk")}


@dataclass(frozen=True)
class Heard:
    """A message that came to a citizen: `at` by the clock `time.monotonic`."""

    text: str
    at: float


class Citizen(ABC):
    """Somebody who asks `steps` in this order; each comes with whether its button is pressed, if one is seen by then.

    `asked` are the questions so far, each with when it was sent; `pressed` counts those sent by a button.
    """

    channel: str
    address: str
    """By which the stored conversation is found: its id, or the chat."""

    def __init__(self, steps: Sequence[tuple[Step, bool]]) -> None:
        self.steps = steps
        self.asked: list[tuple[Step, float]] = []
        self.pressed = 0

    @abstractmethod
    async def write(self, step: Step, button: bool) -> bool:
        """Send a question, by its button if wanted and seen; returns whether a button was pressed.

        Returns only when the message is certain to be in the channel's hands.
        """

    @abstractmethod
    async def listen(self) -> list[Heard]:
        """Everything from the bot that has come so far, in order; reads what is new. May raise `httpx.HTTPError`."""

    async def answers(self) -> list[Heard]:
        """What came and is meant as an answer: words on a delay are none."""
        return [heard for heard in await self.listen() if heard.text not in DELAYED]


class WebCitizen(Citizen):
    """Uses the interface as the widget does: sends with a `client_id` until 202, reads on after its last id."""

    channel = "web"

    def __init__(
        self, steps: Sequence[tuple[Step, bool]], client: httpx.AsyncClient, place: str, conversation: str, token: str
    ) -> None:
        super().__init__(steps)
        self.address = conversation
        self._client = client
        self._messages = f"{place}/{conversation}/messages"
        self._headers = {"Authorization": f"Bearer {token}"}
        self._seen: list[dict[str, Any]] = []
        self._heard: list[Heard] = []

    @classmethod
    async def open(cls, steps: Sequence[tuple[Step, bool]], url: str, client: httpx.AsyncClient) -> WebCitizen:
        """Begin a conversation. Raises `httpx.HTTPError`."""
        place = f"{url}/api/v1/conversations"
        opened = await client.post(place, json={"language": "ru"})
        opened.raise_for_status()
        return cls(steps, client, place, **opened.json())

    async def write(self, step: Step, button: bool) -> bool:
        await self._read_patiently()
        offered = {each["payload"] for message in self._seen[-6:] for each in message["buttons"]}
        press = button and step.payload in offered
        body = {"client_id": str(uuid.uuid4())} | ({"payload": step.payload} if press else {"text": step.text})
        while True:
            try:
                sent = await self._client.post(self._messages, json=body, headers=self._headers)
            except httpx.HTTPError:
                sent = None
            if sent is not None and sent.status_code == httpx.codes.ACCEPTED:
                return press
            if sent is not None and sent.status_code < 500 and sent.status_code != 429:
                raise AssertionError(f"a message was refused: {sent.status_code} {sent.text}")
            await asyncio.sleep(AWAY)

    async def listen(self) -> list[Heard]:
        while True:
            after = self._seen[-1]["id"] if self._seen else 0
            got = await self._client.get(self._messages, params={"after": after}, headers=self._headers)
            got.raise_for_status()
            page = got.json()["messages"]
            if not page:
                return self._heard
            self._seen += page
            self._heard += [Heard(one["text"], time.monotonic()) for one in page if one["author"] != "citizen"]

    async def _read_patiently(self) -> None:
        """Read what there is, or nothing where the service is away: a person looks at the screen before typing."""
        try:
            await self.listen()
        except httpx.HTTPError:
            return


class TelegramCitizen(Citizen):
    """Writes to Telegram's double, which holds what the bot has not acknowledged."""

    channel = "telegram"

    def __init__(self, steps: Sequence[tuple[Step, bool]], double: TelegramDouble, chat: int) -> None:
        super().__init__(steps)
        self.address = str(chat)
        self._double, self._chat = double, chat
        self._answers = sorted((step.answer for step, _ in steps), key=len, reverse=True)

    async def write(self, step: Step, button: bool) -> bool:
        for call in reversed(self._double.delivered[self._chat][-6:]):
            for offered in call.buttons if button else ():
                if offered["text"] == step.title and self._plain(call.text).startswith(self._scene(step)):
                    self._double.push_callback(self._chat, offered["callback_data"])
                    return True
        self._double.push_text(self._chat, step.text)
        return False

    async def listen(self) -> list[Heard]:
        return [Heard(self._plain(call.text), call.at) for call in self._double.delivered[self._chat]]

    def _plain(self, text: str) -> str:
        """A sent text as it is in the other channel: without its markup and what is added at its end."""
        shown = html.unescape(re.sub(r"<[^>]+>", "", text))
        return next((answer for answer in self._answers if shown.startswith(answer)), shown)

    def _scene(self, step: Step) -> str:
        """With what every answer about the step's service begins: the service's name."""
        return step.answer.partition("\n")[0].partition(". ")[0]


async def walk(citizen: Citizen, chance: random.Random, think: float, may_write: Callable[[], Any]) -> None:
    """Let a citizen ask everything, mostly after the answer to what was asked before, but not always.

    The pauses are `think` seconds on average; `may_write` is awaited before each message.
    """
    for step, button in citizen.steps:
        await asyncio.sleep(chance.expovariate(1 / think))
        await may_write()
        if chance.random() < 0.6:
            await _await_answers(citizen)
        began = time.monotonic()
        citizen.asked.append((step, began))
        citizen.pressed += await citizen.write(step, button)


async def _await_answers(citizen: Citizen) -> None:
    deadline = time.monotonic() + LONGEST_WAIT
    pause = 0.1
    while time.monotonic() < deadline:
        try:
            if len(await citizen.answers()) >= len(citizen.asked):
                return
        except httpx.HTTPError:
            await asyncio.sleep(AWAY)
        await asyncio.sleep(pause)
        pause = min(1.5 * pause, 0.5)
