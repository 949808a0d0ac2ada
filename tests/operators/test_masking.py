"""What operators see of citizens' numbers, and how they get to see the rest."""

import json
import uuid

import pytest
from sqlalchemy import select

from actions.replies import Answer, Reply
from bot.storage import AuditEntry, Conversation
from tests.operators.test_api import claimed, code

IIN = "850101300124"
PHONE = "8 (7172) 70-40-40"
UNKNOWN = "00000000-0000-4000-8000-000000000000"


async def write(service, conversation, text):
    await service.conversations.receive(conversation.id, key=str(uuid.uuid4()), text=text)


async def opened(person, conversation):
    answer = await person.get(f"/conversations/{conversation.id}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def entries(service):
    async with service.database.read() as session:
        query = select(AuditEntry).where(AuditEntry.act == "personal_data_revealed").order_by(AuditEntry.id)
        return (await session.scalars(query)).all()


async def test_personal_numbers_are_hidden_in_messages_notes_and_contact(log_in, citizen, service):
    person, conversation = await log_in("aigerim"), await citizen()
    await claimed(person, conversation)
    await write(service, conversation, f"мой ИИН {IIN}")
    await person.post(f"/conversations/{conversation.id}/notes", json={"text": "перезвонить: +7 701 234 56 78"})
    async with service.database.write() as session:
        (await session.get_one(Conversation, conversation.id)).contact = "дом под горой"
    whole = await opened(person, conversation)
    message = next(each for each in whole["messages"] if "ИИН" in each["text"])
    assert (message["text"], message["masked"]) == ("мой ИИН [iin …0124]", True)
    assert (whole["notes"][0]["text"], whole["notes"][0]["masked"]) == ("перезвонить: [phone …78]", True)
    assert whole["conversation"]["contact"] == "[… ой]"
    assert [each["masked"] for each in whole["messages"] if "ИИН" not in each["text"]] == [False] * (
        len(whole["messages"]) - 1
    )
    assert IIN not in json.dumps(whole)


async def test_what_an_operator_writes_reaches_the_citizen_as_it_is_and_is_hidden_from_operators(
    log_in, citizen, service
):
    person, conversation = await log_in("aigerim"), await citizen()
    await claimed(person, conversation)
    body = {"client_id": str(uuid.uuid4()), "text": "звоните +7 701 234 56 78"}
    answer = await person.post(f"/conversations/{conversation.id}/messages", json=body)
    assert answer.json()["message"]["text"] == "звоните [phone …78]"
    assert (await service.conversations.messages(conversation.id))[-1].text == "звоните +7 701 234 56 78"


async def test_telephones_that_the_knowledge_base_publishes_stay_readable_but_no_other_number_does(
    log_in, citizen, service, dialogue, eventually
):
    answered = Answer(decision="answer", service="identity-card-replacement", section="summary")
    text = f"Звоните {PHONE}, ваш ИИН {IIN}"
    dialogue.answers["телефон?"] = [Reply(text=text, language="ru", answer=answered)]
    dialogue.answers["повтори"] = [Reply(text=text, language="ru")]
    conversation, _ = await service.conversations.open("web", "ru")
    for number, said in enumerate(("телефон?", "повтори", "позовите оператора"), start=1):
        await write(service, conversation, said)

        async def answered_all(least=2 * number):
            return len(await service.conversations.messages(conversation.id)) >= least

        await eventually(answered_all)
    person = await log_in("aigerim")
    texts = [each["text"] for each in (await opened(person, conversation))["messages"] if each["author"] == "bot"]
    assert texts[0] == f"Звоните {PHONE}, ваш ИИН [iin …0124]"
    assert PHONE not in texts[1]


async def test_revealing_a_message_gives_its_text_and_is_noted_with_the_reason_and_without_the_number(
    log_in, citizen, service
):
    person, conversation = await log_in("aigerim"), await citizen()
    await write(service, conversation, f"мой ИИН {IIN}")
    message = (await opened(person, conversation))["messages"][-1]
    path = f"/conversations/{conversation.id}/messages/{message['id']}/reveal"
    answer = await person.post(path, json={"reason": f"сверить заявку {IIN}"})
    assert answer.json() == {"text": f"мой ИИН {IIN}"}
    (entry,) = await entries(service)
    assert (entry.actor, entry.subject) == ("aigerim", conversation.id)
    assert entry.details == {"kinds": ["iin"], "message": message["id"], "reason": "сверить заявку [iin …0124]"}
    assert (await opened(person, conversation))["messages"][-1]["masked"]  # for the next reader it is hidden again


async def test_revealing_the_contact_and_a_note_is_noted(log_in, citizen, service):
    person, conversation = await log_in("aigerim"), await citizen()
    async with service.database.write() as session:
        (await session.get_one(Conversation, conversation.id)).contact = "+7 701 234 56 78"
    why = {"reason": "перезвонить"}
    answer = await person.post(f"/conversations/{conversation.id}/contact/reveal", json=why)
    assert answer.json() == {"contact": "+7 701 234 56 78"}
    noted = await person.post(f"/conversations/{conversation.id}/notes", json={"text": f"ИИН {IIN}"})
    number = noted.json()["note"]["id"]
    answer = await person.post(f"/conversations/{conversation.id}/notes/{number}/reveal", json=why)
    assert answer.json() == {"text": f"ИИН {IIN}"}
    assert [entry.details for entry in await entries(service)] == [
        {"kinds": ["contact"], "reason": "перезвонить"},
        {"kinds": ["iin"], "note": number, "reason": "перезвонить"},
    ]


async def test_a_text_with_nothing_hidden_leaves_no_entry(log_in, citizen, service):
    person, conversation = await log_in("aigerim"), await citizen()
    answer = await person.post(f"/conversations/{conversation.id}/messages/1/reveal", json={"reason": "посмотреть"})
    assert answer.json() == {"text": "позовите оператора"}
    assert await entries(service) == []


@pytest.mark.parametrize("reason", [None, "", "  а ", "а" * 201])
async def test_nothing_is_revealed_without_a_reason(log_in, citizen, service, reason):
    person, conversation = await log_in("aigerim"), await citizen(f"оператор, мой ИИН {IIN}")
    body = {} if reason is None else {"reason": reason}
    answer = await person.post(f"/conversations/{conversation.id}/messages/1/reveal", json=body)
    assert code(answer) == (422, "bad_field")
    assert await entries(service) == []


async def test_nothing_of_anothers_talk_is_revealed_to_an_operator_but_to_a_supervisor(log_in, citizen, service):
    owner, other = await log_in("owner"), await log_in("other")
    supervisor = await log_in("aliya", "supervisor")
    conversation = await citizen(f"оператор, мой ИИН {IIN}")
    await claimed(owner, conversation)
    path, why = f"/conversations/{conversation.id}/messages/1/reveal", {"reason": "любопытно"}
    assert code(await other.post(path, json=why)) == (403, "not_yours")
    assert await entries(service) == []
    assert (await supervisor.post(path, json=why)).status_code == 200
    assert [entry.actor for entry in await entries(service)] == ["aliya"]


async def test_what_is_not_there_cannot_be_revealed(log_in, citizen, service):
    person, conversation, other = await log_in("aigerim"), await citizen(), await citizen()
    noted = await person.post(f"/conversations/{other.id}/notes", json={"text": "заметка"})
    for path in (f"messages/{99}", f"notes/{noted.json()['note']['id']}", "contact"):
        answer = await person.post(f"/conversations/{conversation.id}/{path}/reveal", json={"reason": "посмотреть"})
        assert code(answer) == (404, "nothing_hidden")
    answer = await person.post(f"/conversations/{UNKNOWN}/contact/reveal", json={"reason": "посмотреть"})
    assert code(answer) == (404, "unknown_conversation")
