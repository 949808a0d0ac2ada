"""From a message said to its delivery."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from actions.replies import HandOver, Reply
from bot.conversations import Act, State, outbox, record
from bot.conversations.outbox import Ambiguous, Refused, TryLater, back_off
from bot.service import Service
from bot.storage import Conversation, Outbox
from bot.storage.tables import now
from tests.conversations.steps import at_telegram, has_said, is_in, operator, said


class Telegram:
    """Takes what it is sent, unless a fault is planned for that text: each planned fault comes once."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []
        self.tried: list[str] = []
        self.faults: dict[str, list[Exception]] = {}
        self.gate = asyncio.Event()
        self.gate.set()
        self.pace = asyncio.Event()
        self.pace.set()

    async def admit(self, address):
        await self.pace.wait()

    async def send(self, address, message):
        self.tried.append(message.text)
        await self.gate.wait()
        if faults := self.faults.get(message.text):
            raise faults.pop(0)
        self.sent.append((address, message.text))
        return str(len(self.sent))

    @property
    def texts(self) -> list[str]:
        return [text for _, text in self.sent]


@pytest.fixture
def telegram(service) -> Telegram:
    telegram = Telegram()
    service.courier.add("telegram", telegram)
    return telegram


async def say(service: Service, conversation: Conversation, *texts: str, author="bot") -> None:
    for text in texts:
        async with service.database.write() as session:
            await record.append(session, await record.locked(session, conversation.id), author=author, text=text)
    service.courier.push(conversation.id)


def states(service: Service, conversation: Conversation, *expected: str):
    """A check for `eventually`: the deliveries have these states; gives the rows."""

    async def check():
        query = select(Outbox).where(Outbox.conversation_id == conversation.id).order_by(Outbox.id)
        async with service.database.read() as session:
            rows = (await session.scalars(query)).all()
        return rows if [row.state for row in rows] == list(expected) else None

    return check


async def test_messages_arrive_in_order_though_sending_fails(service, telegram, eventually):
    conversation = await at_telegram(service)
    telegram.faults = {"один": [TryLater("away", 0.0)] * 2, "два": [TryLater("away", 0.0)]}
    await say(service, conversation, "один", "два", "три")
    await eventually(states(service, conversation, "sent", "sent", "sent"))
    assert telegram.sent == [("7", "один"), ("7", "два"), ("7", "три")]
    assert telegram.tried == ["один"] * 3 + ["два"] * 2 + ["три"]


async def test_a_channel_that_names_a_time_is_tried_exactly_then(service, telegram, monkeypatch, eventually):
    frozen = now() + timedelta(days=1)
    monkeypatch.setattr(outbox, "now", lambda: frozen)
    conversation = await at_telegram(service)
    telegram.faults = {"текст": [TryLater("429", 37.5)]}
    await say(service, conversation, "текст")

    async def postponed():
        rows = await states(service, conversation, "pending")()
        return rows[0] if rows and rows[0].error else None

    row = await eventually(postponed)
    assert row.not_before == frozen + timedelta(seconds=37.5)


def test_pauses_double_up_to_five_minutes_and_are_never_alike():
    for attempts in range(12):
        longest = min(2**attempts, 300)
        pauses = [back_off(attempts) for _ in range(50)]
        assert all(longest / 2 <= pause <= longest for pause in pauses)
        assert len(set(pauses)) > 1


async def test_a_broken_connection_backs_off_longer_each_time(service, telegram, monkeypatch, eventually):
    asked = []
    monkeypatch.setattr(outbox, "back_off", lambda attempts: asked.append(attempts) or 0.0)
    conversation = await at_telegram(service)
    telegram.faults = {"текст": [TryLater("502")] * 4}
    await say(service, conversation, "текст")
    (row,) = await eventually(states(service, conversation, "sent"))
    assert (asked, row.attempts, row.error) == ([0, 1, 2, 3], 5, None)


