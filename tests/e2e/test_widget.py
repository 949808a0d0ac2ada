"""The demonstration page and the widget in a real Chromium, over real HTTP; only the dialogue is the test's own."""

import pytest
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import HTMLResponse
from playwright.async_api import expect

from actions.replies import Answer, Button, HandOver, Reply, SourceLink
from bot import errors
from bot.channels import web
from bot.pages import routes
from bot.service import Service
from bot.storage import Operator
from tests.conftest import ScriptedDialogue
from tests.serving import serve
from texts import say

LANGUAGES = pytest.mark.parametrize("language", ["ru", "kk"])

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FEE = '/show{"service": "identity-card-replacement", "section": "fee"}'
TEXT = {
    "ru": (
        "Замена удостоверения личности\n\nЧто сделать:\n1. Подайте заявление на egov.kz или в ЦОНе.\n"
        "2. Оплатите пошлину.\n3. Заберите удостоверение.\n\nС собой возьмите:\n• старое удостоверение, если оно есть\n"
        "• квитанцию об оплате\n\nИсточник: egov.kz, adilet.zan.kz. Проверено 12.03.2026."
    ),
    "kk": (
        "Жеке куәлікті ауыстыру\n\nНе істеу керек:\n1. egov.kz сайтында немесе ХҚКО-да өтініш беріңіз.\n"
        "2. Баж төлеңіз.\n3. Куәлікті алыңыз.\n\nӨзіңізбен бірге алыңыз:\n• ескі куәлік, бар болса\n"
        "• төлем түбіртегі\n\nДереккөз: egov.kz, adilet.zan.kz. 12.03.2026 тексерілген."
    ),
}
QUESTION = {"ru": "Как заменить удостоверение личности?", "kk": "Жеке куәлікті қалай ауыстырамын?"}
FEE_TITLE = {"ru": "Сколько стоит", "kk": "Қанша тұрады"}
FEE_TEXT = {"ru": "Пошлина 786 тенге.", "kk": "Баж 786 теңге."}
HAND_OVER = {"ru": "Передаю оператору.", "kk": "Операторға қосамын."}


class Dialogue(ScriptedDialogue):
    """Knows one service and the way to the operator."""

    async def ask(self, conversation_id, text, language, **how):
        if text.startswith("/language"):
            language = "kk" if "kk" in text else "ru"
            return [Reply(text=say("actions.language", language), language=language)]
        await super().ask(conversation_id, text, language, **how)
        language = "kk" if set(text) & set("әғқңөұүһі") else language
        if text == FEE:
            return [Reply(text=FEE_TEXT[language], language=language)]
        if text == "/operator":
            return [Reply(text=HAND_OVER[language], language=language, hand_over=HandOver(reason="asked"))]
        sources = [
            SourceLink(url="https://egov.kz/services/5.05", date="2026-03"),
            SourceLink(url="https://adilet.zan.kz/rus/docs/V2000020192", date="2025-11-04"),
            SourceLink(url="javascript:alert(1)", date=None),
        ]
        answer = Answer(
            decision="answer",
            service="identity-card-replacement",
            section="summary",
            sources=sources,
            verified="2026-03-12",
        )
        buttons = [Button(title=FEE_TITLE[language], payload=FEE)]
        return [Reply(text=TEXT[language], language=language, buttons=buttons, answer=answer)]


@pytest.fixture
def dialogue():
    return Dialogue()


def application(service: Service, origins: tuple[str, ...] = ()) -> FastAPI:
    app = FastAPI()
    errors.install(app)
    app.state.service = service
    app.add_middleware(
        CORSMiddleware,
        allow_origins=origins,
        allow_methods=["GET", "POST", "DELETE"],
        allow_headers=["Authorization", "Content-Type"],
    )
    app.include_router(web.router)
    app.include_router(routes.router)
    return app


