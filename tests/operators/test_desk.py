"""What waits is offered to whom it suits, given on with a reason, and brought forward by supervisors."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.operators import accounts
from bot.storage import AuditEntry, Operator
from bot.storage.tables import now
from texts import say


async def change(service, username, **values):
    async with service.database.write() as session:
        row = (await session.scalars(select(Operator).where(Operator.username == username))).one()
        for name, value in values.items():
            setattr(row, name, value)


async def seen_at(service, username):
    return next(each.seen_at for each in await accounts.everyone(service.database) if each.username == username)


async def queue(person):
    return (await person.get("/queue")).json()["conversations"]


async def audited(service):
    async with service.database.read() as session:
        return (await session.scalars(select(AuditEntry).order_by(AuditEntry.id))).all()


async def test_what_waits_is_offered_to_who_is_on_duty_and_has_its_language(log_in, citizen, service):
    russian, kazakh = await log_in("russian"), await log_in("kazakh")
    await change(service, "russian", languages=["ru"])
    await change(service, "kazakh", languages=["kk"])
    talk = await citizen(language="kk")
    assert [each["offered"] for each in await queue(kazakh)] == [False]  # not on duty
    for person in (russian, kazakh):
        assert (await person.put("/me/status", json={"available": True})).status_code == 200
    assert [(each["id"], each["offered"]) for each in await queue(kazakh)] == [(talk.id, True)]
    assert [(each["id"], each["offered"]) for each in await queue(russian)] == [(talk.id, False)]
    assert (await russian.post(f"/conversations/{talk.id}/claim")).status_code == 200  # offered first is not reserved


async def test_a_waiting_talk_shows_what_was_promised(log_in, citizen, service):
    person = await log_in("aigerim")
    await citizen()
    (shown,) = await queue(person)
    assert shown["due"] is not None
    assert shown["overdue"] is False
    assert (shown["priority"], shown["labels"], shown["contact"]) == (0, [], None)


async def test_a_talk_goes_to_a_domain_with_the_reason_among_the_notes(log_in, citizen):
    person = await log_in("aigerim")
    talk = await citizen()
    await person.post(f"/conversations/{talk.id}/claim")
    body = {"domain": "transport", "reason": "это о правах"}
    answer = await person.post(f"/conversations/{talk.id}/transfer", json=body)
    assert answer.status_code == 200, answer.text
    shown = answer.json()["conversation"]
    assert (shown["state"], shown["domain"], shown["domain_title"]) == (
        "waiting",
        "transport",
        say("actions.domain_transport", "ru"),
    )
    whole = (await person.get(f"/conversations/{talk.id}")).json()
    assert "это о правах" in whole["notes"][0]["text"]


@pytest.mark.parametrize(
    "body",
    [{}, {"operator": "marat", "domain": "transport"}, {"domain": "magic"}, {"domain": "transport", "reason": ""}],
)
async def test_a_transfer_that_leads_nowhere_is_refused(log_in, citizen, body):
    person = await log_in("aigerim")
    talk = await citizen()
    await person.post(f"/conversations/{talk.id}/claim")
    assert (await person.post(f"/conversations/{talk.id}/transfer", json=body)).status_code == 422


async def test_the_summary_of_a_return_reaches_the_citizen(log_in, citizen, service):
    person = await log_in("aigerim")
    talk = await citizen()
    await person.post(f"/conversations/{talk.id}/claim")
    answer = await person.post(f"/conversations/{talk.id}/return", json={"summary": "Справка готова."})
    assert answer.status_code == 200
    texts = [message.text for message in await service.conversations.messages(talk.id)]
    assert say("conversations.summary", "ru", summary="Справка готова.") in texts


async def test_a_supervisor_assigns_and_brings_forward_and_both_are_in_the_audit_log(log_in, citizen, service):
    supervisor, person = await log_in("aliya", "supervisor"), await log_in("aigerim")
    first, second = await citizen(), await citizen()
    path = f"/conversations/{second.id}"
    assert (await supervisor.post(f"{path}/priority", json={"priority": 2})).status_code == 200
    assert [each["id"] for each in await queue(person)] == [second.id, first.id]
    answer = await supervisor.post(f"{path}/assign", json={"operator": "aigerim"})
    assert answer.json()["conversation"]["operator"] == "aigerim"
    acts = [(entry.actor, entry.act, entry.subject) for entry in await audited(service)]
    assert ("aliya", "talk_prioritised", second.id) in acts
    assert ("aliya", "talk_assigned", second.id) in acts
    for call, body in ((f"{path}/priority", {"priority": 2}), (f"{path}/assign", {"operator": "aigerim"})):
        assert (await person.post(call, json=body)).status_code == 403
    assert (await supervisor.post(f"{path}/assign", json={"operator": "nobody"})).status_code == 404


async def test_every_call_is_a_sign_of_life(log_in, service):
    person = await log_in("aigerim")
    await change(service, "aigerim", seen_at=now() - timedelta(hours=1))
    await person.get("/me")
    assert now() - await seen_at(service, "aigerim") < timedelta(minutes=1)


async def test_who_is_gone_loses_the_talk_and_learns_it(log_in, citizen, service):
    person = await log_in("aigerim")
    await person.put("/me/status", json={"available": True})
    talk = await citizen()
    await person.post(f"/conversations/{talk.id}/claim")
    await change(service, "aigerim", seen_at=now() - timedelta(hours=1))
    await service.dispatcher.look()
    answer = await person.post(
        f"/conversations/{talk.id}/messages", json={"client_id": "0" * 8 + "-0000-4000-8000-" + "0" * 12, "text": "?"}
    )
    assert answer.status_code == 409
    assert (await person.get("/me")).json()["available"] is False
    assert [each["id"] for each in await queue(person)] == [talk.id]


async def test_colleagues_come_with_their_load(log_in, citizen):
    person, other = await log_in("aigerim"), await log_in("marat")
    talk = await citizen()
    await other.post(f"/conversations/{talk.id}/claim")
    (colleague,) = (await person.get("/operators")).json()["operators"]
    assert (colleague["username"], colleague["load"], colleague["capacity"]) == ("marat", 1, 4)