async def test_a_conversation_that_must_wait_holds_up_no_other(service, telegram, eventually):
    slow, quick = await at_telegram(service, "7"), await at_telegram(service, "8")
    telegram.faults = {"медленно": [TryLater("429", 3600)]}
    await say(service, slow, "медленно")
    await eventually(states(service, slow, "pending"))
    await say(service, quick, "быстро")
    await eventually(states(service, quick, "sent"))
    assert telegram.texts == ["быстро"]


async def test_what_is_refused_ends_so_and_the_next_is_tried_all_the_same(service, telegram, eventually):
    conversation = await at_telegram(service)
    telegram.faults = {text: [Refused("blocked by the user")] for text in ("один", "два")}
    await say(service, conversation, "один", "два", "три")
    await eventually(states(service, conversation, "refused", "refused", "sent"))
    assert telegram.tried == ["один", "два", "три"]
    assert await service.courier.resume() == 0


@pytest.mark.parametrize("fault", [Ambiguous("timed out after it left"), ZeroDivisionError("a fault of ours")])
async def test_what_may_have_arrived_is_not_sent_again_and_the_next_goes(service, telegram, eventually, fault):
    service.courier._each._pause = 0.01
    conversation = await at_telegram(service)
    telegram.faults = {"один": [fault]}
    await say(service, conversation, "один", "два")
    await eventually(states(service, conversation, "unknown", "sent"))
    assert telegram.tried == ["один", "два"]
    assert await service.courier.resume() == 0


async def test_what_an_erased_conversation_owed_is_not_sent(service, telegram, eventually):
    conversation = await at_telegram(service)
    telegram.faults = {"один": [TryLater("away", 0.2)]}
    await say(service, conversation, "один", "два")

    async def tried():
        return telegram.tried

    await eventually(tried)
    await service.conversations.erase(conversation.id)

    async def idle():
        return not len(service.courier._each)

    await eventually(idle)
    assert telegram.texts == []


# --- late answers


async def take_over(service: Service, conversation: Conversation) -> None:
    async with service.database.write() as session:
        row = await record.locked(session, conversation.id)
        if row.state == State.BOT:
            await record.move(session, row, Act.HAND_OVER)
    await service.conversations.claim(conversation.id, await operator(service))


async def test_what_the_bot_said_before_an_operator_took_over_is_not_sent_after_it(service, eventually):
    conversation = await at_telegram(service)
    await say(service, conversation, "ответ бота")  # the channel is not there yet, as before the end of a restart
    await take_over(service, conversation)
    telegram = Telegram()
    service.courier.add("telegram", telegram)
    assert await service.courier.resume() == 1
    await eventually(states(service, conversation, "late", "sent"))
    assert telegram.texts == await said(service, conversation, "system")
    assert await said(service, conversation, "bot") == ["ответ бота"]  # the operator reads it
    assert await service.courier.resume() == 0


async def test_what_the_bot_said_becomes_late_while_it_waits_for_another_attempt(service, telegram, eventually):
    conversation = await at_telegram(service)
    telegram.faults = {"ответ бота": [TryLater("away", 0.5)]}
    await say(service, conversation, "ответ бота")

    async def tried():
        return telegram.tried

    await eventually(tried)
    await take_over(service, conversation)
    await eventually(states(service, conversation, "late", "sent"))
    assert telegram.texts == await said(service, conversation, "system")


async def test_what_the_service_and_the_operators_say_is_never_late(service, eventually):
    conversation = await at_telegram(service)
    await say(service, conversation, "вы в очереди", author="system")
    await take_over(service, conversation)
    await say(service, conversation, "Здравствуйте", author="operator")
    async with service.database.write() as session:
        await record.move(session, await record.locked(session, conversation.id), Act.TRANSFER)
    telegram = Telegram()
    service.courier.add("telegram", telegram)
    await service.courier.resume()
    await eventually(states(service, conversation, "sent", "sent", "sent"))
    assert (telegram.texts[0], telegram.texts[2]) == ("вы в очереди", "Здравствуйте")


async def test_in_the_queue_what_the_bot_said_is_still_sent(service, telegram, eventually):
    conversation = await at_telegram(service)
    telegram.faults = {"ответ бота": [TryLater("away", 0.2)]}
    await say(service, conversation, "ответ бота")
    async with service.database.write() as session:
        await record.move(session, await record.locked(session, conversation.id), Act.HAND_OVER)
    await eventually(states(service, conversation, "sent"))


