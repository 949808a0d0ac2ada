"""A citizen, the real Rasa, the real knowledge base and an operator, over HTTP and through Telegram's double."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import expect

from knowledge_base.model import load_all
from tests.e2e.running import Citizen, Running
from tests.telegram_double import Call, TelegramDouble
from texts import say

pytestmark = pytest.mark.slow

REPLACEMENT = "identity-card-replacement"


class Telegram:
    """The double of the Bot API in a thread of its own: it goes on while a test waits for the service."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self.double = TelegramDouble()
        self._run(self.double.__aenter__())

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    def do(self, work: Callable[[], Any]) -> Any:
        """Call something of the double in its own thread."""

        async def call() -> Any:
            return work()

        return self._run(call())

    def messages_to(self, chat: int, count: int) -> list[Call]:
        return self._run(self.double.messages_to(chat, count, within=50))

    def close(self) -> None:
        self._run(self.double.__aexit__())
        self._loop.call_soon_threadsafe(self._loop.stop)


@pytest.fixture(scope="module")
def telegram() -> Iterator[Telegram]:
    telegram = Telegram()
    yield telegram
    telegram.close()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, telegram: Telegram) -> Iterator[Running]:
    running = Running(
        tmp_path_factory.mktemp("running"),
        JAUAP_TELEGRAM_TOKEN="1:token",
        JAUAP_TELEGRAM_API_URL=telegram.double.url,
    )
    running.start()
    yield running
    assert running.stop() == 0


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("question", "language", "amount"),
    [
        ("Как заменить удостоверение личности, если потерял?", "ru", "тенге (0,2 МРП)"),
        ("Жеке куәлікті жоғалтып алдым, не істеймін?", "kk", "теңге (0,2 АЕК)"),
        ("kuәlik merzimi bitti", "kk", "теңге (0,2 АЕК)"),
    ],
)
def test_a_question_is_answered_in_its_language_with_source_date_and_amount(running, question, language, amount):
    message = Citizen(running.url).asks(question)
    answer = message["answer"]
    assert (message["language"], answer["decision"], answer["service"]) == (language, "answer", REPLACEMENT)
    assert amount in message["text"]
    assert answer["verified"] == load_all()[REPLACEMENT].verified.isoformat()
    assert answer["sources"]
    assert all(source["url"].startswith("http") for source in answer["sources"])
    assert message["buttons"]


def test_a_follow_up_is_about_the_same_service_and_each_language_is_kept(running):
    citizen = Citizen(running.url, "kk")
    citizen.asks("Жеке куәлікті жоғалтып алдым, не істеймін?")
    fee = citizen.asks("а сколько стоит?")
    assert (fee["language"], fee["answer"]["service"], fee["answer"]["section"]) == ("ru", REPLACEMENT, "fee")
    documents = citizen.asks("қандай құжат керек?")
    assert documents["language"] == "kk"
    assert (documents["answer"]["service"], documents["answer"]["section"]) == (REPLACEMENT, "documents")


def test_a_button_leads_to_its_section(running):
    citizen = Citizen(running.url)
    answer = citizen.asks("Как заменить удостоверение личности, если потерял?")
    button = next(button for button in answer["buttons"] if '"documents"' in button["payload"])
    assert citizen.send(payload=button["payload"])["text"] == button["title"]
    assert citizen.hears()["answer"]["section"] == "documents"


def test_the_language_can_be_switched_by_a_button(running):
    citizen = Citizen(running.url)
    citizen.send(payload='/language{"language": "kk"}')
    assert citizen.hears()["language"] == "kk"
    citizen.send("👍")
    assert citizen.hears()["language"] == "kk"


@pytest.mark.parametrize("question", ["рецепт борща", "курс доллара на сегодня", "бүгін ауа райы қандай?"])
def test_what_the_knowledge_base_does_not_have_is_not_made_up(running, question):
    message = Citizen(running.url).asks(question)
    assert message["answer"]["decision"] == "none"
    assert any(button["payload"] == "/operator" for button in message["buttons"])


