"""What becomes of a message that is sent to Telegram, however Telegram answers."""

import asyncio
import logging
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from telegram import Bot
from telegram.request import HTTPXRequest

from actions.replies import Button
from bot.channels.telegram.api import open_bot
from bot.channels.telegram.sender import Pace, TelegramSender
from bot.conversations import MessageView, record
from bot.conversations.outbox import Ambiguous, Refused, TryLater
from bot.storage import Outbox
from bot.storage.tables import now
from tests.channels.telegram import TOKEN
from tests.telegram_double import Failure


def view(text="Ответ", buttons=()):
    return MessageView(
        id=1, author="bot", text=text, language="ru", created_at=datetime(2026, 1, 2, tzinfo=UTC),
        buttons=[Button(title=title, payload="/help") for title in buttons], answer=None, mode="bot",
    )  # fmt: skip


@pytest.fixture
async def sender(double):
    async with open_bot(TOKEN, double.url, patience=0.5) as bot:
        yield TelegramSender(bot, Pace(0, 0))


async def test_a_message_is_sent_as_html_with_its_buttons_and_without_a_preview(sender, double):
    reference = await sender.send("7", view("<b>?", buttons=["Да"]))
    (call,) = double.of("sendMessage")
    assert call.params["chat_id"] == 7
    assert call.text == "&lt;b&gt;?"
    assert call.params["parse_mode"] == "HTML"
    assert call.params["link_preview_options"] == {"is_disabled": True}
    assert [button["text"] for button in call.buttons] == ["Да"]
    assert reference.isdigit()


async def test_a_long_message_goes_in_parts_with_the_buttons_under_the_last(sender, double):
    reference = await sender.send("7", view("а" * 4000 + "\n\n" + "б" * 4000, buttons=["Да"]))
    first, second = double.of("sendMessage")
    assert (first.text, second.text) == ("а" * 4000, "б" * 4000)
    assert (len(first.buttons), len(second.buttons)) == (0, 1)
    assert len(reference.split(",")) == 2


async def test_too_many_requests_are_tried_again_after_the_time_that_telegram_names(sender, double):
    double.fail("sendMessage", Failure(429, "Too Many Requests", retry_after=17))
    with pytest.raises(TryLater) as caught:
        await sender.send("7", view())
    assert caught.value.after == 17


PAGE = "<html><h1>nginx</h1></html>"


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (Failure(403, "Forbidden: bot was blocked by the user"), Refused),
        (Failure(403, "Forbidden: user is deactivated"), Refused),
        (Failure(400, "Bad Request: chat not found"), Refused),
        (Failure(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-1007), Refused),
        (Failure(401, "Unauthorized"), TryLater),
        (Failure(404, "Not Found"), TryLater),
        (Failure(409, "Conflict"), TryLater),
        (Failure(429, "Too Many Requests"), TryLater),
        *((Failure(status), TryLater) for status in (500, 502, 503, 504)),
        # Pages of a proxy on the way, who speaks for nobody else; after a success nobody knows what was taken.
        *((Failure(status, page=PAGE), TryLater) for status in (302, 400, 403, 404, 409, 429, 502, 504)),
        (Failure(200, page=PAGE), Ambiguous),
        ("silence", Ambiguous),
        ("drop", Ambiguous),
    ],
)
async def test_each_failure_says_whether_the_message_may_be_sent_again(sender, double, told, expected):
    double.fail("sendMessage", told)
    with pytest.raises(expected) as caught:
        await sender.send("7", view())
    assert "secret" not in str(caught.value)
    assert getattr(caught.value, "after", None) is None
    assert len(double.of("sendMessage")) == 1


@pytest.mark.parametrize("address", ["http://127.0.0.1:1", "ftp://127.0.0.1"])
async def test_where_nobody_listens_the_message_has_not_left(address):
    async with open_bot(TOKEN, address, patience=2) as bot:
        with pytest.raises(TryLater):
            await TelegramSender(bot, Pace(0, 0)).send("7", view())


async def test_where_no_line_can_be_secured_the_message_has_not_left(double):
    async with open_bot(TOKEN, double.url.replace("http:", "https:"), patience=2) as bot:
        with pytest.raises(TryLater):
            await TelegramSender(bot, Pace(0, 0)).send("7", view())
    assert double.of("sendMessage") == []


async def test_a_message_that_found_no_free_line_has_not_left(double):
    """Telegram keeps every line busy and answers nothing: who waits for a line in vain is tried again."""
    double.fail("sendMessage", "silence")
    line = HTTPXRequest(connection_pool_size=1, read_timeout=60, pool_timeout=0.1)
    sender = TelegramSender(Bot(TOKEN, base_url=f"{double.url}/bot", request=line), Pace(0, 0))
    busy = asyncio.create_task(sender.send("7", view()))
    await double.called("sendMessage")
    with pytest.raises(TryLater):
        await sender.send("8", view())
    busy.cancel()
    await asyncio.gather(busy, return_exceptions=True)
    await line.shutdown()
    assert len(double.of("sendMessage")) == 1


