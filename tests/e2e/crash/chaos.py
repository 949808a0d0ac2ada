"""Kills the service and its Rasa at random moments under load, and starts the service again as a supervisor would."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import httpx

from tests.e2e.running import START, Running

__all__ = ["Chaos", "Kill", "Outage", "plan"]

Target = Literal["service", "rasa", "starting"]
"""`starting`: the service is killed, and once more while it starts."""

RESTART_AFTER = 1.0  # seconds that a supervisor lets pass


@dataclass(frozen=True)
class Kill:
    """Kill `target`, a moment after `messages` have been sent in all."""

    messages: int
    target: Target


@dataclass(frozen=True)
class Outage:
    """From a kill until everything was ready again, by the clock `time.monotonic`."""

    target: Target
    began: float
    ended: float


def plan(messages: int, service: int, rasa: int, chance: random.Random) -> list[Kill]:
    """Kills spread over the run, in random order; every fourth of the service's hits it while it starts as well."""
    starting = service // 4
    targets: list[Target] = ["starting"] * starting + ["service"] * (service - starting) + ["rasa"] * rasa
    chance.shuffle(targets)
    share = messages / (len(targets) + 1)
    return [Kill(int(share * (index + chance.uniform(0.3, 0.9))), target) for index, target in enumerate(targets)]


@dataclass
class Chaos:
    """Works off the kills; `written` tells how many messages have been sent so far."""

    running: Running
    kills: Sequence[Kill]
    messages: int
    written: Callable[[], int]
    chance: random.Random
    log: Callable[[str], None]
    outages: list[Outage] = field(default_factory=list)
    done: int = 0
    """Kills that have been carried out and recovered from."""
    killed: dict[str, int] = field(default_factory=lambda: {"service": 0, "rasa": 0})

    async def may_write(self) -> None:
        """Wait until the next message may be sent: each kill has its share of them, before it and during the outage."""
        while self.written() >= self.messages * (self.done + 1) / (len(self.kills) + 1):  # noqa: ASYNC110
            await asyncio.sleep(0.1)

    async def run(self) -> None:
        for kill in self.kills:
            while self.written() < kill.messages:  # noqa: ASYNC110 - citizens have nothing to wait on
                await asyncio.sleep(0.02)
            await asyncio.sleep(self.chance.uniform(0, 1))
            began = time.monotonic()
            await (self._kill_rasa() if kill.target == "rasa" else self._kill_service(kill.target))
            ended = time.monotonic()
            self.outages.append(Outage(kill.target, began, ended))
            self.done += 1
            self.log(f"killed {kill.target} after {kill.messages} messages; ready again after {ended - began:.0f} s")

    async def _kill_service(self, target: Target) -> None:
        await asyncio.to_thread(self.running.kill)
        self.killed["service"] += 1
        await asyncio.sleep(RESTART_AFTER)
        self.running.launch()
        if target == "starting":
            await asyncio.sleep(self.chance.uniform(0.5, 25))
            await asyncio.to_thread(self.running.kill)
            self.killed["service"] += 1
            await asyncio.sleep(RESTART_AFTER)
            self.running.launch()
        await asyncio.to_thread(self.running.await_ready)

    async def _kill_rasa(self) -> None:
        os.kill(self.running.rasa_pid(), signal.SIGKILL)
        self.killed["rasa"] += 1
        async with httpx.AsyncClient(trust_env=False) as client:
            # Down first, then up: for a moment the service may still answer "ready".
            await self._until(client, 503, within=20)
            await self._until(client, 200, within=START)

    async def _until(self, client: httpx.AsyncClient, status: int, within: float) -> None:
        async with asyncio.timeout(within):
            while (await client.get(f"{self.running.url}/readyz", timeout=10)).status_code != status:  # noqa: ASYNC110
                await asyncio.sleep(0.2)
