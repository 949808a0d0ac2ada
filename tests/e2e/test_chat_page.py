"""The chat without scripts in a real Chromium that runs none, over real HTTP; only the dialogue is the test's own."""

import pytest
from playwright.async_api import expect

from actions.replies import Answer, Button, HandOver, Reply, SourceLink
from bot.conversations import State
from bot.pages import chat, routes
from bot.storage import Operator
from tests.conftest import ScriptedDialogue
from tests.serving import application, serve
from texts import say

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LANGUAGES = pytest.mark.parametrize("language", ["ru", "kk"])
SERVICE = "identity-card-replacement"
SECTIONS = {
    "fee": {"ru": "Сколько стоит", "kk": "Қанша тұрады"},
    "documents": {"ru": "Какие документы", "kk": "Қандай құжат керек"},
    "term": {"ru": "Сколько ждать", "kk": "Қанша күтеді"},
    "online": {"ru": "Онлайн", "kk": "Онлайн"},
    "in_person": {"ru": "Лично", "kk": "Өзі барып"},
}
QUESTION = {"ru": "Как заменить удостоверение личности?", "kk": "Жеке куәлікті қалай ауыстырамын?"}
TITLE = {"ru": "Замена удостоверения личности", "kk": "Жеке куәлікті ауыстыру"}
TEXT = {
    "ru": "Замена удостоверения личности\n\nЧто сделать:\n1. Подайте заявление на https://egov.kz или в ЦОНе.\n"
    "2. Оплатите пошлину.\n\nВозьмите:\n• старое удостоверение\n• чек\n\nИсточник: egov.kz. Проверено 12.03.2026.",
    "kk": "Жеке куәлікті ауыстыру\n\nНе істеу керек:\n1. https://egov.kz сайтында немесе ХҚКО-да өтініш беріңіз.\n"
    "2. Баж төлеңіз.\n\nАла барыңыз:\n• ескі куәлік\n• түбіртек\n\nДереккөз: egov.kz. 12.03.2026 тексерілген.",
}
HAND_OVER = {"ru": "Передаю оператору.", "kk": "Операторға қосамын."}


def payload(section):
    return f'/show{{"service": "{SERVICE}", "section": "{section}"}}'


class Dialogue(ScriptedDialogue):
    """Knows one service and the way to the operator."""

    async def ask(self, conversation_id, text, language, **how):
        await super().ask(conversation_id, text, language, **how)
        if text.startswith("/language"):
            language = "kk" if "kk" in text else "ru"
            return [Reply(text=say("actions.language", language), language=language)]
        if text == "/operator":
            return [Reply(text=HAND_OVER[language], language=language, hand_over=HandOver(reason="asked"))]
        language = "kk" if set(text) & set("әғқңөұүһі") else language
        answer = Answer(
            decision="answer",
            service=SERVICE,
            section="summary",
            sources=[SourceLink(url="https://egov.kz/services/5.05", date="2026-03")],
            verified="2026-03-12",
        )
        buttons = [Button(title=titles[language], payload=payload(section)) for section, titles in SECTIONS.items()]
        return [Reply(text=TEXT[language], language=language, buttons=buttons, answer=answer)]


@pytest.fixture
def dialogue():
    return Dialogue()


@pytest.fixture
async def url(service):
    async with serve(application(service, chat.router, routes.router)) as url:
        yield url


@pytest.fixture(autouse=True)
def often(monkeypatch):
    """The page looks for news each second."""
    monkeypatch.setattr(chat, "OWED", 1)
    monkeypatch.setattr(chat, "AWAITED", 1)


@pytest.fixture
def visit(browser, url):
    """`await visit(language)`: the page in a browser that runs no script; a fault that it reports fails the test."""
    faults = []

    async def visit(language, *, path="/chat", width=1280, height=800, **options):
        options = {"java_script_enabled": False, "viewport": {"width": width, "height": height}, **options}
        context = await browser.new_context(locale=language, **options)
        page = await context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", lambda message: message.type == "error" and faults.append(message.text))
        await page.goto(f"{url}{path}")
        return Reader(page, language)

    yield visit
    assert [fault for fault in faults if "422" not in fault and "403" not in fault] == []


