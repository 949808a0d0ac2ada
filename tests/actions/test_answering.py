"""Answers, questions back, follow-ups and buttons."""

from __future__ import annotations

import pytest

from actions.replies import Button
from knowledge_base.index import BrokenIndex
from tests.actions.conftest import SERVICES, Act, GivenSearch
from texts import Language, say

CARD = "identity-card-replacement"
PASSPORT = "passport-issue"


def titles(buttons: list[Button]) -> list[str]:
    return [button.title for button in buttons]


async def test_an_answer_names_its_service_sources_and_day_of_verification(act: Act, search: GivenSearch) -> None:
    search.finds("answer", CARD, PASSPORT)
    turn = await act("answer", "потерял удостоверение", language="ru")
    assert turn.reply.answer is not None
    assert (turn.reply.answer.decision, turn.reply.answer.service, turn.reply.answer.section) == (
        "answer", CARD, "summary",
    )  # fmt: skip
    assert turn.reply.answer.verified == SERVICES[CARD].verified.isoformat()
    assert {source.url for source in turn.reply.answer.sources} <= {source.url for source in SERVICES[CARD].sources}
    assert turn.reply.answer.sources
    assert turn.reply.text.startswith("Замена удостоверения личности\n")
    assert turn.slots["current_service"] == CARD


async def test_an_answer_says_how_sure_the_search_was_and_what_it_thought_of_where_it_asks(
    act: Act, search: GivenSearch
) -> None:
    search.finds("answer", CARD, PASSPORT)
    answered = (await act("answer", "потерял удостоверение", language="ru")).reply.answer
    assert answered is not None
    assert (answered.score, answered.candidates) == (1.0, [])
    for decision in ("clarify", "none"):
        search.finds(decision, CARD, PASSPORT)  # type: ignore[arg-type]
        unsure = (await act("answer", "потерял документы", language="ru")).reply.answer
        assert unsure is not None
        assert (unsure.decision, unsure.score) == (decision, 1.0)
        assert [each.service for each in unsure.candidates] == [CARD, PASSPORT]
    shown = (await act("show", "/show{…}", entities={"service": CARD})).reply.answer
    assert shown is not None
    assert shown.score is None  # a button asks for it: nothing was searched


async def test_the_special_case_that_a_question_describes_is_told_beside_the_summary(
    act: Act, search: GivenSearch
) -> None:
    search.finds("answer", CARD)
    turn = await act("answer", "украли удостоверение", language="ru")
    assert "\n\n• Удостоверение украли. Сначала идите в полицию" in turn.reply.text
    assert "\n• " not in (await act("answer", "удостоверение", language="ru")).reply.text


async def test_the_section_asked_about_is_told_and_not_offered_again(act: Act, search: GivenSearch) -> None:
    search.finds("answer", CARD)
    turn = await act("answer", "сколько стоит замена удостоверения", language="ru")
    assert turn.reply.answer is not None
    assert turn.reply.answer.section == "fee"
    assert say("render.fee", "ru") not in titles(turn.reply.buttons)
    assert say("render.documents", "ru") in titles(turn.reply.buttons)
    assert len(turn.reply.buttons) <= 7
    assert turn.reply.buttons[-1].payload == "/operator"


async def test_an_answer_is_in_the_language_of_the_message(act: Act, search: GivenSearch) -> None:
    search.finds("answer", CARD)
    turn = await act("answer", "жеке куәлікті жоғалтып алдым", language="kk", conversation="ru")
    assert turn.reply.language == "kk"
    assert turn.reply.text.startswith("Жеке куәлікті ауыстыру\n")
    assert turn.slots["spoken_language"] == "kk"


async def test_an_undecided_message_keeps_the_language_of_the_conversation(act: Act, search: GivenSearch) -> None:
    search.finds("answer", CARD)
    assert (await act("answer", "1414", conversation="kk")).reply.language == "kk"
    assert (await act("answer", "1414", conversation=None, slots={"spoken_language": "kk"})).reply.language == "kk"
    assert (await act("answer", "1414", conversation=None)).reply.language == "ru"


