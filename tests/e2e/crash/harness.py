"""One run: citizens write, chaos kills, and at the end every message must have been answered once and in order."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.e2e.crash.aftermath import Aftermath, inspect
from tests.e2e.crash.chaos import Chaos, plan
from tests.e2e.crash.citizens import Citizen, TelegramCitizen, WebCitizen, read_on, walk
from tests.e2e.crash.report import Channel, Report
from tests.e2e.crash.scenes import Scene, Step, learn
from tests.e2e.crash.verdict import judge
from tests.e2e.running import Running
from tests.telegram_double import TelegramDouble

__all__ = ["Plan", "run"]

SPARE = 1.25  # how many more questions are learned than one citizen asks, so that citizens differ
DRAIN = 600.0  # seconds for what is still owed at the end: a message that failed often is tried again after a minute
SETTLE = 3.0  # seconds in which a doubled answer would still come


@dataclass(frozen=True)
class Plan:
    """How much, how often, how fast; `think` is the mean pause of a citizen between two messages, in seconds."""

    messages: int
    service_kills: int
    rasa_kills: int
    think: float
    seed: int
    citizens: int = 50


async def run(plan_: Plan, folder: Path, log: Callable[[str], None]) -> Report:
    """Start the service on `folder`, let everything happen, and end it.

    The seed decides what is asked, and after which message what is killed. `folder` may hold a trained model and an
    index, but no database: the double counts its updates from the beginning, so they would look like repeats.
    Raises `RuntimeError` where the service does not start, or not again after a kill.
    """
    if (folder / "jauap.db").exists():
        raise RuntimeError(f"{folder} has a database: each run needs a new one")
    chance = random.Random(plan_.seed)
    async with TelegramDouble() as double:
        double.latency = lambda: random.uniform(0.02, 0.3)
        running = Running(folder, JAUAP_TELEGRAM_TOKEN="1:token", JAUAP_TELEGRAM_API_URL=double.url)
        try:
            await asyncio.to_thread(running.start)
            return await _run(plan_, running, double, chance, log)
        finally:
            await asyncio.to_thread(running.kill)  # at once, whatever it may be doing: nothing more is looked at


async def _run(
    plan_: Plan, running: Running, double: TelegramDouble, chance: random.Random, log: Callable[[str], None]
) -> Report:
    each = -(-plan_.messages // plan_.citizens)
    scenes = await asyncio.to_thread(learn, running.url, int(SPARE * each) + 20, plan_.seed)
    log(f"{len(scenes)} services' answers are learned; {plan_.citizens} citizens begin")
    before = inspect(running.folder / "jauap.db").inbox.total()
    limits = httpx.Limits(max_connections=plan_.citizens)
    async with httpx.AsyncClient(timeout=20, limits=limits, trust_env=False) as client:
        citizens: list[Citizen] = []
        for number in range(plan_.citizens):
            count = plan_.messages // plan_.citizens + (number < plan_.messages % plan_.citizens)
            steps = _steps(scenes, count, chance)
            if number % 2:
                citizens.append(TelegramCitizen(steps, double, chat=1000 + number))
            else:
                citizens.append(await WebCitizen.open(steps, running.url, client))
        chaos = Chaos(
            running,
            plan(plan_.messages, plan_.service_kills, plan_.rasa_kills, chance),
            plan_.messages,
            lambda: sum(len(citizen.asked) for citizen in citizens),
            random.Random(plan_.seed),
            log,
        )
        began = time.monotonic()
        async with asyncio.TaskGroup() as reading:
            readers = [reading.create_task(read_on(citizen)) for citizen in citizens]
            async with asyncio.TaskGroup() as group:
                group.create_task(chaos.run())
                for citizen in citizens:
                    own = random.Random(chance.random())
                    group.create_task(walk(citizen, own, plan_.think, chaos.may_write))
            log("everything is asked; waiting for what is still owed")
            await _drained(running.folder / "jauap.db")
            for reader in readers:
                reader.cancel()
        duration = time.monotonic() - began
        for citizen in citizens:
            await citizen.read()  # what may have come too much
        aftermath = inspect(running.folder / "jauap.db")
        return Report(
            seed=plan_.seed,
            citizens=plan_.citizens,
            duration=duration,
            killed=chaos.killed,
            outages=chaos.outages,
            unknown=aftermath.outbox["unknown"],
            channels=_judged(citizens, aftermath, chaos),
            faults=aftermath.faults(before + plan_.messages),
        )


def _steps(scenes: Sequence[Scene], count: int, chance: random.Random) -> list[tuple[Step, bool]]:
    """`count` questions, each another, scene after scene in an order of one's own; half of what follows by buttons."""
    steps: list[tuple[Step, bool]] = []
    for scene in chance.sample(scenes, len(scenes)):
        following = chance.sample(scene.following, len(scene.following))
        steps += [(scene.opening, False), *((step, chance.random() < 0.5) for step in following)]
    return steps[:count]


async def _drained(database: Path) -> None:
    """Wait until the service owes nothing any more, or for `DRAIN` seconds; then for what may come too much."""
    deadline = time.monotonic() + DRAIN
    while time.monotonic() < deadline and inspect(database).owed:  # noqa: ASYNC110 - another process works it off
        await asyncio.sleep(0.5)
    await asyncio.sleep(SETTLE)


def _judged(citizens: Sequence[Citizen], aftermath: Aftermath, chaos: Chaos) -> dict[str, Channel]:
    channels = {"web": Channel(), "telegram": Channel()}
    for citizen in citizens:
        keys = {step.answer: step.key for step, _ in citizen.asked}
        answers = citizen.answers
        heard = [(keys.get(one.text, f"?{one.text[:60]}"), one.at) for one in answers]
        unknown = [keys.get(text, "") for address, text in aftermath.unknown if address == citizen.address]
        channel = channels[citizen.channel]
        channel.messages += len(citizen.asked)
        channel.pressed += citizen.pressed
        channel.answers += len(answers)
        channel.verdicts.append(judge([step.key for step, _ in citizen.asked], [key for key, _ in heard], unknown))
        first = dict(reversed(heard))
        for step, asked in citizen.asked:
            if step.key in first:
                channel.latencies.add(asked, first[step.key], chaos.outages)
    return channels
