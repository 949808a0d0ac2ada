"""From a received message to its answer."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from actions.replies import Reply
from bot.conversations import State, UnknownConversation, inbox
from bot.conversations import worker as worker_module
from bot.service import Service
from bot.storage import Conversation, Inbox
from bot.storage.tables import now
from tests.conversations.steps import asked, has_said, is_in, open_and_send, operator, said


async def test_messages_are_answered_in_order_one_at_a_time(service, dialogue, eventually):
    dialogue.gate.clear()
    conversation = await open_and_send(service, "один", "два", "три")
    await eventually(asked(dialogue, 1))
    await asyncio.sleep(0.05)
    assert [text for _, text in dialogue.asked] == ["один"]
    dialogue.gate.set()

    async def done():
        return len(await said(service, conversation, "bot")) == 3

    await eventually(done)
    assert await said(service, conversation, "bot") == ["echo: один", "echo: два", "echo: три"]


async def test_a_repeated_message_is_answered_once(service, dialogue, eventually):
    conversation, _ = await service.conversations.open("web", "ru")
    received = await asyncio.gather(
        *(service.conversations.receive(conversation.id, key="same", text="вопрос") for _ in range(10))
    )
    assert {each.message.id for each in received} == {1}
    assert sum(not each.repeated for each in received) == 1

    async def done():
        return await said(service, conversation, "bot")

    assert await eventually(done) == ["echo: вопрос"]
    await asyncio.sleep(0.05)
    assert await said(service, conversation, "bot") == ["echo: вопрос"]


async def test_conversations_do_not_wait_for_one_another(service, dialogue, eventually):
    class SlowForOne:
        async def ask(self, conversation_id, text, language, **how):
            if text == "медленно":
                await asyncio.sleep(60)
            return await dialogue.ask(conversation_id, text, language, **how)

    service.worker._dialogue = SlowForOne()
    await open_and_send(service, "медленно")
    quick = await open_and_send(service, "быстро")

    async def done():
        return await said(service, quick, "bot")

    assert await eventually(done) == ["echo: быстро"]


async def test_what_was_owed_before_a_restart_is_answered_once(service, dialogue, settings, database, eventually):
    dialogue.gate.clear()
    conversation = await open_and_send(service, "вопрос")
    await eventually(asked(dialogue, 1))
    await service.worker.stop()  # dies between the question and its answer
    assert await said(service, conversation, "bot") == []

    dialogue.gate.set()
    after = Service.assemble(settings, database, dialogue)
    assert await after.worker.resume() == 1

    async def done():
        return await said(after, conversation, "bot")

    assert await eventually(done) == ["echo: вопрос"]
    assert await after.worker.resume() == 0


async def test_while_the_dialogue_is_away_the_citizen_is_told_once_and_the_message_waits(service, dialogue, eventually):
    dialogue.failures = 4
    conversation = await open_and_send(service, "вопрос", language="kk")

    async def done():
        return await said(service, conversation, "bot")

    assert await eventually(done) == ["echo: вопрос"]
    (told,) = await said(service, conversation, "system")
    assert told.startswith("Жауап сәл кешігіп")
    assert len(dialogue.asked) == 5


@pytest.mark.parametrize(
    "wish",
    [
        {"payload": "/operator"},
        {"text": "позовите человека"},
        {"text": "адаммен сойлескым келеди"},
        {"text": "operator"},
    ],
)
async def test_an_operator_can_be_called_while_the_dialogue_is_away(service, dialogue, eventually, wish):
    dialogue.failures = 10**6
    service.worker._patience = 30
    conversation = await open_and_send(service, "вопрос")
    await eventually(asked(dialogue, 1))
    await service.conversations.receive(conversation.id, key="operator", **wish)
    await eventually(is_in(service, conversation, State.WAITING))

    async def answered():
        async with service.database.read() as session:
            return (await session.scalars(select(Inbox.state))).all() == ["answered", "answered"]

    await eventually(answered)


async def test_while_the_dialogue_answers_it_alone_tells_a_wish_for_an_operator(service, dialogue, eventually):
    dialogue.gate.clear()
    dialogue.answers["маман керек"] = [Reply(text="Қай маман?", language="kk")]
    conversation = await open_and_send(service, "маман керек", language="kk")
    await eventually(asked(dialogue, 1))
    await service.conversations.receive(conversation.id, key="more", text="маман керек")
    await asyncio.sleep(0.05)
    dialogue.gate.set()
    assert await eventually(has_said(service, conversation, "bot", 2)) == ["Қай маман?"] * 2
    assert (await service.conversations.get(conversation.id)).state == State.BOT


async def test_a_slow_dialogue_is_told_of_once_and_its_answer_still_comes(service, dialogue, monkeypatch, eventually):
    monkeypatch.setattr(worker_module, "GRACE", 0.0)
    dialogue.gate.clear()
    conversation = await open_and_send(service, "вопрос")
    (told,) = await eventually(has_said(service, conversation, "system"))
    assert told.startswith("Ответ немного задерживается")
    await service.conversations.receive(conversation.id, key="more", text="ещё")  # looks again, tells nothing again
    await asyncio.sleep(0.05)
    assert await said(service, conversation, "system") == [told]
    monkeypatch.setattr(worker_module, "GRACE", 60.0)
    dialogue.gate.set()
    assert await eventually(has_said(service, conversation, "bot", 2)) == ["echo: вопрос", "echo: ещё"]
    assert len(dialogue.asked) == 2


async def test_an_operator_can_be_called_while_the_dialogue_hangs(service, dialogue, monkeypatch, eventually):
    monkeypatch.setattr(worker_module, "GRACE", 0.0)
    dialogue.gate.clear()
    conversation = await open_and_send(service, "вопрос")
    await eventually(has_said(service, conversation, "system"))
    await service.conversations.receive(conversation.id, key="operator", text="оператор")
    await eventually(is_in(service, conversation, State.WAITING))
    dialogue.gate.set()
    await service.conversations.receive(conversation.id, key="more", text="жду")

    async def answered():
        async with service.database.read() as session:
            return (await session.scalars(select(Inbox.state))).all() == ["answered"] * 3

    await eventually(answered)
    assert await said(service, conversation, "bot") == []
    assert len(await said(service, conversation, "system")) == 2  # that it takes longer, and what the queue is like


async def test_a_hand_over_puts_the_conversation_in_the_queue_with_its_reason(service, eventually):
    conversation = await open_and_send(service, "позовите оператора")

    async def waiting():
        found = await service.conversations.get(conversation.id)
        return found if found.state == State.WAITING else None

    found = await eventually(waiting)
    assert (found.reason, found.epoch) == ("asked", 1)
    assert await service.conversations.queue_position(conversation.id) == (1, None)
    (told,) = await said(service, conversation, "system")
    assert "пн–пт, 09:00–18:00" in told


async def change(service: Service, conversation: Conversation, *states: State) -> None:
    """What others do to a conversation while its answer is prepared."""
    async with service.database.write() as session:
        row = await session.get_one(Conversation, conversation.id)
        row.state, row.epoch = states[-1], row.epoch + len(states)


@pytest.mark.parametrize("states", [[State.WAITING], [State.WAITING, State.OPERATOR]])
async def test_an_answer_that_comes_after_the_operators_took_over_is_dropped(
    service, dialogue, database, eventually, states
):
    dialogue.gate.clear()
    conversation = await open_and_send(service, "вопрос")
    await eventually(asked(dialogue, 1))
    await change(service, conversation, *states)
    dialogue.gate.set()

    async def answered():
        async with database.read() as session:
            return await session.scalar(select(Inbox.state)) == "answered"

    await eventually(answered)
    assert await said(service, conversation, "bot") == []


async def test_a_message_whose_conversation_came_back_meanwhile_is_asked_again_and_answered_once(
    service, dialogue, eventually
):
    dialogue.gate.clear()
    conversation = await open_and_send(service, "вопрос")
    await eventually(asked(dialogue, 1))
    await change(service, conversation, State.WAITING, State.OPERATOR, State.BOT)
    dialogue.gate.set()
    await eventually(has_said(service, conversation, "bot"))
    await service.conversations.receive(conversation.id, key="next", text="дальше")
    assert await eventually(has_said(service, conversation, "bot", 2)) == ["echo: вопрос", "echo: дальше"]
    assert [text for _, text in dialogue.asked] == ["вопрос", "вопрос", "дальше"]


async def test_what_was_written_to_an_operator_is_not_answered_by_the_bot_after_the_return(
    service, dialogue, eventually
):
    conversation = await open_and_send(service, "оператор")
    await eventually(is_in(service, conversation, State.WAITING))
    person = await operator(service)
    await service.conversations.claim(conversation.id, person)
    async with service.database.write() as session:  # nobody is woken: the worker comes to it after the return
        await inbox.receive(session, conversation.id, key="to the operator", text="вы тут?")
    await service.conversations.give_back(conversation.id, person)
    await service.conversations.receive(conversation.id, key="to the bot", text="сколько стоит?")
    assert (await eventually(has_said(service, conversation, "bot", 2)))[1:] == ["echo: сколько стоит?"]


async def test_leaving_the_queue_leads_back_to_the_bot(service, eventually):
    conversation = await open_and_send(service, "оператор")

    async def state():
        return (await service.conversations.get(conversation.id)).state

    async def waiting():
        return await state() == State.WAITING

    await eventually(waiting)
    await service.conversations.receive(conversation.id, key="leave", payload="/leave_queue")

    async def back():
        return await state() == State.BOT

    await eventually(back)
    assert (await said(service, conversation, "citizen"))[-1] == "Вернуться к боту"


async def test_an_unreadable_message_gets_a_sentence_in_the_language_of_the_conversation(service, dialogue, eventually):
    conversation = await open_and_send(service, "", "😀", "я" * 5000, "\x00\x01\x02", language="kk")
    await service.conversations.receive(conversation.id, key="photo", unreadable="photo")

    async def done():
        replies = await said(service, conversation, "bot")
        return replies if len(replies) == 5 else None

    replies = await eventually(done)
    assert [reply.split()[0] for reply in replies] == ["Хабарлама", "Әзірге", "Хабарлама", "Хабарламаны", "Суретіңізге"]
    assert dialogue.asked == []


async def test_what_a_person_types_is_never_a_command(service, dialogue, eventually):
    conversation = await open_and_send(service, "/restart")

    async def done():
        return await said(service, conversation, "bot")

    assert await eventually(done) == ["echo: restart"]


async def test_a_closed_conversation_opens_again_when_the_citizen_writes(service, database, eventually):
    conversation = await open_and_send(service)
    async with database.write() as session:
        (await session.get(Conversation, conversation.id)).state = State.CLOSED
    await service.conversations.receive(conversation.id, key="again", text="ещё вопрос")

    async def done():
        return await said(service, conversation, "bot")

    assert await eventually(done) == ["echo: ещё вопрос"]
    assert (await service.conversations.get(conversation.id)).state == State.BOT


async def test_erasing_leaves_nothing_behind(service, dialogue, database, eventually):
    conversation = await open_and_send(service, "оператор")

    async def waiting():
        return (await service.conversations.get(conversation.id)).state == State.WAITING

    await eventually(waiting)
    await service.conversations.erase(conversation.id)
    assert await service.conversations.messages(conversation.id) == []
    async with database.read() as session:
        assert (await session.scalars(select(Inbox))).all() == []
    assert dialogue.forgotten == [conversation.id]


async def test_what_the_dialogue_keeps_of_a_conversation_erased_meanwhile_is_forgotten(service, dialogue, eventually):
    dialogue.gate.clear()
    conversation = await open_and_send(service, "вопрос")

    async def asked():
        return dialogue.asked

    await eventually(asked)
    await service.conversations.erase(conversation.id)
    dialogue.gate.set()

    async def forgotten_again():
        return dialogue.forgotten == [conversation.id] * 2

    await eventually(forgotten_again)


async def test_the_language_changes_while_an_operator_is_waited_for(service, eventually):
    conversation = await open_and_send(service, "оператор")

    async def waiting():
        return (await service.conversations.get(conversation.id)).state == State.WAITING

    await eventually(waiting)
    await service.conversations.receive(conversation.id, key="2", payload='/language{"language": "kk"}')
    assert (await service.conversations.get(conversation.id)).language == "kk"


async def test_conversations_past_retention_are_erased_and_no_others(service, database):
    old, new = await open_and_send(service), await open_and_send(service)
    async with database.write() as session:
        (await session.get(Conversation, old.id)).updated_at = now() - timedelta(days=91)
    assert await service.conversations.expire(timedelta(days=90)) == 1
    with pytest.raises(UnknownConversation):
        await service.conversations.get(old.id)
    assert await service.conversations.get(new.id)
