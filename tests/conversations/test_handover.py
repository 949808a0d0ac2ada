"""What a citizen learns and can do when the bot hands over: a place in the queue, the wait, a question left behind."""

from datetime import timedelta

import pytest

from actions.replies import HandOver, Reply
from bot.conversations import State
from bot.storage import Conversation
from bot.storage.tables import now
from tests.conversations.steps import has_said, is_in, open_and_send, operator, said
from texts import LANGUAGES, say


async def waiting(service, eventually, language="ru") -> Conversation:
    conversation = await open_and_send(service, "оператор", language=language)
    return await eventually(is_in(service, conversation, State.WAITING))


async def claims(service, *minutes_ago: int) -> None:
    """Conversations that operators took so long ago."""
    for minutes in minutes_ago:
        conversation, _ = await service.conversations.open("web", "ru")
        async with service.database.write() as session:
            row = await session.get_one(Conversation, conversation.id)
            row.state, row.claimed_at = State.CLOSED, now() - timedelta(minutes=minutes)


def left(text: str, contact: str | None) -> Reply:
    return Reply(
        text=text,
        language="ru",
        hand_over=HandOver(reason="left", topic="passport-issue", contact=contact),
    )


# --- the wait


@pytest.mark.parametrize(
    ("claimed", "minutes"),
    [([], None), ([1, 2], None), ([1, 2, 3], 10), ([1, 2, 29, 31, 300], 10), ([1] * 7, 5), ([5] * 60, 1)],
)
async def test_the_wait_is_told_from_three_claims_in_half_an_hour_on(service, eventually, claimed, minutes):
    await operator(service)
    await claims(service, *claimed)
    conversation = await waiting(service, eventually)
    assert await service.conversations.queue_position(conversation.id) == (1, minutes)
    (told,) = await said(service, conversation, "system")
    if minutes is None:
        assert told == say("conversations.queue_position", "ru", position=1)
    else:
        assert told == say("conversations.queue_position_estimate", "ru", position=1, minutes=minutes)


async def test_no_wait_is_told_while_nobody_is_on_duty(service, eventually):
    await operator(service, available=False)
    await claims(service, 1, 2, 3, 4)
    conversation = await waiting(service, eventually)
    assert await service.conversations.queue_position(conversation.id) == (1, None)


async def test_a_claim_is_noted_and_all_who_wait_learn_their_new_place_and_wait(service, eventually):
    person = await operator(service)
    await claims(service, 1, 2)
    first, second = await waiting(service, eventually), await waiting(service, eventually)
    with service.events.subscribe(second.id) as subscription:
        claimed = await service.conversations.claim(first.id, person)
        while (event := await subscription.get(5)).data.get("position") != 1:
            pass  # what was told before the claim
    assert (event.kind, event.data) == ("queue", {"position": 1, "minutes": 10})
    assert now() - claimed.claimed_at < timedelta(minutes=1)


# --- a question left


@pytest.mark.parametrize("language", LANGUAGES)
async def test_while_nobody_is_on_duty_a_question_can_be_left(service, eventually, language):
    conversation = await waiting(service, eventually, language)
    (told,) = [m for m in await service.conversations.messages(conversation.id) if m.author == "system"]
    assert [(each.payload, each.title) for each in told.buttons] == [
        ("/leave_queue", say("conversations.leave_queue", language)),
        ("/leave_question", say("conversations.leave_question_button", language)),
    ]


async def test_leaving_a_question_leads_from_the_queue_to_the_dialogue_without_another_word(
    service, dialogue, eventually
):
    dialogue.answers["/leave_question"] = [Reply(text="Напишите вопрос", language="ru")]
    conversation = await waiting(service, eventually)
    before = await said(service, conversation, "system")
    await service.conversations.receive(conversation.id, key="leave", payload="/leave_question")
    await eventually(is_in(service, conversation, State.BOT))
    assert (await said(service, conversation, "bot"))[-1] == "Напишите вопрос"
    assert await said(service, conversation, "system") == before
    last = (await service.conversations.messages(conversation.id))[-1]
    assert last.mode == State.BOT


async def test_who_leaves_a_question_while_the_dialogue_is_away_keeps_the_place_in_the_queue_until_it_is_back(
    service, dialogue, eventually
):
    conversation = await waiting(service, eventually)
    dialogue.failures = 3
    dialogue.answers["/leave_question"] = [Reply(text="Напишите вопрос", language="ru")]
    told = len(await said(service, conversation, "system"))
    await service.conversations.receive(conversation.id, key="leave", payload="/leave_question")
    await eventually(has_said(service, conversation, "system", told + 1))
    await eventually(is_in(service, conversation, State.BOT))
    assert (await said(service, conversation, "bot"))[-1] == "Напишите вопрос"


@pytest.mark.parametrize(
    ("contact", "shown", "hidden"),
    [
        ("+7 701 123 45 67", "и по телефону (…67)", "701"),
        ("aigerim@mail.kz", "и по электронной почте.", "aigerim"),
        ("@aigerim в телеграме", "и по контакту, который вы оставили", "aigerim"),
        (None, "ответит в этом чате. ", "None"),
    ],
)
async def test_a_left_question_is_accepted_with_the_contact_masked_and_no_place_in_the_queue(
    service, dialogue, eventually, contact, shown, hidden
):
    await operator(service)
    dialogue.answers["мой вопрос"] = [left("Записал", contact)]
    conversation = await open_and_send(service, "мой вопрос")
    found = await eventually(is_in(service, conversation, State.WAITING))
    assert (found.reason, found.topic, found.contact) == ("left", "passport-issue", contact)
    (told,) = await said(service, conversation, "system")
    assert shown in told
    assert hidden not in told
    assert "09:00–18:00" in told
    assert "место" not in told


async def test_an_operator_who_takes_a_left_question_still_has_the_contact_until_the_end(service, dialogue, eventually):
    dialogue.answers["мой вопрос"] = [left("Записал", "+77011234567")]
    person = await operator(service)
    conversation = await open_and_send(service, "мой вопрос")
    await eventually(is_in(service, conversation, State.WAITING))
    assert (await service.conversations.claim(conversation.id, person)).contact == "+77011234567"
    closed = await service.conversations.close(conversation.id, person, "answered")
    assert (closed.contact, closed.reason, closed.topic) == (None, None, None)


async def test_a_left_question_can_be_withdrawn_and_leaves_no_contact_behind(service, dialogue, eventually):
    dialogue.answers["мой вопрос"] = [left("Записал", "+77011234567")]
    conversation = await open_and_send(service, "мой вопрос")
    await eventually(is_in(service, conversation, State.WAITING))
    await service.conversations.receive(conversation.id, key="leave", payload="/leave_queue")
    found = await eventually(is_in(service, conversation, State.BOT))
    assert found.contact is None
    assert (await said(service, conversation, "system"))[-1] == say("conversations.question_withdrawn", "ru")
