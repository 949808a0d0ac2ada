"""The chat without scripts: what its forms do, keep and refuse."""

import asyncio
import re
from datetime import timedelta
from html import unescape
from uuid import uuid4

import httpx
import pytest
from sqlalchemy.exc import OperationalError

from bot.conversations import State
from bot.dialogue import DialogueUnavailable
from bot.pages import chat
from bot.pages.visit import COOKIE
from bot.storage import Operator
from bot.storage.tables import now
from tests.serving import application
from texts import LANGUAGES, say

pytestmark = pytest.mark.usefixtures("service")


@pytest.fixture
def app(service):
    return application(service, chat.router)


class Reader:
    """Somebody with a browser without scripts: keeps cookies, follows redirects, sends a page's hidden fields."""

    def __init__(self, app, url="http://test", language="ru"):
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app),
            base_url=url,
            follow_redirects=True,
            headers={"Accept-Language": language},
        )
        self.page = None

    async def open(self, path="/chat"):
        self.page = await self.client.get(path)
        return self

    async def post(self, path, **fields):
        self.page = await self.client.post(f"/chat/{path}", data={**self.hidden(), **fields})
        return self.page

    async def write(self, text, **fields):
        return await self.post("messages", text=text, **fields)

    async def press(self, payload, **fields):
        return await self.post("messages", payload=payload, **fields)

    def hidden(self):
        return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', self.page.text))

    @property
    def text(self):
        return unescape(re.sub(r"<[^>]+>", "", self.page.text))

    def field(self):
        """What stands in the text field; None where there is none."""
        found = re.search(r'<textarea id="text".*?>\n(.*?)</textarea>', self.page.text, re.S)
        return found and unescape(found[1])


@pytest.fixture
async def reader(app):
    reader = await Reader(app).open()
    yield reader
    await reader.client.aclose()


@pytest.fixture
async def conversation(service):
    async def only():
        (found,) = await service.conversations.find()
        return found

    return only


async def heard(service, conversation):
    return [(message.author, message.text) for message in await service.conversations.messages(conversation.id)]


async def operator_of(database):
    operator = Operator(username="aigul", password_hash="", role="operator", languages=["ru"], available=True)
    async with database.write() as session:
        session.add(operator)
    return operator


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_page_greets_in_the_readers_language_and_opens_no_conversation_yet(app, service, language):
    reader = await Reader(app, language=language).open()
    assert reader.page.status_code == 200
    assert f'<html lang="{language}">' in reader.page.text
    assert say("chat.services", language) in reader.text
    assert await service.conversations.find() == []


async def test_the_page_allows_no_script_and_nothing_inline_and_is_kept_by_no_cache(reader):
    policy = reader.page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "script-src" not in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert reader.page.headers["cache-control"] == "no-store"
    for inline in ("<script", "<style", " style=", " onclick="):
        assert inline not in reader.page.text
    style = await reader.client.get("/chat/chat.css")
    assert (style.status_code, style.headers["content-type"]) == (200, "text/css; charset=utf-8")


@pytest.mark.parametrize(("url", "secure"), [("http://test", False), ("https://test", True)])
async def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites_forms(app, url, secure):
    reader = await Reader(app, url).open()
    cookie = reader.page.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"httponly", "samesite=lax", "path=/chat", f"max-age={90 * 24 * 3600}"} <= attributes
    assert ("secure" in attributes) == secure


async def test_a_question_is_answered_on_the_page_that_follows(reader, conversation, service):
    await reader.write("сколько стоит?\r\nи где?")
    assert (reader.page.status_code, reader.page.url.path) == (200, "/chat")
    assert [response.status_code for response in reader.page.history] == [303]
    assert "echo: сколько стоит?" in reader.text
    assert 'id="latest"' in reader.page.text
    assert reader.field() == ""
    assert "refresh" not in reader.page.headers
    assert await heard(service, await conversation()) == [
        ("citizen", "сколько стоит?\nи где?"),
        ("bot", "echo: сколько стоит?\nи где?"),
    ]


