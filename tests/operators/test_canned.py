"""Canned replies: who may read and change them, what fills them, and how a new installation gets its first ones."""

import pytest
import yaml
from sqlalchemy import select

from bot import audit
from bot.operators import canned
from bot.storage import AuditEntry, Conversation
from tests.operators.test_api import claimed, code

REPLY = {"shortcut": "/Привет", "text_ru": "Я {operator}.", "text_kk": "Мен {operator}мын.", "domain": None}


async def added(person, **fields):
    answer = await person.post("/canned", json=REPLY | fields)
    assert answer.status_code == 201, answer.text
    return answer.json()["reply"]


async def acts(service):
    async with service.database.read() as session:
        rows = await session.scalars(select(AuditEntry).where(AuditEntry.act.like("canned%")).order_by(AuditEntry.id))
        return [(row.actor, row.act, row.subject) for row in rows]


async def test_what_is_added_is_read_by_all_staff_and_each_change_is_in_the_audit_log(log_in, service):
    operator, supervisor = await log_in("aigerim"), await log_in("aliya", "supervisor")
    reply = await added(supervisor)
    assert (reply["shortcut"], reply["updated_by"]) == ("привет", "aliya")
    read = (await operator.get("/canned")).json()
    assert read == {"replies": [reply], "variables": ["operator", "service", "hours", "number"]}
    changed = await supervisor.put(f"/canned/{reply['id']}", json=REPLY | {"shortcut": "сәлем", "domain": "tax"})
    assert (changed.json()["reply"]["shortcut"], changed.json()["reply"]["domain"]) == ("сәлем", "tax")
    assert (await supervisor.delete(f"/canned/{reply['id']}")).status_code == 204
    assert (await operator.get("/canned")).json()["replies"] == []
    assert await acts(service) == [
        ("aliya", "canned_reply_added", "привет"),
        ("aliya", "canned_reply_changed", "привет"),
        ("aliya", "canned_reply_deleted", "сәлем"),
    ]
    await audit.verify(service.database)


async def test_operators_read_and_change_nothing(log_in, service):
    operator, admin = await log_in("aigerim"), await log_in("boss", "admin")
    reply = await added(admin)
    for method, path in (("POST", "/canned"), ("PUT", f"/canned/{reply['id']}"), ("DELETE", f"/canned/{reply['id']}")):
        answer = await operator.request(method, path, json=None if method == "DELETE" else REPLY)
        assert code(answer) == (403, "not_permitted")
    assert (await operator.get("/canned")).json()["replies"] == [reply]


@pytest.mark.parametrize("text", ["Ваш ИИН {iin}", "{operator} {}", "{ operator }", "{service.name}"])
async def test_a_place_that_nothing_fills_is_refused_by_its_name(log_in, text):
    person = await log_in("aliya", "supervisor")
    for field in ("text_ru", "text_kk"):
        answer = await person.post("/canned", json=REPLY | {field: text}, headers={"Accept-Language": "ru"})
        assert code(answer) == (422, "unknown_variable")
        assert "{operator}, {service}, {hours} и {number}" in answer.json()["error"]["message"]
    assert (await person.get("/canned")).json()["replies"] == []


@pytest.mark.parametrize(
    "fields",
    [{"shortcut": ""}, {"shortcut": "два слова"}, {"shortcut": "а" * 31}, {"text_kk": " "}, {"domain": "astrology"}],
)
async def test_a_reply_has_a_short_shortcut_both_texts_and_a_known_domain(log_in, fields):
    person = await log_in("aliya", "supervisor")
    assert code(await person.post("/canned", json=REPLY | fields)) == (422, "bad_field")


async def test_a_shortcut_belongs_to_one_reply(log_in):
    person = await log_in("aliya", "supervisor")
    await added(person)
    other = await added(person, shortcut="другой")
    assert code(await person.post("/canned", json=REPLY)) == (409, "shortcut_taken")
    assert code(await person.put(f"/canned/{other['id']}", json=REPLY)) == (409, "shortcut_taken")
    for answer in (await person.put("/canned/99", json=REPLY), await person.delete("/canned/99")):
        assert code(answer) == (404, "unknown_reply")


async def test_replies_are_filled_in_the_citizens_language_those_of_the_domain_first(log_in, citizen, service):
    operator, supervisor = await log_in("aigerim"), await log_in("aliya", "supervisor")
    text = "{operator}|{service}|{hours}|{number}"
    await added(supervisor, shortcut="все", text_kk=text)
    await added(supervisor, shortcut="налоги", text_kk="салық", domain="tax")
    await added(supervisor, shortcut="здоровье", text_kk="денсаулық", domain="health")
    conversation = await citizen(language="kk")
    await claimed(operator, conversation)
    async with service.database.write() as session:
        row = await session.get_one(Conversation, conversation.id)
        row.topic, row.domain = "identity-card-replacement", "tax"
    answer = (await operator.get(f"/conversations/{conversation.id}/canned")).json()
    assert answer["language"] == "kk"
    assert [each["shortcut"] for each in answer["replies"]] == ["налоги", "все"]
    name, about, hours, number = answer["replies"][1]["text"].split("|")
    assert (name, about, number) == ("aigerim", "Жеке куәлікті ауыстыру", conversation.id[:8])
    assert "09:00" in hours
    assert "сенбі" not in hours


async def test_a_place_that_is_not_known_stays_for_the_operator_to_fill(log_in, citizen):
    operator, other = await log_in("aigerim"), await log_in("other")
    await added(await log_in("aliya", "supervisor"), text_ru="Это о «{service}»?")
    conversation = await citizen()
    (reply,) = (await operator.get(f"/conversations/{conversation.id}/canned")).json()["replies"]
    assert reply["text"] == "Это о «{service}»?"
    await claimed(operator, conversation)
    assert code(await other.get(f"/conversations/{conversation.id}/canned")) == (403, "not_yours")


async def test_a_new_installation_begins_with_a_dozen_replies_and_keeps_none_that_were_deleted(service, log_in):
    count = await canned.seed(service.database)
    replies = await canned.everything(service.database)
    assert len(replies) == count >= 12
    assert await canned.seed(service.database) == 0
    person = await log_in("aliya", "supervisor")
    for reply in replies:
        await person.delete(f"/canned/{reply.id}")
    assert await canned.seed(service.database) == 0
    assert await canned.everything(service.database) == []


async def test_an_installation_with_replies_of_its_own_gets_no_others(service, log_in):
    await added(await log_in("aliya", "supervisor"))
    assert await canned.seed(service.database) == 0


async def test_the_first_replies_would_be_accepted_as_they_are(log_in, service):
    person = await log_in("aliya", "supervisor")
    for shortcut, reply in yaml.safe_load(canned.SEEDS.read_text("utf-8")).items():
        kept = await added(person, shortcut=shortcut, text_ru=reply["ru"], text_kk=reply["kk"])
        assert kept["shortcut"] == shortcut
