"""Which questions are kept for the reviewers, and why."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import event, select, update

from actions.replies import Answer, Candidate, HandOver, Reply
from bot.storage import Message, UnansweredQuestion
from bot.storage.tables import now
from tests.conversations.steps import at_telegram, operator

QUESTION = "как оформить пособие на рыбалку"
OTHER = "где дают разрешение на рыбалку зимой"


def answers(decision, **fields):
    return [Reply(text="…", language="ru", answer=Answer(decision=decision, **fields))]


GOOD = answers("answer", service="passport", section="fee", score=7.5)
NONE = answers("none")
CLARIFY = answers(
    "clarify",
    candidates=[
        Candidate(service="hunting-licence", section="fee", score=3.25),
        Candidate(service="child-benefit", score=3.0),
    ],
)
CALLED = [Reply(text="…", language="ru", answer=Answer(decision="handover"), hand_over=HandOver(reason="asked"))]
LEFT = [Reply(text="…", language="ru", answer=Answer(decision="handover"), hand_over=HandOver(reason="left"))]
TALK = [Reply(text="…", language="ru")]


@pytest.fixture
def talk(service, dialogue, eventually):
    """`await talk((text or payload, replies), …)`: a conversation in which each message is answered before the next."""

    async def make(*turns, conversation=None):
        if conversation is None:
            conversation, _ = await service.conversations.open("web", "ru")
        for said, replies in turns:
            dialogue.answers[said] = replies
            how = {"payload": said} if said.startswith("/") else {"text": said}
            await service.conversations.receive(conversation.id, key=str(uuid.uuid4()), **how)

            async def done():
                return not await service.conversations.owes(conversation.id)

            await eventually(done)
        return conversation

    return make


@pytest.fixture
def kept(service):
    """`await kept()`: `(text, why)` of everything that is kept."""

    async def read():
        async with service.database.read() as session:
            rows = (await session.scalars(select(UnansweredQuestion).order_by(UnansweredQuestion.id))).all()
        return [(row.text, row.why) for row in rows]

    return read


@pytest.fixture
def only(service):
    """`await only()`: the one row that is kept."""

    async def read():
        async with service.database.read() as session:
            return (await session.scalars(select(UnansweredQuestion))).one()

    return read


async def test_what_the_bot_does_not_know_is_kept(talk, only):
    conversation = await talk((QUESTION, NONE))
    row = await only()
    assert (row.conversation_id, row.message_id) == (conversation.id, 1)
    assert (row.text, row.language, row.why, row.state) == (QUESTION, "ru", "none", "open")


async def test_the_language_is_that_of_the_question_and_not_of_the_conversation(talk, only):
    await talk(("балық аулауға рұқсатты қайдан аламын", NONE))
    assert (await only()).language == "kk"


async def test_a_good_answer_keeps_nothing_and_asks_the_database_nothing_more(service, talk, kept, monkeypatch):
    async def statements(*turns):
        seen = []
        engine = service.database.engine.sync_engine

        def note(connection, cursor, statement, *more):
            seen.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        await talk(*turns)
        event.remove(engine, "before_cursor_execute", note)
        return [each for each in seen if "unanswered_question" in each or "inbox.payload IS NULL" in each]

    assert await statements((QUESTION, GOOD), ("спасибо", TALK)) == []
    assert await statements((QUESTION, NONE)) != []
    assert [why for _, why in await kept()] == ["none"]


@pytest.mark.parametrize(
    ("afterwards", "why"),
    [
        (("/none_of_these", NONE), "clarify"),
        (("паспорт рыбака", CLARIFY), "clarify"),
        (("/operator", CALLED), "operator"),
        (('/show{"service": "passport"}', GOOD), None),
        (("второе", GOOD), None),
        (("спасибо", TALK), None),
    ],
    ids=["none of these", "clarified again", "a person", "one of them", "one of them in words", "thanks"],
)
async def test_a_clarify_was_wrong_where_none_of_the_offered_helped(talk, kept, afterwards, why):
    await talk((QUESTION, CLARIFY), afterwards)
    assert await kept() == ([(QUESTION, why)] if why else [])


async def test_a_wrong_clarify_is_kept_beside_what_was_not_known_after_it(talk, kept):
    await talk((QUESTION, CLARIFY), (OTHER, NONE))
    assert sorted(await kept()) == sorted([(QUESTION, "clarify"), (OTHER, "none")])


async def test_a_clarify_before_a_good_answer_was_right_whatever_comes_then(talk, kept):
    await talk((QUESTION, CLARIFY), ('/show{"service": "passport"}', GOOD), (OTHER, NONE))
    assert await kept() == [(OTHER, "none")]


async def test_what_a_wrong_clarify_thought_of_first_is_noted(talk, only):
    await talk((QUESTION, CLARIFY), ("/none_of_these", NONE))
    row = await only()
    assert (row.service, row.section, row.score) == ("hunting-licence", "fee", 3.25)


@pytest.mark.parametrize("wish", ["позовите оператора", "/operator"])
async def test_who_goes_to_an_operator_leaves_the_question_before_and_not_the_wish(talk, kept, wish):
    await talk((QUESTION, GOOD), (wish, CALLED))
    assert await kept() == [(QUESTION, "operator")]


async def test_what_the_bot_took_the_question_for_is_noted(talk, only):
    await talk((QUESTION, GOOD), ("/operator", CALLED))
    row = await only()
    assert (row.service, row.section, row.score) == ("passport", "fee", 7.5)


async def test_a_message_that_is_a_question_itself_is_kept_when_it_is_handed_over(talk, kept):
    complaint = "мне третий месяц не платят пособие на ребёнка инвалида и никто ничего не объясняет"
    await talk((QUESTION, GOOD), (complaint, CALLED))
    assert await kept() == [(complaint, "operator")]


async def test_a_question_left_for_office_hours_is_kept_and_its_contact_is_not(talk, kept):
    await talk(("/leave_question", TALK), (QUESTION, TALK), ("+7 701 123 45 67", LEFT))
    assert await kept() == [(QUESTION, "operator")]


async def test_nothing_is_kept_where_there_was_no_question_before_the_operator(talk, kept):
    await talk(("здравствуйте", TALK), ("сколько стоит?", CLARIFY), ("позовите оператора", CALLED))
    assert await kept() == []


async def test_a_question_is_kept_once_with_the_strongest_of_its_ends(talk, kept):
    conversation = await talk((QUESTION, NONE))
    assert await kept() == [(QUESTION, "none")]
    await talk(("/operator", CALLED), conversation=conversation)
    assert await kept() == [(QUESTION, "operator")]


async def test_a_weaker_end_leaves_the_stronger_one(service, talk, kept):
    conversation = await talk((QUESTION, NONE))
    await service.conversations.rate(conversation.id, 1, None)
    assert await kept() == [(QUESTION, "none")]


@pytest.mark.parametrize(("stars", "rows"), [(1, 1), (2, 1), (3, 0), (5, 0)])
async def test_a_low_rating_keeps_the_last_question_that_was_answered(service, talk, kept, stars, rows):
    conversation = await talk((OTHER, GOOD), (QUESTION, GOOD), ("спасибо", TALK))
    await service.conversations.rate(conversation.id, stars, "плохо")
    assert await kept() == [(QUESTION, "rating")] * rows


async def test_a_low_rating_of_an_operator_blames_no_answer_of_the_bot(service, talk, kept):
    conversation = await talk((QUESTION, GOOD), ("/operator", TALK))
    await talk(("позовите оператора", CALLED), conversation=conversation)
    await service.conversations.claim(conversation.id, await operator(service))
    await service.conversations.rate(conversation.id, 1, None)
    assert await kept() == [(QUESTION, "operator")]


async def test_a_question_of_another_day_has_nothing_to_do_with_the_operator_of_today(service, talk, kept):
    conversation = await talk((QUESTION, GOOD))
    async with service.database.write() as session:
        await session.execute(update(Message).values(created_at=now() - timedelta(hours=2)))
    await talk(("/operator", CALLED), conversation=conversation)
    assert await kept() == []


async def test_calls_for_help_are_not_kept(service, talk, kept, dialogue):
    conversation = await talk(("вызовите скорую, человек умирает", NONE))
    assert dialogue.asked == []
    await service.conversations.rate(conversation.id, 1, None)
    assert await kept() == []


@pytest.mark.parametrize("text", ["а сколько?", "здравствуйте", "850101300124", "рыба " * 300])
async def test_what_names_nothing_or_is_a_letter_is_not_kept(talk, kept, text):
    await talk((text.strip(), NONE))
    assert await kept() == []


async def test_personal_numbers_are_masked(talk, kept):
    await talk(("мой ИИН 850101300124, дадут ли разрешение на рыбалку", NONE))
    assert await kept() == [("мой ИИН [iin …0124], дадут ли разрешение на рыбалку", "none")]


async def test_an_erased_conversation_takes_its_questions_along(service, talk, kept):
    conversation = await talk((QUESTION, NONE))
    await talk((OTHER, NONE))
    await service.conversations.erase(conversation.id)
    assert await kept() == [(OTHER, "none")]


async def test_a_channel_that_must_be_sent_to_makes_no_difference(service, talk, kept):
    conversation = await at_telegram(service)
    await talk((QUESTION, CLARIFY), ("/none_of_these", NONE), conversation=conversation)
    assert await kept() == [(QUESTION, "clarify")]
