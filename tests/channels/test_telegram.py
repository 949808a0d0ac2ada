"""Citizens in Telegram, through the double of the Bot API and long polling."""

import logging
from contextlib import AsyncExitStack

import pytest
from fastapi import FastAPI
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from actions.replies import Button
from bot.channels import telegram as channel
from bot.conversations import State
from bot.dialogue import DialogueUnavailable
from bot.storage import Conversation, Cursor, Inbox
from tests.channels.telegram import TOKEN, attached
from tests.telegram_double import Failure, TelegramDouble

# The library advises its own call for updates; bot/channels/telegram/api.py says why that is not used.
pytestmark = pytest.mark.filterwarnings("ignore:Please use 'Bot.getUpdates'")


@pytest.fixture
async def double():
    async with TelegramDouble() as double:
        yield double


@pytest.fixture
async def telegram(service, double):
    async with attached(service, double):
        yield double


def asked(dialogue):
    """What Rasa would have been asked."""
    return [text for _, text in dialogue.asked]


async def said(double, count, chat=7):
    """The texts of the first `count` messages that a chat got."""
    return [call.text for call in await double.messages_to(chat, count)]


def offering(dialogue, *buttons):
    """Let every answer carry these buttons, given as (title, payload)."""
    ask = dialogue.ask

    async def with_buttons(conversation_id, text, language, **how):
        (reply,) = await ask(conversation_id, text, language, **how)
        return [reply.model_copy(update={"buttons": [Button(title=t, payload=p) for t, p in buttons]})]

    dialogue.ask = with_buttons


# --- what comes in


async def test_a_text_is_answered_in_the_chat_it_came_from(telegram):
    telegram.push_text(7, "как заменить удостоверение?")
    telegram.push_text(8, "паспорт")
    assert await said(telegram, 1) == ["echo: как заменить удостоверение?"]
    assert await said(telegram, 1, chat=8) == ["echo: паспорт"]


async def test_a_repeated_update_is_answered_once(telegram, dialogue):
    repeated = telegram.push_text(7, "вопрос")
    await telegram.messages_to(7, 1)
    telegram.repeat(repeated)
    telegram.push_text(7, "другой")
    assert await said(telegram, 2) == ["echo: вопрос", "echo: другой"]
    assert asked(dialogue) == ["вопрос", "другой"]


async def test_after_a_restart_what_was_stored_but_not_acknowledged_is_answered_once(service, double, dialogue):
    async with attached(service, double):
        first = double.push_text(7, "вопрос")
        await double.messages_to(7, 1)
    double.repeat(first)
    async with attached(service, double):
        double.push_text(7, "другой")
        assert await said(double, 2) == ["echo: вопрос", "echo: другой"]
    assert asked(dialogue) == ["вопрос", "другой"]


async def test_updates_are_acknowledged_only_when_they_are_stored(service, double, monkeypatch):
    begun, write = [], service.database.write

    def fails_at_first():
        begun.append(double.pending.copy())
        if len(begun) <= 2:
            raise OperationalError("INSERT", {}, Exception("disk I/O error"))
        return write()

    async with attached(service, double):
        await double.called("getUpdates")
        monkeypatch.setattr(service.database, "write", fails_at_first)
        first = double.push_text(7, "вопрос")
        assert await said(double, 1) == ["echo: вопрос"]
        assert all(first in pending for pending in begun[:3])
        *_, last = await double.called("getUpdates", 2)
    assert last.params["offset"] == first + 1
    assert double.pending == {}


async def test_the_cursor_is_stored_with_the_message(telegram, service):
    update_id = telegram.push_text(7, "вопрос")
    await telegram.messages_to(7, 1)
    async with service.database.read() as session:
        assert (await session.scalars(select(Cursor.value))).all() == [update_id + 1]


