"""Whatever dies at whatever step, the next start answers each message once."""

import asyncio

import pytest
from sqlalchemy import select

from actions.replies import HandOver, Reply
from bot.conversations import State, inbox, record
from bot.service import Service
from bot.storage import Inbox, Message, Outbox
from tests.conversations.steps import asked, at_telegram, has_said, is_in, open_and_send, said


class Killed(BaseException):
    """The process is gone."""


@pytest.fixture
async def again(settings, database, dialogue):
    """`again(service)`: the service dies where it stands, and another one begins on the same database."""
    started: list[Service] = []

    async def restart(before: Service) -> Service:
        await before.worker.stop()
        await before.courier.stop()
        after = Service.assemble(settings, database, dialogue)
        started.append(after)
        await after.worker.resume()
        return after

    yield restart
    for service in started:
        await service.worker.stop()


def hanging(reached: asyncio.Event):
    """What is called just before the process dies: it never returns."""

    async def hang(*_, **__):
        reached.set()
        await asyncio.Event().wait()

    return hang


async def test_what_died_before_it_was_accepted_is_answered_once_when_it_comes_again(
    service, again, eventually, database
):
    conversation = await at_telegram(service)

    async def accept_and_die():
        async with database.write() as session:
            await inbox.receive(session, conversation.id, key="1", text="вопрос")
            raise Killed

    with pytest.raises(Killed):
        await accept_and_die()
    assert await service.conversations.messages(conversation.id) == []

    after = await again(service)
    for _ in range(2):  # the channel was not told that it was taken, so it sends it again, and once more
        await after.conversations.receive(conversation.id, key="1", text="вопрос")
    await after.conversations.receive(conversation.id, key="2", text="дальше")
    assert await eventually(has_said(after, conversation, "bot", 2)) == ["echo: вопрос", "echo: дальше"]


async def test_what_died_after_it_was_accepted_is_answered_though_nobody_was_woken(
    service, again, eventually, database
):
    conversation = await at_telegram(service)
    async with database.write() as session:
        await inbox.receive(session, conversation.id, key="1", text="вопрос")
    after = await again(service)
    assert await eventually(has_said(after, conversation, "bot")) == ["echo: вопрос"]


async def test_what_died_while_the_dialogue_was_asked_is_answered_once(service, dialogue, again, eventually):
    dialogue.gate.clear()
    conversation = await open_and_send(service, "вопрос", "дальше")
    await eventually(asked(dialogue, 1))
    after = await again(service)
    dialogue.gate.set()
    assert await eventually(has_said(after, conversation, "bot", 2)) == ["echo: вопрос", "echo: дальше"]


async def test_what_died_between_the_dialogue_s_answer_and_the_commit_is_answered_once(
    service, dialogue, again, eventually
):
    reached = asyncio.Event()
    service.worker._commit = hanging(reached)
    conversation = await open_and_send(service, "вопрос")
    await asyncio.wait_for(reached.wait(), 5)
    after = await again(service)
    assert await eventually(has_said(after, conversation, "bot")) == ["echo: вопрос"]
    assert len(dialogue.asked) == 2


async def test_what_died_within_the_commit_leaves_neither_half_an_answer_nor_half_a_hand_over(
    service, dialogue, again, eventually, database, monkeypatch
):
    dialogue.answers["вопрос"] = [
        Reply(text="Первое", language="ru"),
        Reply(text="Второе", language="ru", hand_over=HandOver(reason="asked")),
    ]
    conversation = await at_telegram(service)
    reached = asyncio.Event()
    with monkeypatch.context() as patch:
        patch.setattr(record, "date_deliveries", hanging(reached))  # all is written, nothing is committed
        await service.conversations.receive(conversation.id, key="1", text="вопрос")
        await asyncio.wait_for(reached.wait(), 5)
        await service.worker.stop()
    assert await said(service, conversation, "bot", "system") == []
    assert (await service.conversations.get(conversation.id)).state == State.BOT

    after = await again(service)
    await eventually(is_in(after, conversation, State.WAITING))
    assert await said(after, conversation, "bot") == ["Первое", "Второе"]
    async with database.read() as session:
        assert (await session.scalars(select(Inbox.state))).all() == ["answered"]
        assert (await session.scalars(select(Outbox.message_id).order_by(Outbox.id))).all() == [2, 3, 4]
        assert (await session.scalars(select(Message.id).order_by(Message.id))).all() == [1, 2, 3, 4]


async def test_what_died_after_the_commit_is_not_answered_again(service, dialogue, again, eventually):
    conversation = await open_and_send(service, "вопрос")
    await eventually(has_said(service, conversation, "bot"))
    after = await again(service)
    await after.conversations.receive(conversation.id, key="next", text="дальше")
    assert await eventually(has_said(after, conversation, "bot", 2)) == ["echo: вопрос", "echo: дальше"]
    assert len(dialogue.asked) == 2


async def test_an_update_delivered_ten_times_at_once_is_answered_once_from_the_very_first_on(
    service, dialogue, eventually, database
):
    async def deliver():
        async with database.write() as session:
            conversation = await service.conversations.at_address(session, "telegram", "7", "ru")
            received = await inbox.receive(session, conversation.id, key="1", text="вопрос")
        service.conversations.received(conversation.id, received)
        return conversation, received

    delivered = await asyncio.gather(*(deliver() for _ in range(10)))
    assert len({conversation.id for conversation, _ in delivered}) == 1
    assert sorted(received.repeated for _, received in delivered) == [False] + [True] * 9
    conversation = delivered[0][0]
    await service.conversations.receive(conversation.id, key="2", text="дальше")
    assert await eventually(has_said(service, conversation, "bot", 2)) == ["echo: вопрос", "echo: дальше"]
    assert len(dialogue.asked) == 2


async def test_an_error_of_the_database_costs_no_answer(service, dialogue, eventually, monkeypatch, caplog):
    service.worker._each._pause = 0.01
    original, failures = service.worker._owed, [OSError("disk full")] * 3

    async def failing(conversation_id):
        if failures:
            raise failures.pop()
        return await original(conversation_id)

    service.worker._owed = failing
    conversation = await open_and_send(service, "вопрос")
    assert await eventually(has_said(service, conversation, "bot")) == ["echo: вопрос"]
    assert caplog.text.count("disk full") == 3


async def test_messages_that_come_while_one_is_answered_keep_their_order_over_a_failure(service, dialogue, eventually):
    dialogue.gate.clear()
    dialogue.failures = 2
    conversation = await open_and_send(service, "один")
    await eventually(asked(dialogue, 1))
    for number, text in enumerate(("два", "три", "четыре")):
        await service.conversations.receive(conversation.id, key=str(number), text=text)
    dialogue.gate.set()
    texts = await eventually(has_said(service, conversation, "bot", 4))
    assert texts == ["echo: один", "echo: два", "echo: три", "echo: четыре"]
