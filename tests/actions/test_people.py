"""The way to a person: hand-over, complaints, emergencies."""

from __future__ import annotations

import pytest

from actions.people import APPEAL
from knowledge_base.rates import today
from knowledge_base.render import body
from tests.actions.conftest import SERVICES, Act, GivenSearch
from texts import LANGUAGES, Language, say


async def test_who_asks_for_an_operator_is_handed_over_with_the_service_talked_of(act: Act) -> None:
    turn = await act("operator", "позовите человека", language="ru", slots={"current_service": "apostille"})
    assert turn.reply.hand_over is not None
    assert (turn.reply.hand_over.reason, turn.reply.hand_over.topic) == ("asked", "apostille")
    assert turn.reply.answer is not None
    assert turn.reply.answer.decision == "handover"


@pytest.mark.parametrize("offering", ["complaint", "rude", "none_of_these", "answer", "out_of_scope"])
async def test_yes_to_an_offered_operator_hands_over(act: Act, offering: str) -> None:
    offered = await act(offering, "как построить ракету", language="ru")
    turn = await act("affirm", "да", slots=offered.slots)
    assert turn.reply.hand_over is not None


@pytest.mark.parametrize(("offering", "reason"), [("complaint", "complaint"), ("rude", "asked"), ("answer", "failed")])
@pytest.mark.parametrize("how", ["affirm", "operator"])
async def test_the_queue_learns_why_an_operator_was_offered(act: Act, offering: str, reason: str, how: str) -> None:
    offered = await act(offering, "как построить ракету", language="ru")
    turn = await act(how, "да", language="ru", slots=offered.slots)
    assert turn.reply.hand_over is not None
    assert turn.reply.hand_over.reason == reason


async def test_the_domain_goes_with_the_hand_over(act: Act) -> None:
    turn = await act("operator", "позовите человека", language="ru", slots={"current_service": "apostille"})
    assert turn.reply.hand_over is not None
    assert turn.reply.hand_over.domain == SERVICES["apostille"].domain


async def test_an_offer_noted_by_an_older_version_still_hands_over(act: Act) -> None:
    turn = await act("affirm", "да", language="ru", slots={"operator_offered": True})
    assert turn.reply.hand_over is not None
    assert turn.reply.hand_over.reason == "asked"


async def test_yes_to_anything_else_does_not_hand_over(act: Act) -> None:
    offered = await act("complaint", "мне отказали", language="ru")
    thanked = await act("thank", "спасибо", language="ru", slots=offered.slots)
    assert (await act("affirm", "да", slots=thanked.slots)).reply.hand_over is None


@pytest.mark.parametrize("language", LANGUAGES)
async def test_who_complains_learns_what_cannot_be_seen_how_to_complain_and_may_have_an_operator(
    act: Act, language: Language
) -> None:
    turn = await act("complaint", "…", language=language)
    assert turn.reply.text.startswith(say("actions.complaint", language))
    assert body(SERVICES[APPEAL], "summary", language, today()) in turn.reply.text
    assert "15" in turn.reply.text
    assert turn.reply.answer is not None
    assert turn.reply.answer.sources
    assert turn.reply.buttons[0].payload == "/operator"


async def test_a_complaint_about_a_service_tells_its_status_section_and_who_is_in_charge(
    act: Act, search: GivenSearch
) -> None:
    slug = "kindergarten-queue"
    search.finds("answer", slug)
    turn = await act("complaint", "очередь в садик не двигается", language="ru")
    service = SERVICES[slug]
    assert body(service, "status", "ru", today()) in turn.reply.text
    assert service.agency["ru"] in turn.reply.text
    assert turn.slots["current_service"] == slug


async def test_a_complaint_without_subject_is_about_the_service_talked_of(act: Act, search: GivenSearch) -> None:
    search.finds("none", has_subject=False)
    turn = await act("complaint", "өтінішім қайда?", language="kk", slots={"current_service": "apostille"})
    assert SERVICES["apostille"].agency["kk"] in turn.reply.text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_who_is_in_danger_is_told_a_number_and_nothing_else_is_asked(act: Act, language: Language) -> None:
    turn = await act(
        "emergency", "…", language=language, form="calculation_form", slots={"chosen_calculation": "birth-allowance"}
    )
    assert turn.reply.text == say("emergency.general", language)
    assert "112" in turn.reply.text
    assert turn.left_form
    assert turn.slots["chosen_calculation"] is None


async def test_an_operator_ends_the_form_in_the_middle(act: Act) -> None:
    turn = await act("operator", "лучше позовите человека", language="ru", form="question_form")
    assert turn.reply.hand_over is not None
    assert turn.left_form
