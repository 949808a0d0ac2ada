"""What comes in is stored once, whoever answers it."""

import asyncio

from sqlalchemy import select

from bot.conversations import State, inbox
from bot.storage import Conversation, Inbox, Outbox


async def answered_by_its_channel(service, conversation, key="1"):
    async with service.database.write() as session:
        received = await inbox.answered(
            session, conversation.id, key=key, text="/start", reply_key="conversations.queue_position", position=7
        )
    service.conversations.received(conversation.id, received)
    return received


async def test_a_message_that_its_channel_answers_is_answered_once_and_never_by_the_dialogue(service, dialogue):
    async with service.database.write() as session:
        conversation = await service.conversations.at_address(session, "telegram", "7", "kk")
    received = await asyncio.gather(*(answered_by_its_channel(service, conversation) for _ in range(10)))
    assert sorted(each.repeated for each in received) == [False] + [True] * 9

    messages = await service.conversations.messages(conversation.id)
    assert [(each.author, each.text[:20]) for each in messages] == [
        ("citizen", "/start"),
        ("system", "Кезектегі орныңыз: 7"),
    ]
    async with service.database.read() as session:
        assert (await session.scalars(select(Inbox.state))).all() == ["answered"]
        assert (await session.scalars(select(Outbox.message_id))).all() == [2]
    assert await service.worker.resume() == 0
    assert dialogue.asked == []


async def test_a_message_that_its_channel_answers_opens_a_closed_conversation(service):
    conversation, _ = await service.conversations.open("web", "ru")
    async with service.database.write() as session:
        (await session.get_one(Conversation, conversation.id)).state = State.CLOSED
    assert (await answered_by_its_channel(service, conversation)).moved
    assert (await service.conversations.get(conversation.id)).state == State.BOT
