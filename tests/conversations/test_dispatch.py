"""The desk by itself: talks are given out in turn, taken back from who is gone, and silent citizens are asked."""

import asyncio
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.conversations import State
from bot.storage import Conversation, Operator, Ticket
from bot.storage.tables import now
from tests.conversations.steps import has_said, is_in, open_and_send, operator, said
from texts import say


async def waiting(service, eventually, language="ru"):
    conversation = await open_and_send(service, "оператор", language=language)
    return await eventually(is_in(service, conversation, State.WAITING))


async def setting(service, **values):
    async with service.database.write() as session:
        await service.conversations.desk.change(session, values)


async def change(service, table, key, **values):
    async with service.database.write() as session:
        row = await session.get_one(table, key)
        for name, value in values.items():
            setattr(row, name, value)


async def state_of(service, conversation):
    row = await service.conversations.get(conversation.id)
    return row.state, row.operator_id


async def ticket_of(service, conversation):
    async with service.database.read() as session:
        return (await session.scalars(select(Ticket).where(Ticket.conversation_id == conversation.id))).one()


@pytest.fixture
async def dispatching(service):
    task = asyncio.create_task(service.dispatcher.run())
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


# --- assigned in turn


async def test_nothing_is_assigned_where_operators_take_talks_themselves(service, eventually):
    await operator(service)
    conversation = await waiting(service, eventually)
    await service.dispatcher.look()
    assert await state_of(service, conversation) == ("waiting", None)


async def test_talks_are_assigned_in_turn_up_to_everybody_s_capacity(service, eventually):
    await setting(service, mode="assign")
    first, second = await operator(service, "one"), await operator(service, "two")
    await change(service, Operator, first.id, capacity=1)
    await change(service, Operator, second.id, capacity=2)
    talks = [await waiting(service, eventually) for _ in range(4)]
    await service.dispatcher.look()
    states = [await state_of(service, talk) for talk in talks]
    assert states == [("operator", first.id), ("operator", second.id), ("operator", second.id), ("waiting", None)]


async def test_a_talk_goes_to_who_has_its_language(service, eventually):
    await setting(service, mode="assign")
    russian, kazakh = await operator(service, "one"), await operator(service, "two")
    await change(service, Operator, russian.id, languages=["ru"])
    await change(service, Operator, kazakh.id, languages=["kk"])
    talk = await waiting(service, eventually, "kk")
    await service.dispatcher.look()
    assert await state_of(service, talk) == ("operator", kazakh.id)


@pytest.mark.usefixtures("dispatching")
@pytest.mark.parametrize("how", ["comes", "closes a talk", "gets more capacity"])
async def test_the_queue_drains_when_somebody_has_room(service, eventually, how):
    await setting(service, mode="assign")
    person = await operator(service, available=how != "comes")
    await change(service, Operator, person.id, capacity=1)
    held = await waiting(service, eventually)
    if how != "comes":
        await eventually(is_in(service, held, State.OPERATOR))
        talk = await waiting(service, eventually)
    else:
        talk = held
    await asyncio.sleep(0.05)
    assert await state_of(service, talk) == ("waiting", None)
    if how == "comes":
        await change(service, Operator, person.id, available=True)
    elif how == "closes a talk":
        await service.conversations.close(held.id, person, "resolved")
    else:
        await change(service, Operator, person.id, capacity=2)
    await service.conversations.desk_changed()
    await eventually(is_in(service, talk, State.OPERATOR))


# --- operators who are gone


