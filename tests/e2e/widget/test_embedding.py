"""The widget on a site of somebody else: what it needs there, what the site may set, and who may not have it."""

from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from playwright.async_api import expect

from bot.app import create_app
from tests.e2e.widget.page import FEE_TEXT, FEE_TITLE, TEXT, Widget
from tests.serving import serve

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# As strict as a site's policy can be: nothing inline, no markup made by scripts.
POLICY = (
    "default-src 'none'; script-src {url}; style-src {url} 'self'; connect-src {url}; base-uri 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)


@asynccontextmanager
async def embedded(service, element, *, allowed=True, style=""):
    """A site of another origin with `element` in its page, and our service; gives the site's address."""
    site = FastAPI()
    site.state.service = service
    async with serve(site) as foreign:
        origins = [foreign] if allowed else ["https://gov.example"]
        ours = replace(service, settings=service.settings.model_copy(update={"allowed_origins": origins}))
        async with serve(create_app(ours, search=None)) as url:
            page = (
                f'<!doctype html><html lang="ru"><title>Сайт</title><link rel="stylesheet" href="/site.css">'
                f'<script type="module" src="{url}/widget.js"></script>{element}'
            )
            site.get("/")(lambda: HTMLResponse(page, headers={"Content-Security-Policy": POLICY.format(url=url)}))
            site.get("/site.css")(lambda: HTMLResponse(style, media_type="text/css"))
            yield foreign


async def test_the_widget_works_on_an_allowed_site_under_the_strictest_policy(browser, service):
    element = '<jauap-chat language="kk" title="Көмек" position="left"></jauap-chat>'
    async with embedded(service, element) as foreign:
        page = await browser.new_page()
        faults = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: message.type == "error" and faults.append(message.text))
        await page.goto(foreign)
        widget = Widget(page, "kk")
        await widget.open()
        await expect(widget.panel).to_have_accessible_name("Көмек")
        box = await widget.panel.bounding_box()
        assert box["x"] < 100
        await widget.answered()
        await expect(widget.messages("bot").last).to_contain_text(TEXT["kk"].splitlines()[0])
        await widget.panel.get_by_role("button", name=FEE_TITLE["kk"]).click()
        await expect(widget.messages("bot").last).to_contain_text(FEE_TEXT["kk"])
        await widget.button("menu").click()
        async with page.expect_download() as downloading:
            await widget.button("download").click()
        assert (await downloading.value).suggested_filename.endswith(".txt")
        await page.reload()
        await widget.open()
        await expect(widget.messages("citizen")).to_have_count(2)
        await widget.choose("erase")
        await widget.button("erase_yes").click()
        await expect(widget.log.get_by_text(widget.say("erased"))).to_be_visible()
        assert [fault for fault in faults if "favicon" not in fault and "404" not in fault] == []


async def test_on_a_site_that_is_not_allowed_nothing_runs_and_its_own_link_stays(browser, service):
    element = '<jauap-chat language="ru"><a href="https://jauap.example/chat">Задать вопрос</a></jauap-chat>'
    async with embedded(service, element, allowed=False) as foreign:
        page = await browser.new_page()
        async with page.expect_event("requestfailed", lambda request: request.url.endswith("/widget.js")):
            await page.goto(foreign)
        await expect(page.get_by_role("link", name="Задать вопрос")).to_be_visible()
        assert await page.evaluate("document.querySelector('jauap-chat').shadowRoot") is None


async def test_where_the_widget_runs_it_takes_the_place_of_the_link(browser, service):
    element = '<jauap-chat language="ru"><a href="https://jauap.example/chat">Задать вопрос письмом</a></jauap-chat>'
    async with embedded(service, element) as foreign:
        page = await browser.new_page()
        await page.goto(foreign)
        await expect(Widget(page, "ru").launcher).to_be_visible()
        await expect(page.get_by_role("link", name="Задать вопрос письмом")).to_be_hidden()


async def test_a_site_sets_colours_and_sizes_and_switches_language_and_window_by_attributes(browser, service):
    style = "jauap-chat { --jauap-accent: #7a1f5c; --jauap-size: 18px; --jauap-width: 500px } button { display: none }"
    async with embedded(service, '<jauap-chat language="ru" open></jauap-chat>', style=style) as foreign:
        page = await browser.new_page(viewport={"width": 1280, "height": 800})
        await page.goto(foreign)
        widget = Widget(page, "ru")
        await expect(widget.panel).to_be_visible()  # the attribute `open`
        look = "(element, name) => getComputedStyle(element)[name]"
        assert await widget.panel.locator(".header").evaluate(look, "backgroundColor") == "rgb(122, 31, 92)"
        assert await widget.panel.evaluate(look, "fontSize") == "18px"
        assert (await widget.panel.bounding_box())["width"] == 500
        await page.evaluate("document.querySelector('jauap-chat').setAttribute('language', 'kk')")
        await expect(widget.panel).to_have_accessible_name(Widget(page, "kk").say("title"))
        await page.evaluate("document.querySelector('jauap-chat').setAttribute('title', 'Кеңес')")
        await expect(widget.panel).to_have_accessible_name("Кеңес")
        await page.evaluate("document.querySelector('jauap-chat').hide()")
        await expect(widget.panel).to_be_hidden()
        await expect(widget.launcher).to_be_visible()