class Widget:
    """A page with the widget, and what a citizen does there."""

    def __init__(self, page, language):
        self.page, self.language = page, language
        self.root = page.locator("jauap-chat")
        self.panel = self.root.get_by_role("dialog")
        self.log = self.panel.get_by_role("log")
        self.status = self.panel.get_by_role("status")
        self.input = self.panel.get_by_label(self.say("input"))
        self.launcher = self.root.locator("button.launcher")

    def say(self, key):
        return say(f"widget.{key}", self.language)

    def messages(self, author):
        return self.log.locator(f".message.{author}")

    def button(self, key):
        return self.panel.get_by_role("button", name=self.say(key), exact=True)

    async def open(self):
        await self.launcher.click()
        await expect(self.panel).to_be_visible()

    async def ask(self, text):
        await self.input.fill(text)
        await self.input.press("Enter")


@pytest.fixture
async def url(service):
    async with serve(application(service)) as url:
        yield url


@pytest.fixture
def visit(browser, url):
    """`await visit(language)`: the demonstration page in a browser of its own; any error on it fails the test."""
    faults = []

    async def visit(language, *, at=url, **options):
        context = await browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **options})
        page = await context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: message.type == "error" and faults.append(message.text))
        await page.goto(f"{at}/?language={language}")
        return Widget(page, language)

    yield visit
    unexpected = [fault for fault in faults if "net::ERR" not in fault and "404" not in fault]
    assert unexpected == []


async def operator_of(service):
    operator = Operator(username="aigul", password_hash="", role="operator", languages=["ru"], available=True)
    async with service.database.write() as session:
        session.add(operator)
    return operator


async def waiting(service):
    queue = await service.conversations.queue()
    return queue[0] if queue else None


@LANGUAGES
async def test_a_question_is_answered_with_its_sources_and_buttons(visit, language):
    widget = await visit(language)
    await widget.open()
    await expect(widget.input).to_be_focused()
    await widget.ask(QUESTION[language])
    answer = widget.messages("bot").last
    await expect(answer.get_by_role("listitem").filter(has_text="egov.kz").first).to_be_visible()
    await expect(answer).to_have_attribute("lang", language)
    await expect(answer.locator("ol > li")).to_have_count(3)
    await expect(answer.locator("strong")).to_have_count(3)  # the title and two headings
    await expect(answer.locator("strong").first).to_have_text(TEXT[language].partition("\n")[0])
    links = answer.locator(".sources a")
    await expect(links).to_have_count(2)  # the third source is no web address
    assert await links.nth(1).get_attribute("href") == "https://adilet.zan.kz/rus/docs/V2000020192"
    verified = widget.say("verified").replace("{date}", "12.03.2026")
    await expect(answer.get_by_text(verified)).to_have_count(1)
    await widget.panel.get_by_role("button", name=FEE_TITLE[language]).click()
    await expect(widget.messages("bot").last).to_contain_text(FEE_TEXT[language])
    await expect(widget.messages("citizen").last).to_contain_text(FEE_TITLE[language])
    await expect(widget.panel.get_by_role("button", name=FEE_TITLE[language])).to_have_count(0)


@LANGUAGES
async def test_a_sample_question_of_the_page_opens_the_chat_and_asks(visit, language):
    widget = await visit(language)
    assert await widget.page.locator("html").get_attribute("lang") == language
    sample = say("demo.sample_1", language)
    await widget.page.get_by_role("button", name=sample).click()
    await expect(widget.messages("citizen")).to_contain_text(sample)
    await expect(widget.messages("bot").last).to_contain_text(TEXT[language].splitlines()[0])


async def test_after_a_reload_the_conversation_goes_on_without_being_read_aloud(visit):
    widget = await visit("ru")
    await widget.open()
    await widget.ask(QUESTION["ru"])
    await expect(widget.messages("bot")).to_have_count(2)
    await widget.page.reload()
    await widget.page.evaluate(
        """() => new Promise((done) => {
            const root = document.querySelector("jauap-chat").shadowRoot;
            const look = () => {
                const log = root.querySelector(".log");
                if (!log?.querySelector(".citizen")) return setTimeout(look, 5);
                window.live = log.getAttribute("aria-live");
                done();
            };
            look();
        })"""
    )
    assert await widget.page.evaluate("window.live") == "off"
    await widget.open()
    await expect(widget.messages("citizen")).to_have_count(1)
    await expect(widget.messages("bot")).to_have_count(2)
    await widget.ask("а дальше?")
    await expect(widget.messages("bot")).to_have_count(3)
    await expect(widget.messages("citizen")).to_have_count(2)
    await expect(widget.log).to_have_attribute("aria-live", "polite")