def test_an_operator_takes_over_both_write_and_the_bot_takes_it_back(running):
    added = running.jauap(
        "operator", "add", "aigerim", "--role", "operator", "--languages", "ru,kk", "--password-stdin",
        text="a good password\n",
    )  # fmt: skip
    assert added.returncode == 0, added.stderr
    operator = httpx.Client(base_url=f"{running.url}/api/v1/operator", timeout=10)
    logged_in = operator.post("/session", json={"username": "aigerim", "password": "a good password"})
    assert logged_in.status_code == 200, logged_in.text
    operator.headers["X-CSRF-Token"] = logged_in.json()["csrf_token"]
    operator.put("/me/status", json={"available": True}).raise_for_status()

    citizen = Citizen(running.url)
    citizen.asks("Как заменить удостоверение личности, если потерял?")
    handed = citizen.asks("позовите оператора")
    assert handed["answer"]["decision"] == "handover"
    waiting = citizen.hears(("system",))
    assert waiting["mode"] == "waiting"
    assert "1" in waiting["text"]

    queued = operator.get("/queue").json()
    assert citizen.conversation in str(queued)
    claimed = operator.post(f"/conversations/{citizen.conversation}/claim")
    assert claimed.status_code == 200, claimed.text
    assert citizen.hears(("system",))["mode"] == "operator"
    operator.post(
        f"/conversations/{citizen.conversation}/messages",
        json={"client_id": "8e0f7f5c-6f0e-4b3e-9c55-000000000001", "text": "Здравствуйте, чем помочь?"},
    ).raise_for_status()
    assert citizen.hears(("operator",))["text"] == "Здравствуйте, чем помочь?"
    citizen.send("Где ближайший ЦОН?")
    time.sleep(1)
    transcript = operator.get(f"/conversations/{citizen.conversation}").text
    assert "Где ближайший ЦОН?" in transcript
    assert all(message["author"] != "bot" for message in citizen.messages(citizen.seen))

    operator.post(f"/conversations/{citizen.conversation}/return").raise_for_status()
    assert citizen.hears(("system",))["mode"] == "bot"
    assert citizen.asks("а сколько стоит?")["answer"]["section"] == "fee"


def test_in_telegram_the_same_is_answered_and_a_repeated_update_once(running, telegram):
    double, chat = telegram.double, 70
    update = telegram.do(
        lambda: double.push_text(chat, "Жеке куәлікті жоғалтып алдым, не істеймін?", language_code="ru")
    )
    (answer,) = telegram.messages_to(chat, 1)
    assert "теңге (0,2 АЕК)" in answer.text
    assert "gov.kz" in answer.text
    telegram.do(lambda: double.repeat(update))
    telegram.do(lambda: double.push_text(chat, "а сколько стоит?"))
    fee = telegram.messages_to(chat, 2)[1]
    assert "865\N{NO-BREAK SPACE}тенге" in fee.text or "865 тенге" in fee.text
    telegram.do(lambda: double.push_callback(chat, fee.buttons[0]["callback_data"]))
    assert len(telegram.messages_to(chat, 3)) == 3
    time.sleep(1)
    assert len(telegram.messages_to(chat, 3)) == 3  # nothing was said to the repeat


def test_in_telegram_an_operator_is_called_and_a_voice_note_gets_a_sentence(running, telegram):
    double, chat = telegram.double, 71
    telegram.do(lambda: double.push_message(chat, voice={"file_id": "v", "file_unique_id": "v", "duration": 3}))
    (sentence,) = telegram.messages_to(chat, 1)
    assert "Голосовые" in sentence.text
    telegram.do(lambda: double.push_text(chat, "позовите оператора"))
    handed, queue = telegram.messages_to(chat, 3)[1:]
    assert "оператор" in handed.text.lower()
    assert "оператор" in queue.text.lower()


@pytest.mark.browser
async def test_in_a_browser_a_question_is_answered_and_an_operator_is_called(running, browser):
    page = await browser.new_page(locale="kk")
    await page.goto(f"{running.url}/?language=kk")
    chat = page.locator("jauap-chat")
    await chat.get_by_role("button").first.click()
    log = chat.get_by_role("log")
    for text, expected in (
        ("Жеке куәлікті жоғалтып алдым, не істеймін?", "теңге (0,2 АЕК)"),
        ("операторды шақырыңыз", say("actions.operator", "kk")),
    ):
        await chat.get_by_role("textbox").fill(text)
        await chat.get_by_role("textbox").press("Enter")
        await expect(log).to_contain_text(expected, timeout=20_000)
    await expect(log.get_by_role("link", name="gov.kz").first).to_have_attribute(
        "href", re.compile("^https://www.gov.kz/")
    )
    await expect(chat.get_by_role("button", name=say("conversations.leave_queue", "kk")).first).to_be_visible()