async def test_the_same_form_sent_again_does_nothing_twice(reader, dialogue, service):
    fields = {**reader.hidden(), "text": "вопрос"}
    await asyncio.gather(*(reader.client.post("/chat/messages", data=fields) for _ in range(4)))
    await reader.client.post("/chat/messages", data=fields)
    assert len(await service.conversations.find()) == 1
    assert [text for _, text in dialogue.asked] == ["вопрос"]
    # Who goes back in the browser and presses something else on the same page means it.
    await reader.client.post("/chat/messages", data={**fields, "text": "", "payload": "/help"})
    assert [text for _, text in dialogue.asked] == ["вопрос", "/help"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("text", "problem"), [("", "empty"), (" \n", "empty"), ("я" * 4001, "too_long")])
async def test_what_cannot_be_sent_stays_in_the_field_with_the_reason(app, service, language, text, problem):
    reader = await Reader(app, language=language).open()
    page = await reader.write(text)
    assert page.status_code == 422
    assert say(f"chat.{problem}", language, limit=4000, length=len(text)) in reader.text
    assert reader.field() == text
    assert 'aria-invalid="true" aria-describedby="problem"' in page.text
    assert await service.conversations.find() == []


async def test_a_form_of_another_page_is_refused_and_its_text_kept(app, reader, service):
    other = await Reader(app).open()
    for key in ("", "x", other.hidden()["key"], "ә"):
        page = await reader.write("вопрос", key=key)
        assert page.status_code == 403
        assert say("chat.stale", "ru") in reader.text
        assert reader.field() == "вопрос"
    reader.client.cookies.clear()
    assert (await reader.write("вопрос")).status_code == 403
    for path in ("language", "large", "refreshing", "refresh"):
        assert (await reader.post(path, key="x", large="on")).status_code == 403
    assert await service.conversations.find() == []
    await reader.write("вопрос")  # with the cookie and the form of the last page
    assert "echo: вопрос" in reader.text


async def test_a_changed_cookie_is_not_believed(reader, conversation):
    await reader.write("вопрос")
    cookie = reader.client.cookies[COOKIE]
    reader.client.cookies.clear()
    reader.client.cookies.set(COOKIE, cookie[:-2] + ("AA" if cookie[-2:] != "AA" else "BB"), path="/chat")
    await reader.open()
    assert "вопрос" not in reader.text


async def test_markup_in_a_message_stays_text(reader):
    await reader.write("<b>жирно</b> & </textarea>")
    assert "&lt;b&gt;жирно&lt;/b&gt; &amp; &lt;/textarea&gt;" in reader.page.text
    assert "<b>" not in reader.page.text


async def test_an_offered_button_is_a_button_and_what_was_being_typed_stays(reader, service, dialogue, conversation):
    assert 'name="payload" value="/services"' in reader.page.text
    page = await reader.press("/services", text="ещё не дописано")
    assert page.status_code == 200
    assert reader.field() == "ещё не дописано"
    assert [text for _, text in dialogue.asked] == ["/services"]
    assert "refresh" not in page.headers


@pytest.mark.parametrize("payload", ["/restart", "", "<b>"])
async def test_a_button_that_the_bot_does_not_have_is_refused(reader, service, dialogue, payload):
    page = await reader.press(payload)
    assert page.status_code == 422
    assert say("errors.bad_payload", "ru") in reader.text
    assert dialogue.asked == []


async def test_a_form_without_its_number_is_refused(reader, dialogue):
    assert (await reader.write("вопрос", form="1")).status_code == 422
    assert reader.field() == "вопрос"
    assert dialogue.asked == []