@LANGUAGES
async def test_the_keyboard_alone_is_enough(visit, language):
    widget = await visit(language)
    await expect(widget.launcher).to_be_visible()
    await widget.launcher.focus()
    press = widget.page.keyboard.press
    await press("Enter")
    await expect(widget.input).to_be_focused()
    await widget.page.keyboard.type(QUESTION[language])
    await press("Enter")
    choice = widget.panel.get_by_role("button", name=FEE_TITLE[language])
    await expect(choice).to_be_visible()
    await press("Shift+Tab")  # the operator's button
    await expect(widget.button("call_operator")).to_be_focused()
    await press("Shift+Tab")
    await expect(choice).to_be_focused()
    await press("Space")
    await expect(widget.messages("bot").last).to_contain_text(FEE_TEXT[language])
    await expect(widget.input).to_be_focused()
    await press("Escape")
    await expect(widget.panel).to_be_hidden()
    await expect(widget.launcher).to_be_focused()


@LANGUAGES
async def test_an_operator_takes_over_answers_and_closes_and_is_rated(visit, service, eventually, language):
    widget = await visit(language)
    await widget.open()
    operator = await operator_of(service)
    await widget.button("call_operator").click()
    await expect(widget.status).to_have_text(widget.say("mode_waiting_place").replace("{position}", "1"))
    await expect(widget.button("leave_queue")).to_be_visible()
    conversation = await eventually(lambda: waiting(service))
    await service.conversations.claim(conversation.id, operator)
    await service.conversations.write(conversation.id, operator, key="1", text="Сәлем! Привет!")
    await expect(widget.messages("operator")).to_contain_text("Сәлем! Привет!")
    await expect(widget.status).to_have_text(widget.say("mode_operator"))
    await widget.ask("рақмет")
    await expect(widget.messages("citizen").last.get_by_role("time")).to_be_visible()  # it is stored
    await service.conversations.close(conversation.id, operator, "answered")
    await widget.panel.get_by_role("radio", name="4").check()
    await widget.panel.get_by_label(widget.say("rating_comment")).fill("жақсы")
    await widget.button("rating_send").click()
    await expect(widget.log.get_by_text(widget.say("rating_thanks"))).to_be_visible()
    rated = await service.conversations.get(conversation.id)
    assert (rated.stars, rated.comment) == (4, "жақсы")


async def test_a_message_that_comes_while_the_chat_is_closed_is_shown_on_the_launcher(visit, service, eventually):
    widget = await visit("kk")
    await widget.open()
    await widget.button("call_operator").click()
    await expect(widget.button("leave_queue")).to_be_visible()
    await widget.button("close").click()
    conversation = await eventually(lambda: waiting(service))
    operator = await operator_of(service)
    await service.conversations.claim(conversation.id, operator)
    await service.conversations.write(conversation.id, operator, key="1", text="Сәлеметсіз бе!")
    await expect(widget.launcher).to_have_text(widget.say("launcher_unread").replace("{count}", "2"))
    await widget.open()
    await widget.button("close").click()
    await expect(widget.launcher).to_have_text(widget.say("launcher"))


async def test_the_language_is_switched_within_the_conversation_and_kept(visit, service):
    widget = await visit("ru")
    await widget.open()
    await widget.ask(QUESTION["ru"])
    await expect(widget.messages("bot")).to_have_count(2)
    await widget.panel.get_by_role("button", name="Қазақша").click()
    widget = Widget(widget.page, "kk")
    await expect(widget.panel.get_by_role("heading", level=2)).to_have_text(widget.say("title"))
    await expect(widget.messages("bot").last).to_contain_text(say("actions.language", "kk").split("\n")[0])
    await expect(widget.messages("citizen").last).to_contain_text("Қазақша")
    await expect(widget.messages("citizen")).to_have_count(2)
    await widget.page.reload()
    await expect(widget.launcher).to_have_text(widget.say("launcher"))
    await widget.page.goto(f"{widget.page.url.split('?')[0]}?language=kk")
    await expect(widget.launcher).to_have_text(widget.say("launcher"))


