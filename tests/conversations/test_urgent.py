"""Who is in danger is told at once whom to call, whatever else goes on."""

import pytest

from actions.replies import HandOver, Reply
from bot.conversations import State
from tests.conversations.steps import asked, has_said, is_in, open_and_send, operator, said
from texts import say

FIRE = {"ru": "помогите, горит дом!", "kk": "Үйіміз өртеніп жатыр!"}


@pytest.mark.parametrize("language", ["ru", "kk"])
async def test_with_the_bot_it_answers_in_the_language_of_the_call_without_the_dialogue(
    service, dialogue, eventually, language
):
    conversation = await open_and_send(service, FIRE[language], language={"ru": "kk", "kk": "ru"}[language])
    assert await eventually(has_said(service, conversation, "bot")) == [say("emergency.fire", language)]
    (answer,) = [m for m in await service.conversations.messages(conversation.id) if m.author == "bot"]
    assert answer.answer is None
    assert [each.payload for each in answer.buttons] == ["/operator"]
    assert dialogue.asked == []
    assert (await service.conversations.get(conversation.id)).state == State.BOT


async def test_while_waiting_and_with_an_operator_the_service_says_it_and_they_keep_the_conversation(
    service, eventually
):
    conversation = await open_and_send(service, "оператор")
    await eventually(is_in(service, conversation, State.WAITING))
    told = len(await said(service, conversation, "system"))
    await service.conversations.receive(conversation.id, key="waiting", text=FIRE["ru"])
    assert (await eventually(has_said(service, conversation, "system", told + 1)))[-1] == say("emergency.fire", "ru")

    await service.conversations.claim(conversation.id, await operator(service))
    await service.conversations.receive(conversation.id, key="operator", text=FIRE["kk"])
    assert (await eventually(has_said(service, conversation, "system", told + 3)))[-1] == say("emergency.fire", "kk")
    found = await service.conversations.get(conversation.id)
    assert (found.state, found.language) == (State.OPERATOR, "ru")
    assert len(await said(service, conversation, "bot")) == 1


async def test_it_does_not_wait_for_an_answer_that_hangs(service, dialogue, eventually):
    dialogue.gate.clear()
    conversation = await open_and_send(service, "вопрос")
    await eventually(asked(dialogue, 1))
    await service.conversations.receive(conversation.id, key="fire", text=FIRE["ru"])
    assert await eventually(has_said(service, conversation, "bot")) == [say("emergency.fire", "ru")]
    dialogue.gate.set()
    assert (await eventually(has_said(service, conversation, "bot", 2)))[1:] == ["echo: вопрос"]
    assert len(dialogue.asked) == 1


async def test_it_does_not_wait_until_the_dialogue_is_back(service, dialogue, eventually):
    dialogue.failures = 10**6
    service.worker._patience = 60
    conversation = await open_and_send(service, "вопрос")
    await eventually(has_said(service, conversation, "system"))
    await service.conversations.receive(conversation.id, key="fire", text=FIRE["ru"])
    assert await eventually(has_said(service, conversation, "bot")) == [say("emergency.fire", "ru")]
    assert "горит" not in str(dialogue.asked)


async def test_it_is_said_once_though_the_message_comes_again(service, eventually):
    conversation = await open_and_send(service, FIRE["ru"])
    await eventually(has_said(service, conversation, "bot"))
    await service.conversations.receive(conversation.id, key=f"{conversation.id}:0", text=FIRE["ru"])
    await service.conversations.receive(conversation.id, key="next", text="спасибо")
    assert len(await eventually(has_said(service, conversation, "bot", 2))) == 2


async def test_a_question_about_a_service_is_no_call_for_help(service, dialogue, eventually):
    conversation = await open_and_send(service, "как получить справку о пожаре")
    assert await eventually(has_said(service, conversation, "bot")) == ["echo: как получить справку о пожаре"]


async def test_a_hand_over_said_by_the_dialogue_is_not_disturbed_by_it(service, dialogue, eventually):
    dialogue.answers["жалоба"] = [Reply(text="Передаю", language="ru", hand_over=HandOver(reason="complaint"))]
    conversation = await open_and_send(service, "жалоба", FIRE["ru"])
    found = await eventually(is_in(service, conversation, State.WAITING))
    assert found.reason == "complaint"

    async def told():
        everything = await said(service, conversation, "bot", "system")
        return everything.count(say("emergency.fire", "ru")) == 1

    await eventually(told)