async def test_ids_that_begin_anew_after_a_quiet_week_are_not_taken_for_repeats(service, double):
    async with service.database.write() as session:
        session.add(Cursor(channel="telegram:42", value=900_000))
    async with attached(service, double):
        double.push_text(7, "вопрос")  # an id far below the cursor
        assert await said(double, 1) == ["echo: вопрос"]


@pytest.mark.parametrize("update", [{"message": {"chat": "?"}}, {"quantum": {"spin": "up"}}, {}, {"message": None}])
async def test_an_update_that_cannot_be_understood_holds_up_nothing(telegram, dialogue, update):
    telegram.push(update)
    telegram.push_text(7, "вопрос")
    assert await said(telegram, 1) == ["echo: вопрос"]


async def test_an_edited_message_is_answered_anew_and_a_moving_location_is_not(telegram, dialogue):
    telegram.push_message(7, kind="edited_message", text="вопрос яснее", edit_date=1)
    telegram.push_message(7, kind="edited_message", location={"latitude": 51.1, "longitude": 71.4}, edit_date=1)
    telegram.push_text(7, "ещё")
    assert await said(telegram, 2) == ["echo: вопрос яснее", "echo: ещё"]


@pytest.mark.parametrize(
    ("command", "payload"),
    [
        ("/start", "/greet"),
        ("/start kk", "/greet"),
        ("/help", "/help"),
        ("/Services@jauap_bot", "/services"),
    ],
)
async def test_commands_are_buttons_by_another_name(telegram, dialogue, command, payload):
    telegram.push_text(7, command)
    await telegram.messages_to(7, 1)
    assert asked(dialogue) == [payload]


async def test_the_command_operator_leads_to_the_queue(telegram, service, eventually):
    telegram.push_text(7, "/operator")

    async def waiting():
        return await service.conversations.find(State.WAITING)

    (conversation,) = await eventually(waiting)
    assert (conversation.channel, conversation.address) == ("telegram", "7")


async def test_an_unknown_command_is_a_question(telegram):
    telegram.push_text(7, "/паспорт керек")
    assert await said(telegram, 1) == ["echo: паспорт керек"]


@pytest.mark.parametrize(("code", "language"), [("kk", "kk"), ("kk-KZ", "kk"), ("ru", "ru"), ("en", "ru")])
async def test_a_conversation_begins_in_the_language_of_the_citizens_telegram(telegram, service, code, language):
    telegram.push_text(7, "/start", language_code=code)
    await telegram.messages_to(7, 1)
    async with service.database.read() as session:
        assert await session.scalar(select(Conversation.language)) == language


PHOTO = [{"file_id": "f", "file_unique_id": "u", "width": 90, "height": 90}]
FILE = {"file_id": "f", "file_unique_id": "u"}


@pytest.mark.parametrize(
    ("content", "beginning"),
    [
        ({"photo": PHOTO}, "Суретіңізге"),
        (
            {"sticker": {**FILE, "type": "regular", "width": 1, "height": 1, "is_animated": False, "is_video": False}},
            "Стикерлерді",
        ),
        ({"voice": {**FILE, "duration": 3}}, "Дауыстық"),
        ({"document": FILE}, "Мұндай"),
        ({"location": {"latitude": 51.1, "longitude": 71.4}}, "Мұндай"),
        ({"something_new": {}}, "Мұндай"),
        ({"text": "🤷"}, "Әзірге"),
    ],
)
async def test_what_cannot_be_read_gets_a_sentence_in_the_citizens_language(telegram, dialogue, content, beginning):
    telegram.push_message(7, language_code="kk", **content)
    (text,) = await said(telegram, 1)
    assert text.startswith(beginning)
    assert dialogue.asked == []


async def test_the_caption_of_a_photo_is_the_question(telegram):
    telegram.push_message(7, photo=PHOTO, caption="что это за бумага?")
    assert await said(telegram, 1) == ["echo: что это за бумага?"]


