"""The supervisor's view in a real Chromium."""

from __future__ import annotations

import csv
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect
from sqlalchemy import select

from bot.conversations.hours import ZONE
from bot.operators import accounts, api, console
from bot.operators.names import Names
from bot.service import Service
from bot.storage import Conversation, Operator, OperatorSession
from bot.storage.tables import now
from tests.e2e.console import PASSWORD, SIZES, page_of
from tests.operators import rows
from tests.serving import application, serve
from texts import LANGUAGES, say

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
async def desk(service: Service) -> None:
    """Two wait, one of them too long; aigerim has one who awaits her word; marat's day has been good."""
    await Names.load("ru")  # the knowledge base is read once, which takes seconds where all processors are busy
    at = now()
    ids = {}
    for name, role in (("aigerim", "operator"), ("marat", "operator"), ("aliya", "supervisor")):
        await accounts.create(service.database, name, PASSWORD, role)
    async with service.database.write() as session:
        for row in await session.scalars(select(Operator)):
            ids[row.username] = row.id
            row.available, row.seen_at = row.username == "marat", at
        # Without a log-in of his own he would not count as there.
        hour = at + timedelta(hours=1)
        session.add(OperatorSession(token_hash="-", operator_id=ids["marat"], csrf_token="-", expires_at=hour))

        async def talk(number: int, minutes: float, **fields: object) -> None:
            opened = at - timedelta(minutes=minutes)
            topic = {"domain": "identity", "topic": "passport-issue"} if number != 2 else {}
            ticket = await rows.ticket(
                session, opened, conversation_id=None, operator_id=fields.get("operator_id"), **topic
            )
            due = opened + timedelta(minutes=5)
            fields = {"waiting_since": opened, "owed_since": opened, "reply_due": due, "reason": "asked"} | fields
            await rows.conversation(session, number, ticket_id=ticket.id, last_id=1, **topic, **fields)
            await rows.message(session, f"talk-{number}", 1, "=1+1, мой ИИН 850101300124", created_at=opened)
            ticket.conversation_id = f"talk-{number}"

        await talk(1, 2, state="waiting")
        await talk(2, 12, state="waiting", language="kk", reason="complaint", priority=1)
        await talk(3, 90, state="operator", operator_id=ids["aigerim"])
        yesterday = at.astimezone(ZONE).replace(hour=10, minute=0) - timedelta(days=1)
        for hour, domain in ((0, "identity"), (0, "tax"), (1, None), (4, "identity")):
            opened = yesterday + timedelta(hours=hour)
            await rows.ticket(
                session, opened, domain=domain, operator_id=ids["marat"], first_reply_at=opened + timedelta(minutes=3),
                ended_at=opened + timedelta(minutes=20), ended="closed", outcome="resolved", stars=5,
            )  # fmt: skip


@pytest.fixture
async def url(service: Service, desk: None) -> AsyncIterator[str]:
    async with serve(application(service, api.router, console.router)) as url:
        yield url


@pytest.fixture
async def open_overview(browser: Browser, url: str):
    """`await open_overview(language="kk", size="phone")`: the page for aliya; it must raise no error."""
    faults: list[str] = []

    async def make(language: str = "ru", size: str = "desktop", name: str = "aliya") -> Page:
        address = f"{url}/console/overview"
        page = await page_of(browser, address, name, faults, language=language, size=size)
        await expect(page.locator("#who")).to_have_text(name)
        return page

    yield make
    assert faults == []


def talk(page: Page, place: str, number: int):
    return page.locator(f"#{place} li", has=page.locator(f'a[href="/console#talk-{number}"]'))


async def stored(service: Service, number: int) -> Conversation:
    return await service.conversations.get(f"talk-{number}")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", SIZES)
async def test_a_supervisor_sees_the_present_and_the_day(open_overview, accessible, language, size):
    page = await open_overview(language, size)
    await expect(page.locator("#waiting-count")).to_have_text("2", timeout=15_000)
    await expect(page.locator("#oldest")).to_contain_text(say("console.minutes", language, n=12))
    await expect(page.locator("#held-count")).to_have_text("1")
    await expect(page.locator("#broken-count")).to_have_text("2")
    await expect(page.locator("#breaches li")).to_have_count(3)  # of talk 3 the reply and the end
    await expect(page.locator("#operators tr")).to_have_count(3)
    await expect(page.locator("#chart-hours svg")).to_have_attribute("role", "img")
    await accessible(page)

    await page.locator("#day-previous").click()
    await expect(page.locator("#chart-hours .bar-opened")).to_have_count(3)
    await expect(page.locator("#chart-domains .bar-answered")).to_have_count(3)
    for summary in await page.locator("#figures-some summary").all():
        await summary.click()
    await expect(page.locator("#table-hours tr")).to_have_count(3)
    await expect(page.locator("#group-operator tr").first).to_contain_text("marat")
    await accessible(page)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.locator("#day-next").click()
    await expect(page.locator("#day-today")).to_be_disabled()


