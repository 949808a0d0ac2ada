"""Citizens in Telegram, through the double of the Bot API and long polling."""

import logging
from contextlib import AsyncExitStack

import pytest
from fastapi import FastAPI
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from bot.channels import telegram as channel
from bot.channels.telegram.updates import OWN, PAYLOADS
from bot.conversations import State
from bot.storage import Conversation, Cursor
from tests.channels.telegram import TOKEN, asked, attached, restarted, said
from tests.telegram_double import Failure

# The library advises its own call for updates; bot/channels/telegram/api.py says why that is not used.
pytestmark = pytest.mark.filterwarnings("ignore:Please use 'Bot.getUpdates'")


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
    async with attached(restarted(service, dialogue), double):
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


def edit(telegram, update_id, **content):
    """The citizen edits the message of an update."""
    message = telegram.updates[update_id]["message"]
    frame = {key: message[key] for key in ("message_id", "date", "chat", "from")}
    return telegram.push({"edited_message": {**frame, "edit_date": 1, **content}})


async def test_an_edited_message_is_answered_anew_and_the_transcript_has_both(telegram, service, dialogue):
    old = telegram.push_text(7, "паспрт")
    last = telegram.push_text(7, "права")
    await telegram.messages_to(7, 2)
    edit(telegram, last, text="водительские права")
    edit(telegram, old, text="паспорт")
    await telegram.messages_to(7, 4)
    assert asked(dialogue) == ["паспрт", "права", "водительские права", "паспорт"]
    async with service.database.read() as session:
        conversation = await session.scalar(select(Conversation))
    messages = await service.conversations.messages(conversation.id)
    assert [message.text for message in messages if message.author == "citizen"] == asked(dialogue)


async def test_an_edit_that_leaves_the_text_as_it_was_is_not_answered(telegram, dialogue):
    """Telegram also reports changes that a bot cannot see."""
    question = telegram.push_text(7, "паспорт")
    edit(telegram, question, text="права")
    edit(telegram, question, text="права ")
    edit(telegram, question, text="паспорт")
    telegram.push_text(7, "ещё")
    assert await said(telegram, 4) == ["echo: паспорт", "echo: права", "echo: паспорт", "echo: ещё"]


async def test_the_edit_of_a_message_from_before_the_bot_kept_anything_is_answered(telegram):
    telegram.push_message(7, kind="edited_message", text="вопрос яснее", edit_date=1)
    assert await said(telegram, 1) == ["echo: вопрос яснее"]


async def test_a_moving_location_is_not_answered(telegram):
    telegram.push_message(7, kind="edited_message", location={"latitude": 51.1, "longitude": 71.4}, edit_date=1)
    telegram.push_text(7, "ещё")
    assert await said(telegram, 1) == ["echo: ещё"]


