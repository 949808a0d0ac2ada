"""A ticket keeps how a time with the operators went: when, with whom, in time or late, and how it ended."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from actions.replies import HandOver, Reply
from bot.conversations import AlreadyClaimed, State
from bot.conversations.desk import Desk
from bot.conversations.routing import Priority
from bot.storage import Conversation, Operator, Ticket
from bot.storage.tables import now
from tests.conversations.steps import at_telegram, is_in, open_and_send, operator, said
from texts import say


async def waiting(service, eventually, text="оператор"):
    conversation = await open_and_send(service, text)
    return await eventually(is_in(service, conversation, State.WAITING))


async def tickets(service, conversation_id=None):
    query = select(Ticket).order_by(Ticket.id)
    if conversation_id is not None:
        query = query.where(Ticket.conversation_id == conversation_id)
    async with service.database.read() as session:
        return (await session.scalars(query)).all()


async def late(service, conversation):
    async with service.database.write() as session:
        row = await session.get_one(Conversation, conversation.id)
        row.reply_due = now() - timedelta(minutes=1)


async def test_a_ticket_runs_from_the_queue_to_the_end(service, eventually):
    person = await operator(service)
    talk = await waiting(service, eventually)
    (opened,) = await tickets(service, talk.id)
    assert (opened.reason, opened.language, opened.channel, opened.ended_at) == ("asked", "ru", "web", None)
    assert opened.first_reply_due > opened.opened_at
    await service.conversations.claim(talk.id, person)
    await service.conversations.write(talk.id, person, key="1", text="Здравствуйте!")
    await service.conversations.close(talk.id, person, "resolved")
    (ended,) = await tickets(service, talk.id)
    assert ended.opened_at <= ended.claimed_at <= ended.first_reply_at <= ended.ended_at
    assert (ended.operator_id, ended.ended, ended.outcome) == (person.id, "closed", "resolved")
    row = await service.conversations.get(talk.id)
    assert (row.ticket_id, row.reply_due, row.owed_since, row.reason) == (None, None, None, None)


async def test_each_time_with_the_operators_is_a_ticket_of_its_own(service, eventually):
    person = await operator(service)
    talk = await waiting(service, eventually)
    await service.conversations.claim(talk.id, person)
    await service.conversations.give_back(talk.id, person)
    await service.conversations.receive(talk.id, key="again", text="оператор")
    await eventually(is_in(service, talk, State.WAITING))
    assert [each.ended for each in await tickets(service, talk.id)] == ["returned", None]


async def test_who_leaves_the_queue_ends_the_ticket(service, eventually):
    talk = await waiting(service, eventually)
    await service.conversations.receive(talk.id, key="leave", payload="/leave_queue")
    await eventually(is_in(service, talk, State.BOT))
    (ticket,) = await tickets(service, talk.id)
    assert (ticket.ended, ticket.operator_id) == ("left", None)


async def test_erasing_leaves_the_ticket_without_the_conversation(service, eventually):
    talk = await waiting(service, eventually)
    await service.conversations.erase(talk.id)
    (ticket,) = await tickets(service)
    assert (ticket.conversation_id, ticket.ended) == (None, "erased")


# --- promises


async def test_the_promise_is_kept_or_broken_by_the_operator_s_word(service, eventually):
    person = await operator(service)
    talk = await waiting(service, eventually)
    row = await service.conversations.get(talk.id)
    (ticket,) = await tickets(service, talk.id)
    assert row.reply_due == ticket.first_reply_due
    await service.conversations.claim(talk.id, person)
    await service.conversations.write(talk.id, person, key="1", text="Здравствуйте!")
    assert (await service.conversations.get(talk.id)).reply_due is None
    await service.conversations.receive(talk.id, key="q", text="а сколько стоит?")
    due = (await service.conversations.get(talk.id)).reply_due
    await service.conversations.receive(talk.id, key="q2", text="и где?")
    assert (await service.conversations.get(talk.id)).reply_due == due  # a second question does not put it off
    await service.conversations.write(talk.id, person, key="2", text="Столько-то.")
    (ticket,) = await tickets(service, talk.id)
    assert ticket.late_replies == 0
    await service.conversations.receive(talk.id, key="q3", text="спасибо, а ещё?")
    await late(service, talk)
    await service.conversations.write(talk.id, person, key="3", text="Вот.")
    (ticket,) = await tickets(service, talk.id)
    assert ticket.late_replies == 1


async def test_a_question_left_is_promised_for_later_and_waits_behind(service, eventually, dialogue):
    reply = Reply(text="Приняли.", language="ru", hand_over=HandOver(reason="left", domain="health"))
    dialogue.answers["вопрос"] = [reply]
    left = await waiting(service, eventually, "вопрос")
    asked = await waiting(service, eventually)
    assert [row.id for row in await service.conversations.queue()] == [asked.id, left.id]
    desk, (ticket,) = Desk(), await tickets(service, left.id)
    assert ticket.first_reply_due == desk.due(ticket.opened_at, desk.left_reply)
    assert ticket.domain == "health"


# --- places


async def test_a_complaint_goes_before_and_a_supervisor_can_bring_one_forward(service, eventually, dialogue):
    complaint = Reply(text="Сочувствую.", language="ru", hand_over=HandOver(reason="complaint"))
    dialogue.answers["жалоба"] = [complaint]
    first, second = await waiting(service, eventually), await waiting(service, eventually)
    third = await waiting(service, eventually, "жалоба")

    async def order():
        return [row.id for row in await service.conversations.queue()]

    assert await order() == [third.id, first.id, second.id]
    assert [(await service.conversations.queue_position(each)).position for each in await order()] == [1, 2, 3]
    await service.conversations.prioritise(second.id, Priority.RAISED, "aliya")
    assert await order() == [second.id, third.id, first.id]
    assert (await service.conversations.queue_position(first.id)).position == 3


async def test_a_thousand_claims_on_a_hundred_talks_leave_one_owner_each(service):
    people = [await operator(service, f"operator{number}") for number in range(10)]
    talks = []
    async with service.database.write() as session:
        for number in range(100):
            row = Conversation(id=f"talk{number}", channel="web", language="ru", state="waiting", waiting_since=now())
            session.add(row)
            talks.append(row.id)
    claims = [(talk, person) for talk in talks for person in people]

    async def claim(talk, person):
        try:
            await service.conversations.claim(talk, person)
        except AlreadyClaimed as error:
            return talk, None, error.owner
        return talk, person.username, None

    outcomes = await asyncio.gather(*(claim(talk, person) for talk, person in claims))
    assert len(outcomes) == 1000
    owners = {talk: owner for talk, owner, _ in outcomes if owner}
    assert sorted(owners) == sorted(talks)
    assert sum(owner is not None for _, owner, _ in outcomes) == 100
    assert all(told == owners[talk] for talk, owner, told in outcomes if owner is None)


# --- transfers


async def test_a_domain_s_operators_get_the_talk_at_its_old_place(service, eventually):
    person = await operator(service)
    early, late_one = await waiting(service, eventually), await waiting(service, eventually)
    await service.conversations.claim(early.id, person)
    await service.conversations.reroute(early.id, person, "transport", "вопрос о правах")
    row = await service.conversations.get(early.id)
    assert (row.state, row.domain, row.operator_id) == ("waiting", "transport", None)
    assert [each.id for each in await service.conversations.queue()] == [early.id, late_one.id]
    (note,) = await service.conversations.notes(early.id)
    assert "вопрос о правах" in note.text
    (ticket,) = await tickets(service, early.id)
    assert (ticket.transfers, ticket.domain, ticket.ended) == (1, "transport", None)
    title = say("actions.domain_transport", "ru")
    told = say("conversations.transferred_to_domain", "ru", domain=title, position=1)
    assert (await said(service, early, "system"))[-1] == told


async def test_a_supervisor_gives_a_waiting_or_held_talk_to_somebody(service, eventually):
    one, two = await operator(service, "one"), await operator(service, "two")
    talk = await waiting(service, eventually)
    await service.conversations.assign(talk.id, "one", "aliya")
    assert (await service.conversations.get(talk.id)).operator_id == one.id
    await service.conversations.assign(talk.id, "two", "aliya")
    assert (await service.conversations.get(talk.id)).operator_id == two.id
    (ticket,) = await tickets(service, talk.id)
    assert (ticket.transfers, ticket.operator_id) == (1, two.id)
    async with service.database.read() as session:
        assert (await session.get_one(Operator, one.id)).assigned_at is not None


async def test_the_citizen_gets_a_summary_with_the_return(service, eventually):
    person = await operator(service)
    talk = await waiting(service, eventually)
    await service.conversations.claim(talk.id, person)
    await service.conversations.give_back(talk.id, person, "паспорт готов, заберите его в ЦОНе")
    (summary,) = await said(service, talk, "operator")
    assert summary == say("conversations.summary", "ru", summary="паспорт готов, заберите его в ЦОНе")


# --- ratings


async def test_a_rating_by_button_is_kept_and_changes_nothing_else(service, eventually):
    person = await operator(service)
    talk = await at_telegram(service)
    await service.conversations.receive(talk.id, key="1", text="оператор")
    await eventually(is_in(service, talk, State.WAITING))
    await service.conversations.claim(talk.id, person)
    await service.conversations.close(talk.id, person, "resolved")
    (*_, closing) = await service.conversations.messages(talk.id)
    assert [each.payload for each in closing.buttons] == [f'/rate{{"stars": {stars}}}' for stars in (5, 4, 3, 2, 1)]
    received = await service.conversations.receive(talk.id, key="2", payload='/rate{"stars": 4}')
    assert received.answered
    row = await service.conversations.get(talk.id)
    assert (row.state, row.stars) == ("closed", 4)
    assert (await said(service, talk, "system"))[-1] == say("conversations.rated", "ru")
    (ticket,) = await tickets(service, talk.id)
    assert ticket.stars == 4


@pytest.mark.parametrize(("days", "stars"), [(0, 2), (3, None)])
async def test_a_rating_long_after_does_not_belong_to_the_operators(service, eventually, days, stars):
    person = await operator(service)
    talk = await waiting(service, eventually)
    await service.conversations.claim(talk.id, person)
    await service.conversations.close(talk.id, person, "resolved")
    async with service.database.write() as session:
        (ticket,) = await session.scalars(select(Ticket))
        ticket.ended_at = now() - timedelta(days=days)
    await service.conversations.rate(talk.id, 2, None)
    (ticket,) = await tickets(service, talk.id)
    assert ticket.stars == stars
