"""A working day in real browsers: a citizen in the widget, two operators and a supervisor beside them."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import select

from actions import knowledge
from actions.knowledge import Knowledge
from actions.replies import HandOver, Reply
from bot.channels import web
from bot.operators import accounts, api, console
from bot.pages import routes
from bot.storage import AuditEntry, Ticket
from knowledge_base.model import load_all
from knowledge_base.search import Searcher
from tests.e2e.test_console import PASSWORD, Bot, Citizen, open_console, write_reply
from tests.e2e.test_console_talk import GivenSearch
from tests.e2e.widget.page import Widget
from tests.serving import application, serve
from texts import LANGUAGES, say

__all__ = ["open_console"]

pytestmark = [pytest.mark.browser, pytest.mark.slow]

IIN = "850101300124"
ASKED = {
    "ru": f"сколько стоит удостоверение? мой ИИН {IIN}",
    "kk": f"жеке куәлік қанша тұрады? ЖСН {IIN}",
}
WISH = {"ru": "позовите оператора", "kk": "операторды шақырыңыз"}


class LeavingBot(Bot):
    """As `Bot`, and takes a question left for office hours, with a telephone number, on «+7»."""

    async def ask(self, conversation_id: str, text: str, language: str, **how: Any) -> list[Reply]:
        if "+7" in text:
            left = HandOver(reason="left", domain="identity", contact="+7 701 123 45 67")
            return [Reply(text="Передам.", language=language, hand_over=left)]  # type: ignore[arg-type]
        return await super().ask(conversation_id, text, language, **how)


@pytest.fixture
def dialogue() -> LeavingBot:
    return LeavingBot()


@pytest.fixture
async def url(service, monkeypatch):
    search = GivenSearch()
    monkeypatch.setattr(knowledge, "_current", Knowledge(load_all(), cast(Searcher, search)))
    for name, role in (("aigerim", "operator"), ("marat", "operator"), ("aliya", "supervisor")):
        await accounts.create(service.database, name, PASSWORD, role)
    app = application(service, api.router, console.router, web.router, routes.router)
    app.state.search = search.search
    async with serve(app) as url:
        yield url


async def on_duty(page: Page) -> None:
    async with page.expect_response("**/me/status"):
        await page.locator("#available").check(force=True)


async def confirm(page: Page, dialog: str) -> None:
    await page.locator(f"#{dialog} button[value=yes]").click()


@pytest.mark.timeout(600)
@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_working_day(open_console, browser, url, service, language):
    t = lambda key, **values: say(f"console.{key}", language, **values)  # noqa: E731
    aigerim, marat = await open_console("aigerim", language), await open_console("marat", language)
    aliya = await open_console("aliya", language)
    await on_duty(aigerim)
    await on_duty(marat)
    await aliya.goto(f"{url}/console/overview?language={language}")

    # --- waiting
    context = await browser.new_context(viewport={"width": 390, "height": 844}, locale=language)
    widget = Widget(await context.new_page(), language)
    widget.page.set_default_timeout(10_000)
    await widget.page.goto(f"{url}/?language={language}")
    await widget.open()
    await widget.ask(ASKED[language])
    await expect(widget.messages("bot")).to_have_count(1)
    await widget.ask(WISH[language])
    await expect(widget.log).to_contain_text(say("conversations.queue_position", language, position=1))
    await expect(aliya.locator("#waiting-count")).to_have_text("1")

    # --- the claim race: one has it, the other learns who
    for page in (aigerim, marat):
        await expect(page.locator("#queue li button")).to_be_visible()
    await asyncio.gather(*(page.locator("#queue li button").click() for page in (aigerim, marat)))
    await expect(widget.log).to_contain_text(say("conversations.operator_joined", language))
    (ticket,) = await tickets(service)
    owner, other = (aigerim, marat) if ticket.operator_id == await id_of(service, "aigerim") else (marat, aigerim)
    names = ("aigerim", "marat") if owner is aigerim else ("marat", "aigerim")
    await expect(owner.locator("#reply-text")).to_be_visible()
    await expect(other.locator("body")).to_contain_text(names[0])
    await expect(other.locator("#reply")).to_be_hidden()
    await expect(aliya.locator("#held-count")).to_have_text("1")

    # --- hidden numbers
    asked = owner.locator(".message.citizen", has_text="ИИН" if language == "ru" else "ЖСН").first
    await expect(asked).not_to_contain_text(IIN)
    await asked.locator(".reveal").click()
    await owner.locator("#reason").fill("сверяем с базой")
    await confirm(owner, "reveal-dialog")
    await expect(asked).to_contain_text(IIN)
    (entry,) = await revealed(service)
    assert (entry.actor, entry.details["reason"]) == (names[0], "сверяем с базой")
    assert IIN not in str(entry.details)

    # --- note and assist
    await owner.locator("#notes summary").click()
    await owner.locator("#note-text").fill("потерял удостоверение")
    await owner.locator("#note-form button").click()
    await expect(owner.locator("#note-list")).to_contain_text("потерял удостоверение")
    await owner.locator("#reply-text").focus()
    await expect(owner.locator(".passage").first).to_be_visible()
    await owner.keyboard.press("Alt+1")
    await owner.locator("#reply-text").press("Enter")
    await expect(widget.messages("operator")).to_have_count(1)
    await expect(widget.messages("operator")).to_contain_text(say("render.source", language).split("{")[0].strip(" :"))

    # --- transfer, with the reason where the next one reads it
    await owner.locator("#transfer").click()
    await owner.locator("#colleague").select_option(label=await colleague(owner, names[1]))
    await owner.locator("#transfer-reason").fill("нужен знаток документов")
    await confirm(owner, "transfer-dialog")
    await expect(owner.locator("#farewell")).to_have_text(t("done_transfer", operator=names[1]))
    await expect(other.locator("#talks li")).to_have_count(1)
    await other.locator("#talks li a").click()
    await other.locator("#notes summary").click()
    await expect(other.locator("#note-list")).to_contain_text("нужен знаток документов")
    await write_reply(other, "Добрый день!")
    await expect(widget.messages("operator")).to_have_count(2)

    # --- back to the bot with a summary
    await other.locator("#return").click()
    await other.locator("#summary").fill("заявление принято")
    await confirm(other, "return-dialog")
    await expect(widget.log).to_contain_text(say("conversations.summary", language, summary="заявление принято"))

    # --- once more, to the end, and the rating
    await widget.ask(WISH[language])
    await other.locator("#queue li button").click()
    await expect(other.locator("#earlier-count")).to_have_text("1")
    await write_reply(other, "Готово.")
    await other.locator("#close").click()
    await confirm(other, "close-dialog")
    await expect(other.locator("#farewell")).to_have_text(t("done_close"))
    await widget.panel.get_by_role("radio", name="5").check()
    await widget.button("rating_send").click()
    await expect(widget.log).to_contain_text(widget.say("rating_thanks"))
    first, second = await tickets(service)
    assert (first.ended, first.transfers, second.ended, second.outcome) == ("returned", 1, "closed", "resolved")
    assert second.stars == 5
    await expect(aliya.locator("#held-count")).to_have_text("0")
    await expect(aliya.locator("#waiting-count")).to_have_text("0")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_question_left_outside_hours_is_answered_in_the_same_chat(open_console, service, language):
    citizen = await Citizen.come(service, "как продлить? звоните +7 701 123 45 67")
    page = await open_console("aigerim", language)
    item = page.locator("#queue li")
    await expect(item).to_contain_text(say("console.reason_left", language))
    await item.locator("button").click()
    await expect(page.locator("#contact")).to_be_visible()
    await expect(page.locator("#contact")).not_to_contain_text("123 45")
    await write_reply(page, "Вот ответ.")
    assert ("operator", "Вот ответ.") in await citizen.heard()


async def tickets(service) -> list[Ticket]:
    async with service.database.read() as session:
        return list(await session.scalars(select(Ticket).order_by(Ticket.id)))


async def revealed(service) -> list[AuditEntry]:
    async with service.database.read() as session:
        return list(await session.scalars(select(AuditEntry).where(AuditEntry.act == "personal_data_revealed")))


async def id_of(service, name: str) -> int:
    return next(each.id for each in await accounts.everyone(service.database) if each.username == name)


async def colleague(page: Page, name: str) -> str:
    """The label under which a colleague can be chosen."""
    option = page.locator("#colleague option", has_text=name)
    await expect(option).to_have_count(1)
    return await option.inner_text()
