"""The citizens' HTTP interface, over real HTTP."""

import asyncio
import json
from contextlib import asynccontextmanager
from uuid import uuid4

import httpx
import pytest

from bot.channels import web
from bot.conversations import Event
from bot.dialogue import DialogueUnavailable
from bot.storage import Operator
from knowledge_base.search import Hit, SearchResult
from tests.serving import application, serve
from texts import say


@pytest.fixture
async def app(service):
    app = application(service, web.router)
    app.state.search = None
    return app


@pytest.fixture
async def client(app):
    async with serve(app) as url, httpx.AsyncClient(base_url=f"{url}/api/v1", trust_env=False) as client:
        yield client


class Citizen:
    """Somebody with a conversation, as a client of the interface."""

    def __init__(self, client, opened):
        self.client, self.id = client, opened["conversation"]
        self.headers = {"Authorization": f"Bearer {opened['token']}"}

    async def call(self, method, path="", **options):
        headers = {**self.headers, **options.pop("headers", {})}
        return await self.client.request(method, f"/conversations/{self.id}{path}", headers=headers, **options)

    async def send(self, text=None, *, client_id=None, **fields):
        body = {"client_id": client_id or str(uuid4()), **({} if text is None else {"text": text}), **fields}
        return await self.call("POST", "/messages", json=body)

    async def messages(self, after=0):
        return (await self.call("GET", "/messages", params={"after": after})).json()["messages"]

    @asynccontextmanager
    async def events(self, *, headers=None, after=None):
        """An iterator of (event, id, data) of an open stream."""
        request = self.client.stream(
            "GET",
            f"/conversations/{self.id}/events",
            headers={**self.headers, **(headers or {})},
            params={} if after is None else {"after": after},
            timeout=10,
        )
        async with request as response:
            assert response.headers["content-type"].startswith("text/event-stream")
            yield parsed(response)


async def parsed(response):
    event, id_, data = None, None, None
    async for line in response.aiter_lines():
        name, _, value = line.partition(": ")
        if name == "event":
            event = value
        elif name == "id":
            id_ = int(value)
        elif name == "data":
            data = json.loads(value)
        elif not line and event:
            yield event, id_, data
            event, id_, data = None, None, None


async def until(events, kind, check=lambda data: True):
    """The events up to the first of `kind` that fulfils `check`."""
    seen = []
    async with asyncio.timeout(5):
        async for event in events:
            seen.append(event)
            if event[0] == kind and check(event[2]):
                return seen
    raise AssertionError(f"the stream ended without {kind}: {seen}")


@pytest.fixture
async def citizen(client):
    return Citizen(client, (await client.post("/conversations", json={"language": "ru"})).json())


def faulty(response, status, code):
    assert response.status_code == status, response.text
    error = response.json()
    assert error.keys() == {"error"}
    assert error["error"]["code"] == code
    assert error["error"]["message"]


@pytest.mark.parametrize("body", [None, {}, {"language": "ru"}, {"language": "kk"}])
async def test_a_conversation_is_opened(client, service, body):
    response = await client.post("/conversations", json=body)
    assert response.status_code == 201
    assert response.json().keys() == {"conversation", "token"}
    conversation = await service.conversations.get(response.json()["conversation"])
    assert (conversation.channel, conversation.language) == ("web", (body or {}).get("language", "ru"))


async def test_without_a_language_that_of_the_browser_is_taken(client, service):
    response = await client.post("/conversations", headers={"Accept-Language": "en, kk-KZ;q=0.9, ru;q=0.8"})
    assert (await service.conversations.get(response.json()["conversation"])).language == "kk"


async def test_a_message_is_acknowledged_and_answered(citizen, eventually):
    response = await citizen.send("вопрос")
    assert response.status_code == 202
    message = response.json()["message"]
    assert message.keys() == {"id", "author", "text", "language", "created_at", "buttons", "answer", "mode"}
    assert (message["id"], message["author"], message["text"], message["mode"]) == (1, "citizen", "вопрос", "bot")

    async def answered():
        return await citizen.messages(after=1)

    (answer,) = await eventually(answered)
    assert (answer["id"], answer["author"], answer["text"]) == (2, "bot", "echo: вопрос")
    assert [message["id"] for message in await citizen.messages()] == [1, 2]