async def test_erasing_asks_first_and_leaves_nothing(visit, service, dialogue):
    widget = await visit("ru")
    await widget.open()
    await widget.ask(QUESTION["ru"])
    await expect(widget.messages("bot")).to_have_count(2)
    await widget.button("erase").click()
    await expect(widget.button("erase_no")).to_be_focused()
    await widget.button("erase_no").click()
    await expect(widget.messages("bot")).to_have_count(2)
    await widget.button("erase").click()
    await widget.button("erase_yes").click()
    await expect(widget.log.get_by_text(widget.say("erased"))).to_be_visible()
    await expect(widget.messages("citizen")).to_have_count(0)
    assert await service.conversations.find() == []
    await widget.ask("снова")
    await expect(widget.messages("bot").last).to_contain_text(TEXT["ru"].splitlines()[0])


async def test_a_conversation_that_the_service_no_longer_knows_begins_anew(visit, service, eventually):
    widget = await visit("ru")
    await widget.open()
    await widget.ask(QUESTION["ru"])
    await expect(widget.messages("bot")).to_have_count(2)
    (old,) = await service.conversations.find()
    await service.conversations.erase(old.id)
    await widget.ask("снова")

    async def anew():
        return [conversation.id for conversation in await service.conversations.find()]

    (new,) = await eventually(anew, 15)
    assert new != old.id
    await expect(widget.messages("citizen")).to_contain_text(["снова"])  # and nothing of the old one
    await expect(widget.messages("bot").last).to_contain_text(TEXT["ru"].splitlines()[0])


async def test_what_cannot_be_sent_waits_and_is_sent_once_when_the_connection_is_back(visit, dialogue):
    widget = await visit("ru")
    await widget.open()
    await widget.ask("один")
    await expect(widget.messages("bot")).to_have_count(2)
    await widget.page.context.set_offline(True)
    await widget.ask("два")
    await widget.ask("три")
    await expect(widget.panel.get_by_role("button", name=widget.say("retry"))).to_have_count(2)
    await widget.page.context.set_offline(False)
    await expect(widget.messages("bot")).to_have_count(4, timeout=15_000)
    assert [text for _, text in dialogue.asked] == ["один", "два", "три"]
    await expect(widget.messages("citizen")).to_have_count(3)
    await expect(widget.panel.get_by_role("button", name=widget.say("retry"))).to_have_count(0)


async def test_what_was_not_sent_before_a_reload_is_sent_after_it(visit, dialogue):
    widget = await visit("ru")
    await widget.open()
    await widget.page.route("**/api/v1/**", lambda route: route.abort())
    await widget.ask("важный вопрос")
    await expect(widget.panel.get_by_role("button", name=widget.say("retry"))).to_be_visible()
    await widget.page.unroute("**/api/v1/**")
    await widget.page.reload()
    await widget.open()
    await expect(widget.messages("citizen")).to_contain_text("важный вопрос")
    await expect(widget.messages("bot")).to_have_count(2)
    assert [text for _, text in dialogue.asked] == ["важный вопрос"]


async def test_an_acknowledgement_that_is_lost_leads_to_no_second_message(visit, dialogue):
    widget = await visit("ru")
    await widget.open()
    lost = []

    async def lose_the_first(route):
        await route.fetch()
        if lost:
            await route.continue_()
        else:
            lost.append(route.request.post_data_json["client_id"])
            await route.abort()

    await widget.page.route("**/messages", lose_the_first)
    await widget.ask("вопрос")
    await expect(widget.messages("bot")).to_have_count(2)
    await expect(widget.panel.get_by_role("button", name=widget.say("retry"))).to_have_count(0, timeout=10_000)
    await expect(widget.messages("citizen")).to_have_count(1)
    assert len(lost) == len(dialogue.asked) == 1


