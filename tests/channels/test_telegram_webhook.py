"""The webhook takes what Telegram brings, and nothing else."""

import asyncio
from contextlib import asynccontextmanager

import httpx
import pytest
from sqlalchemy.exc import OperationalError

from bot.app import MAX_BODY, BodyLimit
from bot.channels.telegram.webhook import PATH, secret_of, url_of
from tests.channels.telegram import attached
from tests.serving import serve
from tests.telegram_double import Failure


@pytest.fixture
async def telegram(service, double):
    service.settings.telegram_webhook_url = "https://jauap.example"
    async with attached(service, double) as app:
        app.add_middleware(BodyLimit, limit=MAX_BODY)
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret_of(service.settings)}
        async with serve(app) as url, httpx.AsyncClient(base_url=url, headers=headers, trust_env=False) as client:
            yield client


def text_update(double, text="вопрос"):
    return double.updates[double.push_text(7, text)]


async def test_an_update_is_answered(telegram, double):
    response = await telegram.post(PATH, json=text_update(double))
    assert (response.status_code, response.content) == (200, b"")
    (answer,) = await double.messages_to(7, 1)
    assert answer.text == "echo: вопрос"
    assert double.of("getUpdates") == []


async def test_a_repeated_update_is_answered_once(telegram, double, dialogue):
    update = text_update(double)
    assert [(await telegram.post(PATH, json=update)).status_code for _ in range(3)] == [200] * 3
    await telegram.post(PATH, json=text_update(double, "другой"))
    assert [call.text for call in await double.messages_to(7, 2)] == ["echo: вопрос", "echo: другой"]
    assert len(dialogue.asked) == 2


async def test_an_update_brought_ten_times_at_once_is_answered_once(telegram, double, dialogue):
    update = text_update(double)
    responses = await asyncio.gather(*(telegram.post(PATH, json=update) for _ in range(10)))
    assert {response.status_code for response in responses} == {200}
    await telegram.post(PATH, json=text_update(double, "другой"))
    assert [call.text for call in await double.messages_to(7, 2)] == ["echo: вопрос", "echo: другой"]
    assert len(dialogue.asked) == 2


async def test_telegram_gets_200_only_once_the_update_is_stored(telegram, service, double, monkeypatch):
    held, write = asyncio.Event(), service.database.write

    @asynccontextmanager
    async def slow():
        async with write() as session:
            yield session
            await held.wait()  # the commit comes after this

    monkeypatch.setattr(service.database, "write", slow)
    posted = asyncio.create_task(telegram.post(PATH, json=text_update(double)))
    done, _ = await asyncio.wait([posted], timeout=0.3)
    assert not done
    held.set()
    assert (await posted).status_code == 200


@pytest.mark.parametrize("secret", ["", "wrong", "құпия".encode()])
async def test_without_the_secret_nothing_is_taken(telegram, double, dialogue, secret):
    response = await telegram.post(
        PATH, json=text_update(double), headers={"X-Telegram-Bot-Api-Secret-Token": secret, "Accept-Language": "kk"}
    )
    assert response.status_code == 403
    assert response.json() == {"error": {"code": "wrong_secret", "message": "Құпия кілт сәйкес келмейді."}}
    assert dialogue.asked == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "malformed_json"),
        (b"\xff\xfe\x00", "malformed_json"),
        (b"[" * 100_000, "malformed_json"),
        (b"[]", "bad_request"),
        (b"{}", "bad_request"),
        (b'{"update_id": "1"}', "bad_request"),
        (b'{"update_id": true}', "bad_request"),
    ],
)
async def test_what_is_no_update_gets_400(telegram, body, code):
    response = await telegram.post(PATH, content=body)
    assert (response.status_code, response.json()["error"]["code"]) == (400, code)


async def test_a_huge_body_gets_413(telegram):
    response = await telegram.post(PATH, content=b'{"update_id": 1, "message": "' + b"x" * MAX_BODY + b'"}')
    assert (response.status_code, response.json()["error"]["code"]) == (413, "too_large")


async def test_an_update_that_cannot_be_understood_is_taken_and_forgotten(telegram, dialogue):
    for update in ({"update_id": 5, "message": {"chat": "?"}}, {"update_id": 6, "quantum": {}}, {"update_id": 7}):
        assert (await telegram.post(PATH, json=update)).status_code == 200
    assert dialogue.asked == []


async def test_while_the_database_is_away_telegram_keeps_the_update(telegram, service, double, monkeypatch):
    update = text_update(double)
    write = service.database.write

    def away():
        raise OperationalError("INSERT", {}, Exception("database is locked"))

    monkeypatch.setattr(service.database, "write", away)
    response = await telegram.post(PATH, json=update)
    assert (response.status_code, response.json()["error"]["code"]) == (503, "unavailable")
    monkeypatch.setattr(service.database, "write", write)
    assert (await telegram.post(PATH, json=update)).status_code == 200
    (answer,) = await double.messages_to(7, 1)
    assert answer.text == "echo: вопрос"


async def test_telegram_is_asked_for_the_webhook_until_it_agrees(service, double):
    double.fail("setWebhook", Failure(502))
    service.settings.telegram_webhook_url = "https://jauap.example/bot/"
    async with attached(service, double):
        *_, asked = await double.called("setWebhook", 2)
    assert asked.params["url"] == "https://jauap.example/bot/telegram/webhook"
    assert asked.params["secret_token"] == secret_of(service.settings)
    assert "message" in asked.params["allowed_updates"]


async def test_a_webhook_that_telegram_refuses_is_one_line_in_the_log_and_the_service_goes_on(
    service, double, caplog, eventually
):
    double.fail("setWebhook", Failure(400, "Bad Request: bad webhook: HTTPS url must be provided"))
    service.settings.telegram_webhook_url = "http://jauap.example"
    async with attached(service, double) as app:
        app.add_middleware(BodyLimit, limit=MAX_BODY)

        async def logged():
            return "cannot set the webhook: BadRequest" in caplog.text

        await eventually(logged)
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret_of(service.settings)}
        async with serve(app) as url, httpx.AsyncClient(base_url=url, headers=headers, trust_env=False) as client:
            assert (await client.post(PATH, json=text_update(double))).status_code == 200
        await double.messages_to(7, 1)
    assert len(double.of("setWebhook")) == 1


async def test_while_telegram_is_away_the_service_starts_and_the_webhook_is_set_later(service, double):
    double.fail("getMe", "drop")
    double.fail("setWebhook", Failure(429, retry_after=1), "drop")
    service.settings.telegram_webhook_url = "https://jauap.example"
    async with attached(service, double):
        await double.called("setWebhook", 3)


def test_the_address_may_be_that_of_the_site_or_of_the_webhook():
    assert url_of("https://a.kz/") == url_of("https://a.kz/telegram/webhook") == "https://a.kz/telegram/webhook"
