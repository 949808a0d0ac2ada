"""How a section reads on a telephone."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from knowledge_base.model import Service, load_all
from knowledge_base.render import cited, render, short_name
from tests.knowledge_base.conftest import service
from texts import LANGUAGES, Language, say

DAY = date(2026, 11, 24)
BEYOND = date(2019, 1, 1)  # no rate is known for it
SERVICES = load_all()


def section(ru: str | list[str], kk: str | list[str] | None = None, *, confirmed: bool = True) -> dict[str, Any]:
    support: dict[str, Any] = {"sources": ["a"]} if confirmed else {"unconfirmed": True}
    return {"ru": ru, "kk": ru if kk is None else kk, **support}


def made(**changes: Any) -> Service:
    return Service.model_validate(service("first", **changes))


def test_a_section_has_heading_text_source_and_day() -> None:
    text = render(made(fee=section("Бесплатно.")), "fee", "ru", DAY)
    assert text == "Услуга first. Сколько стоит\n\nБесплатно.\n\nИсточник: example.kz. Проверено 23.11.2026."


def test_no_section_is_the_summary() -> None:
    one = made(summary=section("Идите в ЦОН."))
    assert render(one, None, "ru", DAY) == render(one, "summary", "ru", DAY)
    assert render(one, None, "ru", DAY).startswith("Услуга first\n\nИдите в ЦОН.")


def test_a_service_new_to_the_talk_is_introduced_by_its_summary() -> None:
    one = made(summary=section("Идите в ЦОН."), fee=section(["Бесплатно.", "Срочно — платно."], confirmed=False))
    text = render(one, "fee", "ru", DAY, introduced=True)
    assert text.startswith("Услуга first\n\nИдите в ЦОН.\n\nСколько стоит:\n• Бесплатно.\n• Срочно — платно.\n\n")
    assert say("render.unconfirmed", "ru") in text
    assert "example.kz" in text
    assert cited(one, "fee") == []
    assert cited(one, "fee", introduced=True) == one.sources
    assert render(one, "summary", "ru", DAY, introduced=True) == render(one, "summary", "ru", DAY)


@pytest.mark.parametrize(("language", "words"), [("ru", "Сколько платят"), ("kk", "Қанша төленеді")])
def test_the_fee_of_an_allowance_is_headed_as_what_is_paid_out(language: Language, words: str) -> None:
    one = made(fee=section("Много."), pays=True)
    assert f". {words}\n" in render(one, "fee", language, DAY)
    assert f"\n\n{words}:\nМного." in render(one, "fee", language, DAY, introduced=True)


def test_documents_are_bulleted_and_steps_numbered() -> None:
    one = made(documents=section(["Паспорт", "Фото"]), in_person=section(["Придите", "Подайте"]))
    assert "\n• Паспорт\n• Фото\n" in render(one, "documents", "ru", DAY)
    assert "\n1. Придите\n2. Подайте\n" in render(one, "in_person", "ru", DAY)


@pytest.mark.parametrize(("language", "amount"), [("ru", "865 тенге (0,2 МРП)"), ("kk", "865 теңге (0,2 АЕК)")])
def test_amounts_are_those_of_the_day(language: Language, amount: str) -> None:
    one = made(fee=section("Пошлина: {0.2 mrp}.", "Баж: {0.2 mrp}."))
    assert amount in render(one, "fee", language, DAY)


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        ("{0.5 mrp}", "2\N{NO-BREAK SPACE}163 тенге (0,5 МРП)"),
        ("{1.25 mrp}", "5\N{NO-BREAK SPACE}406 тенге (1,25 МРП)"),
        ("{1 mrp}", "4\N{NO-BREAK SPACE}325 тенге (1 МРП)"),
        ("{2 subsistence_minimum}", "101\N{NO-BREAK SPACE}702 тенге (прожиточный минимум × 2)"),
        ("{1 minimum_pension}", "69\N{NO-BREAK SPACE}049 тенге (минимальная пенсия)"),
    ],
)
def test_amounts_are_whole_tenge_with_their_formula_in_words(formula: str, text: str) -> None:
    assert f"\n\nСумма: {text}.\n\n" in render(made(fee=section(f"Сумма: {formula}.")), "fee", "ru", DAY)


def test_what_is_paid_out_is_rounded_up_as_it_is_published() -> None:
    one = made(fee=section("Сумма: {7.85 mrp}."), pays=True)
    assert "\n\nСумма: 33\N{NO-BREAK SPACE}952 тенге (7,85 МРП).\n\n" in render(one, "fee", "ru", DAY)


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_rate_the_formula_is_said_in_words_and_the_rest_stands(language: Language) -> None:
    text = render(made(fee=section("Пошлина {0.2 mrp}, всегда.")), "fee", language, BEYOND)
    assert say("rates.mrp_unknown", language, factor="0,2") in text
    assert "всегда" in text
    assert "{" not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_unconfirmed_says_where_to_check_and_names_no_source(language: Language) -> None:
    one = made(fee=section("Бесплатно.", confirmed=False))
    text = render(one, "fee", language, DAY)
    assert text.endswith(say("render.unconfirmed", language))
    assert "1414" in text
    assert cited(one, "fee") == []


def test_a_case_is_a_sentence_and_says_for_itself_whether_it_is_unconfirmed() -> None:
    case = {"when": {"ru": "Вы в отъезде", "kk": "Сапарда болсаңыз"}, "what": {"ru": "Подождите.", "kk": "Күтіңіз."}}
    one = made(cases=[{**case, "sources": ["a"]}, {**case, "unconfirmed": True}])
    first, second = render(one, "cases", "ru", DAY).split("\n\n")[1].split("\n")
    assert first == "• Вы в отъезде. Подождите."
    assert second == f"{first} {say('render.check', 'ru')}"
    assert "• Сапарда болсаңыз: Күтіңіз." in render(one, "cases", "kk", DAY)


def test_a_case_told_beside_the_summary_brings_its_sources() -> None:
    case = {"when": {"ru": "Вы в отъезде", "kk": "Сапарда болсаңыз"}, "what": {"ru": "Подождите.", "kk": "Күтіңіз."}}
    one = made(cases=[{**case, "sources": ["a"]}], summary=section("Идите в ЦОН.", confirmed=False))
    assert "\n\n• Вы в отъезде. Подождите.\n\n" in render(one, None, "ru", DAY, case=one.cases[0])
    assert cited(one, None) == []
    assert cited(one, None, one.cases[0]) == one.sources


def test_a_section_that_a_service_lacks_is_said_to_be_missing() -> None:
    assert say("render.not_here", "ru") in render(made(), "validity", "ru", DAY)


def test_related_services_are_called_by_their_names() -> None:
    one = made(related=["second"])
    assert "• Вторая услуга" in render(one, "related", "ru", DAY, names={"second": "Вторая услуга"})


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Замена удостоверения (срок, утеря)", "Замена удостоверения"),
        ("Электронная подпись (ЭЦП) — получить, отозвать", "Электронная подпись (ЭЦП)"),
        ("База граждан (БМГ): привязка номера", "База граждан (БМГ): привязка номера"),
        ("Уақытша келген (тұратын) жері бойынша тіркеу", "Уақытша келген (тұратын) жері бойынша тіркеу"),
    ],
)
def test_a_short_name_leaves_out_the_explanation_at_its_end(name: str, short: str) -> None:
    assert short_name(made(name={"ru": name, "kk": name}), "ru") == short


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("slug", SERVICES)
def test_every_section_of_every_service_reads_whole(slug: str, language: Language) -> None:
    one = SERVICES[slug]
    names = {other: short_name(each, language) for other, each in SERVICES.items()}
    for name in one.sections():
        text = render(one, name, language, DAY, names=names, introduced=True)
        assert text.startswith(short_name(one, language))
        assert not set("{}") & set(text)
        assert say("render.not_here", language) not in text
        assert len(text) <= 4096, f"{name} does not fit into one Telegram message: {len(text)} characters"