@pytest.mark.parametrize(
    ("command", "payload"),
    [
        ("/start", "/greet"),
        ("/start kk", "/greet"),
        ("/help", "/help"),
        ("/Services@jauap_bot", "/services"),
        ("/calculate", "/calculations"),
        ("/question", "/leave_question"),
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


async def test_plain_words_are_switched_on_and_off_by_a_command(telegram, service):
    telegram.push_text(7, "/plain", language_code="kk")
    switched = telegram.push_text(7, "/plain")
    on, off = await said(telegram, 2)
    assert on.startswith("Жақсы, енді қысқа")
    assert off.startswith("Жақсы, қайтадан")
    telegram.repeat(switched)
    telegram.push_text(7, "/plain")
    assert (await said(telegram, 3))[2] == on
    async with service.database.read() as session:
        assert await session.scalar(select(Conversation.plain)) is True


async def test_the_dialogue_is_asked_for_plain_words(telegram, dialogue):
    wishes, ask = [], dialogue.ask

    async def noted(*question, plain, **how):
        wishes.append(plain)
        return await ask(*question, plain=plain, **how)

    dialogue.ask = noted
    for text in ("вопрос", "/plain", "вопрос"):
        telegram.push_text(7, text)
    await telegram.messages_to(7, 3)
    assert wishes == [False, True]


async def test_a_command_of_the_channel_does_not_lose_the_place_in_the_queue(telegram, service, eventually):
    telegram.push_text(7, "/operator")

    async def waiting():
        return await service.conversations.find(State.WAITING)

    (conversation,) = await eventually(waiting)
    telegram.push_text(7, "/language")
    await telegram.messages_to(7, 3)
    assert [each.id for each in await service.conversations.queue()] == [conversation.id]


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


def changed(chat_type, status):
    """What Telegram tells when the bot itself comes into a chat or goes."""
    person, itself = ({"id": each, "is_bot": each == 42, "first_name": "А"} for each in (7, 42))
    chat = {"id": -100, "type": chat_type, "title": "Двор"}
    banned = {"until_date": 0} if status == "kicked" else {}
    member = {"user": itself, "status": status, **banned}
    before = {"user": itself, "status": "member"}
    return {
        "my_chat_member": {
            "chat": chat,
            "from": person,
            "date": 0,
            "old_chat_member": before,
            "new_chat_member": member,
        }
    }


async def test_a_group_to_which_the_bot_is_added_is_declined_at_once(telegram):
    telegram.push(changed("group", "member"))
    await telegram.called("leaveChat")
    (text,) = await said(telegram, 1, chat=-100)
    assert text.startswith("Я отвечаю только в личном чате")


@pytest.mark.parametrize(("chat_type", "status"), [("group", "left"), ("supergroup", "kicked"), ("channel", "member")])
async def test_a_group_that_is_left_already_and_a_channel_need_no_word(telegram, chat_type, status):
    telegram.push(changed(chat_type, status))
    telegram.push_text(7, "вопрос")
    await telegram.messages_to(7, 1)
    assert telegram.of("leaveChat") == []
    assert [call.params["chat_id"] for call in telegram.of("sendMessage")] == [7]


@pytest.mark.parametrize("kind", ["channel_post", "edited_channel_post"])
async def test_a_channels_posts_are_ignored(telegram, service, kind):
    channel = {"id": -200, "type": "channel", "title": "Новости"}
    telegram.push({kind: {"message_id": 1, "date": 0, "chat": channel, "text": "новость"}})
    telegram.push_text(7, "вопрос")
    await telegram.messages_to(7, 1)
    assert [call.params["chat_id"] for call in telegram.of("sendMessage")] == [7]
    async with service.database.read() as session:
        assert (await session.scalars(select(Conversation.address))).all() == ["7"]
    assert kind not in telegram.of("getUpdates")[0].params["allowed_updates"]


# --- Telegram itself


async def test_the_menu_of_commands_is_set_in_both_languages(telegram):
    calls = await telegram.called("setMyCommands", 3)
    menus = {call.params.get("language_code"): call.params["commands"] for call in calls}
    assert menus.keys() == {None, "ru", "kk"}
    assert menus["kk"][1] == {"command": "services", "description": "Қызметтер тізімі"}
    assert menus["ru"] == menus[None]
    commands = [command["command"] for command in menus["ru"]]
    assert commands == [command["command"] for command in menus["kk"]]
    assert set(commands) == PAYLOADS.keys() | OWN
    assert all(3 <= len(command["description"]) <= 256 for command in [*menus["ru"], *menus["kk"]])


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


async def test_a_token_that_is_withdrawn_while_polling_ends_it_with_one_line(service, double, caplog, eventually):
    double.fail("getUpdates", Failure(401, "Unauthorized"))
    async with attached(service, double):

        async def logged():
            return [record for record in caplog.records if record.levelno >= logging.ERROR]

        (line,) = await eventually(logged)
    assert "JAUAP_TELEGRAM_TOKEN" in line.getMessage()
    assert len(double.of("getUpdates")) == 1


@pytest.mark.parametrize("method", ["getMe", "deleteWebhook", "getUpdates"])
async def test_a_page_of_a_proxy_is_not_taken_for_a_wrong_token(service, double, method):
    double.fail(method, Failure(404, page="<h1>Not Found</h1>"))
    async with attached(service, double):
        double.push_text(7, "вопрос")
        assert await said(double, 1) == ["echo: вопрос"]


async def test_a_stop_while_polling_is_not_held_up_and_acknowledges_nothing(service, dialogue, double):
    async with attached(service, double):
        await double.called("getUpdates")
    assert "offset" not in double.of("getUpdates")[-1].params
    waiting = double.push_text(7, "вопрос")
    assert waiting in double.pending
    async with attached(restarted(service, dialogue), double):
        assert await said(double, 1) == ["echo: вопрос"]


async def test_a_stop_while_the_database_is_away_leaves_the_update_to_telegram(
    service, dialogue, double, monkeypatch, caplog, eventually
):
    def away():
        raise OperationalError("INSERT", {}, Exception("disk I/O error"))

    with monkeypatch.context() as patched:
        async with attached(service, double):
            await double.called("getUpdates")
            patched.setattr(service.database, "write", away)
            kept = double.push_text(7, "вопрос")

            async def tried():
                return "is not stored" in caplog.text

            await eventually(tried)
    assert kept in double.pending
    async with attached(restarted(service, dialogue), double):
        assert await said(double, 1) == ["echo: вопрос"]


async def test_commands_that_cannot_be_offered_do_not_stop_the_polling(service, double):
    double.fail("setMyCommands", Failure(400, "Bad Request"), Failure(500), "drop")
    async with attached(service, double):
        double.push_text(7, "вопрос")
        assert await said(double, 1) == ["echo: вопрос"]


async def test_without_a_token_nothing_happens(service, double):
    async with AsyncExitStack() as stack:
        await channel.attach(FastAPI(), service, stack)
    assert double.calls == []
    assert service.courier._senders == {}