async def test_what_changes_at_the_desk_changes_on_the_page(open_overview, service):
    page = await open_overview()
    await expect(talk(page, "queue", 1)).to_be_visible()
    marat = next(each for each in await accounts.everyone(service.database) if each.username == "marat")
    await service.conversations.claim("talk-1", marat)
    await expect(talk(page, "held", 1)).to_contain_text("marat", timeout=5000)
    await expect(talk(page, "queue", 1)).to_have_count(0)
    await expect(page.locator("#waiting-count")).to_have_text("1")


async def test_a_waiting_talk_is_brought_forward_and_back(open_overview, service):
    page = await open_overview()
    await expect(page.locator("#queue li a").first).to_have_attribute("href", "/console#talk-2")  # a complaint
    await talk(page, "queue", 1).get_by_role("button", name=say("overview.raise", "ru")).press("Enter")
    await expect(page.locator("#queue li a").first).to_have_attribute("href", "/console#talk-1")
    lower = talk(page, "queue", 1).get_by_role("button", name=say("overview.lower", "ru"))
    await expect(lower).to_be_focused()  # the same button after the list was drawn anew
    assert (await stored(service, 1)).priority == 2
    await lower.press("Enter")
    await expect(page.locator("#queue li a").first).to_have_attribute("href", "/console#talk-2")
    assert (await stored(service, 1)).priority == 0


async def test_a_talk_is_given_to_whom_the_supervisor_chooses(open_overview, service, accessible):
    page = await open_overview()
    button = talk(page, "held", 3).get_by_role("button", name=say("overview.reassign", "ru"))
    await button.click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("radio")).to_have_count(2)  # without aigerim, who has it
    await expect(dialog.get_by_role("radio").first).to_be_checked()
    await expect(dialog.locator("label").first).to_contain_text("marat")  # who is there
    await accessible(page)
    await page.keyboard.press("Escape")
    await expect(button).to_be_focused()
    await expect(talk(page, "held", 3)).to_contain_text("aigerim")

    await button.click()
    await dialog.get_by_role("button", name=say("overview.assign", "ru")).click()
    await expect(talk(page, "held", 3)).to_contain_text("marat")
    await talk(page, "queue", 2).get_by_role("button", name=say("overview.assign", "ru")).click()
    await dialog.locator("label", has_text="aigerim").click()
    await dialog.get_by_role("button", name=say("overview.assign", "ru")).click()
    await expect(talk(page, "held", 2)).to_contain_text("aigerim")


async def test_a_talk_opens_in_the_console(open_overview):
    page = await open_overview()
    await talk(page, "held", 3).get_by_role("link").click()
    await expect(page).to_have_url(re.compile("/console#talk-3$"))
    await expect(page.locator("#transcript .message.citizen")).to_have_count(1)


async def test_tables_are_saved_and_a_wrong_span_is_told_in_words(open_overview, tmp_path: Path):
    page = await open_overview()
    await expect(page.locator("#export-to")).not_to_have_value("")
    async with page.expect_download() as saving:
        await page.get_by_role("button", name=say("overview.export", "ru")).click()
    download = await saving.value
    assert download.suggested_filename.startswith("tickets-")
    await download.save_as(tmp_path / "tickets.csv")
    with (tmp_path / "tickets.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == 7
    assert {line["Первые слова гражданина"] for line in lines} == {"", "'=1+1, мой ИИН [iin …0124]"}

    async with page.expect_download() as saving:
        await talk(page, "queue", 1).get_by_role("button", name=say("overview.transcript_csv", "ru")).click()
    assert (await saving.value).suggested_filename == "talk-talk-1.csv"

    await page.locator("#export-from").fill("2020-01-01")
    await page.get_by_role("button", name=say("overview.export", "ru")).click()
    await expect(page.locator("#export-trouble")).to_have_text(say("errors.bad_span", "ru", days=92))


async def test_an_operator_has_no_such_page(open_overview):
    page = await open_overview(name="aigerim")
    await expect(page).to_have_url(re.compile("/console$"))
    assert await page.locator('a[href="/console/overview"]').count() == 0
