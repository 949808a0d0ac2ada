"""Buttons in Telegram: what a press does, and what a second one does not."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.channels.telegram import intake
from bot.dialogue import DialogueUnavailable
from bot.storage import Conversation, Inbox
from tests.channels.telegram import asked, offering, said

# The library advises its own call for updates; bot/channels/telegram/api.py says why that is not used.
pytestmark = pytest.mark.filterwarnings("ignore:Please use 'Bot.getUpdates'")


async def test_a_pressed_button_sends_its_payload_and_is_acknowledged(telegram, service, dialogue):
    offering(dialogue, ("Документы", "/help"), ("Құны", '/show{"service": "passport-issue", "section": "fee"}'))
    telegram.push_text(7, "паспорт")
    (answer,) = await telegram.messages_to(7, 1)
    telegram.push_callback(7, answer.buttons[1]["callback_data"])
    await telegram.messages_to(7, 2)
    assert asked(dialogue)[1] == '/show{"service": "passport-issue", "section": "fee"}'
    (acknowledged,) = await telegram.called("answerCallbackQuery")
    assert "text" not in acknowledged.params
    async with service.database.read() as session:
        conversation = await session.scalar(select(Conversation))
    messages = await service.conversations.messages(conversation.id)
    assert [m.text for m in messages if m.author == "citizen"] == ["паспорт", "Құны"]


@pytest.mark.parametrize("data", ["b:99:0:1", "b:1:0:1", "rubbish", "/operator"])
async def test_an_unknown_button_is_answered_politely_and_does_nothing(telegram, dialogue, data):
    telegram.push_text(7, "вопрос", language_code="kk")
    await telegram.messages_to(7, 1)
    telegram.push_callback(7, data)
    (call,) = await telegram.called("answerCallbackQuery")
    assert call.params["text"].startswith("Бұл түйме")
    assert asked(dialogue) == ["вопрос"]


async def test_a_button_of_another_chat_is_unknown(telegram, dialogue):
    offering(dialogue, ("Документы", "/help"))
    telegram.push_text(7, "вопрос")
    (answer,) = await telegram.messages_to(7, 1)
    telegram.push_callback(8, answer.buttons[0]["callback_data"])
    (call,) = await telegram.called("answerCallbackQuery")
    assert call.params["text"].startswith("Эта кнопка")
    assert asked(dialogue) == ["вопрос"]


async def test_the_language_is_chosen_by_a_button(telegram, dialogue):
    telegram.push_text(7, "/language")
    (choice,) = await telegram.messages_to(7, 1)
    assert [button["text"] for button in choice.buttons] == ["Қазақша", "Русский"]
    telegram.push_callback(7, choice.buttons[0]["callback_data"])
    await telegram.messages_to(7, 2)
    assert asked(dialogue) == ['/language{"language": "kk"}']


async def test_a_conversation_is_erased_only_after_it_is_confirmed(telegram, service, dialogue):
    telegram.push_text(7, "личное")
    await telegram.messages_to(7, 1)
    telegram.push_text(7, "/erase")
    *_, question = await telegram.messages_to(7, 2)
    assert question.text.startswith("Удалить весь этот разговор")
    async with service.database.read() as session:
        conversation = await session.scalar(select(Conversation))
    pressed = telegram.push_callback(7, question.buttons[0]["callback_data"])
    assert (await said(telegram, 3))[2].startswith("Готово, разговор удалён")
    assert dialogue.forgotten == [conversation.id]
    telegram.repeat(pressed)
    telegram.push_text(7, "новое")
    assert (await said(telegram, 4))[3] == "echo: новое"
    async with service.database.read() as session:
        assert (await session.scalars(select(Conversation.id))).all() != [conversation.id]
        assert await session.scalar(select(func.count()).select_from(Inbox)) == 1


async def test_a_button_from_before_the_erasing_does_nothing_in_the_new_conversation(telegram, service, dialogue):
    offering(dialogue, ("Документы", "/help"))
    telegram.push_text(7, "вопрос")
    (old,) = await telegram.messages_to(7, 1)
    async with service.database.read() as session:
        conversation = await session.scalar(select(Conversation))
    await service.conversations.erase(conversation.id)
    telegram.push_text(7, "другой вопрос")
    await telegram.messages_to(7, 2)
    number, button, second = old.buttons[0]["callback_data"].removeprefix("b:").split(":")
    telegram.push_callback(7, f"b:{number}:{button}:{int(second) - 5}")  # as if the erased one had been older
    (call,) = await telegram.called("answerCallbackQuery")
    assert call.params["text"].startswith("Эта кнопка")


async def test_where_erasing_fails_the_citizen_is_told(telegram, service, monkeypatch):
    async def forget(conversation_ids):
        raise DialogueUnavailable("told to fail")

    monkeypatch.setattr(service.conversations, "_forget", forget)
    telegram.push_text(7, "/erase")
    (question,) = await telegram.messages_to(7, 1)
    telegram.push_callback(7, question.buttons[0]["callback_data"])
    assert (await said(telegram, 2))[1].startswith("Удалить разговор сейчас не получилось")


async def test_a_button_tapped_twice_is_answered_once(telegram, dialogue):
    offering(dialogue, ("Документы", "/help"), ("Сроки", "/services"))
    telegram.push_text(7, "паспорт")
    (answer,) = await telegram.messages_to(7, 1)
    documents, terms = (button["callback_data"] for button in answer.buttons)
    dialogue.gate.clear()
    for data in (documents, documents, terms):
        telegram.push_callback(7, data)
    acknowledged = await telegram.called("answerCallbackQuery", 3)
    assert ["text" in call.params for call in acknowledged] == [False, False, False]
    dialogue.gate.set()
    await telegram.messages_to(7, 3)
    assert asked(dialogue) == ["паспорт", "/help", "/services"]


async def test_a_button_pressed_again_before_its_answer_waits_for_that_one(telegram, dialogue, monkeypatch):
    monkeypatch.setattr(intake, "DOUBLE_TAP", timedelta(0))
    offering(dialogue, ("Документы", "/help"))
    telegram.push_text(7, "паспорт")
    (answer,) = await telegram.messages_to(7, 1)
    dialogue.gate.clear()
    for _ in range(2):
        telegram.push_callback(7, answer.buttons[0]["callback_data"])
    await telegram.called("answerCallbackQuery", 2)
    dialogue.gate.set()
    telegram.push_text(7, "дальше")
    await telegram.messages_to(7, 3)
    assert asked(dialogue) == ["паспорт", "/help", "дальше"]


async def test_an_old_button_pressed_again_later_is_answered_again(telegram, dialogue, monkeypatch):
    monkeypatch.setattr(intake, "DOUBLE_TAP", timedelta(0))
    offering(dialogue, ("Документы", "/help"))
    telegram.push_text(7, "паспорт")
    (answer,) = await telegram.messages_to(7, 1)
    for count in (2, 3):
        telegram.push_callback(7, answer.buttons[0]["callback_data"])
        await telegram.messages_to(7, count)
    assert asked(dialogue) == ["паспорт", "/help", "/help"]


async def test_the_button_that_erases_goes_with_the_conversation(telegram):
    telegram.push_text(7, "/erase")
    (question,) = await telegram.messages_to(7, 1)
    pressed = telegram.push_callback(7, question.buttons[0]["callback_data"])
    (removed,) = await telegram.called("editMessageReplyMarkup")
    message = telegram.updates[pressed]["callback_query"]["message"]["message_id"]
    assert (removed.params["chat_id"], removed.params["message_id"]) == (7, message)
    assert "reply_markup" not in removed.params