@pytest.mark.parametrize(
    ("text", "language", "section"),
    [
        ("а сколько стоит?", "ru", "fee"),
        ("қандай құжат керек?", "kk", "documents"),
        ("неше күнде дайын болады", "kk", "term"),
        ("егов арқылы бола ма", "kk", "online"),
        ("подробнее", "ru", "in_person"),
    ],
)
async def test_a_question_without_subject_is_about_the_service_before(
    act: Act, search: GivenSearch, text: str, language: Language, section: str
) -> None:
    search.finds("answer", PASSPORT, has_subject=False)
    turn = await act("answer", text, language=language, slots={"current_service": CARD, "current_section": None})
    assert turn.reply.answer is not None
    assert (turn.reply.answer.service, turn.reply.answer.section) == (CARD, section)


async def test_a_section_named_before_its_service_is_kept_until_the_service_is_named(
    act: Act, search: GivenSearch
) -> None:
    search.finds("none", has_subject=False)
    first = await act("answer", "сколько стоит?", language="ru")
    assert first.reply.answer is not None
    assert first.reply.answer.decision == "clarify"
    assert [button.payload for button in first.reply.buttons] == ["/services"]
    search.finds("answer", PASSPORT)
    second = await act("answer", "паспорт", language="ru", slots=first.slots)
    assert second.reply.answer is not None
    assert (second.reply.answer.service, second.reply.answer.section) == (PASSPORT, "fee")


async def test_a_new_subject_does_not_inherit_the_section_of_the_service_before(act: Act, search: GivenSearch) -> None:
    search.finds("answer", PASSPORT)
    turn = await act("answer", "а паспорт", language="ru", slots={"current_service": CARD, "current_section": "fee"})
    assert turn.reply.answer is not None
    assert (turn.reply.answer.service, turn.reply.answer.section) == (PASSPORT, "summary")


async def test_who_asks_for_a_way_that_a_service_lacks_is_told_the_other(act: Act, search: GivenSearch) -> None:
    slug = next(slug for slug, service in SERVICES.items() if service.online is None)
    search.finds("none", has_subject=False)
    turn = await act("answer", "а онлайн можно?", language="ru", slots={"current_service": slug})
    assert turn.reply.answer is not None
    assert turn.reply.answer.section == "in_person"


async def test_an_unsure_search_asks_which_is_meant_and_keeps_the_section(act: Act, search: GivenSearch) -> None:
    search.finds("clarify", "address-certificate", "criminal-record-certificate", "apostille", PASSPORT)
    turn = await act("answer", "сколько стоит справка", language="ru")
    assert turn.reply.answer is not None
    assert turn.reply.answer.decision == "clarify"
    assert [button.payload for button in turn.reply.buttons] == [
        '/show{"service": "address-certificate", "section": "fee"}',
        '/show{"service": "criminal-record-certificate", "section": "fee"}',
        '/show{"service": "apostille", "section": "fee"}',
        "/none_of_these",
    ]
    assert turn.reply.buttons[0].title == "Адресная справка"


async def test_what_is_unknown_is_said_to_be_so_and_more_directly_the_second_time(
    act: Act, search: GivenSearch
) -> None:
    first = await act("answer", "как построить ракету", language="ru")
    second = await act("answer", "из чего строят ракеты", language="ru", slots=first.slots)
    for turn in (first, second):
        assert turn.reply.answer is not None
        assert turn.reply.answer.decision == "none"
        assert "/operator" in [button.payload for button in turn.reply.buttons]
        assert turn.reply.hand_over is None
    assert first.reply.text == say("actions.none", "ru")
    assert second.reply.text == say("actions.none_again", "ru")
    search.finds("answer", CARD)
    assert (await act("answer", "замена удостоверения", language="ru", slots=second.slots)).slots["failures"] == 0


async def test_an_unknown_question_does_not_end_the_talk_about_a_service(act: Act, search: GivenSearch) -> None:
    unknown = await act("answer", "как построить ракету", language="ru", slots={"current_service": CARD})
    search.finds("none", has_subject=False)
    turn = await act("answer", "а сколько стоит?", language="ru", slots=unknown.slots)
    assert turn.reply.answer is not None
    assert turn.reply.answer.service == CARD


async def test_what_the_knowledge_base_knows_is_answered_though_it_looked_out_of_scope(
    act: Act, search: GivenSearch
) -> None:
    search.finds("answer", CARD)
    known = await act("out_of_scope", "удостоверение", language="ru")
    assert known.reply.answer is not None
    assert known.reply.answer.service == CARD
    search.finds("clarify", CARD, PASSPORT)
    unknown = await act("out_of_scope", "рецепт борща", language="ru")
    assert unknown.reply.text == say("actions.out_of_scope", "ru")


