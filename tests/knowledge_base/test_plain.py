"""Plain words say the same: no amount, day, number or address is lost, and no abbreviation is left unexplained."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from typing import Any

import pytest

from knowledge_base.model import Service, load_all
from knowledge_base.plain import abbreviations, explained, sentences, unexplained
from knowledge_base.render import body, render, short_name
from tests.knowledge_base.conftest import service
from texts import LANGUAGES, Language, say

DAY = date(2026, 11, 24)
SERVICES = load_all()

_FORMULA = re.compile(
    r" \((?:\d+(?:,\d+)? (?:МРП|МЗП|АЕК|ЕТЖ)"
    r"|(?:прожиточный минимум|минимальная (?:базовая )?пенсия|ең төмен [^()×]+)(?: × \d+(?:,\d+)?)?)\)"
)
# What a person acts on: figures of any kind (amounts, days, hours, telephones, articles), addresses and quoted names.
_FACT = re.compile(r"[\w.-]+\.(?:kz|com|org|gov)\b[\w/.-]*|«[^»]*»|\d[\d\u00a0]*(?:[.,:/–-]\d+)*%?")


def made(**changes: Any) -> Service:
    return Service.model_validate(service("first", **changes))


def text(ru: str | list[str], kk: str | list[str] | None = None) -> dict[str, Any]:
    return {"ru": ru, "kk": ru if kk is None else kk, "sources": ["a"]}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("slug", SERVICES)
def test_plain_words_keep_every_figure_address_and_word_and_explain_every_abbreviation(
    slug: str, language: Language
) -> None:
    one = SERVICES[slug]
    names = {other: short_name(each, language) for other, each in SERVICES.items()}
    for section in one.sections():
        usual = _FORMULA.sub("", render(one, section, language, DAY, names=names))
        plain = render(one, section, language, DAY, names=names, plain=True)
        assert Counter(_FACT.findall(plain)) == Counter(_FACT.findall(usual)), section
        assert not Counter(re.findall(r"\w+", usual)) - Counter(re.findall(r"\w+", plain)), section
        assert unexplained(plain, language) == [], section
        assert not re.search(r"\([^()]*\(", plain), f"{section}: brackets within brackets"
        assert len(plain) <= 4096, section


def test_the_facts_that_are_compared_are_found() -> None:
    told = _FACT.findall("Звоните 1414 до 31.12.2026 с 9:00, 17\N{NO-BREAK SPACE}300 тенге, 1,5 %, egov.kz, «Услуги».")
    assert told == ["1414", "31.12.2026", "9:00", "17\N{NO-BREAK SPACE}300", "1,5", "egov.kz", "«Услуги»"]
    assert _FORMULA.sub("", "865 тенге (0,2 МРП), 5 теңге (ең төмен күнкөріс деңгейі × 2)") == "865 тенге, 5 теңге"


@pytest.mark.parametrize(
    ("language", "written", "read"),
    [
        ("ru", "Придите в ЦОН. В ЦОН ждите.", "Придите в ЦОН (центр обслуживания населения). В ЦОН ждите."),
        ("ru", "Заберите в ЦОНе.", "Заберите в ЦОНе (центр обслуживания населения)."),
        ("ru", "Ключ (ЭЦП) готов.", "Ключ (ЭЦП — электронная подпись) готов."),
        ("ru", "ЭЦП — электронная подпись.", "ЭЦП — электронная подпись."),
        ("ru", "Войдите по ЭЦП. Это электронная подпись.", "Войдите по ЭЦП. Это электронная подпись."),
        ("ru", "в центре обслуживания населения (ЦОН)", "в центре обслуживания населения (ЦОН)"),
        ("ru", "Нажмите «Получить ЭЦП».", "Нажмите «Получить ЭЦП»."),
        ("ru", "Идите в спецЦОН.", "Идите в спецЦОН (центр обслуживания населения для водителей и машин)."),
        ("ru", "ЦОНТА и ЭЦПУ — не они", "ЦОНТА и ЭЦПУ — не они"),
        ("kk", "ХҚКО-ға барыңыз.", "ХҚКО-ға (халыққа қызмет көрсету орталығы) барыңыз."),
        ("kk", "кілт (ЭЦҚ) дайын", "кілт (ЭЦҚ – электрондық қолтаңба) дайын"),
        ("kk", "МАБ-та (мобильді азаматтар базасында) тұр", "МАБ-та (мобильді азаматтар базасында) тұр"),
    ],
)
def test_an_abbreviation_is_explained_once_where_it_first_stands(language: Language, written: str, read: str) -> None:
    assert explained(written, language) == read
    assert unexplained(read, language) == []
    assert explained(read, language) == read


def test_an_explanation_far_away_is_none() -> None:
    far = f"Возьмите ЭЦП. {'Подождите немного. ' * 10}Электронная подпись нужна всем."
    assert unexplained(far, "ru") == ["ЭЦП"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_abbreviation_has_a_meaning_that_holds_none_itself(language: Language) -> None:
    for word, meaning in abbreviations()[language].items():
        assert explained(f"{word} — это.", language).startswith(f"{word} ({meaning})")
        assert unexplained(meaning, language) == []


def test_a_paragraph_has_one_sentence_a_line() -> None:
    assert sentences("Идите в отдел. Возьмите 1,5 тыс. тенге и ст. 5! «Да» скажут.") == [
        "Идите в отдел.",
        "Возьмите 1,5 тыс. тенге и ст. 5!",
        "«Да» скажут.",
    ]
    one = made(summary=text("Идите в отдел. Возьмите паспорт."))
    assert "\n\nИдите в отдел.\nВозьмите паспорт.\n\n" in render(one, None, "ru", DAY, plain=True)


def test_amounts_are_told_in_tenge_alone() -> None:
    one = made(fee=text("Пошлина — {0.2 mrp}, пособие — {1 minimum_pension}."))
    plain = render(one, "fee", "ru", DAY, plain=True)
    assert "Пошлина — 865 тенге, пособие — 69\N{NO-BREAK SPACE}049 тенге." in plain
    assert "МРП" not in plain


def test_without_a_rate_the_formula_is_told_and_explained() -> None:
    plain = render(made(fee=text("Пошлина {0.2 mrp}.")), "fee", "ru", date(2019, 1, 1), plain=True)
    assert "0,2 МРП" in plain
    assert unexplained(plain, "ru") == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_section_stands_alone_and_the_rest_is_left_to_the_buttons(language: Language) -> None:
    one = made(summary=text("Сначала это."), fee=text(["Бесплатно.", "Срочно — платно."]))
    plain = render(one, "fee", language, DAY, introduced=True, plain=True)
    assert "Сначала это." not in plain
    assert "• Бесплатно.\n• Срочно — платно." in plain
    assert say("render.more", language) in plain
    assert "example.kz" in plain
    assert say("render.more", language) not in render(one, "fee", language, DAY, introduced=True)


def test_special_cases_have_room_between_them() -> None:
    case = {
        "when": {"ru": "Вы в отъезде", "kk": "Сапарда"},
        "what": {"ru": "Ждите.", "kk": "Күтіңіз."},
        "sources": ["a"],
    }
    one = made(cases=[case, case])
    assert body(one, "cases", "ru", DAY, plain=True) == "• Вы в отъезде. Ждите.\n\n• Вы в отъезде. Ждите."
    assert body(one, "cases", "ru", DAY) == "• Вы в отъезде. Ждите.\n• Вы в отъезде. Ждите."
