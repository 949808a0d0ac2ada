"""What helps an operator inside a talk, in a real Chromium: passages, canned replies, hidden numbers, labels."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import select

from actions import knowledge
from actions.knowledge import Knowledge
from actions.replies import Answer, Candidate, Reply
from bot.channels import web
from bot.conversations import Event
from bot.conversations.outbox import Ambiguous, Refused
from bot.operators import accounts, api, canned, console
from bot.storage import AuditEntry, Conversation
from knowledge_base import sections
from knowledge_base.model import load_all
from knowledge_base.search import Hit, Searcher, SearchResult
from tests.e2e.test_console import PASSWORD, Bot, Citizen, open_console, write_reply
from tests.serving import application, serve
from texts import LANGUAGES, say

__all__ = ["open_console"]

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SERVICES = load_all()
CARD, PASSPORT = "identity-card-replacement", "passport-issue"
IIN = "850101300124"


class GivenSearch:
    def search(self, text, language=None, limit=5):
        first, second = (PASSPORT, CARD) if "паспорт" in text else (CARD, PASSPORT)
        section = self.section_of(text)
        hits = [Hit(slug, section, score, slug) for slug, score in ((first, 3.5), (second, 2.0))]
        return SearchResult("ru", "clarify", hits, has_subject=True)

    def section_of(self, text, language=None):
        return sections.cue(text)


class Unsure(Bot):
    """Asks back on «куда»."""

    async def ask(self, conversation_id, text, language, **how):
        if "куда" not in text:
            return await super().ask(conversation_id, text, language, **how)
        candidates = [Candidate(service=CARD, section="in_person", score=2.31), Candidate(service=PASSPORT, score=2.05)]
        answer = Answer(decision="clarify", score=2.31, candidates=candidates)
        return [Reply(text="О чем вы?", language=language, answer=answer)]


@pytest.fixture
def dialogue():
    return Unsure()


@pytest.fixture
async def url(service, monkeypatch):
    search = GivenSearch()
    monkeypatch.setattr(knowledge, "_current", Knowledge(SERVICES, cast(Searcher, search)))
    for name, role in (("aigerim", "operator"), ("marat", "operator"), ("aliya", "supervisor")):
        await accounts.create(service.database, name, PASSWORD, role)
    app = application(service, api.router, console.router, web.router)
    app.state.search = search.search
    async with serve(app) as url:
        yield url


async def take(page: Page) -> None:
    await page.locator("#queue li button").click()
    await expect(page.locator("#reply-text")).to_be_focused()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", ["desktop", "phone"])
async def test_a_passage_goes_into_the_reply_beside_what_is_typed(open_console, service, language, size, accessible):
    citizen = await Citizen.come(service, "сколько стоит удостоверение?", "позовите оператора")
    page = await open_console("aigerim", language, size)
    await take(page)
    await page.locator("#reply-text").fill("Здравствуйте! Вот ответ:")
    if size == "phone":
        await expect(page.locator("#assist")).to_be_hidden()
        await page.locator("#show-assist").click()
    passage = page.locator(".passage").first
    await expect(passage).to_be_visible()
    assert await passage.locator("[lang]").count() == (1 if language == "ru" else 2)
    await expect(passage.locator("h3").first).to_contain_text(SERVICES[CARD].name[language].split(" (")[0])
    await accessible(page)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    if size == "phone":
        await passage.locator(".insert").click()
        await expect(page.locator("#assist")).to_be_hidden()
    else:
        await page.keyboard.press("Alt+1")
    await expect(page.locator("#reply-text")).to_be_focused()
    value = await page.locator("#reply-text").input_value()
    assert value.startswith("Здравствуйте! Вот ответ:\nЗамена удостоверения личности. ")
    assert value.splitlines()[-1].startswith("Источник")
    await page.keyboard.press("Enter")
    await expect(page.locator(".message.operator:not(.pending)")).to_have_count(1)
    assert (await citizen.heard())[-1] == ("operator", value)


async def test_passages_follow_the_citizen_and_can_be_searched_and_turned_to_another_section(open_console, service):
    citizen = await Citizen.come(service, "сколько стоит удостоверение?", "позовите оператора")
    page = await open_console("aigerim")
    await take(page)
    first = page.locator(".passage").first
    await expect(first.locator("h3")).to_have_text(f"Замена удостоверения личности. {say('render.fee', 'ru')}")
    await citizen.write("а паспорт?")
    await expect(first.locator("h3")).to_contain_text("Паспорт")
    await page.locator("#assist-query").fill("сколько ждать удостоверение")
    await page.locator("#assist-query").press("Enter")
    await expect(first.locator("h3")).to_have_text(f"Замена удостоверения личности. {say('render.term', 'ru')}")
    await citizen.write("паспорт!")  # does not take away what was searched
    await expect(page.locator(".message.citizen")).to_have_count(4)
    await first.locator("select").select_option("documents")
    await expect(first.locator("h3")).to_have_text(f"Замена удостоверения личности. {say('render.documents', 'ru')}")
    await expect(first.locator("select")).to_be_focused()
    await first.locator(".insert").click()
    assert (await page.locator("#reply-text").input_value()).startswith("Замена удостоверения личности. Документы")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_canned_reply_is_found_by_slash_and_keys_alone(open_console, service, language, accessible):
    await canned.seed(service.database)
    await Citizen.come(service, "позовите оператора")
    page = await open_console("aigerim", language)
    await take(page)
    await page.keyboard.type("Да и/или нет. /спа")
    options = page.locator("#canned-list").get_by_role("option")
    await expect(options).to_have_count(1)
    await expect(options).to_contain_text("/спасибо")
    await accessible(page)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("listbox")).to_be_hidden()
    value = await page.locator("#reply-text").input_value()
    assert value.startswith("Да и/или нет. Спасибо, что обратились!")  # the citizen's language, whatever the operator's
    await page.locator("#reply-text").fill("")
    await page.keyboard.type("/")
    await expect(options.first).to_have_attribute("aria-selected", "true")
    await page.keyboard.press("ArrowUp")
    await expect(options.last).to_have_attribute("aria-selected", "true")
    chosen = await page.locator("#reply-text").get_attribute("aria-activedescendant")
    assert await page.locator(f"#{chosen}").get_attribute("aria-selected") == "true"
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("listbox")).to_be_hidden()
    await expect(page.locator("#open")).to_be_visible()  # the talk stays open
    await expect(page.locator(".message.operator")).to_have_count(0)  # and nothing was sent


async def test_a_place_that_nothing_fills_is_marked_for_writing_over_it(open_console, service):
    await canned.seed(service.database)
    citizen = await Citizen.come(service, "позовите оператора")
    async with service.database.write() as session:
        (await session.get_one(Conversation, citizen.id)).topic = None
    page = await open_console("aigerim")
    await take(page)
    await page.keyboard.type("/услуга")
    await expect(page.get_by_role("option")).to_have_count(1)
    await page.keyboard.press("Tab")
    await page.keyboard.type("паспорт")
    assert "«паспорт»" in await page.locator("#reply-text").input_value()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_hidden_numbers_are_shown_for_a_reason_until_the_talk_is_left(
    open_console, service, language, accessible
):
    citizen = await Citizen.come(service, f"оператор! мой ИИН {IIN}")
    async with service.database.write() as session:
        (await session.get_one(Conversation, citizen.id)).contact = "+7 701 234 56 78"
    page = await open_console("aigerim", language)
    await take(page)
    message = page.locator(".message.citizen")
    await expect(message.locator(".hidden-number")).to_have_text(f"{say('console.kind_iin', language)} …0124")
    await expect(page.locator("#contact .hidden-number")).to_have_text(f"{say('console.kind_phone', language)} …78")
    assert IIN not in await page.content()
    await message.get_by_role("button", name=say("console.reveal", language)).click()
    await accessible(page)
    await page.locator("#reason").fill("  ")
    await page.keyboard.press("Enter")
    await expect(page.locator("#reveal-dialog")).to_be_visible()  # a reason is needed
    await page.locator("#reason").fill("сверить заявку")
    await page.keyboard.press("Enter")
    await expect(message.locator(".text")).to_have_text(f"оператор! мой ИИН {IIN}")
    await page.locator("#contact button").click()
    await page.locator("#reason").fill("перезвонить")
    await page.locator("#reveal-dialog .primary").click()
    await expect(page.locator("#contact")).to_contain_text("+7 701 234 56 78")
    async with service.database.read() as session:
        rows = (await session.scalars(select(AuditEntry).where(AuditEntry.act == "personal_data_revealed"))).all()
    assert [row.details["reason"] for row in rows] == ["сверить заявку", "перезвонить"]
    await page.keyboard.press("Escape")
    await page.locator("#talks li a").click()
    await expect(message.locator(".hidden-number")).to_be_visible()
    assert IIN not in await page.content()


async def test_a_reveal_that_is_called_off_shows_nothing(open_console, service):
    await Citizen.come(service, f"оператор! мой ИИН {IIN}")
    page = await open_console("aigerim")
    await page.locator("#queue li a").click()
    await page.locator(".message.citizen .reveal").click()
    await page.locator("#reveal-dialog").get_by_role("button", name=say("console.cancel", "ru")).click()
    await expect(page.locator("#reveal-dialog")).to_be_hidden()
    assert IIN not in await page.content()


async def test_the_transcript_says_why_the_bot_answered_and_what_became_of_each_message(open_console, service):
    class Channel:
        async def admit(self, address): ...

        async def send(self, address, message):
            if message.text == "отказ":
                raise Refused("blocked")
            if message.text == "неясно":
                raise Ambiguous("cut off")
            return "1"

    service.courier.add("telegram", Channel())
    conversation, _ = await service.conversations.open("telegram", "ru", address="7")
    citizen = Citizen(service, conversation)
    for number, text in enumerate(("сколько стоит?", "куда идти?", "позовите оператора"), start=1):
        await citizen.write(text)
        await citizen.answered(2 * number)
    page = await open_console("aigerim")
    await take(page)
    basis = page.locator(".message.bot .basis")
    await expect(basis.nth(0)).to_contain_text("Замена удостоверения личности")
    await expect(basis.nth(1)).to_contain_text("(2,3); Паспорт")
    for text, state in (("привет", "sent"), ("отказ", "refused"), ("неясно", "unknown")):
        await write_reply(page, text)
        delivery = page.locator(".message.operator", has_text=text).locator(".delivery")
        await expect(delivery).to_contain_text(say(f"console.delivery_{state}", "ru"))
    await expect(page.locator(".message.citizen .delivery")).to_have_count(0)


async def test_both_sides_see_the_other_write(open_console, service):
    citizen = await Citizen.come(service, "позовите оператора")
    page = await open_console("aigerim")
    await take(page)
    with service.events.subscribe(citizen.id) as subscription:

        async def told() -> dict:
            async with asyncio.timeout(10):
                while (event := await subscription.get(10)).kind != "typing":
                    pass
            return event.data

        await page.keyboard.type("Здравствуйте")
        assert await told() == {"author": "operator", "active": True}
        await page.keyboard.press("Enter")
        assert await told() == {"author": "operator", "active": False}
    service.events.publish(Event(citizen.id, "typing", {"author": "citizen", "active": True}))
    await expect(page.locator("#typing")).to_have_text(say("console.citizen_writes", "ru"))
    await expect(page.locator("#typing")).to_be_visible()
    await citizen.write("вопрос")
    await expect(page.locator(".message.citizen")).to_have_count(2)
    await expect(page.locator("#typing")).to_be_hidden()


async def test_labels_are_set_in_the_head_and_offered_again(open_console, service, accessible):
    first = await Citizen.come(service, "позовите оператора")
    await Citizen.come(service, "позовите оператора")
    async with service.database.write() as session:
        (await session.get_one(Conversation, first.id)).labels = ["жалоба"]
    page = await open_console("aigerim", "kk")
    await page.locator(f'#queue li:not([data-id="{first.id}"]) a').click()
    await page.locator("#edit-labels").click()
    await expect(page.locator("#labels-known option")).to_have_attribute("value", "жалоба")
    for label in ("жалоба", "срочно"):
        await page.locator("#label-text").fill(label)
        await page.keyboard.press("Enter")
        await expect(page.locator("#labels-set button", has_text=label)).to_be_visible()
    await accessible(page)
    await page.locator("#labels-set button", has_text="жалоба").click()
    await expect(page.locator("#labels-set button")).to_have_count(1)
    await page.locator("#label-text").fill(IIN)
    await page.keyboard.press("Enter")
    await expect(page.locator("#labels-trouble")).not_to_be_empty()
    await page.locator("#labels-close").click()
    await expect(page.locator("#labels li")).to_have_text(["срочно"])


async def test_a_talk_is_given_to_a_domain_for_a_reason_and_returned_with_a_summary(open_console, service):
    citizen = await Citizen.come(service, "позовите оператора")
    page = await open_console("aigerim")
    await take(page)
    await page.locator("#transfer").click()
    await page.locator("#colleague").select_option("domain:tax")
    await page.locator("#transfer-yes").click()
    await expect(page.locator("#transfer-dialog")).to_be_visible()  # without a reason it stays
    await page.locator("#transfer-reason").fill("вопрос о налоге")
    await page.locator("#transfer-yes").click()
    await expect(page.locator("#transfer-dialog")).to_be_hidden()
    await expect(page.locator("#queue li, #others li")).to_have_count(1)
    assert (await service.conversations.get(citizen.id)).domain == "tax"
    marat = await open_console("marat")
    await take(marat)
    await marat.locator("#return").click()
    await marat.locator("#summary").fill("Подайте заявление до пятницы.")
    await marat.locator("#return-dialog .primary").click()
    await expect(marat.locator("#farewell")).to_have_text(say("console.done_return", "ru"))
    assert any("Подайте заявление до пятницы." in text for _, text in await citizen.heard())


async def test_a_draft_outlives_a_claim_that_was_lost(open_console, service):
    citizen = await Citizen.come(service, "позовите оператора")
    page = await open_console("aigerim")
    await take(page)
    await page.locator("#reply-text").fill("недописанное")
    by_name = {each.username: each for each in await accounts.everyone(service.database)}
    await service.conversations.transfer(citizen.id, by_name["aigerim"], "marat", "надо")
    await expect(page.locator("#open")).to_be_hidden()
    await service.conversations.transfer(citizen.id, by_name["marat"], "aigerim", "обратно")
    await page.locator("#talks li a").click()
    await expect(page.locator("#reply-text")).to_have_value("недописанное")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", ["desktop", "phone"])
async def test_canned_replies_are_read_by_operators_and_changed_by_supervisors(
    open_console, service, url, language, size, accessible
):
    await canned.seed(service.database)
    page = await open_console("aigerim", language, size)
    await page.goto(f"{url}/console/canned?language={language}")
    await expect(page.locator("#replies > li")).to_have_count(13)
    await expect(page.locator("#replies button, #add")).to_have_count(0)
    await accessible(page)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.locator("#query").fill("номер")
    await expect(page.locator("#replies > li")).not_to_have_count(13)

    page = await open_console("aliya", language, size)
    await page.goto(f"{url}/console/canned?language={language}")
    await page.locator("#add").click()
    await page.locator("#shortcut").fill("привет")
    await page.locator("#text-ru").fill("Это {operator}, {iin}")
    await page.locator("#text-kk").fill("Бұл {operator}")
    await expect(page.locator("#preview-kk")).to_have_text("Бұл aliya")
    await accessible(page)
    await page.locator("#edit-form .primary").click()
    await expect(page.locator("#edit-trouble")).to_contain_text("{iin}")
    await page.locator("#text-ru").fill("Это {operator}")
    await page.locator("#edit-form .primary").click()
    await expect(page.locator("#edit-dialog")).to_be_hidden()
    item = page.locator("#replies > li", has=page.get_by_role("heading", name="/привет"))
    await item.get_by_role("button").first.click()
    await page.locator("#domain").select_option("tax")
    await page.locator("#edit-form .primary").click()
    await expect(item.locator(".domain")).to_have_text(say("actions.domain_tax", language))
    await item.get_by_role("button").last.click()
    await page.locator("#remove-dialog .primary").click()
    await expect(item).to_have_count(0)
    await expect(page.locator("#replies > li")).to_have_count(13)