async def test_a_delivery_has_the_epoch_that_its_transaction_ended_with(service, dialogue, eventually):
    dialogue.answers["вопрос"] = [Reply(text="Зову оператора", language="ru", hand_over=HandOver(reason="asked"))]
    conversation = await at_telegram(service)
    await service.conversations.receive(conversation.id, key="1", text="вопрос")
    await eventually(is_in(service, conversation, State.WAITING))
    async with service.database.read() as session:
        assert (await session.scalars(select(Outbox.epoch))).all() == [1, 1]


# --- crashes


async def test_what_was_cut_off_while_leaving_is_unknown_and_the_rest_goes(service, telegram, database, eventually):
    conversation = await at_telegram(service)
    await say(service, conversation, "один", "два")
    noted = asyncio.Event()

    async def never(*_, **__):
        noted.set()
        await asyncio.Event().wait()

    service.courier._mark = never  # dies after sending and before noting it
    await asyncio.wait_for(noted.wait(), 5)
    await service.courier.stop()
    assert telegram.texts == ["один"]

    after = Service.assemble(service.settings, database, service.worker._dialogue)
    after.courier.add("telegram", telegram)
    assert await after.courier.resume() == 1
    first, _ = await eventually(states(after, conversation, "unknown", "sent"))
    assert telegram.texts == ["один", "два"]
    assert first.error == "cut off while sending"
    await after.courier.stop()


async def test_what_waited_when_the_service_died_is_sent_after_the_restart_in_order(
    service, telegram, database, eventually
):
    conversation = await at_telegram(service)
    telegram.faults = {"один": [TryLater("away", 3600)]}
    await say(service, conversation, "один", "два")

    async def tried():
        return telegram.tried

    await eventually(tried)
    await service.courier.stop()
    async with database.write() as session:
        for row in await session.scalars(select(Outbox)):
            row.state, row.not_before = "pending", now()
    after = Service.assemble(service.settings, database, service.worker._dialogue)
    after.courier.add("telegram", telegram)
    assert await after.courier.resume() == 1
    await eventually(states(after, conversation, "sent", "sent"))
    assert telegram.texts == ["один", "два"]
    await after.courier.stop()


async def test_an_answer_is_sent_once_by_the_worker_and_the_courier_together(service, telegram, eventually):
    conversation = await at_telegram(service)
    await service.conversations.receive(conversation.id, key="1", text="вопрос")
    await eventually(has_said(service, conversation, "bot"))
    await eventually(states(service, conversation, "sent"))
    assert telegram.sent == [("7", "echo: вопрос")]


async def test_what_waits_for_the_channel_s_pace_at_the_end_has_not_left(service, telegram, database, eventually):
    telegram.pace.clear()
    conversation = await at_telegram(service)
    await service.conversations.receive(conversation.id, key="1", text="вопрос")
    await eventually(has_said(service, conversation, "bot"))
    await service.courier.stop()
    async with database.read() as session:
        states = (await session.scalars(select(Outbox.state))).all()
    assert states == ["pending"]
    assert telegram.tried == []


async def test_what_was_sent_is_noted_however_long_the_database_is_away(
    service, telegram, database, eventually, monkeypatch
):
    monkeypatch.setattr(outbox, "back_off", lambda attempts: 0.01)
    conversation = await at_telegram(service)
    telegram.gate.clear()
    await service.conversations.receive(conversation.id, key="1", text="вопрос")

    async def leaving():
        return telegram.tried

    await eventually(leaving)
    write, failures = database.write, iter(range(3))

    def failing():
        if next(failures, None) is not None:
            raise OperationalError("UPDATE outbox", {}, Exception("database is locked"))
        return write()

    monkeypatch.setattr(database, "write", failing)
    telegram.gate.set()

    async def noted():
        async with database.read() as session:
            return (await session.scalars(select(Outbox.state))).all() == ["sent"]

    assert await eventually(noted)
    assert telegram.texts == ["echo: вопрос"]