async def test_while_an_answer_is_owed_the_page_reloads_itself_and_has_no_field_to_empty(
    reader, dialogue, monkeypatch, eventually
):
    monkeypatch.setattr(chat, "PATIENCE", 0.05)
    dialogue.gate.clear()
    page = await reader.write("вопрос")
    assert say("chat.owed", "ru") in reader.text
    assert re.fullmatch(r"5; url=/chat\?at=\d+#latest", page.headers["refresh"])
    assert reader.field() is None
    await reader.open("/chat?write=1")
    assert "refresh" not in reader.page.headers
    assert reader.field() == ""
    dialogue.gate.set()

    async def answered():
        return "echo: вопрос" in (await reader.open()).text

    await eventually(answered)
    assert "refresh" not in reader.page.headers
    assert reader.field() == ""


async def test_who_waits_sees_the_place_may_leave_and_may_stop_the_reloading(reader, conversation):
    await reader.press("/operator")
    assert say("chat.mode_waiting_place", "ru", position=1) in reader.text
    assert reader.page.headers["refresh"].startswith("10;")
    await reader.post("refreshing", refreshing="off")
    assert "refresh" not in reader.page.headers
    assert reader.field() == ""
    await reader.post("refresh", text="пишу")
    assert reader.field() == "пишу"
    await reader.post("refreshing", refreshing="on")
    assert "refresh" in reader.page.headers
    await reader.press("/leave_queue")
    assert say("chat.mode_bot", "ru") in reader.text
    assert (await conversation()).state == State.BOT
    assert "refresh" not in reader.page.headers


async def test_an_operators_words_are_shown_and_after_the_end_a_rating_is_asked_for(
    reader, service, database, conversation
):
    await reader.press("/operator")
    operator = await operator_of(database)
    talk = await conversation()
    await service.conversations.claim(talk.id, operator)
    await service.conversations.write(talk.id, operator, key="1", text="Здравствуйте, я оператор")
    await reader.open()
    assert "Здравствуйте, я оператор" in reader.text
    assert say("chat.mode_operator", "ru") in reader.text
    assert "refresh" in reader.page.headers
    assert 'value="/operator"' not in reader.page.text
    assert '<details class="rating">' in reader.page.text
    await service.conversations.close(talk.id, operator, "answered")
    await reader.open()
    assert '<details class="rating" open>' in reader.page.text
    assert "refresh" not in reader.page.headers

    assert (await reader.post("rating", comment="спасибо")).status_code == 422
    assert say("chat.no_stars", "ru") in reader.text
    assert ">\nспасибо</textarea>" in reader.page.text
    assert (await reader.post("rating", key="x", stars="5")).status_code == 403
    await reader.post("rating", stars="5", comment="рақмет\x00")
    assert say("chat.note_rated", "ru") in reader.text
    talk = await conversation()
    assert (talk.stars, talk.comment) == (5, "рақмет")
    assert '<details class="rating">' in reader.page.text


async def test_after_ten_silent_minutes_the_page_reloads_each_minute_only(reader, conversation, monkeypatch):
    await reader.press("/operator")
    later = now() + timedelta(minutes=11)
    monkeypatch.setattr(chat, "now", lambda: later)
    await reader.open()
    assert reader.page.headers["refresh"].startswith("60;")


async def test_the_language_is_switched_and_the_conversation_goes_on(reader, dialogue, conversation):
    await reader.write("вопрос")
    first = (await conversation()).id
    page = await reader.post("language", language="kk", text="жазып жатырмын")
    assert '<html lang="kk">' in page.text
    assert "echo: вопрос" in reader.text
    assert reader.field() == "жазып жатырмын"
    assert [text for _, text in dialogue.asked] == ["вопрос", '/language{"language": "kk"}']
    await reader.open()
    assert say("chat.send", "kk") in reader.text
    assert (await conversation()).id == first


async def test_before_the_first_question_only_the_pages_language_changes(reader, service):
    await reader.post("language", language="kk")
    assert say("chat.greeting", "kk").split("\n")[0] in reader.text
    assert await service.conversations.find() == []
    await reader.open("/chat?language=ru")
    assert '<html lang="ru">' in reader.page.text
    await reader.post("language", language="en")
    assert '<html lang="ru">' in reader.page.text


