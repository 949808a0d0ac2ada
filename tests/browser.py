"""Fixtures for tests in a real Chromium: a browser, and axe's verdict on a page.

They are asynchronous, as all tests here: a test serves its application by `tests.serving.serve` in the same event loop
and can reach into the service beside the page. `tests/e2e/conftest.py` gives them to every test there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, async_playwright

__all__ = ["ARGUMENTS", "accessible", "browser", "chromium", "chromium_address"]

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# A test's browser asks nobody but the service under test; in a container there is no sandbox to be had.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# Pages that nobody looks at must go on as those that somebody does.
UNSEEN = (
    "--headless",
    "--hide-scrollbars",
    "--mute-audio",
    "--disable-back-forward-cache",  # going back tells Playwright of no load otherwise
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
)
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
}


def chromium() -> str:
    """The system's Chromium. Skips the test where there is none, or fails it under `JAUAP_REQUIRE_BROWSER=1`."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        if os.environ.get("JAUAP_REQUIRE_BROWSER") == "1":
            pytest.fail("no Chromium on PATH, and JAUAP_REQUIRE_BROWSER=1 forbids to skip")
        pytest.skip("no Chromium on PATH")
    return found


@pytest.fixture(scope="session")
def chromium_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Chromium for all tests of this process, which a test's own browser would cost a second and both cores."""
    profile = tmp_path_factory.mktemp("chromium")
    own = ("--remote-debugging-port=0", f"--user-data-dir={profile}", "about:blank")
    command = [chromium(), *ARGUMENTS, *UNSEEN, *own]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield f"http://127.0.0.1:{_port(process, profile / 'DevToolsActivePort')}"
    finally:
        process.terminate()
        process.wait()


def _port(process: subprocess.Popen[bytes], written: Path) -> str:
    """The port that Chromium has chosen; it writes it to a file once it listens."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        if written.exists() and (lines := written.read_text().splitlines()):
            return lines[0]
        time.sleep(0.05)
    raise RuntimeError("Chromium does not listen")


@pytest.fixture
async def browser(chromium_address: str) -> AsyncIterator[Browser]:
    """A browser whose pages share nothing with those of other tests: each has a context of its own."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.connect_over_cdp(chromium_address)
        yield browser
        _, *own = browser.contexts  # the first is Chromium's own
        for context in own:
            await context.close()
        await browser.close()


@pytest.fixture
def accessible() -> Callable[..., Awaitable[None]]:
    """`await accessible(page, within=None)`: axe-core finds nothing against WCAG 2.2 AA, shadow roots included.

    `within` is the selector of the part to look at; without it, the whole page.
    """

    async def check(page: Page, within: str | None = None) -> None:
        results = await Axe().run(page, context=within, options=RULES)
        faults = [
            f"{fault['id']} ({fault['impact']}): {fault['help']}\n  "
            + "\n  ".join(f"{node['target']} {node['html'][:200]}" for node in fault["nodes"])
            for fault in results.response["violations"]
        ]
        assert not faults, "\n".join(faults)
        assert results.response["passes"]

    return check