async def test_a_button_shows_its_section_in_the_language_of_the_conversation(act: Act) -> None:
    turn = await act("show", "/show{…}", conversation="kk", entities={"service": CARD, "section": "term"})
    assert turn.reply.answer is not None
    assert (turn.reply.language, turn.reply.answer.section) == ("kk", "term")
    assert (turn.slots["current_service"], turn.slots["current_section"]) == (CARD, "term")


async def test_a_button_without_section_or_with_an_unknown_one_shows_the_summary(act: Act) -> None:
    for entities in ({"service": CARD}, {"service": CARD, "section": "weather"}):
        turn = await act("show", "/show{…}", entities=entities)
        assert turn.reply.answer is not None
        assert turn.reply.answer.section == "summary"


async def test_a_button_of_a_service_that_is_gone_offers_the_list(act: Act) -> None:
    turn = await act("show", "/show{…}", entities={"service": "gone"}, slots={"current_service": "gone"})
    assert turn.reply.text == say("actions.unknown_service", "ru")
    assert turn.slots["current_service"] is None


async def test_a_failing_search_is_no_answer(act: Act, search: GivenSearch) -> None:
    search.error = BrokenIndex("gone")
    with pytest.raises(BrokenIndex):
        await act("answer", "паспорт", language="ru")


# --- follow-ups


@pytest.mark.parametrize(("text", "language"), [("а если онлайн?", "ru"), ("онлайн болса ше?", "kk")])
async def test_a_way_asked_about_in_a_follow_up_is_told(
    act: Act, search: GivenSearch, text: str, language: Language
) -> None:
    search.finds("none", has_subject=False)
    turn = await act("answer", text, language=language, intent="follow_up", slots={"current_service": CARD})
    assert turn.reply.answer is not None
    assert (turn.reply.answer.service, turn.reply.answer.section) == (CARD, "online")


@pytest.mark.parametrize(("text", "language"), [("а для ребёнка?", "ru"), ("балаға ше?", "kk")])
async def test_a_follow_up_about_a_child_goes_to_the_special_case(
    act: Act, search: GivenSearch, text: str, language: Language
) -> None:
    slug = PASSPORT
    search.finds("none", has_subject=False)
    turn = await act("answer", text, language=language, intent="follow_up", slots={"current_service": slug})
    about = [case for case in SERVICES[slug].cases if case.what[language][:30] in turn.reply.text]
    assert about
    assert turn.slots["current_service"] == slug


async def test_a_follow_up_about_somebody_of_whom_nothing_is_known_is_not_made_up(
    act: Act, search: GivenSearch
) -> None:
    search.finds("none", has_subject=False)
    turn = await act("answer", "а ветерану?", language="ru", intent="follow_up", slots={"current_service": "apostille"})
    assert "проверенных сведений у меня нет" in turn.reply.text
    assert turn.slots["operator_offered"] == "failed"


async def test_a_new_service_named_in_a_follow_up_changes_the_subject_and_keeps_what_was_asked(
    act: Act, search: GivenSearch
) -> None:
    search.finds("answer", PASSPORT)
    turn = await act(
        "answer", "а паспорт?", language="ru", intent="follow_up",
        slots={"current_service": CARD, "current_section": "fee", "recent_services": [CARD]},
    )  # fmt: skip
    assert turn.reply.answer is not None
    assert (turn.reply.answer.service, turn.reply.answer.section) == (PASSPORT, "fee")
    assert turn.slots["recent_services"] == [PASSPORT, CARD]


# --- going back


@pytest.mark.parametrize("text", ["вернёмся к паспорту", "давайте обратно про паспорт"])
async def test_a_subject_of_before_is_gone_back_to_by_name(act: Act, search: GivenSearch, text: str) -> None:
    search.finds("clarify", "apostille")
    turn = await act(
        "go_back",
        text,
        language="ru",
        slots={"current_service": CARD, "recent_services": [CARD, "apostille", PASSPORT]},
    )
    assert turn.reply.answer is not None
    assert turn.reply.answer.service == PASSPORT
    assert turn.slots["recent_services"] == [PASSPORT, CARD, "apostille"]


async def test_without_a_name_the_subject_before_this_one_is_gone_back_to(act: Act, search: GivenSearch) -> None:
    search.finds("none", has_subject=False)
    slots = {"current_service": CARD, "recent_services": [CARD, PASSPORT]}
    turn = await act("go_back", "давай вернёмся назад", language="ru", slots=slots)
    assert turn.reply.answer is not None
    assert turn.reply.answer.service == PASSPORT


