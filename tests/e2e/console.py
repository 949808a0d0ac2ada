"""A page of the console in a browser of its own, logged in."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Browser, Page

__all__ = ["PASSWORD", "SIZES", "page_of"]

PASSWORD = "correct horse 7"
SIZES = {"desktop": {"width": 1280, "height": 800}, "phone": {"width": 390, "height": 844}}


async def page_of(
    browser: Browser, address: str, name: str, faults: list[str], *, language: str, size: str, **options: Any
) -> Page:
    """The page at `address` after `name` has logged in there; what it reports as wrong is added to `faults`.

    Waiting for what shows that it is drawn is left to the caller. `options` are those of the browser's context.
    """
    context = await browser.new_context(viewport=SIZES[size], locale=language, **options)  # type: ignore[arg-type]
    page = await context.new_page()
    page.set_default_timeout(20_000)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: faults.append(line.text) if "Content Security Policy" in line.text else None)
    await page.goto(f"{address}?language={language}")
    await page.locator("#username").fill(name)
    await page.locator("#password").fill(PASSWORD)
    await page.locator("#submit").click()
    return page
