"""A served widget, and visits to it in a real Chromium; only the dialogue is the test's own."""

from __future__ import annotations

import pytest

from tests.e2e.widget.page import Dialogue, Widget, application
from tests.serving import serve


@pytest.fixture
def dialogue():
    return Dialogue()


@pytest.fixture
async def url(service):
    async with serve(application(service)) as url:
        yield url


@pytest.fixture
def visit(browser, url):
    """`await visit(language)`: the demonstration page in a browser of its own; any error on it fails the test."""
    faults = []

    async def visit(language, *, at=url, clock=False, **options):
        context = await browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **options})
        page = await context.new_page()
        if clock:
            await page.clock.install()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: message.type == "error" and faults.append(message.text))
        await page.goto(f"{at}/?language={language}")
        return Widget(page, language)

    yield visit
    unexpected = [fault for fault in faults if not any(known in fault for known in ("net::ERR", "404", "422", "503"))]
    assert unexpected == []