async def test_where_nothing_was_talked_of_going_back_asks_which_service(act: Act, search: GivenSearch) -> None:
    search.finds("none", has_subject=False)
    turn = await act("go_back", "вернёмся", language="ru")
    assert turn.reply.text == say("actions.which_service", "ru")


# --- choosing

OFFERED = ["address-certificate", "criminal-record-certificate", "apostille"]


@pytest.mark.parametrize(
    ("text", "language", "chosen"),
    [
        ("1", "ru", 0),
        ("2", "ru", 1),
        ("второе", "ru", 1),
        ("третий вариант", "ru", 2),
        ("последнее", "ru", 2),
        ("екіншісі", "kk", 1),
        ("бирінши", "kk", 0),
        ("соңғысы керек", "kk", 2),
        ("про апостиль", "ru", 2),
        ("адресная", "ru", 0),
        ("о судимости", "ru", 1),
        ("соттылығы туралы", "kk", 1),
    ],
)
async def test_one_of_those_offered_is_chosen_by_number_or_by_name(
    act: Act, search: GivenSearch, text: str, language: Language, chosen: int
) -> None:
    search.finds("none")
    turn = await act("answer", text, language=language, slots={"choices": OFFERED, "current_section": "fee"})
    assert turn.reply.answer is not None
    assert (turn.reply.answer.service, turn.reply.answer.section) == (OFFERED[chosen], "fee")
    assert turn.slots["choices"] is None


async def test_a_free_phrase_that_the_search_understands_chooses_too(act: Act, search: GivenSearch) -> None:
    search.finds("answer", "criminal-record-certificate")
    turn = await act("answer", "для работодателя, что не сидел", language="ru", slots={"choices": OFFERED})
    assert turn.reply.answer is not None
    assert turn.reply.answer.service == "criminal-record-certificate"


async def test_what_chooses_nothing_is_asked_once_more_and_then_a_person_is_offered(
    act: Act, search: GivenSearch
) -> None:
    search.finds("none")
    first = await act("answer", "ну ту самую", language="ru", slots={"choices": OFFERED, "current_section": "fee"})
    assert first.reply.text == say("actions.clarify_again", "ru")
    assert len(first.reply.buttons) == 4
    second = await act("answer", "да ту же", language="ru", slots=first.slots)
    assert second.reply.text == say("actions.none_again", "ru")
    assert second.slots["operator_offered"] == "failed"


async def test_none_of_these_twice_offers_a_person(act: Act, search: GivenSearch) -> None:
    first = await act("none_of_these", "ни то ни другое", language="ru", slots={"choices": OFFERED})
    assert first.reply.text == say("actions.none_of_these", "ru")
    second = await act("none_of_these", "опять не то", language="ru", slots=first.slots)
    assert second.reply.text == say("actions.none_again", "ru")


async def test_a_number_without_anything_to_choose_from_is_no_choice(act: Act, search: GivenSearch) -> None:
    search.finds("none")
    assert (await act("answer", "2", language="ru")).reply.text == say("actions.none", "ru")


async def test_in_plain_words_one_thing_is_told_at_a_time_and_amounts_are_in_tenge_alone(
    act: Act, search: GivenSearch
) -> None:
    search.finds("answer", CARD)
    usual = await act("answer", "сколько стоит замена удостоверения", language="ru")
    plain = await act("answer", "сколько стоит замена удостоверения", language="ru", plain=True)
    assert "МРП" in usual.reply.text
    assert "МРП" not in plain.reply.text
    assert len(plain.reply.text) < len(usual.reply.text)


async def test_a_yes_that_goes_on_is_answered_and_not_taken_for_a_mere_yes(act: Act, search: GivenSearch) -> None:
    search.finds("answer", PASSPORT)
    turn = await act("affirm", "да, мне нужен новый загранпаспорт", language="ru", slots={"operator_offered": "asked"})
    assert turn.reply.hand_over is None
    assert turn.slots["current_service"] == PASSPORT


async def test_a_yes_that_chooses_one_of_those_offered_is_a_choice(act: Act, search: GivenSearch) -> None:
    turn = await act("affirm", "да, второе", language="ru", slots={"choices": OFFERED})
    assert turn.slots["current_service"] == OFFERED[1]
