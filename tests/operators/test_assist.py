"""What helps an operator inside a talk: passages, labels, earlier times, deliveries, and who is writing."""

import asyncio
import uuid
from typing import cast

import pytest

from actions import knowledge
from actions.knowledge import Knowledge
from actions.replies import Answer, Candidate, Reply
from bot.channels import web
from bot.conversations.outbox import Refused
from bot.operators import api, console
from knowledge_base import sections
from knowledge_base.model import load_all
from knowledge_base.search import Hit, Searcher, SearchResult
from tests.operators.test_api import claimed, code, say
from tests.operators.test_stream import listening
from tests.serving import application
from texts import say as text_of

SERVICES = load_all()
CARD, PASSPORT = "identity-card-replacement", "passport-issue"


class GivenSearch:
    """Finds the card and the passport for whatever names a subject; knows sections by their words."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def search(self, text, language=None, limit=5):
        self.asked.append(text)
        section = self.section_of(text)
        hits = [Hit(slug, section, score, SERVICES[slug].name["ru"]) for slug, score in ((CARD, 3.5), (PASSPORT, 2.0))]
        return SearchResult("ru", "clarify", hits[:limit], has_subject=text != "сколько стоит?")

    def section_of(self, text, language=None):
        return sections.cue(text)


@pytest.fixture
def search(monkeypatch):
    search = GivenSearch()
    monkeypatch.setattr(knowledge, "_current", Knowledge(SERVICES, cast(Searcher, search)))
    return search


@pytest.fixture
def app(service, search):
    app = application(service, api.router, console.router, web.router)
    app.state.search = search.search
    return app


async def write(service, conversation, text, **how):
    await service.conversations.receive(conversation.id, key=str(uuid.uuid4()), text=text, **how)


# --- passages


async def test_passages_on_the_last_question_stand_in_both_languages_with_their_sources(
    log_in, citizen, service, search
):
    person, conversation = await log_in("aigerim"), await citizen("оператор", "ru")
    await claimed(person, conversation)
    await write(service, conversation, "сколько стоит удостоверение? мой ИИН 850101300124")
    answer = (await person.get(f"/conversations/{conversation.id}/assist?language=kk")).json()
    assert answer["question"] == "сколько стоит удостоверение? мой ИИН [iin …0124]"
    first, second = answer["passages"]
    assert (first["service"], first["section"], first["score"]) == (CARD, "fee", 3.5)
    assert second["service"] == PASSPORT
    assert (first["own"]["language"], first["citizen"]["language"]) == ("kk", "ru")
    assert first["citizen"]["text"].startswith(first["citizen"]["title"])
    assert first["own"]["title"].startswith("Жеке куәлікті ауыстыру")
    assert first["citizen"]["text"].splitlines()[-1].startswith("Источник")
    assert {"section": "documents", "heading": text_of("render.documents", "kk")} in first["sections"]


async def test_own_words_are_searched_instead_of_the_citizens(log_in, citizen, search):
    person, conversation = await log_in("aigerim"), await citizen()
    answer = await person.get(f"/conversations/{conversation.id}/assist", params={"q": " паспорт ребенку "})
    assert search.asked == ["паспорт ребенку"]
    assert answer.json()["question"] == "паспорт ребенку"


async def test_a_wish_for_an_operator_and_what_cannot_be_read_are_no_questions(log_in, citizen, service, search):
    person, conversation = await log_in("aigerim"), await citizen("позовите оператора")
    nothing = (await person.get(f"/conversations/{conversation.id}/assist")).json()
    assert nothing == {"question": None, "passages": []}
    await write(service, conversation, "потерял удостоверение")
    await write(service, conversation, "сколько стоит?")
    await write(service, conversation, "", payload="/help")
    await write(service, conversation, "[голосовое сообщение]", unreadable="voice")
    answer = (await person.get(f"/conversations/{conversation.id}/assist")).json()
    assert answer["question"] == "сколько стоит?"
    assert answer["passages"][0]["section"] == "fee"  # of what was named before
    assert search.asked == ["сколько стоит?", "потерял удостоверение"]


async def test_another_section_of_a_passage_can_be_shown(log_in, citizen):
    person, conversation = await log_in("aigerim"), await citizen(language="kk")
    path = f"/conversations/{conversation.id}/assist"
    answer = (await person.get(f"{path}/{CARD}?section=documents")).json()
    assert (answer["section"], answer["score"]) == ("documents", None)
    assert answer["own"]["title"].endswith(text_of("render.documents", "ru"))
    assert answer["citizen"]["title"].endswith(text_of("render.documents", "kk"))
    assert code(await person.get(f"{path}/no-such-service?section=fee")) == (404, "unknown_service")
    assert code(await person.get(f"{path}/{CARD}?section=nonsense")) == (422, "bad_field")


async def test_help_is_refused_for_anothers_talk_and_while_there_is_no_index(log_in, citizen, app):
    owner, other, conversation = await log_in("owner"), await log_in("other"), await citizen()
    await claimed(owner, conversation)
    for path in ("assist", f"assist/{CARD}?section=fee"):
        assert code(await other.get(f"/conversations/{conversation.id}/{path}")) == (403, "not_yours")
    app.state.search = None
    assert code(await owner.get(f"/conversations/{conversation.id}/assist")) == (503, "unavailable")


@pytest.mark.parametrize("language", ["ru", "kk"])
async def test_the_domains_are_named_in_the_readers_language(log_in, language):
    person = await log_in("aigerim")
    domains = (await person.get("/domains", params={"language": language})).json()["domains"]
    assert {each["slug"] for each in domains} == {service.domain for service in SERVICES.values()}
    assert {"slug": "tax", "title": text_of("actions.domain_tax", language)} in domains


# --- the transcript


async def test_a_message_says_what_the_search_thought_of(log_in, service, dialogue, eventually):
    asked = Answer(
        decision="clarify",
        score=2.5,
        candidates=[Candidate(service=CARD, section="fee", score=2.5), Candidate(service="gone", score=1.0)],
    )
    dialogue.answers["сколько?"] = [Reply(text="Что имеется в виду?", language="ru", answer=asked)]
    conversation, _ = await service.conversations.open("web", "ru")
    await write(service, conversation, "сколько?")
    await write(service, conversation, "позовите оператора")

    async def waits():
        return (await service.conversations.get(conversation.id)).state == "waiting"

    await eventually(waits)
    whole = (await (await log_in("aigerim")).get(f"/conversations/{conversation.id}")).json()
    message = next(each for each in whole["messages"] if each["answer"])
    assert message["answer"]["score"] == 2.5
    assert [each["score"] for each in message["considered"]] == [2.5]  # the other is no service any more
    assert message["considered"][0]["title"].startswith("Замена удостоверения личности")


async def test_earlier_times_of_the_same_person_are_listed_without_the_present_one(log_in, citizen, service):
    person, conversation = await log_in("aigerim"), await citizen()
    await claimed(person, conversation)
    await person.post(f"/conversations/{conversation.id}/close", json={"outcome": "resolved"})
    await service.conversations.rate(conversation.id, 4, None)
    await write(service, conversation, "снова позовите оператора")

    async def first():
        return next(iter(await service.conversations.queue()), None)

    for _ in range(500):
        if await first():
            break
        await asyncio.sleep(0.01)
    (earlier,) = (await person.get(f"/conversations/{conversation.id}")).json()["earlier"]
    assert (earlier["operator"], earlier["ended"], earlier["outcome"]) == ("aigerim", "closed", "resolved")
    assert earlier["stars"] == 4
    assert earlier["ended_at"] >= earlier["opened_at"]


async def test_the_state_of_each_delivery_is_shown_and_told_as_it_changes(app, log_in, service, eventually):
    class Blocked:
        async def admit(self, address): ...

        async def send(self, address, message):
            if message.text == "вам сообщение":
                raise Refused("blocked")
            return "1"

    service.courier.add("telegram", Blocked())
    conversation, _ = await service.conversations.open("telegram", "ru", address="77")
    await write(service, conversation, "позовите оператора")

    async def waits():
        return (await service.conversations.get(conversation.id)).state == "waiting"

    await eventually(waits)
    person = await log_in("aigerim")
    await claimed(person, conversation)
    async with listening(app, person) as listener:
        written = (await say(person, conversation, "вам сообщение")).json()["message"]
        assert written["delivery"] in ("pending", "sending", "refused")
        last = {"conversation": conversation.id, "message": written["id"], "state": "refused"}
        await listener.until(lambda each: last in each.of("delivery"))
    messages = (await person.get(f"/conversations/{conversation.id}")).json()["messages"]
    assert messages[-1]["delivery"] == "refused"
    assert {each["delivery"] for each in messages if each["author"] in ("bot", "system")} == {"sent"}
    assert {each["delivery"] for each in messages if each["author"] == "citizen"} == {None}


# --- who is writing


async def test_the_citizen_sees_the_operator_write_and_only_the_owner_can_show_it(log_in, citizen, service):
    owner, other, conversation = await log_in("owner"), await log_in("aliya", "supervisor"), await citizen()
    path = f"/conversations/{conversation.id}/typing"
    assert code(await owner.post(path, json={"active": True})) == (403, "not_yours")
    await claimed(owner, conversation)
    with service.events.subscribe(conversation.id) as subscription:
        assert code(await other.post(path, json={"active": True})) == (403, "not_yours")
        assert (await owner.post(path, json={"active": True})).status_code == 204
        event = await subscription.get(1)
    assert (event.kind, event.data) == ("typing", {"author": "operator", "active": True})


async def test_operators_see_the_citizen_write_in_talks_that_they_may_read(log_in, citizen, service, app):
    owner, other, conversation = await log_in("owner"), await log_in("other"), await citizen()
    await claimed(owner, conversation)
    token = service.conversations._tokens.give(conversation.id, None)
    path = f"http://test/api/v1/conversations/{conversation.id}/typing"
    headers = {"Authorization": f"Bearer {token}"}
    with service.events.subscribe(conversation.id) as subscription:
        async with listening(app, owner) as mine:
            answer = await owner.post(path, json={"active": True}, headers=headers)
            assert answer.status_code == 204
            await mine.until(lambda each: each.of("typing"))
            assert mine.of("typing") == [{"conversation": conversation.id, "author": "citizen", "active": True}]
        async with listening(app, other) as theirs:
            await owner.post(path, json={"active": False}, headers=headers)
            await say(owner, conversation)
            waiting = await citizen()
            await theirs.until(lambda each: waiting.id in str(each.of("queue")[-1]))
            assert theirs.of("typing") == []
        assert (await subscription.get(1)).data["author"] == "citizen"


# --- labels


async def test_labels_are_set_by_whoever_may_read_and_offered_to_all(log_in, citizen, service):
    owner, other, first, second = await log_in("owner"), await log_in("other"), await citizen(), await citizen()
    await claimed(owner, first)
    body = {"labels": [" срочно ", "Жалоба", "жалоба"]}
    answer = await owner.put(f"/conversations/{first.id}/labels", json=body)
    assert answer.json() == {"labels": ["срочно", "Жалоба"]}
    assert (await owner.get(f"/conversations/{first.id}")).json()["conversation"]["labels"] == ["срочно", "Жалоба"]
    assert code(await other.put(f"/conversations/{first.id}/labels", json=body)) == (403, "not_yours")
    await other.put(f"/conversations/{second.id}/labels", json={"labels": ["срочно"]})
    assert (await other.get("/labels")).json() == {"labels": ["срочно", "Жалоба"]}
    await owner.put(f"/conversations/{first.id}/labels", json={"labels": []})
    assert (await other.get("/labels")).json() == {"labels": ["срочно"]}


@pytest.mark.parametrize("labels", [[""], ["а" * 31], ["ИИН 850101300124"], [str(n) for n in range(11)], "срочно"])
async def test_labels_are_short_few_and_hold_no_personal_number(log_in, citizen, labels):
    person, conversation = await log_in("aigerim"), await citizen()
    answer = await person.put(f"/conversations/{conversation.id}/labels", json={"labels": labels})
    assert answer.status_code == 422
    assert (await person.get(f"/conversations/{conversation.id}")).json()["conversation"]["labels"] == []
