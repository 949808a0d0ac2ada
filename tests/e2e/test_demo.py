"""The demonstration page in a real Chromium: a public authority's page that embeds the widget as any site would."""

import pytest
from playwright.async_api import expect

from bot.channels import web
from bot.pages import chat, routes
from tests.serving import application, serve
from texts import LANGUAGES, say

pytestmark = [pytest.mark.browser, pytest.mark.slow]

IN_BOTH = pytest.mark.parametrize("language", LANGUAGES)


@pytest.fixture
async def url(service):
    async with serve(application(service, web.router, chat.router, routes.router)) as url:
        yield url


@pytest.fixture
def visit(browser, url):
    """`await visit(language)`: the page; any error that it reports fails the test."""
    faults = []

    async def visit(language, **options):
        context = await browser.new_context(locale=language, **options)
        page = await context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: message.type == "error" and faults.append(message.text))
        await page.goto(f"{url}/?language={language}")
        return page

    yield visit
    assert faults == []


@IN_BOTH
async def test_the_page_and_its_widget_load_under_its_own_policy(visit, language):
    page = await visit(language)
    await expect(page).to_have_title(say("demo.page_title", language))
    await expect(page.get_by_text(say("demo.demonstration", language)).first).to_be_visible()
    await expect(page.locator("jauap-chat button").first).to_be_visible()
    await expect(page.locator("jauap-chat > a")).to_be_hidden()  # what stands there for browsers without scripts
    assert await page.locator(".head img").evaluate("image => image.naturalWidth") > 0
    await page.get_by_role("link", name=say("demo.ask", language)).first.click()
    await expect(page.locator("jauap-chat").get_by_role("dialog")).to_be_visible()


@IN_BOTH
async def test_each_question_opens_the_chat_and_asks(visit, dialogue, eventually, language):
    page = await visit(language)
    await expect(page.locator("jauap-chat button").first).to_be_visible()
    sample = say("demo.sample_12", language)
    await page.get_by_role("button", name=sample, exact=True).click()
    await expect(page.locator("jauap-chat").get_by_role("dialog")).to_be_visible()

    async def asked():
        return [text for _, text in dialogue.asked]

    assert await eventually(asked) == [sample]


@IN_BOTH
async def test_without_scripts_the_page_leads_to_the_chat_that_needs_none(visit, service, language):
    page = await visit(language, java_script_enabled=False)
    await expect(page.locator("noscript .notice")).to_be_visible()  # text locators pass over it
    await page.locator("jauap-chat > a").click()
    await expect(page.get_by_label(say("chat.input", language))).to_be_visible()
    await page.go_back()
    sample = say("demo.sample_1", language)
    await page.get_by_role("button", name=sample, exact=True).click()
    await expect(page.get_by_label(say("chat.input", language))).to_have_value(sample)
    assert await service.conversations.find() == []  # nothing is sent before the citizen sends it
    await page.get_by_role("button", name=say("chat.send", language), exact=True).click()
    await expect(page.locator(".message.bot").last).to_contain_text(f"echo: {sample}")


@IN_BOTH
@pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 844), (320, 256)])  # the last: 1280 × 1024 at 400 %
async def test_the_page_is_accessible_and_fits_at_every_width(visit, accessible, language, width, height):
    # axe itself puts styles in the page, which its Content-Security-Policy would report
    page = await visit(language, viewport={"width": width, "height": height}, bypass_csp=True)
    await expect(page.locator("jauap-chat button").first).to_be_visible()
    await accessible(page)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    # Without the widget (axe is a script itself, so the page's own are taken away).
    await page.evaluate(
        """() => {
            const plain = document.createElement("div");
            plain.innerHTML = document.querySelector("noscript").textContent;
            document.querySelector("noscript").replaceWith(plain);
            const chat = document.querySelector("jauap-chat");
            chat.replaceWith(...chat.childNodes);
        }"""
    )
    await accessible(page)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