async def test_an_album_is_answered_once(telegram):
    for _ in range(3):
        telegram.push_message(7, photo=PHOTO, media_group_id="a1")
    telegram.push_text(7, "вопрос")
    texts = await said(telegram, 2)
    assert texts[0].startswith("Спасибо за фото")
    assert texts[1:] == ["echo: вопрос"]


async def test_a_pinned_message_needs_no_answer(telegram):
    telegram.push_message(7, pinned_message={"message_id": 1, "date": 0, "chat": {"id": 7, "type": "private"}})
    telegram.push_text(7, "вопрос")
    assert await said(telegram, 1) == ["echo: вопрос"]


async def test_markup_in_an_answer_is_escaped(telegram):
    telegram.push_text(7, "<b>жирно</b> & «всё»")
    assert await said(telegram, 1) == ["echo: &lt;b&gt;жирно&lt;/b&gt; &amp; «всё»"]


async def test_a_group_is_declined_once_and_left_and_nothing_of_it_is_stored(telegram, service, eventually):
    for _ in range(2):
        where = {"id": -100, "type": "supergroup", "title": "Двор"}
        sender = {"id": 7, "is_bot": False, "first_name": "А", "language_code": "kk"}
        telegram.push({"message": {"message_id": 1, "date": 0, "chat": where, "from": sender, "text": "бот, сәлем"}})
    await telegram.called("leaveChat", 2)
    (text,) = await said(telegram, 1, chat=-100)
    assert text.startswith("Мен тек жеке чатта")
    async with service.database.read() as session:
        assert await session.scalar(select(func.count()).select_from(Conversation)) == 0


# --- buttons


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


# --- Telegram itself


async def test_the_menu_of_commands_is_set_in_both_languages(telegram):
    calls = await telegram.called("setMyCommands", 3)
    menus = {call.params.get("language_code"): call.params["commands"] for call in calls}
    assert menus.keys() == {None, "ru", "kk"}
    assert menus["kk"][1] == {"command": "services", "description": "Қызметтер тізімі"}


async def test_the_webhook_is_switched_off_before_polling_and_nothing_pending_is_dropped(service, double):
    double.push_text(7, "ждал")
    async with attached(service, double):
        assert await said(double, 1) == ["echo: ждал"]
    methods = [call.method for call in double.calls]
    assert methods.index("deleteWebhook") < methods.index("getUpdates")
    assert double.of("deleteWebhook")[0].params.get("drop_pending_updates") in (None, False)


async def test_a_wrong_token_is_one_line_in_the_log_without_the_token_and_the_service_goes_on(
    service, double, dialogue, caplog, eventually
):
    double.fail("getMe", Failure(401, "Unauthorized"))
    async with attached(service, double):

        async def logged():
            return [record for record in caplog.records if record.levelno >= logging.ERROR]

        (line,) = await eventually(logged)
        assert "JAUAP_TELEGRAM_TOKEN" in line.getMessage()
        conversation, _ = await service.conversations.open("web", "ru")
        await service.conversations.receive(conversation.id, key="k", text="вопрос")

        async def answered():
            return [m for m in await service.conversations.messages(conversation.id) if m.author == "bot"]

        assert await eventually(answered)
    assert [call.method for call in double.calls] == ["getMe"]
    assert TOKEN not in caplog.text


@pytest.mark.parametrize(
    "told", [Failure(409, "Conflict: terminated by other getUpdates request"), "drop", Failure(500)]
)
async def test_polling_goes_on_after_a_failure(service, double, caplog, told):
    double.fail("getUpdates", told)
    async with attached(service, double):
        double.push_text(7, "вопрос")
        assert await said(double, 1) == ["echo: вопрос"]
    assert "trying again" in caplog.text
    assert TOKEN not in caplog.text


async def test_without_a_token_nothing_happens(service, double):
    async with AsyncExitStack() as stack:
        await channel.attach(FastAPI(), service, stack)
    assert double.calls == []
    assert service.courier._senders == {}
