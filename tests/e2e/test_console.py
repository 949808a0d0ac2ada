"""The operators' console in a real Chromium."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from actions.replies import Answer, Button, HandOver, Reply, SourceLink
from bot.conversations import State
from bot.operators import accounts, api, console
from bot.service import Service
from bot.storage import Conversation
from tests.e2e.console import PASSWORD, SIZES
from tests.serving import application, serve
from texts import LANGUAGES, say

pytestmark = [pytest.mark.browser, pytest.mark.slow]


class Bot:
    """Answers from the knowledge base, and hands over on «operator»."""

    async def ask(self, conversation_id: str, text: str, language: str, **how: Any) -> list[Reply]:
        if "оператор" in text:
            hand_over = HandOver(reason="asked", topic="identity-card-replacement")
            answer = Answer(decision="handover")
            return [Reply(text="Зову оператора.", language=language, answer=answer, hand_over=hand_over)]
        answer = Answer(
            decision="answer",
            service="identity-card-replacement",
            section="fee",
            sources=[SourceLink(url="https://www.gov.kz/services/3087", date="2026")],
            verified="2026-07-24",
        )
        buttons = [Button(title="Документы", payload="/services")]
        return [Reply(text=f"Ответ: {text}", language=language, answer=answer, buttons=buttons)]

    async def forget(self, conversation_ids: object) -> None: ...


@pytest.fixture
def dialogue() -> Bot:
    return Bot()


@pytest.fixture
async def url(service: Service) -> AsyncIterator[str]:
    for name, role in (("aigerim", "operator"), ("marat", "operator"), ("aliya", "supervisor")):
        await accounts.create(service.database, name, PASSWORD, role)
    async with serve(application(service, api.router, console.router)) as url:
        yield url


@pytest.fixture
async def open_console(browser: Browser, url: str):
    """`await open_console("aigerim", language="kk", size="phone")`: the page, logged in; it must raise no error."""
    faults: list[str] = []

    async def make(name: str, language: str = "ru", size: str = "desktop") -> Page:
        context = await browser.new_context(viewport=SIZES[size], locale=language)
        page = await context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda line: faults.append(line.text) if "Content Security Policy" in line.text else None)
        await page.goto(f"{url}/console?language={language}")
        await page.get_by_label(say("console.username", language)).fill(name)
        await page.get_by_label(say("console.password", language), exact=True).fill(PASSWORD)
        await page.get_by_role("button", name=say("console.log_in", language)).click()
        await expect(page.locator("#who")).to_have_text(name)
        return page

    yield make
    assert faults == []


class Citizen:
    """Writes to the service directly, as a channel does."""

    def __init__(self, service: Service, conversation: Conversation) -> None:
        self.service, self.id = service, conversation.id

    @classmethod
    async def come(cls, service: Service, *texts: str) -> Citizen:
        conversation, _ = await service.conversations.open("web", "ru")
        citizen = cls(service, conversation)
        for number, text in enumerate(texts, start=1):
            await citizen.write(text)
            await citizen.answered(2 * number)
        return citizen

    async def write(self, text: str) -> None:
        await self.service.conversations.receive(self.id, key=str(uuid.uuid4()), text=text)

    async def answered(self, count: int) -> None:
        async with asyncio.timeout(5):
            while len(await self.heard()) < count:  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    async def heard(self) -> list[tuple[str, str]]:
        messages = await self.service.conversations.messages(self.id)
        return [(message.author, message.text) for message in messages]

    async def state(self) -> State:
        return State((await self.service.conversations.get(self.id)).state)


async def write_reply(page: Page, text: str) -> None:
    await page.locator("#reply-text").fill(text)
    await page.locator("#reply-text").press("Enter")
    await expect(page.locator(".message.operator:not(.pending)", has_text=text)).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", SIZES)
async def test_an_operator_takes_a_talk_both_write_and_it_goes_back_to_the_bot(
    open_console, service, language, size, accessible
):
    page = await open_console("aigerim", language, size)
    async with page.expect_response("**/me/status"):
        await page.get_by_text(say("console.available", language), exact=True).click()
    await expect(page.get_by_role("switch", name=say("console.available", language))).to_be_checked()
    assert (await accounts.everyone(service.database))[0].available
    await accessible(page)

    citizen = await Citizen.come(service, "сколько стоит?", "позовите оператора")
    item = page.locator("#queue li")
    await expect(item).to_have_count(1)  # by itself
    await expect(page).to_have_title(f"(1) {say('console.title', language)}")

    await item.get_by_role("link").click()
    await expect(page.locator(".message.citizen .text")).to_have_text(["сколько стоит?", "позовите оператора"])
    basis = page.locator(".message.bot .basis").first
    await expect(basis).to_contain_text("24.07.2026")
    await expect(basis.get_by_role("link", name="gov.kz")).to_have_attribute("href", "https://www.gov.kz/services/3087")
    await expect(page.locator("#reply")).to_be_hidden()

    await page.locator("#claim").click()
    await expect(page.locator("#reply-text")).to_be_focused()
    await write_reply(page, "Здравствуйте! Чем помочь?")
    assert (await citizen.heard())[-1] == ("operator", "Здравствуйте! Чем помочь?")
    await citizen.write("Где мой документ?")
    await expect(page.locator(".message.citizen").last).to_contain_text("Где мой документ?", timeout=1000)
    await accessible(page)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    await page.locator("#return").click()
    await page.get_by_role("dialog").get_by_role("button", name=say("console.return", language)).click()
    await expect(page.locator("#talks li")).to_have_count(0)
    await expect(page.locator("#farewell")).to_have_text(say("console.done_return", language))
    await expect(page.locator("#farewell")).to_be_visible()
    assert await citizen.state() == State.BOT
    await citizen.write("а документы?")

    async with asyncio.timeout(5):
        while (await citizen.heard())[-1] != ("bot", "Ответ: а документы?"):  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_a_refused_log_in_says_so_and_the_form_is_accessible(browser, url, accessible):
    page = await browser.new_page(locale="kk")
    await page.goto(f"{url}/console?language=kk")
    await page.locator("#username").fill("aigerim")
    await page.locator("#password").fill("not the right one")
    await page.keyboard.press("Enter")
    await expect(page.locator("#refusal")).to_contain_text("құпиясөз")
    await accessible(page)


async def test_who_comes_second_learns_who_was_first(open_console, service):
    one, other = await open_console("aigerim"), await open_console("marat")
    await Citizen.come(service, "позовите оператора")
    await other.locator("#queue li a").click()
    await expect(other.locator("#claim")).to_be_visible()
    await one.locator("#queue li button").click()
    await expect(one.locator("#reply")).to_be_visible()
    await expect(other.locator("#queue li")).to_have_count(0)
    await expect(other.locator("#open")).to_be_hidden()
    await expect(other.locator("#farewell")).to_have_text(say("console.not_found_any_more", "ru"))


async def test_a_claim_that_comes_too_late_says_who_has_the_talk(open_console, service):
    page = await open_console("aigerim")
    await Citizen.come(service, "позовите оператора")
    await page.locator("#queue li a").click()
    await expect(page.locator("#claim")).to_be_visible()
    service.events.publish = lambda event: None  # this page does not hear yet that marat was quicker
    marat = next(each for each in await accounts.everyone(service.database) if each.username == "marat")
    (waiting,) = await service.conversations.queue()
    await service.conversations.claim(waiting.id, marat)
    await page.locator("#claim").click()
    await expect(page.locator("#farewell")).to_have_text(say("errors.already_claimed", "ru", owner="marat"))


async def test_a_draft_waits_in_its_own_talk(open_console, service):
    page = await open_console("aigerim")
    first, second = [await Citizen.come(service, "позовите оператора") for _ in range(2)]
    for citizen in (first, second):
        await page.locator(f'#queue li[data-id="{citizen.id}"] button').click()
        await expect(page.locator("#reply-text")).to_be_focused()
        await page.locator("#reply-text").fill(f"черновик {citizen.id}")
    for citizen in (first, second):
        await page.locator(f'#talks li[data-id="{citizen.id}"] a').click()
        await expect(page.locator("#reply-text")).to_have_value(f"черновик {citizen.id}")
    await page.reload()
    await expect(page.locator("#reply-text")).to_have_value(f"черновик {second.id}")


async def test_a_talk_that_is_not_open_is_marked_when_the_citizen_writes(open_console, service):
    page = await open_console("aigerim")
    first, second = [await Citizen.come(service, "позовите оператора") for _ in range(2)]
    for citizen in (first, second):
        await page.locator(f'#queue li[data-id="{citizen.id}"] button').click()
        await expect(page.locator("#reply-text")).to_be_focused()
    item = page.locator(f'#talks li[data-id="{first.id}"]')
    await expect(item.locator(".badge")).to_have_count(0)
    await first.write("ау")
    await expect(item.locator(".badge")).to_have_text(say("console.new_message", "ru"))
    await expect(page).to_have_title(f"(1) {say('console.title', 'ru')}")
    await item.get_by_role("link").click()
    await expect(page.locator(".message.citizen").last).to_contain_text("ау")
    await expect(item.locator(".badge")).to_have_count(0)


async def test_what_could_not_be_sent_is_kept_and_sent_again_once(open_console, service):
    page = await open_console("aigerim")
    citizen = await Citizen.come(service, "позовите оператора")
    await page.locator("#queue li button").click()
    await page.route("**/messages", lambda route: route.abort())
    await page.locator("#reply-text").fill("Здравствуйте!")
    await page.locator("#reply-text").press("Enter")
    await expect(page.locator(".pending .failed")).to_be_visible()
    await page.unroute("**/messages")
    await page.get_by_role("button", name=say("console.retry", "ru")).click()
    await expect(page.locator(".message.operator")).to_have_count(1)
    await expect(page.locator(".pending")).to_have_count(0)
    assert [text for author, text in await citizen.heard() if author == "operator"] == ["Здравствуйте!"]


async def test_a_citizens_markup_stays_text(open_console, service):
    page = await open_console("aigerim")
    await Citizen.come(service, "<img src=x onerror=alert(1)> оператор")
    await page.locator("#queue li a").click()
    await expect(page.locator(".message.citizen .text")).to_have_text("<img src=x onerror=alert(1)> оператор")
    assert await page.locator("#transcript img").count() == 0


async def test_notes_transfer_and_closing(open_console, service, accessible):
    one, other = await open_console("aigerim"), await open_console("marat")
    citizen = await Citizen.come(service, "позовите оператора")
    await one.locator("#queue li button").click()
    await one.locator("#notes summary").click()
    await one.locator("#note-text").fill("перезвонить после обеда")
    await one.locator("#note-text").press("Enter")
    await expect(one.locator("#note-list li")).to_contain_text("перезвонить после обеда")
    await one.locator("#transfer").click()
    await one.locator("#colleague").select_option("marat")
    await one.locator("#transfer-reason").fill("знает эту услугу")
    await accessible(one)
    await one.locator("#transfer-yes").click()
    await expect(one.locator("#open")).to_be_hidden()

    await other.locator("#talks li a").click()
    await expect(other.locator("#note-list li").first).to_contain_text("перезвонить после обеда")
    await expect(other.locator("#note-list li").last).to_contain_text("знает эту услугу")
    await other.locator("#close").click()
    await other.locator("#outcome").select_option("redirected")
    await accessible(other)
    await other.locator("#close-dialog .primary").click()
    await expect(other.locator("#talks li")).to_have_count(0)
    assert await citizen.state() == State.CLOSED
    assert (await service.conversations.get(citizen.id)).outcome == "redirected"


async def test_the_keys_of_the_help_do_what_it_says(open_console, service, accessible):
    page = await open_console("aigerim")
    first, second = [await Citizen.come(service, "позовите оператора") for _ in range(2)]
    await expect(page.locator("#queue li")).to_have_count(2)
    await page.keyboard.press("Alt+Enter")
    await expect(page.locator(f'#talks li[data-id="{first.id}"]')).to_be_visible()
    await expect(page.locator("#reply-text")).to_be_focused()
    await page.keyboard.type("одна")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("две")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".message.operator:not(.pending) .text")).to_have_text("одна\nдве")
    await page.keyboard.press("Alt+ArrowDown")
    await expect(page.locator(f'#queue li[data-id="{second.id}"] a')).to_have_attribute("aria-current", "true")
    await page.keyboard.press("Escape")
    await expect(page.locator("#nothing")).to_be_visible()
    await page.locator("#who").click()
    await page.locator("#show-help").click()
    await accessible(page)
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_a_supervisor_reads_along_in_anothers_talk(open_console, service):
    owner, page = await open_console("aigerim"), await open_console("aliya")
    citizen = await Citizen.come(service, "позовите оператора")
    await owner.locator("#queue li button").click()
    await expect(owner.locator("#reply")).to_be_visible()
    await page.locator("#all-section summary").click()
    await page.locator("#all li a").click()
    await expect(page.locator("#read-only")).to_have_text(say("console.read_only_other", "ru", operator="aigerim"))
    await citizen.write("вижу вас")
    await expect(page.locator(".message.citizen").last).to_contain_text("вижу вас")
    await expect(page.locator("#reply")).to_be_hidden()


async def test_after_a_break_of_the_line_nothing_is_missing(open_console, service):
    page = await open_console("aigerim")
    citizen = await Citizen.come(service, "позовите оператора")
    await page.locator("#queue li button").click()
    await expect(page.locator("#reply")).to_be_visible()
    await page.context.set_offline(True)
    service.events.close()  # the stream breaks
    await expect(page.locator("#connection")).to_have_text(say("console.offline", "ru"))
    await citizen.write("пока вас не было")
    await page.context.set_offline(False)
    await expect(page.locator(".message.citizen").last).to_contain_text("пока вас не было")
    await expect(page.locator("#connection")).to_be_hidden()


async def test_logging_out_leads_to_the_form_and_leaves_no_draft(open_console, service):
    page = await open_console("aigerim")
    await Citizen.come(service, "позовите оператора")
    await page.locator("#queue li button").click()
    await page.locator("#reply-text").fill("черновик")
    await page.locator("#who").click()
    await page.locator("#log-out").click()
    await expect(page.locator("#log-in")).to_be_visible()
    assert await page.evaluate("sessionStorage.length") == 0
    await page.reload()
    await expect(page.locator("#log-in")).to_be_visible()