async def test_while_the_service_is_away_the_citizen_sees_it_and_misses_nothing(visit, service, eventually):
    async with serve(application(service)) as other:
        port = int(other.rsplit(":", 1)[1])
        widget = await visit("ru", at=other)
        await widget.open()
        await widget.button("call_operator").click()
        await expect(widget.button("leave_queue")).to_be_visible()
    await expect(widget.status).to_have_text(widget.say("offline"))
    conversation = await eventually(lambda: waiting(service))
    operator = await operator_of(service)
    await service.conversations.claim(conversation.id, operator)
    await service.conversations.write(conversation.id, operator, key="1", text="Я здесь")
    async with serve(application(service), port):
        await expect(widget.messages("operator")).to_contain_text("Я здесь", timeout=20_000)
        await expect(widget.status).to_have_text(widget.say("mode_operator"))


async def test_another_tab_follows_the_same_conversation(visit):
    widget = await visit("ru")
    await widget.open()
    second = Widget(await widget.page.context.new_page(), "ru")
    await second.page.goto(widget.page.url)
    await second.open()
    await widget.ask(QUESTION["ru"])
    await expect(second.messages("bot")).to_have_count(2)
    await expect(second.messages("citizen")).to_have_count(1)
    await second.ask("а дальше?")
    await expect(widget.messages("bot")).to_have_count(3)
    await expect(widget.messages("citizen")).to_have_count(2)


async def test_markup_in_a_message_stays_text(visit):
    widget = await visit("ru")
    await widget.open()
    await widget.ask("<img src=x onerror=alert(1)><b>жирно</b>")
    await expect(widget.messages("citizen")).to_contain_text("<b>жирно</b>")
    await expect(widget.log.locator("b, img")).to_have_count(0)


@LANGUAGES
@pytest.mark.parametrize("size", [(1280, 800), (390, 844), (320, 568)])
async def test_page_and_chat_are_accessible_at_every_width(visit, accessible, service, eventually, language, size):
    width, height = size
    # axe itself puts styles in the page, which its Content-Security-Policy would report
    widget = await visit(language, viewport={"width": width, "height": height}, bypass_csp=True)
    await expect(widget.launcher).to_be_visible()
    await accessible(widget.page)
    await widget.open()
    await accessible(widget.page)
    await widget.ask(QUESTION[language])
    await expect(widget.messages("bot")).to_have_count(2)
    await accessible(widget.page)
    await widget.button("erase").click()
    await accessible(widget.page)
    await widget.button("erase_no").click()
    await widget.button("call_operator").click()
    conversation = await eventually(lambda: waiting(service))
    operator = await operator_of(service)
    await service.conversations.claim(conversation.id, operator)
    await service.conversations.close(conversation.id, operator, "answered")
    await expect(widget.button("rating_send")).to_be_visible()
    await accessible(widget.page)
    measures = await widget.page.evaluate(
        """() => {
            const root = document.querySelector("jauap-chat").shadowRoot;
            const seen = [...root.querySelectorAll("*")].filter((e) => e.checkVisibility());
            const small = seen.filter((e) => e.matches("button, .grade")).filter((e) => {
                const { width, height } = e.getBoundingClientRect();
                return width < 44 || height < 44;
            });
            const tiny = seen.filter((e) => parseFloat(getComputedStyle(e).fontSize) < 16);
            const log = root.querySelector(".log");
            return {
                small: small.map((e) => e.outerHTML),
                tiny: tiny.map((e) => e.outerHTML),
                sideways: document.documentElement.scrollWidth > innerWidth || log.scrollWidth > log.clientWidth,
            };
        }"""
    )
    assert measures == {"small": [], "tiny": [], "sideways": False}


async def test_the_widget_works_on_a_foreign_site_that_is_allowed(browser, service):
    site = FastAPI()
    site.state.service = service
    async with serve(site) as foreign, serve(application(service, (foreign,))) as url:
        markup = (
            f'<!doctype html><html lang="kk"><title>Сайт</title><script type="module" src="{url}/widget.js"></script>'
            '<jauap-chat language="kk" title="Көмек" position="left"></jauap-chat>'
        )
        site.get("/")(lambda: HTMLResponse(markup))
        page = await browser.new_page()
        await page.goto(foreign)
        widget = Widget(page, "kk")
        await widget.open()
        await expect(widget.panel).to_have_accessible_name("Көмек")
        box = await widget.panel.bounding_box()
        assert box["x"] < 100
        await widget.ask(QUESTION["kk"])
        await expect(widget.messages("bot").last).to_contain_text(TEXT["kk"].splitlines()[0])
