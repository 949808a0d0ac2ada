"""The review of unanswered questions in a real Chromium."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import yaml
from playwright.async_api import Browser, Page, expect

from bot.learning import rebuilding
from bot.operators import accounts, api, console
from bot.operators.api import review
from bot.service import Service
from bot.storage import UnansweredQuestion
from tests import knowledge
from tests.e2e.console import PASSWORD, SIZES, page_of
from tests.operators import rows
from tests.serving import application, serve
from texts import LANGUAGES, say

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CHECKED = 60_000  # milliseconds: the knowledge base is read and checked, which takes seconds of a processor
QUESTIONS = (
    ("где пройти техосмотр на газель", "ru", "none"),
    ("техосмотр газели где пройти, мой номер 123 ABC 02", "ru", "operator"),
    ("газельге техбайқаудан қайда өтем", "kk", "clarify"),
    ("где ловить карася на опарыша", "ru", "rating"),
)


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    knowledge.use(monkeypatch)
    copy = knowledge.copy_services(tmp_path)
    monkeypatch.setattr(review, "FOLDER", copy)
    monkeypatch.setattr(rebuilding, "COMMAND", "import sys; print('Хуже прежнего'); sys.exit(1)")
    return copy


@pytest.fixture
async def url(service: Service, folder: Path) -> AsyncIterator[str]:
    for name, role in (("aliya", "supervisor"), ("dana", "admin")):
        await accounts.create(service.database, name, PASSWORD, role)
    async with service.database.write() as session:
        await rows.conversation(session, 1)
        for number, (text, language, why) in enumerate(QUESTIONS, start=1):
            await rows.message(session, "talk-1", number, text)
            session.add(
                UnansweredQuestion(
                    conversation_id="talk-1", message_id=number, text=text.replace("123 ABC 02", "[plate …02]"),
                    language=language, why=why, service="traffic-fines" if number == 1 else None,
                )
            )  # fmt: skip
    knowledge.small_index()
    async with serve(application(service, api.router, console.router)) as url:
        yield url


@pytest.fixture
async def open_review(browser: Browser, url: str):
    """`await open_review(language="kk", size="phone")`: the page for aliya; it must raise no error."""
    faults: list[str] = []

    async def make(language: str = "ru", size: str = "desktop", name: str = "aliya") -> Page:
        address = f"{url}/console/review"
        page = await page_of(browser, address, name, faults, language=language, size=size)
        await expect(page.locator("#groups > li, #state:has-text('.')").first).to_be_visible(timeout=20_000)
        return page

    yield make
    assert faults == []


def text(key: str, language: str, **values: object) -> str:
    return say(f"review.{key}", language, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", SIZES)
async def test_a_group_is_attached_to_a_service_in_reviewed_words(open_review, folder, accessible, language, size):
    page = await open_review(language, size)
    cards = page.locator("#groups > li")
    await expect(cards).to_have_count(2)
    await accessible(page)
    card = cards.first
    await expect(card.locator("summary")).to_contain_text(text("questions_count", language, n=3))
    await card.locator("summary").click()
    await expect(card.locator("fieldset input[type=checkbox]:checked")).to_have_count(3)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await accessible(page)

    russian, kazakh = card.get_by_label(text("texts_ru", language)), card.get_by_label(text("texts_kk", language))
    await expect(russian).to_have_value("где пройти техосмотр на газель")  # without the one that has a mask
    await expect(kazakh).to_have_value("газельге техбайқаудан қайда өтем")
    await russian.fill("техосмотр [plate …02]")
    attach = card.get_by_role("button", name=text("attach", language))
    await attach.click()
    refused = say("learning.fault_personal", language, text="техосмотр [plate …02]")
    await expect(card.locator(".failed")).to_contain_text(refused, timeout=CHECKED)
    await accessible(page)

    await russian.fill("где пройти техосмотр на грузовую газель")
    await attach.click()
    await expect(page.locator("#outcome-text")).to_contain_text(
        text("done_attach", language, n=2, title="")[:10], timeout=CHECKED
    )
    await expect(cards).to_have_count(1)
    await expect(page.locator("#undo")).to_be_hidden()
    await expect(page.locator("#index-text")).to_have_text(text("index_old", language))
    written = yaml.safe_load((folder / "transport/vehicle-inspection.yaml").read_text("utf-8"))["questions"]
    assert written["ru"][-1] == "где пройти техосмотр на грузовую газель"
    assert written["kk"][-1] == "газельге техбайқаудан қайда өтем"

    await page.locator("#index-update").click()
    await expect(page.locator("#index-trouble")).to_have_text("Хуже прежнего", timeout=15_000)
    await page.locator("#show").select_option("attached")
    await expect(page.locator("#decided > li")).to_have_count(3)
    await expect(page.locator("#decided > li").first).to_contain_text("aliya")
    await accessible(page)


async def test_one_question_is_taken_out_and_the_others_stay(open_review):
    page = await open_review()
    card = page.locator("#groups > li").first
    await card.locator("summary").click()
    boxes = card.locator("fieldset input[type=checkbox]")
    await expect(boxes).to_have_count(3)
    for box in (await boxes.all())[1:]:
        await box.uncheck()
    await card.get_by_role("button", name=text("missing", "ru")).click()
    await expect(card.locator("summary")).to_contain_text(text("questions_count", "ru", n=2))
    await expect(card.locator("fieldset li")).to_have_count(2)
    await expect(page.locator("#outcome-text")).to_have_text(text("done_missing", "ru", n=1))


async def test_a_decision_is_taken_back_at_once_or_from_the_list(open_review):
    page = await open_review()
    fish = page.locator("#groups > li", has_text="карася")
    await fish.locator("summary").click()
    await fish.get_by_label(text("remark", "ru")).fill("спорт")
    await fish.get_by_role("button", name=text("out_of_scope", "ru")).click()
    await expect(fish).to_have_count(0)
    await page.locator("#undo").click()
    await expect(fish).to_have_count(1)

    await fish.locator("summary").click()
    await fish.get_by_role("button", name=text("missing", "ru")).click()
    await expect(fish).to_have_count(0)
    await page.locator("#show").select_option("missing")
    item = page.locator("#decided > li")
    await expect(item).to_contain_text("карася")
    await expect(page.locator("#missing-next")).to_contain_text("jauap kb new")
    await item.get_by_role("button", name=text("take_back", "ru")).click()
    await expect(page.locator("#state")).to_have_text(text("nothing_decided", "ru"))
    await page.locator("#show").select_option("open")
    await expect(fish).to_have_count(1)


async def test_the_filters_narrow_the_list_and_an_empty_one_says_so(open_review):
    page = await open_review("kk")
    cards = page.locator("#groups > li")
    await page.locator("#why").select_option("rating")
    await expect(cards).to_have_count(1)
    await page.locator("#asked-in").select_option("kk")
    await expect(page.locator("#state")).to_have_text(text("nothing_passes", "kk"))
    await page.locator("#why").select_option("")
    await expect(cards).to_have_count(1)
    await expect(cards).to_contain_text("техбайқаудан")


async def test_who_comes_second_learns_who_has_decided(open_review, service):
    page, other = await open_review(), await open_review(name="dana")
    for each in (page, other):
        fish = each.locator("#groups > li", has_text="карася")
        await fish.locator("summary").click()
        await fish.get_by_role("button", name=text("out_of_scope", "ru")).click()
    await expect(other.locator(".failed", has_text="aliya")).to_be_visible()


async def test_it_is_worked_by_the_keyboard_alone(open_review):
    page = await open_review()
    summary = page.locator("#groups > li", has_text="карася").locator("summary")
    await summary.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#groups input[type=checkbox]")).to_be_visible()
    await page.keyboard.press("Tab")
    await expect(page.locator("#groups input[type=checkbox]")).to_be_focused()
    button = page.locator("#groups > li", has_text="карася").get_by_role("button", name=text("out_of_scope", "ru"))
    for _ in range(12):
        if await button.evaluate("node => node === document.activeElement"):
            break
        await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator("#groups > li")).to_have_count(1)
    await expect(page.locator("#groups summary")).to_be_focused()
