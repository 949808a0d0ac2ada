"""How soon a citizen's message stands on the operator's screen, beside what reading the talk over HTTP takes.

    .venv/bin/python -m bench.console [--messages 60]

A service over a database of its own, a log-in, and the console in a headless Chromium with a talk open in it. Measured
is from the call that stores a citizen's message to the moment at which the page has drawn it; the baseline, in turn
with it, is one `GET` of the same talk by the same operator, so that whatever else the machine does meets both.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import httpx
from playwright.async_api import Page, async_playwright

from bot.app import create_app
from bot.operators import accounts
from bot.service import Service
from bot.settings import Settings
from bot.storage import Conversation, Database
from tests.browser import ARGUMENTS, chromium
from tests.conftest import ScriptedDialogue
from tests.serving import serve

NAME, PASSWORD = "aigerim", "correct horse 7"  # of a database that is deleted at the end


async def _talk(service: Service) -> Conversation:
    """A conversation that waits for an operator."""
    conversation, _ = await service.conversations.open("web", "ru")
    await service.conversations.receive(conversation.id, key="first", text="позовите оператора")
    while not await service.conversations.queue():  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    return conversation


async def _open(page: Page, url: str, conversation: Conversation) -> None:
    await page.goto(f"{url}/console?language=ru#{conversation.id}")
    await page.fill("#username", NAME)
    await page.fill("#password", PASSWORD)
    await page.click("#submit")
    await page.click("#claim")
    await page.wait_for_selector("#reply-text")


async def measure(messages: int, folder: Path) -> tuple[list[float], list[float]]:
    """Milliseconds until each message stood on the screen, and of each reading of the talk."""
    settings = Settings(data_dir=folder, _env_file=None)  # type: ignore[call-arg]
    database = Database(settings.database)
    await database.migrate()
    service = Service.assemble(settings, database, ScriptedDialogue())
    await accounts.create(database, NAME, PASSWORD)
    shown, read = [], []
    async with async_playwright() as playwright, serve(create_app(service, search=None)) as url:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=list(ARGUMENTS))
        page = await browser.new_page()
        conversation = await _talk(service)
        await _open(page, url, conversation)
        cookies = {cookie["name"]: cookie["value"] for cookie in await page.context.cookies()}
        async with httpx.AsyncClient(base_url=url, cookies=cookies) as client:
            for number in range(messages):
                begun = time.perf_counter()
                await service.conversations.receive(conversation.id, key=f"m{number}", text=f"вопрос {number}.")
                await page.get_by_text(f"вопрос {number}.", exact=True).wait_for()
                shown.append((time.perf_counter() - begun) * 1000)
                begun = time.perf_counter()
                (await client.get(f"/api/v1/operator/conversations/{conversation.id}")).raise_for_status()
                read.append((time.perf_counter() - begun) * 1000)
        await browser.close()
    await service.worker.stop()
    await service.courier.stop()
    await database.close()
    return shown, read


def row(name: str, times: Sequence[float]) -> str:
    return (
        f"| {name} | {statistics.median(times):.0f} | {statistics.quantiles(times, n=20)[-1]:.0f} | {max(times):.0f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--messages", type=int, default=60)
    messages = parser.parse_args().messages
    with tempfile.TemporaryDirectory() as folder:
        shown, read = asyncio.run(measure(messages, Path(folder)))
    print("| ms | median | 95 % | worst |\n| --- | ---: | ---: | ---: |")
    print(row("on the operator's screen", shown))
    print(row("reading the talk by HTTP", read))
    print(
        f"\nA message on the screen costs {statistics.median(shown) / statistics.median(read):.1f} readings (medians)."
    )


if __name__ == "__main__":
    main()
