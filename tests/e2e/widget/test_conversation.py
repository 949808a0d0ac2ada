"""Asking, answers, an operator, the language, rating, transcript and erasing."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import expect

from bot.conversations.events import Event
from tests.e2e.widget.page import FEE_TEXT, FEE_TITLE, LANGUAGES, QUESTION, TEXT, Widget, operator_of, waiting
from texts import say

pytestmark = [pytest.mark.browser, pytest.mark.slow]
BOTH = pytest.mark.parametrize("language", LANGUAGES)


@BOTH
async def test_a_question_is_answered_with_its_sources_and_buttons(visit, language):
    widget = await visit(language)
    await widget.open()
    await expect(widget.input).to_be_focused()
    await widget.answered()
    answer = widget.messages("bot").last
    await expect(answer.get_by_role("listitem").filter(has_text="egov.kz").first).to_be_visible()
    await expect(answer).to_have_attribute("lang", language)
    await expect(answer.locator("ol > li")).to_have_count(3)
    await expect(answer.locator("strong")).to_have_count(3)  # the title and two headings
    await expect(answer.locator("strong").first).to_have_text(TEXT[language].partition("\n")[0])
    links = answer.locator(".sources a")
    await expect(links).to_have_count(2)  # the third source is no web address
    assert await links.nth(1).get_attribute("href") == "https://adilet.zan.kz/rus/docs/V2000020192"
    await expect(answer.get_by_text(widget.say("verified", date="12.03.2026"))).to_have_count(1)
    await widget.panel.get_by_role("button", name=FEE_TITLE[language]).click()
    await expect(widget.messages("bot").last).to_contain_text(FEE_TEXT[language])
    await expect(widget.messages("citizen").last).to_contain_text(FEE_TITLE[language])
    await expect(widget.choices).to_have_count(0)


@BOTH
async def test_a_sample_question_of_the_page_opens_the_chat_and_asks(visit, language):
    widget = await visit(language)
    await expect(widget.launcher).to_be_visible()
    await widget.page.evaluate("question => document.querySelector('jauap-chat').ask(question)", QUESTION[language])
    await expect(widget.messages("citizen")).to_contain_text(QUESTION[language])
    await expect(widget.messages("bot").last).to_contain_text(TEXT[language].splitlines()[0])


async def test_markup_in_a_message_stays_text(visit):
    widget = await visit("ru")
    await widget.open()
    await widget.ask("<img src=x onerror=alert(1)><b>жирно</b>")
    await expect(widget.messages("bot")).to_have_count(2)
    await expect(widget.messages("citizen")).to_contain_text("<img src=x onerror=alert(1)><b>жирно</b>")
    await expect(widget.log.locator("b, img")).to_have_count(0)
    await widget.page.reload()
    await widget.open()
    await expect(widget.messages("citizen")).to_contain_text("<b>жирно</b>")
    await expect(widget.log.locator("b, img")).to_have_count(0)


@BOTH
async def test_an_operator_takes_over_answers_and_closes_and_is_rated(visit, service, eventually, language):
    widget = await visit(language)
    await widget.open()
    operator = await operator_of(service)
    await widget.button("call_operator").click()
    await expect(widget.button("leave_queue")).to_be_visible()
    await expect(widget.status).to_contain_text(widget.say("mode_waiting_place", position=1).rstrip("."))
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
    await widget.page.reload()
    await widget.open()
    await expect(widget.status).to_have_text(widget.say("mode_closed"))
    await expect(widget.button("rating_send")).to_be_hidden()  # nobody is asked twice


async def test_the_place_in_the_queue_is_told_at_once_and_its_changes_not_more_often_than_every_ten_seconds(
    visit, service, eventually
):
    widget = await visit("kk", clock=True)
    await widget.open()
    await widget.button("call_operator").click()
    conversation = await eventually(lambda: waiting(service))

    def place(position, minutes):
        service.events.publish(Event(conversation.id, "queue", {"position": position, "minutes": minutes}))

    first = widget.say("mode_waiting_place", position=1)
    await expect(widget.status).to_contain_text(first)
    await expect(widget.messages("system")).to_have_count(1)
    await widget.freeze()
    place(4, 16)
    place(3, 12)
    service.events.publish(Event(conversation.id, "typing", {"author": "operator", "active": True}))
    await expect(widget.panel.locator(".typing")).to_be_visible()  # so the two before it have come, too
    await expect(widget.status).to_contain_text(first)
    await widget.page.clock.run_for(10_000)
    await expect(widget.status).to_have_text(widget.say("mode_waiting_time", position=3, minutes=12))
    operator = await operator_of(service)
    await service.conversations.claim(conversation.id, operator)
    await expect(widget.status).to_have_text(widget.say("mode_operator"))  # another mode is told at once


async def test_operators_are_told_that_the_citizen_writes_and_the_bot_is_not(visit, service, eventually):
    told = []
    publish = service.events.publish

    def note(event):
        if event.kind == "typing" and event.data["author"] == "citizen":
            told.append(event.data["active"])
        publish(event)

    service.events.publish = note
    widget = await visit("ru", clock=True)
    await widget.open()
    await widget.answered()
    await widget.input.fill("для бота")
    await widget.button("call_operator").click()
    await eventually(lambda: waiting(service))
    await expect(widget.status).to_contain_text(widget.say("mode_waiting_place", position=1))
    assert told == []
    await widget.freeze()
    await widget.input.press_sequentially("а вот")  # five keys, one word
    await eventually(lambda: heard(told, [True]))
    await widget.page.clock.run_for(3000)
    await widget.input.press("!")
    await eventually(lambda: heard(told, [True, True]))
    await widget.page.clock.run_for(5000)
    await eventually(lambda: heard(told, [True, True, False]))
    await expect(widget.panel.locator(".typing")).to_be_hidden()  # nothing of it comes back


async def heard(told, expected):
    return told == expected


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
    await expect(widget.launcher).to_have_text(widget.say("launcher_unread", count=2))
    await widget.open()
    await widget.button("close").click()
    await expect(widget.launcher).to_have_text(widget.say("launcher"))


async def test_the_language_is_switched_within_the_conversation_with_its_buttons_and_kept(visit, service):
    widget = await visit("ru")
    await widget.open()
    await widget.answered()
    await widget.panel.get_by_role("button", name="Қазақша").click()
    widget = Widget(widget.page, "kk")
    await expect(widget.panel.get_by_role("heading", level=2)).to_have_text(widget.say("title"))
    await expect(widget.messages("bot").last).to_contain_text(say("actions.language", "kk").split("\n")[0])
    await expect(widget.choices).to_have_text([FEE_TITLE["kk"]])
    await expect(widget.button("call_operator")).to_be_visible()
    await expect(widget.messages("citizen").last).to_contain_text("Қазақша")
    await expect(widget.messages("citizen")).to_have_count(2)
    # What was said stays in its language, with the chat's words around it in the new one.
    answer = widget.messages("bot").nth(1)
    await expect(answer).to_have_attribute("lang", "ru")
    await expect(answer.locator(".sources")).to_contain_text(widget.say("sources"))
    await expect(widget.messages("citizen").first.locator(".author")).to_contain_text(widget.say("author_citizen"))
    assert len(await service.conversations.find()) == 1
    await widget.page.reload()
    await expect(widget.launcher).to_have_text(widget.say("launcher"))
    await widget.page.goto(f"{widget.page.url.split('?')[0]}?language=kk")
    await expect(widget.launcher).to_have_text(widget.say("launcher"))


async def test_before_anything_is_said_switching_the_language_changes_greeting_and_buttons_and_sends_nothing(
    visit, service
):
    widget = await visit("kk")
    await widget.open()
    await expect(widget.choices).to_have_text([widget.say("greeting_services"), widget.say("greeting_help")])
    await widget.panel.get_by_role("button", name="Русский").click()
    widget = Widget(widget.page, "ru")
    await expect(widget.choices).to_have_text([widget.say("greeting_services"), widget.say("greeting_help")])
    await expect(widget.messages("bot")).to_contain_text(widget.say("greeting").split("\n")[0])
    assert await service.conversations.find() == []


@BOTH
async def test_the_answers_can_be_rated_from_the_menu(visit, service, language):
    widget = await visit(language)
    await widget.open()
    await widget.button("menu").click()
    await expect(widget.button("erase")).to_be_visible()
    await expect(widget.button("rate")).to_be_hidden()  # there is nothing to rate yet
    await widget.button("menu").click()
    await widget.answered()
    await widget.choose("rate")
    await expect(widget.panel.get_by_role("radio", name="1")).to_be_focused()
    await widget.panel.get_by_role("radio", name="5").check()
    await widget.button("rating_send").click()
    await expect(widget.log.get_by_text(widget.say("rating_thanks"))).to_be_visible()
    (rated,) = await service.conversations.find()
    assert (rated.stars, rated.comment) == (5, None)


async def test_a_rating_that_fails_says_so_and_keeps_what_was_chosen(visit, service):
    widget = await visit("ru")
    await widget.open()
    await widget.answered()
    await widget.choose("rate")
    await widget.panel.get_by_role("radio", name="2").check()
    await widget.page.route("**/rating", lambda route: route.abort())
    await widget.button("rating_send").click()
    await expect(widget.panel.get_by_role("alert")).to_have_text(widget.say("rating_failed"))
    await widget.panel.get_by_role("button", name="Қазақша").click()
    widget = Widget(widget.page, "kk")
    await expect(widget.panel.get_by_role("radio", name="2")).to_be_checked()
    await widget.page.unroute("**/rating")
    await widget.button("rating_send").click()
    await expect(widget.log.get_by_text(widget.say("rating_thanks"))).to_be_visible()
    (rated,) = await service.conversations.find()
    assert rated.stars == 2


@BOTH
async def test_the_transcript_is_saved_with_dates_authors_and_sources(visit, language):
    widget = await visit(language, timezone_id="Asia/Almaty")
    await widget.open()
    await widget.answered()
    await widget.button("menu").click()
    async with widget.page.expect_download() as downloading:
        await widget.button("download").click()
    download = await downloading.value
    assert download.suggested_filename.startswith("jauap-2")
    assert download.suggested_filename.endswith(".txt")
    lines = (await asyncio.to_thread(Path(await download.path()).read_bytes)).decode("utf-8-sig").split("\r\n")
    assert lines[0] == widget.say("transcript")
    assert any(line.endswith(f", {widget.say('author_citizen')}") for line in lines)
    assert any(line.endswith(f", {widget.say('author_bot')}") and line[:2].isdigit() for line in lines)
    for line in (
        QUESTION[language],
        "https://egov.kz/services/5.05 (03.2026)",
        widget.say("verified", date="12.03.2026"),
    ):
        assert lines.count(line) == 1, line
    assert not any("javascript" in line for line in lines)


async def test_erasing_asks_first_and_leaves_nothing(visit, service):
    widget = await visit("ru")
    await widget.open()
    await widget.answered()
    await widget.choose("erase")
    await expect(widget.button("erase_no")).to_be_focused()
    await widget.button("erase_no").click()
    await expect(widget.messages("bot")).to_have_count(2)
    await widget.choose("erase")
    await widget.button("erase_yes").click()
    await expect(widget.log.get_by_text(widget.say("erased"))).to_be_visible()
    await expect(widget.messages("citizen")).to_have_count(0)
    assert await service.conversations.find() == []
    await widget.ask("снова")
    await expect(widget.messages("bot").last).to_contain_text(TEXT["ru"].splitlines()[0])
