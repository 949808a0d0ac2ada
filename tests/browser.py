"""Fixtures for tests in a real Chromium: a browser, and axe's verdict on a page.

They are asynchronous, as all tests here: a test serves its application by `tests.serving.serve` in the same event loop
and can reach into the service beside the page. `tests/e2e/conftest.py` gives them to every test there.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, async_playwright

__all__ = ["ARGUMENTS", "accessible", "browser", "chromium"]

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


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """A fresh Chromium."""
    executable = chromium()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=list(ARGUMENTS))
        yield browser
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