class Reader:
    """A page and what a citizen does there."""

    def __init__(self, page, language):
        self.page, self.language = page, language
        self.input = page.locator("#text")

    def say(self, key, **values):
        return say(f"chat.{key}", self.language, **values)

    def button(self, key):
        return self.page.get_by_role("button", name=self.say(key), exact=True)

    def link(self, key):
        return self.page.get_by_role("link", name=self.say(key), exact=True)

    def messages(self, author):
        return self.page.locator(f".message.{author}")

    async def ask(self, text):
        await self.input.fill(text)
        await self.button("send").click()

    async def fits(self):
        """Nothing is wider than the window, and what can be pressed is as large as a finger."""
        measures = await self.page.evaluate(
            """() => {
                const seen = [...document.querySelectorAll("button, .button, summary, .grade, textarea")]
                    .filter((e) => e.checkVisibility());
                return {
                    wide: document.documentElement.scrollWidth - innerWidth,
                    small: seen.filter((e) => {
                        const { width, height } = e.getBoundingClientRect();
                        return width < 44 || height < 44;
                    }).map((e) => e.outerHTML),
                };
            }"""
        )
        assert measures == {"wide": 0, "small": []}


async def operator_of(service):
    operator = Operator(username="aigul", password_hash="", role="operator", languages=["ru"], available=True)
    async with service.database.write() as session:
        session.add(operator)
    return operator


async def only(service):
    (conversation,) = await service.conversations.find()
    return conversation


@LANGUAGES
async def test_a_citizen_asks_chooses_is_served_by_an_operator_and_rates(visit, service, language):
    reader = await visit(language)
    await reader.ask(QUESTION[language])
    answer = reader.messages("bot").last
    await expect(answer).to_have_attribute("lang", language)
    await expect(answer.locator("strong").first).to_have_text(TITLE[language])
    await expect(answer.locator("ol li")).to_have_count(2)
    await expect(answer.locator("ul li", has_text="•")).to_have_count(0)
    await expect(answer.locator(".sources a")).to_have_attribute("href", "https://egov.kz/services/5.05")
    await expect(answer.locator("ol a")).to_have_attribute("href", "https://egov.kz")
    await expect(reader.messages("citizen").last).to_be_in_viewport()

    title = SECTIONS["fee"][language]
    await reader.page.get_by_role("button", name=title).click()
    await expect(reader.messages("citizen").last).to_contain_text(title)
    await reader.button("call_operator").click()
    await expect(reader.page.locator(".status")).to_have_text(reader.say("mode_waiting_place", position=1))

    conversation, operator = await only(service), await operator_of(service)
    await service.conversations.claim(conversation.id, operator)
    await service.conversations.write(conversation.id, operator, key="1", text="Я здесь")
    await expect(reader.messages("operator")).to_contain_text("Я здесь")  # by itself
    await reader.link("write").click()
    await expect(reader.input).to_be_focused()
    await reader.ask("Рақмет")
    await expect(reader.messages("citizen").last).to_contain_text("Рақмет")
    await service.conversations.close(conversation.id, operator, "answered")
    await expect(reader.button("rating_send")).to_be_visible()
    await reader.page.get_by_label("5", exact=True).check()
    await reader.button("rating_send").click()
    await expect(reader.page.get_by_role("status")).to_have_text(reader.say("note_rated"))
    assert (await only(service)).stars == 5


async def test_pressing_twice_sends_once(visit, dialogue):
    reader = await visit("ru")
    await reader.input.fill("вопрос")
    await reader.button("send").dblclick(no_wait_after=True)
    await expect(reader.messages("bot")).to_have_count(2)
    await expect(reader.messages("citizen")).to_have_count(1)
    assert [text for _, text in dialogue.asked] == ["вопрос"]


@LANGUAGES
async def test_what_is_being_typed_survives_every_press(visit, language):
    reader = await visit(language)
    await reader.ask(QUESTION[language])
    await reader.input.fill("не дописано")
    await reader.button("large_on").click()
    await expect(reader.input).to_have_value("не дописано")
    await reader.button("reloading_stop").click()
    await expect(reader.input).to_have_value("не дописано")
    await reader.button("call_operator").click()
    await expect(reader.input).to_have_value("не дописано")
    await reader.button("refresh").click()
    await expect(reader.input).to_have_value("не дописано")
    reader.language = "kk" if language == "ru" else "ru"
    await reader.button("language_name").click()
    await expect(reader.input).to_have_value("не дописано")
    await expect(reader.button("send")).to_be_visible()