async def test_the_same_client_id_gives_the_same_answer_and_does_nothing_twice(citizen, dialogue, eventually):
    client_id = str(uuid4())
    first, *others = await asyncio.gather(*(citizen.send("вопрос", client_id=client_id) for _ in range(5)))
    later = await citizen.send("другие слова", client_id=client_id.upper())
    assert {response.status_code for response in (first, *others, later)} == {202}
    assert all(response.json() == first.json() for response in (*others, later))

    async def answered():
        return await citizen.messages(after=1)

    assert len(await eventually(answered)) == 1
    assert len(dialogue.asked) == 1


async def test_a_button_is_pressed_by_its_payload(citizen, dialogue, eventually):
    payload = '/show{"service": "identity-card-replacement", "section": "fee"}'
    assert (await citizen.send(payload=payload)).status_code == 202

    async def asked():
        return dialogue.asked

    assert await eventually(asked) == [(citizen.id, payload)]


@pytest.mark.parametrize("text", ["", " \n", "я" * 5000, "\x00\x01\x02\x7f", "😀😀", "\ud83d", "x" * 200_000])
async def test_unreadable_text_is_taken_and_answered_in_words(citizen, dialogue, eventually, text):
    body = json.dumps({"client_id": str(uuid4()), "text": text})
    response = await citizen.call("POST", "/messages", content=body, headers={"Content-Type": "application/json"})
    assert response.status_code == 202

    async def answered():
        return await citizen.messages(after=1)

    (answer,) = await eventually(answered)
    assert answer["author"] == "bot"
    assert answer["text"]
    assert dialogue.asked == []


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({}, 422, "bad_field"),
        ({"text": "а", "payload": "/help"}, 422, "bad_field"),
        ({"text": None, "payload": None}, 422, "bad_field"),
        ({"text": 5}, 422, "bad_field"),
        ({"text": "а", "author": "operator"}, 422, "bad_field"),
        ({"text": "а", "client_id": "1"}, 422, "bad_field"),
        ({"payload": "/restart"}, 422, "bad_payload"),
        ({"payload": "\ud83d"}, 422, "bad_payload"),
    ],
)
async def test_a_message_of_the_wrong_form_is_refused(citizen, fields, status, code):
    body = json.dumps({"client_id": str(uuid4()), **fields})
    response = await citizen.call("POST", "/messages", content=body, headers={"Content-Type": "application/json"})
    faulty(response, status, code)
    assert await citizen.messages() == []


async def test_malformed_json_is_refused_in_the_callers_language(citizen):
    headers = {"Content-Type": "application/json", "Accept-Language": "kk"}
    response = await citizen.call("POST", "/messages", content=b'{"text": ', headers=headers)
    faulty(response, 400, "malformed_json")
    assert "JSON-ға" in response.json()["error"]["message"]


async def test_an_unknown_field_at_the_opening_is_refused(client):
    faulty(await client.post("/conversations", json={"language": "ru", "name": "x"}), 422, "bad_field")
    faulty(await client.post("/conversations", json={"language": "en"}), 422, "bad_field")


CALLS = [
    ("POST", "/messages", {"client_id": str(uuid4()), "text": "а"}),
    ("GET", "/messages", None),
    ("GET", "/events", None),
    ("POST", "/rating", {"stars": 5}),
    ("DELETE", "", None),
]


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
async def test_nothing_is_given_without_the_right_token(client, citizen, method, path, body):
    async def call(conversation, headers):
        return await client.request(method, f"/conversations/{conversation}{path}", json=body, headers=headers)

    other = Citizen(client, (await client.post("/conversations")).json())
    for headers in ({}, {"Authorization": "Basic eA=="}, {"Authorization": "Bearer"}):
        faulty(await call(citizen.id, headers), 401, "unauthorized")
    wrong = await call(citizen.id, other.headers)
    unknown = await call(uuid4(), other.headers)
    no_id = await call("%00", other.headers)
    for response in (wrong, unknown, no_id):
        faulty(response, 404, "unknown_conversation")
    assert wrong.json() == unknown.json()