def test_classify_adds_language_and_intent_and_writes_nothing_else(running):
    lines = [
        '{"text": "позовите оператора", "n": 1}',
        '{"text": "kuәlik merzimi bitti", "n": 2}',
        '{"text": "/рахмет", "n": 3}',
    ]
    done = running.jauap("classify", "--jsonl", text="\n".join(lines))
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(one["n"], one["language"], one["intent"]) for one in answers] == [
        (1, "ru", "operator"),
        (2, "kk", "ask"),
        (3, "kk", "thank"),
    ]
    assert all(0 < one["confidence"] <= 1 for one in answers)


def test_classify_names_the_line_that_it_cannot_read(running):
    done = running.jauap("classify", "--jsonl", text='{"text": "рахмет"}\nno json\n')
    assert done.returncode == 1
    assert "line 2" in done.stderr
    assert len(done.stdout.splitlines()) == 1


def test_the_search_answers_over_http_and_the_terminal_talks_with_the_bot(running):
    found = httpx.get(f"{running.url}/api/v1/search", params={"q": "сколько стоит паспорт"}, timeout=10).json()
    best = found["results"][0]
    assert (found["language"], best["service"], best["section"]) == ("ru", "passport-issue", "fee")
    talked = running.jauap("chat", "--language", "kk", text="kuәlik merzimi bitti\n")
    assert talked.returncode == 0, talked.stderr
    assert "0,2 АЕК" in talked.stdout


def test_bad_requests_get_one_shape_and_no_traceback(running):
    client = httpx.Client(base_url=f"{running.url}/api/v1", timeout=10)
    citizen = Citizen(running.url)
    place = f"/conversations/{citizen.conversation}/messages"
    requests = [
        client.get("/conversations/unknown/messages", headers={"Authorization": "Bearer x"}),
        client.get(place, headers={"Authorization": "Bearer wrong"}),
        client.get(place),
        client.post("/conversations", content=b"{not json", headers={"Content-Type": "application/json"}),
        client.post("/conversations", json={"language": "ru", "unknown": 1}),
        client.get("/nowhere"),
        httpx.post(f"{running.url}/actions", json={}),
    ]
    for answer in requests:
        assert 400 <= answer.status_code < 500, answer.request.url
        assert answer.json()["error"].keys() == {"code", "message"}
        assert "Traceback" not in answer.text


def test_what_was_asked_before_a_kill_is_answered_once_after_the_next_start(running):
    citizen = Citizen(running.url)
    citizen.asks("Как заменить удостоверение личности, если потерял?")
    rasa = running.rasa_pid()
    os.kill(rasa, signal.SIGSTOP)  # so that the answer cannot come before the kill
    sent = citizen.send("а сколько стоит?")
    running.kill()
    os.kill(rasa, signal.SIGCONT)
    deadline = time.monotonic() + 20
    while Path(f"/proc/{rasa}").exists():
        assert time.monotonic() < deadline, "Rasa outlives the service that started it"
        time.sleep(0.1)

    started = time.monotonic()
    running.start()
    print(f"ready again after {time.monotonic() - started:.0f} s")
    citizen.seen = sent["id"]
    assert citizen.hears()["answer"]["section"] == "fee"
    time.sleep(1)
    # That it takes longer may have been said, too: by the clock it does.
    assert [message["author"] for message in citizen.messages(sent["id"])].count("bot") == 1


def test_a_port_in_use_is_said_in_one_line(running):
    second = running.jauap("run")
    assert second.returncode == 1
    assert len(second.stderr.strip().splitlines()) == 1
    assert str(running.port) in second.stderr
    assert "Traceback" not in second.stderr


def test_a_database_that_cannot_be_opened_is_said_in_one_line(tmp_path, running):
    broken = Running(running.folder, JAUAP_DATABASE_URL=f"sqlite:///{tmp_path}")  # a folder is no database
    failed = broken.jauap("run")
    assert failed.returncode == 1
    assert len(failed.stderr.strip().splitlines()) == 1
    assert str(tmp_path) in failed.stderr
