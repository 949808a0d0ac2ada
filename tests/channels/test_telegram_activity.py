"""Telegram shows "typing…" for as long as somebody prepares an answer, and nothing depends on it."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from bot.channels.telegram import activity
from bot.channels.telegram.activity import Activity
from bot.channels.telegram.api import open_bot
from bot.conversations import Event
from tests.channels.telegram import TOKEN, said
from tests.telegram_double import Failure

# The library advises its own call for updates; bot/channels/telegram/api.py says why that is not used.
pytestmark = pytest.mark.filterwarnings("ignore:Please use 'Bot.getUpdates'")


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    monkeypatch.setattr(activity, "AGAIN", 0.02)


@asynccontextmanager
async def following(service, double):
    """The activity of a service without the rest of the channel."""
    async with open_bot(TOKEN, double.url) as bot:
        shown = Activity(bot, service.database, service.events)
        task = asyncio.create_task(shown.follow())
        await asyncio.sleep(0)  # it listens
        yield shown
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def typing(conversation, author, active):
    return Event(conversation.id, "typing", {"author": author, "active": active})


async def in_telegram(service):
    async with service.database.write() as session:
        return await service.conversations.at_address(session, "telegram", "7", "ru")


async def test_typing_is_shown_again_and_again_until_the_answer_is_there(telegram, dialogue):
    dialogue.gate.clear()
    telegram.push_text(7, "вопрос")
    shown = await telegram.called("sendChatAction", 3)
    assert all(call.params == {"chat_id": 7, "action": "typing"} for call in shown)
    assert telegram.of("sendMessage") == []
    dialogue.gate.set()
    assert await said(telegram, 1) == ["echo: вопрос"]


async def test_it_ends_with_the_typing_and_is_not_repeated(service, double, eventually):
    conversation = await in_telegram(service)
    async with following(service, double) as shown:
        service.events.publish(typing(conversation, "operator", True))
        await double.called("sendChatAction", 2)
        service.events.publish(typing(conversation, "operator", False))

        async def ended():
            return not shown._shown

        await eventually(ended)
        count = len(double.of("sendChatAction"))
        await asyncio.sleep(0.2)
        assert len(double.of("sendChatAction")) <= count + 1  # one may have been on its way


async def test_what_the_citizen_types_and_what_happens_in_other_channels_is_not_shown(service, double):
    here = await in_telegram(service)
    elsewhere, _ = await service.conversations.open("web", "ru")
    async with following(service, double):
        service.events.publish(typing(elsewhere, "bot", True))
        service.events.publish(typing(here, "citizen", True))
        service.events.publish(typing(here, "operator", True))
        (call, *_) = await double.called("sendChatAction")
        assert call.params["chat_id"] == 7
        service.events.publish(typing(here, "operator", False))
        assert {call.params["chat_id"] for call in double.of("sendChatAction")} == {7}


async def test_typing_whose_end_is_lost_ends_by_itself(service, double, eventually, monkeypatch):
    monkeypatch.setattr(activity, "LONGEST", 0.1)
    conversation = await in_telegram(service)
    async with following(service, double) as shown:
        service.events.publish(typing(conversation, "operator", True))
        await double.called("sendChatAction")

        async def ended():
            return not shown._shown

        await eventually(ended)


@pytest.mark.parametrize("told", [Failure(429, retry_after=30), Failure(403), Failure(500), "drop", "silence"])
async def test_an_answer_comes_though_typing_cannot_be_shown(telegram, told):
    telegram.fail("sendChatAction", told)
    telegram.push_text(7, "вопрос")
    assert await said(telegram, 1) == ["echo: вопрос"]
    telegram.push_text(7, "ещё")
    assert await said(telegram, 2) == ["echo: вопрос", "echo: ещё"]