async def test_the_talks_of_who_is_gone_wait_again_at_their_old_place(service, eventually):
    gone, there = await operator(service, "gone"), await operator(service, "there")
    early, late = await waiting(service, eventually), await waiting(service, eventually)
    await service.conversations.claim(early.id, gone)
    await change(service, Operator, gone.id, seen_at=now() - timedelta(minutes=10))
    await change(service, Operator, there.id, seen_at=now())
    await service.dispatcher.look()
    assert await state_of(service, early) == ("waiting", None)
    assert [row.id for row in await service.conversations.queue()] == [early.id, late.id]
    assert (await service.conversations.queue_position(early.id)).position == 1
    assert (await said(service, early, "system"))[-1] == say("conversations.operator_vanished", "ru", position=1)
    async with service.database.read() as session:
        assert not (await session.get_one(Operator, gone.id)).available
        assert (await session.get_one(Operator, there.id)).available
    # and whoever comes back does not find it theirs
    with pytest.raises(Exception, match="not possible"):
        await service.conversations.write(early.id, gone, key="1", text="я тут")


async def test_of_whom_no_sign_was_noted_the_time_runs_from_now(service, eventually):
    person = await operator(service)
    talk = await waiting(service, eventually)
    await service.conversations.claim(talk.id, person)
    await service.dispatcher.look()
    assert await state_of(service, talk) == ("operator", person.id)
    async with service.database.read() as session:
        assert (await session.get_one(Operator, person.id)).seen_at is not None


async def test_a_pause_keeps_the_talks(service, eventually):
    person = await operator(service, available=False)
    talk = await waiting(service, eventually)
    await service.conversations.claim(talk.id, person)
    await change(service, Operator, person.id, seen_at=now())
    await service.dispatcher.look()
    assert await state_of(service, talk) == ("operator", person.id)


# --- citizens who are silent


async def talking(service, eventually, reason="asked"):
    person = await operator(service)
    talk = await waiting(service, eventually)
    await service.conversations.claim(talk.id, person)
    await change(service, Operator, person.id, seen_at=now())
    await change(service, Conversation, talk.id, reason=reason)
    return person, talk


async def long_ago(service, talk):
    await change(service, Conversation, talk.id, updated_at=now() - timedelta(hours=1))


async def test_a_silent_citizen_is_asked_once_and_then_the_talk_closes(service, eventually):
    person, talk = await talking(service, eventually)
    await service.conversations.write(talk.id, person, key="1", text="Чем помочь?")
    await service.dispatcher.look()
    assert (await said(service, talk, "system"))[-1] == say("conversations.operator_joined", "ru")
    await long_ago(service, talk)
    for _ in range(3):
        await service.dispatcher.look()
    asked = say("conversations.still_there", "ru", minutes=15)
    assert (await said(service, talk, "system")).count(asked) == 1
    await change(service, Conversation, talk.id, asked_at=now() - timedelta(hours=1))
    await service.dispatcher.look()
    row = await service.conversations.get(talk.id)
    assert (row.state, row.outcome) == ("closed", "no_reply")
    ticket = await ticket_of(service, talk)
    assert (ticket.ended, ticket.outcome) == ("silent", "no_reply")


async def test_who_answers_goes_on(service, eventually):
    person, talk = await talking(service, eventually)
    await service.conversations.write(talk.id, person, key="1", text="Чем помочь?")
    await long_ago(service, talk)
    await service.dispatcher.look()
    await service.conversations.receive(talk.id, key="again", text="да, я тут")
    await change(service, Conversation, talk.id, updated_at=now() - timedelta(hours=5))
    await service.dispatcher.look()
    assert await state_of(service, talk) == ("operator", person.id)


async def test_while_the_operator_owes_a_word_nobody_is_asked(service, eventually):
    person, talk = await talking(service, eventually)
    await long_ago(service, talk)
    await service.dispatcher.look()
    assert say("conversations.still_there", "ru", minutes=15) not in await said(service, talk, "system")
    assert await state_of(service, talk) == ("operator", person.id)


async def test_who_has_left_a_question_is_not_asked(service, eventually):
    person, talk = await talking(service, eventually, reason="left")
    await service.conversations.write(talk.id, person, key="1", text="Вот ответ.")
    await long_ago(service, talk)
    await service.dispatcher.look()
    assert await has_said(service, talk, "operator")() == ["Вот ответ."]
    assert say("conversations.still_there", "ru", minutes=15) not in await said(service, talk, "system")
