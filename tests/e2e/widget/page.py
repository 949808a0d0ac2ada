"""A page with the widget, as a citizen uses it, and a dialogue that knows one service."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from playwright.async_api import Locator, Page, expect

from actions.replies import Answer, Button, HandOver, Reply, SourceLink
from bot import errors
from bot.channels import web
from bot.pages import routes
from bot.service import Service
from bot.storage import Conversation, Operator
from tests.conftest import ScriptedDialogue
from texts import Language, say

__all__ = [
    "FEE", "FEE_TEXT", "FEE_TITLE", "HAND_OVER", "LANGUAGES", "QUESTION", "TEXT", "Dialogue", "Widget", "application",
    "operator_of", "waiting",
]  # fmt: skip

LANGUAGES: tuple[Language, ...] = ("ru", "kk")
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
    """Knows one service, its language and the way to the operator; `plain` notes who wanted plain words."""

    def __init__(self) -> None:
        super().__init__()
        self.plain: list[bool] = []

    async def ask(
        self, conversation_id: str, text: str, language: Language, *, turn: int, plain: bool = False
    ) -> list[Reply]:
        fee = lambda language: Button(title=FEE_TITLE[language], payload=FEE)  # noqa: E731
        if text.startswith("/language"):
            language = "kk" if "kk" in text else "ru"
            return [Reply(text=say("actions.language", language), language=language, buttons=[fee(language)])]
        await super().ask(conversation_id, text, language, turn=turn, plain=plain)
        self.plain.append(plain)
        language = "kk" if set(text) & set("әғқңөұүһі") else language
        if text == FEE:
            return [Reply(text=FEE_TEXT[language], language=language)]
        if text == "/operator":
            return [Reply(text=HAND_OVER[language], language=language, hand_over=HandOver(reason="asked"))]
        if text == "/services":
            buttons = [Button(title=f"{number}", payload=f'/domain{{"domain": "{number}"}}') for number in range(1, 7)]
            return [Reply(text=say("actions.services", language), language=language, buttons=buttons)]
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
        return [Reply(text=TEXT[language], language=language, buttons=[fee(language)], answer=answer)]


def application(service: Service) -> FastAPI:
    """The demonstration page, the widget's files and the citizens' interface."""
    app = FastAPI()
    errors.install(app)
    app.state.service = service
    app.add_middleware(CORSMiddleware)
    app.include_router(web.router)
    app.include_router(routes.router)
    return app


class Widget:
    """What a citizen sees of the widget on a page, and does there."""

    def __init__(self, page: Page, language: Language) -> None:
        self.page, self.language = page, language
        self.root = page.locator("jauap-chat")
        self.panel = self.root.get_by_role("dialog")
        self.log = self.panel.get_by_role("log")
        self.choices = self.log.locator(".choices").get_by_role("button")
        self.status = self.panel.get_by_role("status")
        self.input = self.panel.get_by_label(self.say("input"))
        self.launcher = self.root.locator("button.launcher")

    def say(self, key: str, **values: object) -> str:
        return say(f"widget.{key}", self.language, **values)

    def messages(self, author: str) -> Locator:
        return self.log.locator(f".message.{author}")

    def button(self, key: str) -> Locator:
        return self.panel.get_by_role("button", name=self.say(key), exact=True)

    async def open(self) -> None:
        await self.launcher.click()
        await expect(self.panel).to_be_visible()

    async def ask(self, text: str) -> None:
        await self.input.fill(text)
        await self.input.press("Enter")

    async def answered(self) -> None:
        """Ask the question, and wait for its answer with the button that it offers."""
        await self.ask(QUESTION[self.language])
        await expect(self.panel.get_by_role("button", name=FEE_TITLE[self.language])).to_be_visible()

    async def freeze(self) -> None:
        """Stop the page's clock, which must have been installed: nothing happens by itself any more."""
        await self.page.clock.pause_at(await self.page.evaluate("Date.now() / 1000 + 1"))

    async def choose(self, entry: str) -> None:
        """Press an entry of the menu."""
        await self.button("menu").click()
        await self.button(entry).click()


async def operator_of(service: Service) -> Operator:
    operator = Operator(username="aigul", password_hash="", role="operator", languages=["ru"], available=True)
    async with service.database.write() as session:
        session.add(operator)
    return operator


async def waiting(service: Service) -> Conversation | None:
    queue = await service.conversations.queue()
    return queue[0] if queue else None