async def test_a_token_of_one_site_opens_nothing_on_another(client):
    site, other = "https://a.example", "https://b.example"
    opened = await client.post("/conversations", headers={"Origin": site})
    citizen = Citizen(client, opened.json())
    for method, path, body in CALLS:
        faulty(await citizen.call(method, path, json=body, headers={"Origin": other}), 403, "wrong_site")
    kazakh = await citizen.call("GET", "/messages", headers={"Origin": other, "Accept-Language": "kk"})
    assert kazakh.json()["error"]["message"] == say("errors.wrong_site", "kk")
    for headers in ({"Origin": site}, {}):
        assert (await citizen.call("GET", "/messages", headers=headers)).status_code == 200


@pytest.mark.parametrize("after", [-1, "x", 2**70])
async def test_a_wrong_id_to_read_on_from_is_refused(citizen, after):
    faulty(await citizen.call("GET", "/messages", params={"after": after}), 422, "bad_field")


async def test_a_stream_tells_all_in_order_with_ids_on_messages_only(citizen):
    async with citizen.events() as events:
        assert await anext(events) == ("mode", None, {"mode": "bot"})
        await citizen.send("вопрос")
        seen = await until(events, "message", lambda data: data["author"] == "bot")
    assert [id_ for kind, id_, _ in seen if kind == "message"] == [1, 2]
    assert all(id_ is None for kind, id_, _ in seen if kind != "message")
    assert ("typing", None, {"author": "bot", "active": True}) in seen


@pytest.mark.parametrize("how", [{"headers": {"Last-Event-ID": "2"}}, {"after": 2}])
async def test_a_stream_resumes_after_the_last_message_seen(citizen, eventually, how):
    for text in ("один", "два"):
        await citizen.send(text)

    async def complete():
        return len(await citizen.messages()) == 4

    await eventually(complete)
    async with citizen.events(**how) as events:
        seen = await until(events, "message", lambda data: data["id"] == 4)
        await citizen.send("три")
        seen += await until(events, "message", lambda data: data["id"] == 6)
    assert [id_ for kind, id_, _ in seen if kind == "message"] == [3, 4, 5, 6]


async def test_a_senseless_last_event_id_tells_everything(citizen):
    await citizen.send("вопрос")
    async with citizen.events(headers={"Last-Event-ID": "9" * 30}) as events:
        assert (await until(events, "message"))[-1][1] == 1


async def test_messages_that_come_fast_arrive_once_each(citizen):
    async with citizen.events() as events:
        await asyncio.gather(*(citizen.send(f"вопрос {number}") for number in range(20)))
        seen = await until(events, "message", lambda data: data["id"] == 40)
    assert [id_ for kind, id_, _ in seen if kind == "message"] == list(range(1, 41))


async def test_who_waits_learns_the_place_in_the_queue_at_once_and_when_it_changes(client, citizen, service, database):
    before = Citizen(client, (await client.post("/conversations")).json())
    async with before.events() as events:
        await before.send("оператор")
        await until(events, "mode", lambda data: data == {"mode": "waiting"})
    async with citizen.events() as events:
        await citizen.send("оператор")
        await until(events, "queue", lambda data: data == {"position": 2, "minutes": None})
    async with citizen.events() as events:
        assert await anext(events) == ("mode", None, {"mode": "waiting"})
        assert await anext(events) == ("queue", None, {"position": 2, "minutes": None})
        operator = Operator(username="aigul", password_hash="", role="operator", languages=["ru"], available=True)
        async with database.write() as session:
            session.add(operator)
        await service.conversations.claim(before.id, operator)
        await until(events, "queue", lambda data: data == {"position": 1, "minutes": None})
        await service.conversations.claim(citizen.id, operator)
        await until(events, "mode", lambda data: data == {"mode": "operator"})
        await service.conversations.write(citizen.id, operator, key="1", text="Здравствуйте")
        seen = await until(events, "message", lambda data: data["author"] == "operator")
        assert seen[-1][2]["text"] == "Здравствуйте"


