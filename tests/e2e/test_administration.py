"""Administration and the own log-in in a real Chromium."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pyotp
import pytest
from playwright.async_api import Browser, Page, expect

from bot import audit
from bot.operators import accounts, api, console
from bot.service import Service
from bot.storage.tables import now
from tests.e2e.console import PASSWORD, page_of
from tests.serving import application, serve
from texts import LANGUAGES, catalogue, say

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
async def url(service: Service) -> AsyncIterator[str]:
    for name, role in (("aliya", "admin"), ("aigerim", "operator")):
        await accounts.create(service.database, name, PASSWORD, role)
    async with serve(application(service, api.router, console.router)) as url:
        yield url


@pytest.fixture
async def open_page(browser: Browser, url: str):
    """`await open_page("aliya", "administration", language="kk", size="phone")`: logged in; it must raise no error."""
    faults: list[str] = []

    async def make(name: str, place: str, language: str = "ru", size: str = "desktop", log_in: bool = True) -> Page:
        address, touch = f"{url}/console/{place}", size == "phone"
        page = await page_of(browser, address, name, faults, language=language, size=size, has_touch=touch)
        if log_in:
            await expect(page.locator("#who")).to_have_text(name)
        return page

    yield make
    assert faults == []


def code_of(secret: str, steps: int = 0) -> str:
    generator = pyotp.TOTP(secret)
    return generator.generate_otp(generator.timecode(now()) + steps)


async def fits(page: Page) -> None:
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize(("language", "size"), [("ru", "desktop"), ("kk", "phone")])
async def test_an_account_is_added_changed_disabled_and_enabled(open_page, service, accessible, language, size):
    page = await open_page("aliya", "administration", language, size)
    t = catalogue("administration", language)
    await expect(page.locator("#account-rows tr")).to_have_count(2)
    await accessible(page)
    await fits(page)

    await page.locator("#account-add").click()
    await accessible(page)
    await page.locator("#account-username").fill("Marat")
    await page.locator("#account-password").fill("short")
    await page.locator("#account-form .primary").click()
    await expect(page.locator("#account-trouble")).to_have_text(say("errors.bad_password", language))
    await page.locator("#account-invent").click()
    invented = await page.locator("#account-password").input_value()
    assert len(invented) >= 16
    await page.locator('#account-domains [value="tax"]').check()
    await page.locator("#account-capacity").fill("7")
    await page.locator("#account-form .primary").click()
    await expect(page.locator("#accounts-done")).to_have_text(t["account_added"].format(name="Marat"))
    row = page.locator("#account-rows tr", has_text="marat")
    await expect(row).to_contain_text(say("actions.domain_tax", language))
    await fits(page)

    await row.get_by_role("button").click()
    await expect(page.locator("#account-title")).to_have_text("marat")
    await page.locator("#account-role").select_option("supervisor")
    await page.locator('#account-domains [value="tax"]').uncheck()
    await page.locator("#account-form .primary").click()
    await expect(row).to_contain_text(t["role_supervisor"])
    await expect(row).to_contain_text(t["domains_all"])

    await row.get_by_role("button").click()
    await page.locator("#account-disable").click()
    await accessible(page)
    await page.locator("#sure-yes").click()
    await expect(row).to_contain_text(t["state_disabled"])
    await row.get_by_role("button").click()
    await page.locator("#account-enable").click()
    await expect(row).not_to_contain_text(t["state_disabled"])

    await row.get_by_role("button").click()
    await page.locator("#account-give-password").click()
    await page.locator("#new-password").fill("another horse 8")
    await page.locator("#password-form .primary").click()
    await expect(page.locator("#accounts-done")).to_have_text(t["password_given"].format(name="marat"))
    found = {each.username: each for each in await accounts.everyone(service.database)}["marat"]
    assert (found.role, found.domains, found.capacity, found.disabled) == ("supervisor", [], 7, False)


async def test_the_last_administrator_is_told_why_not(open_page):
    page = await open_page("aliya", "administration")
    await page.locator("#account-rows tr", has_text="aliya").get_by_role("button").click()
    await page.locator("#account-role").select_option("operator")
    await page.locator("#account-form .primary").click()
    await expect(page.locator("#account-trouble")).to_have_text(say("errors.last_administrator", "ru"))
    await page.keyboard.press("Escape")
    await expect(page.locator("#account-dialog")).to_be_hidden()


@pytest.mark.parametrize(("language", "size"), [("ru", "phone"), ("kk", "desktop")])
async def test_the_desk_is_set_in_words_and_minutes(open_page, service, accessible, language, size):
    page = await open_page("aliya", "administration", language, size)
    t = catalogue("administration", language)
    await page.locator('.parts [href="#desk"]').click()
    await expect(page.locator("#hours-words")).to_contain_text(t["day_Fri"])
    await accessible(page)
    await fits(page)

    await page.locator("#hours-closes").fill("8:00")
    await expect(page.locator("#hours-words")).to_have_text(t["hours_wrong"])
    await page.locator("#desk-form .primary").click()
    await expect(page.locator("#hours-closes")).to_be_focused()
    await page.locator("#hours-closes").fill("half past")
    await expect(page.locator("#hours-words")).to_have_text(t["hours_unreadable"])
    await accessible(page)

    await page.locator("#hours-last").select_option("Sat")
    await page.locator("#hours-opens").fill("8:30")
    await page.locator("#hours-closes").fill("20:00")
    await page.locator('[name="mode"][value="assign"]').check()
    await page.locator("#span-first_reply").fill("7.5")
    await page.locator("#desk-form .primary").click()
    await expect(page.locator("#desk-done")).to_have_text(t["saved"])
    async with service.database.read() as session:
        desk = await service.conversations.desk.read(session)
    assert (desk.office_hours, desk.mode, desk.first_reply) == ("Mon-Sat 08:30-20:00", "assign", 450)
    await page.reload()
    await expect(page.locator("#hours-closes")).to_have_value("20:00")
    await expect(page.locator("#span-first_reply")).to_have_value("7.5")

    await page.locator('.parts [href="#audit"]').click()
    changed = page.locator("#audit-rows tr", has_text=t["act_desk_changed"])
    await expect(changed).to_have_count(3)
    await expect(changed.filter(has_text="Mon-Sat")).to_contain_text("Mon-Fri 09:00-18:00 → Mon-Sat 08:30-20:00")
    await accessible(page)
    await fits(page)


async def test_the_audit_log_is_filtered_and_read_on(open_page, service):
    async with service.database.write() as session:
        for number in range(120):
            await audit.record(session, "aigerim", "talk_prioritised", f"talk-{number}", priority=2)
    page = await open_page("aliya", "administration")
    await page.locator('.parts [href="#audit"]').click()
    await expect(page.locator("#audit-rows tr")).to_have_count(100)
    await expect(page.locator("#audit-rows tr", has_text="talk-0")).to_have_count(0)
    await page.locator("#audit-more").click()
    await expect(page.locator("#audit-rows tr", has_text="talk-0")).to_have_count(1)
    await expect(page.locator("#audit-more")).to_be_hidden()
    await expect(page.locator("#audit-rows tr").nth(100)).to_be_focused()
    await page.locator("#audit-act").select_option("account_added")
    await page.locator("#audit-form button").click()
    await expect(page.locator("#audit-rows tr")).to_have_count(2)
    await page.locator("#audit-actor").fill("aigerim")
    await page.locator("#audit-form button").click()
    await expect(page.locator("#audit-none")).to_be_visible()


async def test_operators_do_not_get_the_page_and_find_their_own_in_the_menu(open_page):
    page = await open_page("aigerim", "administration")
    assert page.url.endswith("/console")
    await page.locator("#who").click()
    await page.get_by_role("link", name=say("console.my_log_in", "ru")).click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(say("me.heading", "ru"))


@pytest.mark.parametrize(("language", "size"), [("ru", "phone"), ("kk", "desktop")])
async def test_the_second_factor_is_set_up_asked_for_and_removed(open_page, url, accessible, language, size):
    page = await open_page("aigerim", "me", language, size)
    t = catalogue("me", language)
    await accessible(page)
    await page.locator("#totp-password").fill("guess")
    await page.locator("#totp-begin .primary").click()
    await expect(page.locator("#totp-trouble")).to_have_text(say("errors.wrong_password", language))
    await page.locator("#totp-password").fill(PASSWORD)
    await page.locator("#totp-begin .primary").click()
    await expect(page.locator("#totp-qr svg")).to_be_visible()
    await accessible(page)
    await fits(page)
    secret = (await page.locator("#totp-secret").inner_text()).replace(" ", "")
    await page.locator("#totp-code").fill(code_of(secret))
    await page.locator("#totp-confirm .primary").click()
    await expect(page.locator("#totp-state")).to_have_text(t["totp_on"])
    assert await page.locator("#totp-secret").inner_text() == ""

    await page.locator("#who").click()
    await page.locator("#log-out").click()
    await page.locator("#username").fill("aigerim")
    await page.locator("#password").fill(PASSWORD)
    await page.locator("#submit").click()
    await expect(page.locator("#code")).to_be_focused()
    await expect(page.locator("#refusal")).to_have_text(say("errors.code_needed", language))
    await accessible(page)
    await page.locator("#code").fill(code_of(secret, 1))
    await page.locator("#submit").click()
    await expect(page.locator("#totp-state")).to_have_text(t["totp_on"])

    await page.locator("#totp-removing summary").click()
    await page.locator("#totp-remove-password").fill(PASSWORD)
    await page.locator("#totp-remove button").click()
    await expect(page.locator("#totp-state")).to_have_text(t["totp_off"])


async def test_the_own_password_is_changed(open_page, service):
    page = await open_page("aigerim", "me")
    await page.locator("#password-old").fill(PASSWORD)
    await page.locator("#password-new").fill("another horse 8")
    await page.locator("#password-again").fill("another horse 9")
    await page.locator("#password-form button").click()
    await expect(page.locator("#password-trouble")).to_have_text(say("me.password_differs", "ru"))
    await page.locator("#password-again").fill("another horse 8")
    await page.locator("#password-form button").click()
    await expect(page.locator("#password-done")).to_have_text(say("me.password_done", "ru"))
    async with page.expect_response("**/me/status"):
        await page.get_by_text(say("console.available", "ru"), exact=True).click()
    assert {each.username: each.available for each in await accounts.everyone(service.database)}["aigerim"]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_where_the_second_factor_is_required_there_is_only_its_page_until_it_is_set_up(
    open_page, service, accessible, language
):
    async with service.database.write() as session:
        await service.conversations.desk.change(session, {"second_factor": "required"})
    page = await open_page("aigerim", "", language, "phone", log_in=False)
    await expect(page.locator("#totp-password")).to_be_focused()
    assert await page.locator("#queue, nav, #menu").count() == 0
    await accessible(page)
    await fits(page)
    await page.locator("#totp-password").fill(PASSWORD)
    await page.locator("#totp-begin .primary").click()
    await expect(page.locator("#totp-secret")).not_to_be_empty()
    secret = (await page.locator("#totp-secret").inner_text()).replace(" ", "")
    await page.locator("#totp-code").fill(code_of(secret))
    await page.locator("#totp-confirm .primary").click()
    await expect(page.locator("#who")).to_have_text("aigerim")
    await expect(page.locator("#queue")).to_be_attached()
