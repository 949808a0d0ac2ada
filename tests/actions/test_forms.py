"""The forms: an amount is computed, a question is left for office hours; both can be interrupted and corrected."""

from __future__ import annotations

from typing import Any

import pytest

from tests.actions.conftest import Act, GivenSearch, Turn
from texts import LANGUAGES, Language, say

BIRTH = "birth-allowance"
FINE = "traffic-fine"


async def validate(act: Act, text: str, slots: dict[str, Any], *, intent: str = "ask", **how: Any) -> Turn:
    return await act(
        "validate_calculation_form", text, slots={"requested_slot": "operand", **slots}, intent=intent,
        form="calculation_form", language=how.pop("language", "ru"), **how,
    )  # fmt: skip


def begun(**answers: str) -> dict[str, Any]:
    return {"chosen_calculation": BIRTH, "answers": answers}


# --- beginning


async def test_a_button_begins_its_calculation(act: Act) -> None:
    turn = await act("validate_calculation_form", "/calculate{…}", intent="calculate", entities={"calculation": FINE})
    assert (turn.slots["chosen_calculation"], turn.slots["answers"], turn.slots["operand"]) == (FINE, {}, None)


async def test_what_the_wish_says_already_is_not_asked(act: Act, search: GivenSearch) -> None:
    search.finds("answer", BIRTH)
    turn = await act(
        "validate_calculation_form", "посчитайте пособие на рождение второго ребёнка", language="ru", intent="calculate"
    )
    assert turn.slots["chosen_calculation"] == BIRTH
    assert turn.slots["answers"] == {"order": "second"}
    assert turn.slots["operand"] is True


async def test_a_wish_that_names_nothing_is_asked_what_to_compute(act: Act, search: GivenSearch) -> None:
    turn = await act("validate_calculation_form", "посчитайте", language="ru", intent="calculate")
    assert turn.slots["chosen_calculation"] is None
    asked = await act("ask_chosen_calculation", "посчитайте", language="ru")
    payloads = [button.payload for button in asked.reply.buttons]
    assert f'/calculate{{"calculation": "{BIRTH}"}}' in payloads
    assert payloads[-1] == "/cancel"


async def test_a_question_has_its_options_and_a_way_out(act: Act) -> None:
    turn = await act("ask_operand", "…", language="kk", slots=begun())
    assert "нешінші бала" in turn.reply.text
    payloads = [button.payload for button in turn.reply.buttons]
    assert payloads[0] == '/inform{"value": "first"}'
    assert payloads[-1] == "/cancel"


# --- answering


@pytest.mark.parametrize(
    ("text", "language", "entities"),
    [("второй", "ru", None), ("2", "ru", None), ("екинши", "kk", None), ("/inform{…}", "ru", {"value": "second"})],
)
async def test_an_answer_is_taken_however_it_is_given(
    act: Act, text: str, language: Language, entities: dict[str, str] | None
) -> None:
    turn = await validate(act, text, begun(), language=language, entities=entities, intent="inform")
    assert turn.slots["answers"] == {"order": "second"}
    assert turn.slots["operand"] is True


async def test_what_cannot_be_an_answer_is_said_so_and_asked_again(act: Act) -> None:
    slots = {"chosen_calculation": FINE, "answers": {}}
    turn = await validate(act, "много", slots, intent="nlu_fallback")
    assert turn.reply.text
    assert turn.changes["operand"] is None
    assert turn.slots["answers"] == {}


async def test_an_amount_out_of_all_bounds_is_refused_with_the_limit(act: Act) -> None:
    turn = await validate(act, "100000 мрп", {"chosen_calculation": FINE, "answers": {}}, intent="inform")
    assert "1" in turn.reply.text
    assert turn.slots["answers"] == {}


@pytest.mark.parametrize("intent", ["operator", "cancel", "emergency"])
async def test_a_wish_for_something_else_is_never_taken_for_an_answer(act: Act, intent: str) -> None:
    turn = await validate(act, "второй", begun(), intent=intent)
    assert turn.changes == {}
    assert turn.replies == []


async def test_another_button_is_never_taken_for_an_answer(act: Act) -> None:
    turn = await validate(act, '/show{"service": "apostille"}', begun(), intent="show")
    assert turn.changes == {}


async def test_a_question_in_between_is_left_to_the_other_rules(act: Act) -> None:
    turn = await validate(act, "а какие документы нужны для паспорта", begun(), intent="ask")
    assert turn.changes == {}
    assert turn.replies == []


# --- correcting


@pytest.mark.parametrize(
    ("text", "language"), [("ошибся", "ru"), ("исправить", "ru"), ("қате жаздым", "kk"), ("түзету", "kk")]
)
async def test_the_last_answer_can_be_taken_back(act: Act, text: str, language: Language) -> None:
    slots = {"chosen_calculation": FINE, "answers": {"size": "10"}}
    turn = await validate(act, text, slots, language=language, intent="nlu_fallback")
    assert turn.slots["answers"] == {}
    assert turn.slots["operand"] is None


async def test_the_last_answer_can_be_replaced_at_once(act: Act) -> None:
    slots = {"chosen_calculation": FINE, "answers": {"size": "10"}}
    turn = await validate(act, "ой, нет, точнее 20 мрп", slots, intent="nlu_fallback")
    assert turn.slots["answers"] == {"size": "20"}


