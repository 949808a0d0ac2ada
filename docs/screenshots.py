"""Takes the pictures of the documentation: `python docs/screenshots.py URL OPERATOR PASSWORD`, of a running service."""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.browser import ARGUMENTS, chromium

IMAGES = Path(__file__).parent / "images"
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
WIDE = {"width": 1440, "height": 900}
TALKS = {
    "ru": ("Как заменить удостоверение личности, если потерял?", "а сколько стоит?", "позовите оператора"),
    "kk": ("Жеке куәлікті жоғалтып алдым, не істеймін?", "қандай құжат керек?", "операторды шақырыңыз"),
}


def shoot_widget(
    browser: Browser, url: str, language: str, size: dict[str, int], name: str, questions: int, *, large: bool = False
) -> None:
    page = browser.new_page(viewport=size, locale=language)
    page.goto(f"{url}/?language={language}")
    page.locator("jauap-chat button").first.click()
    page.locator("jauap-chat textarea").wait_for()
    if large:
        page.locator("jauap-chat button.large").click()
    for question in TALKS[language][:questions]:
        page.locator("jauap-chat textarea").fill(question)
        page.locator("jauap-chat textarea").press("Enter")
        page.wait_for_timeout(1500)  # the answer, and the scrolling to it
    page.screenshot(path=IMAGES / f"{name}-{language}.png")


def log_in(page: Page, address: str, account: tuple[str, str]) -> None:
    page.goto(address)
    page.locator("#username").fill(account[0])
    page.locator("#password").fill(account[1])
    page.keyboard.press("Enter")


def shoot_console(
    browser: Browser, url: str, account: tuple[str, str], language: str, size: dict[str, int], name: str
) -> None:
    page = browser.new_page(viewport=size, locale=language)
    log_in(page, f"{url}/console?language={language}", account)
    page.locator("#queue").wait_for(state="attached")
    page.wait_for_timeout(1000)
    if not page.locator("#available").is_checked():
        page.locator("#available").check(force=True)
    page.locator("#queue li button, #queue li a, #talks li button, #talks li a").first.click()
    page.wait_for_timeout(500)
    if page.locator("#claim").is_visible():
        page.locator("#claim").click()
        page.wait_for_timeout(1500)  # the passages beside the talk
    page.screenshot(path=IMAGES / f"{name}-{language}.png")


def shoot_overview(browser: Browser, url: str, account: tuple[str, str], language: str) -> None:
    page = browser.new_page(viewport=DESKTOP, locale=language)
    log_in(page, f"{url}/console/overview?language={language}", account)
    page.locator("#operators tr").first.wait_for()
    page.wait_for_timeout(1000)
    page.screenshot(path=IMAGES / f"console-overview-{language}.png")


def main() -> None:
    url, *account = sys.argv[1:4]
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(ARGUMENTS))
        for language in TALKS:
            shoot_widget(browser, url, language, DESKTOP, "widget-desktop", 2)
            shoot_widget(browser, url, language, PHONE, "widget-large", 2, large=True)
            shoot_widget(browser, url, language, PHONE, "widget-phone", 3)
            shoot_console(browser, url, (account[0], account[1]), language, DESKTOP, "console-desktop")
            shoot_console(browser, url, (account[0], account[1]), language, WIDE, "console-talk")
            shoot_console(browser, url, (account[0], account[1]), language, PHONE, "console-phone")
            shoot_overview(browser, url, (account[0], account[1]), language)


if __name__ == "__main__":
    main()
