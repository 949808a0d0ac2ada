"""What an operator's stream tells, and to whom it tells nothing."""

from __future__ import annotations

import asyncio
import json
import uuid
from contextlib import asynccontextmanager

import httpx

from bot.operators import accounts, stream
from bot.operators.access import COOKIE
from tests.operators.test_api import claimed, say
from tests.serving import serve


class Listener:
    """Reads one stream into a list that a test can wait on."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, dict]] = []
        self.ended = asyncio.Event()
        self.type = ""

    async def read(self, response: httpx.Response) -> None:
        name = ""
        async for line in response.aiter_lines():
            field, _, value = line.partition(": ")
            if field == "event":
                name = value
            elif field == "data":
                self.heard.append((name, json.loads(value)))
        self.ended.set()

    def of(self, name: str) -> list[dict]:
        return [data for event, data in self.heard if event == name]

    async def until(self, check) -> None:
        async with asyncio.timeout(5):
            while not check(self):  # noqa: ASYNC110
                await asyncio.sleep(0.01)


@asynccontextmanager
async def listening(app, person, language="ru"):
    """A listener that has had the first two lists."""
    listener = Listener()
    async with serve(app) as url, httpx.AsyncClient(timeout=10) as client:
        request = client.stream(
            "GET",
            f"{url}/api/v1/operator/events?language={language}",
            headers={"Cookie": f"{COOKIE}={person.cookies[COOKIE]}"},
        )
        async with request as response:
            listener.type = response.headers["content-type"]
            reading = asyncio.create_task(listener.read(response))
            await listener.until(lambda each: each.of("queue") and each.of("talks"))
            yield listener
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)


async def write(service, conversation, text):
    await service.conversations.receive(conversation.id, key=str(uuid.uuid4()), text=text)


def ids(data: dict) -> list[str]:
    return [each["id"] for each in data["conversations"]]


async def test_the_stream_begins_with_the_queue_and_the_own_talks(app, log_in, citizen):
    person, waiting, mine = await log_in("aigerim"), await citizen(), await citizen()
    await claimed(person, mine)
    async with listening(app, person) as listener:
        assert listener.type.startswith("text/event-stream")
        assert ids(listener.of("queue")[0]) == [waiting.id]
        assert ids(listener.of("talks")[0]) == [mine.id]
        assert listener.of("message") == []


async def test_whoever_watches_the_desk_learns_that_somebody_came(app, log_in):
    person, other = await log_in("aigerim"), await log_in("other")
    async with listening(app, person) as listener:
        assert listener.of("desk") == []
        await other.put("/me/status", json={"available": True})
        await listener.until(lambda each: each.of("desk"))


async def test_a_conversation_appears_in_the_queue_at_once_and_leaves_it_when_somebody_takes_it(app, log_in, citizen):
    person, other = await log_in("aigerim"), await log_in("other")
    async with listening(app, person) as listener:
        conversation = await citizen()
        await listener.until(lambda each: ids(each.of("queue")[-1]) == [conversation.id])
        await claimed(other, conversation)
        await listener.until(lambda each: ids(each.of("queue")[-1]) == [])
        await listener.until(lambda each: {"conversation": conversation.id} in each.of("changed"))
        assert ids(listener.of("talks")[-1]) == []


async def test_what_is_said_in_ones_talk_comes_once_and_in_order(app, log_in, citizen, service):
    person, conversation = await log_in("aigerim"), await citizen()
    await claimed(person, conversation)
    async with listening(app, person) as listener:
        for number in range(10):
            await write(service, conversation, f"слово {number}")
        await say(person, conversation, "ответ")
        await listener.until(lambda each: each.of("message") and each.of("message")[-1]["message"]["text"] == "ответ")
        told = listener.of("message")
        assert [each["message"]["text"] for each in told] == [*(f"слово {number}" for number in range(10)), "ответ"]
        numbers = [each["message"]["id"] for each in told]
        assert numbers == list(range(numbers[0], numbers[0] + 11))
        assert told[-1]["message"]["operator"] == "aigerim"


async def test_an_operator_hears_nothing_of_anothers_talk_and_a_supervisor_does(app, log_in, citizen, service):
    owner, other, aliya = await log_in("owner"), await log_in("other"), await log_in("aliya", "supervisor")
    conversation = await citizen()
    await claimed(owner, conversation)
    for person, hears in ((other, False), (aliya, True)):
        async with listening(app, person) as listener:
            await write(service, conversation, "секрет")
            waiting = await citizen()  # something that both may hear of, after it
            await listener.until(lambda each, waiting=waiting: waiting.id in ids(each.of("queue")[-1]))
            told = "секрет" in json.dumps(listener.heard, ensure_ascii=False)
            assert told is hears


async def test_nothing_of_a_talk_with_the_bot_is_told(app, log_in, citizen, service):
    person = await log_in("aliya", "supervisor")
    with_bot, _ = await service.conversations.open("web", "ru")
    async with listening(app, person) as listener:
        await write(service, with_bot, "просто вопрос")
        waiting = await citizen()
        await listener.until(lambda each: waiting.id in ids(each.of("queue")[-1]))
        assert "просто вопрос" not in json.dumps(listener.heard, ensure_ascii=False)


async def test_a_transferred_talk_comes_to_the_other_and_goes_on_there(app, log_in, citizen, service):
    one, other, conversation = await log_in("one"), await log_in("other"), await citizen()
    await claimed(one, conversation)
    async with listening(app, other) as listener:
        await one.post(f"/conversations/{conversation.id}/transfer", json={"operator": "other"})
        await listener.until(lambda each: ids(each.of("talks")[-1]) == [conversation.id])
        await write(service, conversation, "вы меня слышите?")
        await listener.until(lambda each: each.of("message"))
        assert listener.of("message")[-1]["message"]["text"] == "вы меня слышите?"


async def test_what_a_dropped_event_would_have_told_comes_with_the_next_look(
    app, log_in, citizen, service, monkeypatch
):
    monkeypatch.setattr(stream, "CHECK_EVERY", 0.1)
    person, conversation = await log_in("aigerim"), await citizen()
    await claimed(person, conversation)
    async with listening(app, person) as listener:
        monkeypatch.setattr(service.events, "publish", lambda event: None)
        await write(service, conversation, "слышно?")
        await listener.until(lambda each: each.of("message"))
        await asyncio.sleep(0.3)
        assert [each["message"]["text"] for each in listener.of("message")] == ["слышно?"]
        assert len(listener.of("queue")) == 1  # what has not changed is not repeated
        assert [each["conversations"][0]["last_id"] for each in listener.of("talks")] == [4, 5]


async def test_the_stream_ends_when_the_account_is_disabled(app, log_in, citizen, service, monkeypatch):
    monkeypatch.setattr(stream, "CHECK_EVERY", 0.05)
    person = await log_in("aigerim")
    async with listening(app, person) as listener:
        await accounts.disable(service.database, "aigerim")
        async with asyncio.timeout(5):
            await listener.ended.wait()
        assert listener.heard[-1] == ("logged_out", {})


async def test_the_stream_ends_when_the_service_stops(app, log_in, service):
    person = await log_in("aigerim")
    async with listening(app, person) as listener:
        service.events.close()
        async with asyncio.timeout(2):
            await listener.ended.wait()
        assert listener.of("logged_out") == []
