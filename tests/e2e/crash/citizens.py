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

__all__ = ["Citizen", "TelegramCitizen", "WebCitizen", "read_on", "walk"]

LONGEST_WAIT = 60  # seconds after which a citizen writes on without the answers that are still owed
READ_EVERY = 0.3  # seconds between two looks for an answer
AWAY = 1.0  # seconds until a citizen tries again where the service is away
DELAYED = {say("conversations.answer_delayed", language) for language in ("ru", "kk")}


@dataclass(frozen=True)
class Heard:
    """A message that came to a citizen: `at` by the clock `time.monotonic`."""

    text: str
    at: float


class Citizen(ABC):
    """Somebody who asks `steps` in this order; each comes with whether its button is pressed, if one is seen by then.

    `asked` are the questions so far, each with when it was sent, and `heard` is what was read; `pressed` counts
    the questions sent by a button, `given_up` those for whose answer nobody waits any more.
    """

    channel: str
    address: str
    """By which the stored conversation is found: its id, or the chat."""

    def __init__(self, steps: Sequence[tuple[Step, bool]]) -> None:
        self.steps = steps
        self.asked: list[tuple[Step, float]] = []
        self.pressed = 0
        self.given_up = 0
        self.heard: list[Heard] = []

    @abstractmethod
    async def write(self, step: Step, button: bool) -> bool:
        """Send a question, by its button if wanted and seen; returns whether a button was pressed.

        Returns only when the message is certain to be in the channel's hands.
        """

    @abstractmethod
    async def read(self) -> None:
        """Add to `heard` what has come from the bot since, in order. May raise `httpx.HTTPError`."""

    @property
    def answers(self) -> list[Heard]:
        """What was read and is meant as an answer: words on a delay are none."""
        return [heard for heard in self.heard if heard.text not in DELAYED]

    @property
    def waits(self) -> bool:
        """Whether an answer is still to come; one that was lost on its way to Telegram is given up at some time."""
        return len(self.answers) + self.given_up < len(self.asked)


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

    @classmethod
    async def open(cls, steps: Sequence[tuple[Step, bool]], url: str, client: httpx.AsyncClient) -> WebCitizen:
        """Begin a conversation. Raises `httpx.HTTPError`."""
        place = f"{url}/api/v1/conversations"
        opened = await client.post(place, json={"language": "ru"})
        opened.raise_for_status()
        return cls(steps, client, place, **opened.json())

    async def write(self, step: Step, button: bool) -> bool:
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

    async def read(self) -> None:
        while True:
            after = self._seen[-1]["id"] if self._seen else 0
            got = await self._client.get(self._messages, params={"after": after}, headers=self._headers)
            got.raise_for_status()
            page = got.json()["messages"]
            if not page:
                return
            self._seen += page
            self.heard += [Heard(one["text"], time.monotonic()) for one in page if one["author"] != "citizen"]


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

    async def read(self) -> None:
        for call in self._double.delivered[self._chat][len(self.heard) :]:
            self.heard.append(Heard(self._plain(call.text), call.at))

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
        if chance.random() < 0.6:
            await _await_answers(citizen)
        await may_write()
        citizen.asked.append((step, time.monotonic()))
        citizen.pressed += await citizen.write(step, button)


async def _await_answers(citizen: Citizen) -> None:
    patience = time.monotonic() + LONGEST_WAIT
    while citizen.waits:
        if time.monotonic() > patience:
            citizen.given_up = len(citizen.asked) - len(citizen.answers)
        await asyncio.sleep(READ_EVERY)


async def read_on(citizen: Citizen) -> None:
    """Read what comes, for as long as something is to come, until cancelled."""
    while True:
        await asyncio.sleep(READ_EVERY)
        if citizen.waits:
            try:
                await citizen.read()
            except httpx.HTTPError:
                await asyncio.sleep(AWAY)