async def test_who_writes_to_people_is_seen_by_them_and_gets_nothing_of_it_back(citizen, service, eventually):
    with service.events.subscribe(citizen.id) as subscription:
        assert (await citizen.call("POST", "/typing", json={"active": True})).status_code == 204  # the bot is not told
        async with citizen.events() as events:
            await citizen.send("оператор")
            await until(events, "mode", lambda data: data == {"mode": "waiting"})
            for active in (True, False):
                assert (await citizen.call("POST", "/typing", json={"active": active})).status_code == 204
            service.events.publish(Event(citizen.id, "delivery", {"message": 1, "state": "sent"}))
            service.events.publish(Event(citizen.id, "typing", {"author": "operator", "active": True}))
            seen = await until(events, "typing", lambda data: data["author"] == "operator")
        assert not [data for kind, _, data in seen if kind == "delivery" or (data or {}).get("author") == "citizen"]
        told = []
        while not told or told[-1]["author"] != "operator":
            event = await subscription.get(5)
            told += [event.data] if event.kind == "typing" else []
    assert [each["active"] for each in told if each["author"] == "citizen"] == [True, False]


@pytest.mark.parametrize("body", [{}, {"active": "x"}, {"active": True, "text": "а"}])
async def test_writing_of_the_wrong_form_is_refused(citizen, body):
    faulty(await citizen.call("POST", "/typing", json=body), 422, "bad_field")


async def test_open_streams_end_when_the_service_stops(app, client, citizen):
    async with citizen.events() as events:
        await anext(events)
        app.state.service.events.close()
        async with asyncio.timeout(2):
            assert [event async for event in events] == []


async def test_a_rating_is_kept_and_a_later_one_replaces_it(citizen, service):
    assert (await citizen.call("POST", "/rating", json={"stars": 2})).status_code == 204
    assert (await citizen.call("POST", "/rating", json={"stars": 5, "comment": "рақмет\x00"})).status_code == 204
    conversation = await service.conversations.get(citizen.id)
    assert (conversation.stars, conversation.comment) == (5, "рақмет")


@pytest.mark.parametrize("body", [{}, {"stars": 0}, {"stars": 6}, {"stars": "5"}, {"stars": 5, "by": "me"}])
async def test_a_rating_of_the_wrong_form_is_refused(citizen, body):
    faulty(await citizen.call("POST", "/rating", json=body), 422, "bad_field")


async def test_erasing_ends_the_conversation_and_its_streams(citizen, dialogue):
    await citizen.send("вопрос")
    async with citizen.events() as events:
        await until(events, "message")
        assert (await citizen.call("DELETE")).status_code == 204
        seen = await until(events, "mode", lambda data: data == {"mode": "closed"})
        async with asyncio.timeout(2):
            assert [event async for event in events] == []
    assert seen
    assert dialogue.forgotten == [citizen.id]
    faulty(await citizen.call("GET", "/messages"), 404, "unknown_conversation")


async def test_where_the_dialogue_cannot_forget_nothing_is_erased(citizen, service, monkeypatch):
    async def fail(conversation_ids):
        raise DialogueUnavailable("told to fail")

    monkeypatch.setattr(service.conversations, "_forget", fail)
    await citizen.send("вопрос")
    faulty(await citizen.call("DELETE"), 503, "unavailable")
    assert (await citizen.messages())[0]["text"] == "вопрос"


async def test_the_search_answers_without_the_dialogue(app, client):
    asked = []

    def search(text, language, limit):
        asked.append((text, language, limit))
        hits = [Hit("identity-card-replacement", "fee", 3.5, "Замена удостоверения")]
        return SearchResult(language or "ru", "answer", hits)

    app.state.search = search
    response = await client.get("/search", params={"q": "паспорт", "language": "kk", "limit": 3})
    assert response.status_code == 200
    assert asked == [("паспорт", "kk", 3)]
    assert response.json() == {
        "text": "паспорт",
        "language": "kk",
        "decision": "answer",
        "results": [
            {"service": "identity-card-replacement", "section": "fee", "score": 3.5, "title": "Замена удостоверения"}
        ],
    }


async def test_a_search_without_an_index_or_a_question_is_refused(client):
    faulty(await client.get("/search", params={"q": "паспорт"}), 503, "unavailable")
    for wrong in ({}, {"q": ""}, {"q": "а", "limit": 0}, {"q": "а", "language": "en"}):
        faulty(await client.get("/search", params=wrong), 422, "bad_field")