async def test_the_last_answer_can_be_taken_back_by_its_button(act: Act) -> None:
    slots = {"chosen_calculation": FINE, "answers": {"size": "10"}}
    asked = await act("ask_operand", "…", language="ru", slots=slots)
    assert '/inform{"value": "_back"}' in [button.payload for button in asked.reply.buttons]
    turn = await validate(act, "/inform{…}", slots, intent="inform", entities={"value": "_back"})
    assert turn.slots["answers"] == {}


# --- the result


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_result_has_the_amount_its_working_and_sources(
    act: Act, monkeypatch: pytest.MonkeyPatch, language: Language
) -> None:
    turn = await act("compute", "…", language=language, slots=begun(order="second"), form="calculation_form")
    assert "164 350" in turn.reply.text.replace("\N{NO-BREAK SPACE}", " ")
    assert turn.reply.answer is not None
    assert (turn.reply.answer.decision, turn.reply.answer.service) == ("answer", BIRTH)
    assert turn.reply.answer.sources
    assert turn.slots["chosen_calculation"] is None
    assert turn.slots["computed"] == {"calculation": BIRTH, "answers": {"order": "second"}}


async def test_the_result_is_computed_anew_where_one_answer_changes(act: Act, search: GivenSearch) -> None:
    search.finds("none", has_subject=False)
    result = await act("compute", "…", language="ru", slots=begun(order="second"), form="calculation_form")
    turn = await act("answer", "а если четвёртый?", language="ru", intent="follow_up", slots=result.slots)
    assert "272 475" in turn.reply.text.replace("\N{NO-BREAK SPACE}", " ")


async def test_after_another_answer_a_number_changes_no_result(act: Act, search: GivenSearch) -> None:
    result = await act("compute", "…", language="ru", slots=begun(order="second"), form="calculation_form")
    search.finds("answer", "apostille")
    other = await act("answer", "апостиль", language="ru", slots=result.slots)
    assert other.slots["computed"] is None


# --- leaving a question


async def leave(act: Act, text: str, requested: str | None, slots: dict[str, Any], **how: Any) -> Turn:
    return await act(
        "validate_question_form", text, slots={"requested_slot": requested, **slots}, form="question_form",
        language=how.pop("language", "ru"), **how,
    )  # fmt: skip


async def test_the_wish_to_leave_a_question_is_not_the_question_but_may_have_the_number(act: Act) -> None:
    wish = "хочу оставить вопрос оператору, мой номер +7 701 234 56 78"
    turn = await leave(act, wish, None, {}, intent="leave_question")
    assert turn.changes == {"question": None, "contact": "+7 701 234 56 78"}


async def test_a_question_about_anything_is_taken(act: Act) -> None:
    turn = await leave(act, "почему мне не начислили пособие за октябрь", "question", {}, intent="complaint")
    assert turn.slots["question"] is True


async def test_a_question_that_is_too_short_is_asked_again(act: Act) -> None:
    turn = await leave(act, "хочу", "question", {}, intent="affirm")
    assert turn.reply.text == say("actions.question_short", "ru")
    assert turn.changes == {"question": None}


async def test_a_contact_in_the_question_is_not_asked_for(act: Act) -> None:
    turn = await leave(act, "перезвоните по поводу справки, +7 701 234 56 78", "question", {}, intent="ask")
    assert turn.slots["contact"] == "+7 701 234 56 78"


@pytest.mark.parametrize(
    ("text", "entities", "contact"),
    [
        ("+7 (701) 234-56-78", None, "+7 (701) 234-56-78"),
        ("моя почта aigerim@mail.kz", None, "aigerim@mail.kz"),
        ("ответьте здесь", None, "here"),
        ("осында жазыңыз", None, "here"),
        ("/inform{…}", {"value": "here"}, "here"),
    ],
)
async def test_a_contact_is_a_number_an_address_or_the_chat(
    act: Act, text: str, entities: dict[str, str] | None, contact: str
) -> None:
    turn = await leave(act, text, "contact", {"question": True}, entities=entities, intent="inform")
    assert turn.slots["contact"] == contact


@pytest.mark.parametrize("text", ["12345", "aigerim@"])
async def test_what_is_no_contact_is_said_so(act: Act, text: str) -> None:
    turn = await leave(act, text, "contact", {"question": True}, intent="ask")
    assert turn.reply.text == say("actions.contact_wrong", "ru")
    assert turn.changes == {"contact": None}


async def test_a_question_in_between_is_left_to_the_other_rules_while_the_contact_is_asked_for(act: Act) -> None:
    turn = await leave(act, "а вы работаете в субботу?", "contact", {"question": True}, intent="ask")
    assert turn.changes == {}


@pytest.mark.parametrize(("given", "contact"), [("here", None), ("+7 701 234 56 78", "+7 701 234 56 78")])
async def test_the_question_is_handed_over_with_its_contact_which_is_then_forgotten(
    act: Act, given: str, contact: str | None
) -> None:
    slots = {"question": True, "contact": given, "current_service": "apostille"}
    turn = await act("leave_question", "…", language="ru", slots=slots, form="question_form")
    assert turn.reply.hand_over is not None
    assert (turn.reply.hand_over.reason, turn.reply.hand_over.contact) == ("left", contact)
    assert turn.slots["contact"] is None
    assert turn.slots["question"] is None


async def test_cancelling_leaves_the_form_and_forgets_what_was_filled_in(act: Act) -> None:
    slots = {"question": True, "requested_slot": "contact"}
    turn = await act("cancel", "передумал", language="ru", slots=slots, form="question_form")
    assert turn.left_form
    assert turn.slots["question"] is None
