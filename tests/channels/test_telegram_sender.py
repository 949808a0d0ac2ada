"""What becomes of a message that is sent to Telegram, however Telegram answers."""

import asyncio
import logging
import time
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from actions.replies import Button
from bot.channels.telegram.api import open_bot
from bot.channels.telegram.sender import Pace, TelegramSender
from bot.conversations import MessageView, record
from bot.conversations.outbox import Ambiguous, Refused, TryLater
from bot.storage import Outbox
from tests.channels.telegram import TOKEN
from tests.telegram_double import Failure, TelegramDouble


def view(text="Ответ", buttons=()):
    return MessageView(
        id=1, author="bot", text=text, language="ru", created_at=datetime(2026, 1, 2, tzinfo=UTC),
        buttons=[Button(title=title, payload="/help") for title in buttons], answer=None, mode="bot",
    )  # fmt: skip


@pytest.fixture
async def double():
    async with TelegramDouble() as double:
        yield double


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


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (Failure(403, "Forbidden: bot was blocked by the user"), Refused),
        (Failure(400, "Bad Request: chat not found"), Refused),
        (Failure(401, "Unauthorized"), TryLater),
        (Failure(500), TryLater),
        (Failure(502), TryLater),
        ("silence", Ambiguous),
        ("drop", Ambiguous),
    ],
)
async def test_each_failure_says_whether_the_message_may_be_sent_again(sender, double, told, expected):
    double.fail("sendMessage", told)
    with pytest.raises(expected) as caught:
        await sender.send("7", view())
    assert "secret" not in str(caught.value)
    assert len(double.of("sendMessage")) == 1


async def test_where_nobody_listens_the_message_has_not_left():
    async with open_bot(TOKEN, "http://127.0.0.1:1", patience=2) as bot:
        with pytest.raises(TryLater):
            await TelegramSender(bot, Pace(0, 0)).send("7", view())


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


async def test_one_chat_gets_a_message_an_interval_and_others_do_not_wait_for_it():
    pace, began, at = Pace(0.3, 0.01), time.monotonic(), {}

    async def go(name, chat):
        await pace.wait(chat)
        at[name] = time.monotonic() - began

    await asyncio.gather(go("first", 1), go("second", 1), *(go(f"other {each}", each) for each in range(2, 12)))
    assert at["second"] - at["first"] >= 0.29
    assert all(at[f"other {each}"] < 0.25 for each in range(2, 12))
    assert max(at[f"other {each}"] for each in range(2, 12)) >= 0.09


async def outbox(service, told, double, eventually, state):
    """Send one message through the service's own courier, and wait until its row is in `state`."""
    double.fail("sendMessage", *told)
    async with service.database.write() as session:
        conversation = await service.conversations.at_address(session, "telegram", "7", "ru")
        await record.append(session, conversation, author="bot", text="Ответ")
    service.courier.push(conversation.id)

    async def reached():
        async with service.database.read() as session:
            row = await session.scalar(select(Outbox))
        return row if row.state == state else None

    return await eventually(reached)


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


async def test_the_token_is_never_logged(sender, double, caplog):
    caplog.set_level(logging.INFO)
    await sender.send("7", view())
    assert TOKEN not in caplog.text