async def test_the_conversation_is_taken_away_as_a_file_and_erased(visit, service):
    reader = await visit("ru")
    await reader.ask(QUESTION["ru"])
    async with reader.page.expect_download() as download:
        await reader.link("transcript").click()
    file = await download.value
    assert file.suggested_filename == "jauap.txt"
    assert QUESTION["ru"] in (await file.path()).read_text("utf-8")
    await reader.link("erase").click()
    await reader.link("erase_no").click()
    await expect(reader.messages("citizen")).to_have_count(1)
    await reader.link("erase").click()
    await reader.button("erase_yes").click()
    await expect(reader.page.get_by_role("status")).to_have_text(reader.say("note_erased"))
    await expect(reader.messages("citizen")).to_have_count(0)
    assert await service.conversations.find() == []


@LANGUAGES
async def test_all_is_done_by_the_keyboard(visit, service, language):
    reader = await visit(language)
    keyboard = reader.page.keyboard

    async def to(name):
        for _ in range(60):
            await keyboard.press("Tab")
            if await reader.page.evaluate("document.activeElement.innerText.trim()") == name:
                return
        raise AssertionError(f"«{name}» is not reached")

    await keyboard.press("Tab")
    await keyboard.press("Enter")  # over the header to the field
    await expect(reader.input).to_be_focused()
    await keyboard.type(QUESTION[language])
    await keyboard.press("Tab")
    await keyboard.press("Enter")
    await expect(reader.messages("bot")).to_have_count(2)
    await to(SECTIONS["fee"][language])
    await keyboard.press("Enter")
    await expect(reader.messages("bot")).to_have_count(3)
    await to(reader.say("rate"))
    await keyboard.press("Enter")
    await keyboard.press("Tab")
    await keyboard.press("Space")
    await keyboard.press("ArrowRight")
    await to(reader.say("rating_send"))
    await keyboard.press("Enter")
    await expect(reader.page.get_by_role("status")).to_have_text(reader.say("note_rated"))
    assert (await only(service)).stars == 2
    await to(reader.say("erase"))
    await keyboard.press("Enter")
    await expect(reader.page.get_by_text(reader.say("erase_ask"))).to_be_visible()
    await to(reader.say("erase_yes"))
    await keyboard.press("Enter")
    await expect(reader.page.get_by_role("status")).to_have_text(reader.say("note_erased"))


@LANGUAGES
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844), (320, 256)])  # the last: 1280 × 1024 at 400 %
async def test_every_state_is_accessible_and_fits_at_every_width(
    visit, accessible, service, dialogue, monkeypatch, language, width, height
):
    monkeypatch.setattr(chat, "PATIENCE", 0.3)
    monkeypatch.setattr(chat, "OWED", 600)  # axe takes its time
    monkeypatch.setattr(chat, "AWAITED", 600)
    # axe itself is a script, and puts styles in the page, which the policy would report; the page has no script to run.
    reader = await visit(language, width=width, height=height, java_script_enabled=True, bypass_csp=True)

    async def check():
        await accessible(reader.page)
        await reader.fits()

    await check()  # the greeting
    await reader.button("send").click()
    await expect(reader.page.get_by_role("alert")).to_have_text(reader.say("empty"))
    await check()  # an error
    dialogue.gate.clear()
    await reader.ask(QUESTION[language])
    await expect(reader.page.get_by_text(reader.say("owed"))).to_be_visible()
    await check()  # the bot is thinking
    dialogue.gate.set()
    await reader.link("write").click()
    await reader.ask(QUESTION[language])
    await expect(reader.messages("bot")).to_have_count(3)
    await check()  # an answer
    await reader.button("large_on").click()
    await expect(reader.page.locator("html")).to_have_class("large")
    await check()  # large and plain
    await expect(reader.page.get_by_text(reader.say("more_choices"))).to_be_visible()
    await reader.button("call_operator").click()
    await expect(reader.page.locator(".status")).to_have_text(reader.say("mode_waiting_place", position=1))
    await check()  # waiting
    conversation, operator = await only(service), await operator_of(service)
    await service.conversations.claim(conversation.id, operator)
    await reader.page.reload()
    await expect(reader.page.locator(".status")).to_have_text(reader.say("mode_operator"))
    await check()  # an operator
    await service.conversations.close(conversation.id, operator, "answered")
    await reader.page.reload()
    await expect(reader.button("rating_send")).to_be_visible()
    await check()  # the rating
    await reader.link("erase").click()
    await check()  # the question before erasing
    await reader.button("erase_yes").click()
    await expect(reader.page.get_by_role("status")).to_have_text(reader.say("note_erased"))
    assert await service.conversations.find(State.BOT) == []