async def test_large_and_plain_is_kept_and_asked_of_the_bot(reader, conversation):
    await reader.post("large", large="on", text="пишу")
    assert '<html lang="ru" class="large">' in reader.page.text
    assert reader.field() == "пишу"
    await reader.write("вопрос")
    assert 'class="large"' in reader.page.text
    assert (await conversation()).plain
    await reader.post("large", large="off")
    await reader.write("ещё")
    assert 'class="large"' not in reader.page.text
    assert not (await conversation()).plain


async def test_a_linked_question_stands_in_the_field_and_is_not_sent(reader, service):
    await reader.open("/chat?language=kk&question=Сұрақ <b>")
    assert reader.field() == "Сұрақ <b>"
    assert await service.conversations.find() == []


async def test_the_whole_conversation_is_a_file(reader, service, conversation):
    await reader.write("вопрос <b>")
    talk = await conversation()
    for number in range(chat.SHOWN):
        await service.conversations.receive(talk.id, key=str(uuid4()), text=f"номер {number}")
    await reader.open()
    assert say("chat.earlier", "ru") in reader.text
    assert "вопрос" not in reader.text
    file = await reader.client.get("/chat/transcript.txt")
    assert file.headers["content-type"] == "text/plain; charset=utf-8"
    assert file.headers["content-disposition"].startswith("attachment")
    assert "Вы\nвопрос <b>\n" in file.text
    assert f"номер {chat.SHOWN - 1}" in file.text


async def test_erasing_asks_first_and_leaves_nothing(reader, service, dialogue, conversation):
    await reader.write("вопрос")
    talk = (await conversation()).id
    await reader.open("/chat/erase")
    assert say("chat.erase_ask", "ru") in reader.text
    assert len(await service.conversations.find()) == 1
    key = reader.hidden()["key"]
    await reader.post("erase", key="x")
    assert reader.page.status_code == 403
    assert len(await service.conversations.find()) == 1
    await reader.post("erase", key=key)
    assert say("chat.note_erased", "ru") in reader.text
    assert await service.conversations.find() == []
    assert dialogue.forgotten == [talk]
    await reader.post("erase", key=key)  # again
    assert reader.page.status_code == 200
    await reader.open()
    await reader.write("снова")
    assert "echo: снова" in reader.text


async def test_where_erasing_fails_the_reader_learns_it(reader, service, monkeypatch):
    async def fail(conversation_ids):
        raise DialogueUnavailable("told to fail")

    await reader.write("вопрос")
    monkeypatch.setattr(service.conversations, "_forget", fail)
    await reader.open("/chat/erase")
    assert (await reader.post("erase")).status_code == 503
    assert say("chat.not_erased", "ru") in reader.text
    assert len(await service.conversations.find()) == 1


async def test_a_conversation_that_is_no_more_begins_anew_and_the_message_is_not_lost(reader, service, conversation):
    await reader.write("вопрос")
    first = (await conversation()).id
    await service.conversations.erase(first)
    await reader.open()
    assert say("chat.note_gone", "ru") in reader.text
    await reader.write("второй")
    second = (await conversation()).id
    assert second != first
    await service.conversations.erase(second)
    await reader.write("третий")
    assert await heard(service, await conversation()) == [("citizen", "третий"), ("bot", "echo: третий")]


async def test_while_the_store_is_down_the_text_stays_in_the_field(reader, service, monkeypatch):
    await reader.write("вопрос")

    def down():
        raise OperationalError("SELECT", {}, Exception("down"))

    for how in ("write", "read"):
        monkeypatch.setattr(service.database, how, down)
        page = await reader.write("важное")
        assert page.status_code == 503
        assert say("chat.unavailable", "ru") in reader.text
        assert reader.field() == "важное"
    monkeypatch.undo()
    await reader.write("важное")
    assert "echo: важное" in reader.text


@pytest.mark.parametrize("path", ["messages", "language", "large", "refreshing", "refresh", "rating"])
async def test_the_address_of_a_form_leads_back_to_the_page(reader, path):
    await reader.open(f"/chat/{path}")
    assert (reader.page.status_code, reader.page.url.path) == (200, "/chat")