async def test_other_chats_do_not_wait_for_one_whose_message_hangs(double):
    double.fail("sendMessage", "silence")
    async with open_bot(TOKEN, double.url, patience=300) as bot:
        sender = TelegramSender(bot, Pace(0, 0))
        hanging = asyncio.create_task(sender.send("7", view()))
        await double.called("sendMessage")
        await asyncio.gather(*(sender.send(str(chat), view()) for chat in range(100, 140)))
        assert not hanging.done()
        hanging.cancel()
        await asyncio.gather(hanging, return_exceptions=True)
    assert {call.params["chat_id"] for call in double.of("sendMessage")} == {7, *range(100, 140)}


def fail_second(sender, double, told):
    """Let the second part of a message go wrong, the first time that it is sent."""
    deliver, sent = sender._deliver, []

    async def watched(*part):
        sent.append(part)
        if len(sent) == 2:
            double.fail("sendMessage", told)
        return await deliver(*part)

    sender._deliver = watched


async def test_a_part_after_the_first_is_waited_for(sender, double):
    fail_second(sender, double, Failure(429, "Too Many Requests", retry_after=1))
    await sender.send("7", view("а" * 4000 + "\n" + "б" * 4000))
    assert [call.text[0] for call in double.of("sendMessage")] == ["а", "б", "б"]


@pytest.mark.parametrize("told", ["drop", Failure(403, "Forbidden: bot was blocked by the user")])
async def test_a_message_cut_off_after_its_first_part_is_not_sent_again(sender, double, told):
    fail_second(sender, double, told)
    with pytest.raises(Ambiguous, match="only the beginning"):
        await sender.send("7", view("а" * 4000 + "\n" + "б" * 4000))
    assert len(double.of("sendMessage")) == 2


async def owe(service, chat, *texts):
    """Put messages for a chat into the outbox; returns the conversation."""
    async with service.database.write() as session:
        conversation = await service.conversations.at_address(session, "telegram", chat, "ru")
        for text in texts:
            await record.append(session, conversation, author="bot", text=text)
    service.courier.push(conversation.id)
    return conversation


async def deliveries(service, conversation):
    """The rows of the outbox of one conversation, in order."""
    async with service.database.read() as session:
        found = await session.scalars(
            select(Outbox).where(Outbox.conversation_id == conversation.id).order_by(Outbox.id)
        )
        return found.all()


async def outbox(service, told, double, eventually, state):
    """Send one message through the service's own courier, and wait until its row is in `state`."""
    double.fail("sendMessage", *told)
    conversation = await owe(service, "7", "Ответ")

    async def reached():
        (row,) = await deliveries(service, conversation)
        return row if row.state == state else None

    return await eventually(reached)


async def test_too_many_requests_slow_down_their_own_chat_only_and_exactly_so_long(service, sender, double, eventually):
    service.courier.add("telegram", sender)
    double.fail("sendMessage", Failure(429, "Too Many Requests", retry_after=3600))
    before = now()
    slowed = await owe(service, "7", "первое", "второе")

    async def put_off():
        first, second = await deliveries(service, slowed)
        return (first, second) if first.error else None

    first, second = await eventually(put_off)
    assert before <= first.not_before - timedelta(seconds=3600) <= now()
    assert (first.state, second.state, second.attempts) == ("pending", "pending", 0)
    await owe(service, "8", "другому")
    await double.messages_to(8, 1)
    assert [call.text for call in double.of("sendMessage")] == ["первое", "другому"]


async def test_after_a_failure_of_telegram_the_order_is_kept(service, sender, double, eventually):
    service.courier.add("telegram", sender)
    double.fail("sendMessage", Failure(502))
    await owe(service, "7", "первое", "второе")
    await double.messages_to(7, 3)
    assert [call.text for call in double.of("sendMessage")] == ["первое", "первое", "второе"]


async def test_after_too_many_requests_the_message_arrives_once_and_not_too_soon(service, sender, double, eventually):
    service.courier.add("telegram", sender)
    told = [Failure(429, "Too Many Requests", retry_after=1)]
    row = await outbox(service, told, double, eventually, "sent")
    first, second = double.of("sendMessage")
    assert second.at - first.at >= 1
    assert row.attempts == 2


async def test_a_citizen_who_blocked_the_bot_is_not_tried_again(service, sender, double, eventually):
    service.courier.add("telegram", sender)
    row = await outbox(service, [Failure(403, "Forbidden: bot was blocked")], double, eventually, "refused")
    assert "blocked" in row.error
    assert len(double.of("sendMessage")) == 1


async def test_what_left_and_was_not_confirmed_is_unknown_and_not_sent_again(service, sender, double, eventually):
    service.courier.add("telegram", sender)
    await outbox(service, ["silence"], double, eventually, "unknown")
    assert await service.courier.resume() == 0
    assert len(double.of("sendMessage")) == 1


async def test_the_token_is_never_logged(double, caplog):
    caplog.set_level(logging.DEBUG)
    async with open_bot(TOKEN, double.url) as bot:
        double.fail("sendMessage", Failure(401), "drop")
        for _ in range(3):
            with suppress(TryLater, Ambiguous):
                await TelegramSender(bot, Pace(0, 0)).send("7", view())
    assert TOKEN not in caplog.text
