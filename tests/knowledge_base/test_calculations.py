"""Amounts that are computed: what is published comes out, every way is computed, and what people type is read."""

from __future__ import annotations

import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge_base.calculations import CALCULATIONS, Calculation, Question, find, for_service, load, load_all
from knowledge_base.check_calculations import of_folder, ways
from knowledge_base.formula import Formula, number
from knowledge_base.model import load_all as load_services
from knowledge_base.rates import MissingRate
from knowledge_base.render import render
from knowledge_base.typed import read_number
from texts import LANGUAGES, Language, say

DAY = date(2026, 11, 24)
SERVICES = load_services()
CALCULATIONS_BY_ID = load_all()


def answers_of(**given: str | int | float) -> dict[str, str | Decimal]:
    return {name: value if isinstance(value, str) else Decimal(str(value)) for name, value in given.items()}


def computed(identifier: str, on: date = DAY, **given: str | int | float) -> int:
    return int(CALCULATIONS_BY_ID[identifier].compute(answers_of(**given), on).amount)


# --- amounts


@pytest.mark.parametrize(
    ("identifier", "given", "published"),
    [
        ("birth-allowance", {"order": "second"}, 164_350),
        ("birth-allowance", {"order": "fourth"}, 272_475),
        ("childcare-allowance", {"insured": "no", "order": "first"}, 24_912),
        ("childcare-allowance", {"insured": "no", "order": "second"}, 29_454),
        ("childcare-allowance", {"insured": "no", "order": "third"}, 33_952),
        ("childcare-allowance", {"insured": "no", "order": "fourth"}, 38_493),
        ("childcare-allowance", {"insured": "yes", "order": "first", "income": 5_000_000}, 238_000),
        ("maternity-payment", {"income": 350_000, "days": "normal"}, 1_323_000),
        ("large-family-allowance", {"children": 4}, 69_330),
        ("large-family-allowance", {"children": 5}, 86_673),
        ("large-family-allowance", {"children": 6}, 104_017),
        ("large-family-allowance", {"children": 7}, 121_360),
        ("large-family-allowance", {"children": 9}, 9 * 17_300),
        ("awarded-mother-allowance", {"award": "silver"}, 27_680),
        ("disability-allowance", {"who": "childhood", "group": "second"}, 93_057),
        ("disability-allowance", {"who": "small_child"}, 81_870),
        ("survivor-benefit", {"parents": "one", "dependants": 1}, 46_783),
        ("survivor-benefit", {"parents": "one", "dependants": 3}, 114_415),
        ("survivor-benefit", {"parents": "one", "dependants": 5}, 139_841),
        ("survivor-benefit", {"parents": "one", "dependants": 8}, 152_553),
        ("survivor-benefit", {"parents": "both", "dependants": 1}, 78_311),
        ("base-pension", {"service_years": 0}, 35_596),
        ("base-pension", {"service_years": 20}, 45_766),
        ("base-pension", {"service_years": 34}, 60_005),
        ("health-insurance", {"who": "self", "months": 1}, 4_250),
        ("health-insurance", {"who": "self", "months": 12}, 51_000),
        ("health-insurance", {"who": "entrepreneur", "months": 1}, 5_950),
        ("identity-card", {"reason": "lost"}, 865),
        ("identity-card", {"reason": "lost_again"}, 4_325),
        ("passport", {"pages": "middle"}, 34_600),
        ("driving-licence", {"kind": "replacement"}, 5_406),
        ("vehicle-registration", {"plates": "ordinary", "first": "no"}, 17_516),
        ("notary-contract", {"what": "home", "parties": "people"}, 51_900),
        ("notary-contract", {"what": "home", "parties": "family"}, 30_275),
        ("residence-fine", {"how_long": "longer"}, 30_275),
        ("civil-status-fee", {"act": "divorce"}, 6_900),
        ("sick-leave", {"daily": 20_000, "days": 20}, 108_125),
        ("traffic-fine", {"size": 5, "paid": "later"}, 21_625),
    ],
)
def test_what_is_published_comes_out(identifier: str, given: dict[str, Any], published: int) -> None:
    assert computed(identifier, **given) == published


def test_half_of_a_fine_is_half_of_it() -> None:
    full, half = (computed("traffic-fine", size=10, paid=paid) for paid in ("later", "in_time"))
    assert (full, half) == (43_250, 21_625)


def test_a_limit_cuts_what_is_computed_and_is_told() -> None:
    calculation = CALCULATIONS_BY_ID["health-insurance"]
    below = calculation.compute(answers_of(who="employee", income=300_000), DAY)
    above = calculation.compute(answers_of(who="employee", income=3_000_000), DAY)
    assert (below.amount, above.amount) == (6_000, 34_000)
    assert below.working["ru"] == "2 % × 300\N{NO-BREAK SPACE}000 ₸"
    limit = "20 × 85\N{NO-BREAK SPACE}000 ₸ (МЗП)"
    assert above.working["ru"] == f"2 % × ({limit}); {say('calculations.capped', 'ru', limit=limit)}"


def test_the_working_shows_the_rate_by_its_name_in_each_language() -> None:
    result = CALCULATIONS_BY_ID["birth-allowance"].compute({"order": "first"}, DAY)
    assert result.working == {"ru": "38 × 4\N{NO-BREAK SPACE}325 ₸ (МРП)", "kk": "38 × 4\N{NO-BREAK SPACE}325 ₸ (АЕК)"}
    assert result.say("ru").endswith(f"\n{say('calculations.working', 'ru', working=result.working['ru'])}")
    assert "МРП" not in result.say("ru", plain=True)


def test_a_fixed_price_needs_no_working() -> None:
    result = CALCULATIONS_BY_ID["civil-status-fee"].compute({"act": "marriage"}, DAY)
    assert result.amount == 3_450
    assert result.say("ru") == result.text["ru"]


@pytest.mark.parametrize("identifier", CALCULATIONS_BY_ID)
def test_every_way_through_the_questions_ends_in_an_amount_with_its_sources(identifier: str) -> None:
    calculation = CALCULATIONS_BY_ID[identifier]
    for answers in ways(calculation):
        result = calculation.compute(answers, DAY)
        assert result.amount >= 0
        assert result.amount == result.amount.to_integral_value()
        assert result.sources
        assert result.verified == SERVICES[calculation.service].verified
        for language in LANGUAGES:
            for plain in (False, True):
                text = result.say(language, plain=plain)
                assert not set("{}") & set(text)
                assert number(result.amount) in text or result.amount == 0


CHOSEN = [one.id for one in CALCULATIONS_BY_ID.values() if all(question.kind == "choice" for question in one.questions)]


@pytest.mark.parametrize("identifier", CHOSEN)
def test_an_amount_that_depends_on_choices_only_is_the_one_that_answers_about_the_service_tell(
    identifier: str,
) -> None:
    calculation = CALCULATIONS_BY_ID[identifier]
    service = SERVICES[calculation.service]
    also = [SERVICES[slug] for slug in calculation.also_for]
    told = "\n".join(render(one, section, "ru", DAY) for one in [service, *also] for section in one.sections())
    for answers in ways(calculation):
        amount = calculation.compute(answers, DAY).amount
        sums = identifier == "vehicle-registration" and answers != {"plates": "ordinary", "first": "no"}
        assert amount == 0 or sums or f"{number(amount)} тенге" in told, answers


# --- days


@pytest.mark.parametrize(
    ("on", "amount"),
    [(date(2025, 12, 31), 38 * 3_932), (date(2026, 1, 1), 38 * 4_325), (date(2026, 12, 31), 38 * 4_325)],
)
def test_the_rate_is_that_of_the_day(on: date, amount: int) -> None:
    assert computed("birth-allowance", on, order="first") == amount


def test_without_a_rate_for_the_day_nothing_is_made_up() -> None:
    with pytest.raises(MissingRate):
        computed("birth-allowance", date(2027, 1, 1), order="first")


@pytest.mark.parametrize(
    ("identifier", "given", "outside", "inside"),
    [
        ("civil-status-fee", {"act": "marriage"}, date(2026, 3, 9), date(2026, 3, 10)),
        ("identity-card", {"reason": "expired"}, date(2025, 12, 31), date(2026, 1, 1)),
        ("survivor-benefit", {"parents": "both", "dependants": 1}, date(2027, 1, 1), date(2026, 12, 31)),
    ],
)
def test_a_rule_holds_only_on_its_days(identifier: str, given: dict[str, Any], outside: date, inside: date) -> None:
    assert computed(identifier, inside, **given) >= 0
    with pytest.raises(MissingRate):
        computed(identifier, outside, **given)


# --- questions and answers


def test_a_question_is_asked_only_where_it_matters() -> None:
    calculation = CALCULATIONS_BY_ID["disability-allowance"]
    first = calculation.question_after({})
    assert first is not None
    assert first.id == "who"
    second = calculation.question_after({"who": "adult"})
    assert second is not None
    assert second.id == "group"
    assert calculation.question_after({"who": "carer"}) is None


def test_an_answer_to_a_question_that_is_not_asked_changes_nothing() -> None:
    assert computed("disability-allowance", who="carer", group="first") == computed("disability-allowance", who="carer")


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, "who"),
        ({"who": "adult"}, "group"),
        ({"who": "nobody"}, "who"),
        ({"who": "adult", "group": "fourth"}, "group"),
    ],
)
def test_a_missing_or_wrong_answer_is_refused(given: dict[str, str], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        CALCULATIONS_BY_ID["disability-allowance"].compute(given, DAY)


def question(identifier: str, name: str) -> Question:
    return next(one for one in CALCULATIONS_BY_ID[identifier].questions if one.id == name)


@pytest.mark.parametrize(
    ("value", "key"),
    [
        (Decimal(4), None),
        (Decimal(3), "too_small"),
        (Decimal(31), "too_big"),
        (Decimal("4.5"), "not_whole"),
        (Decimal("NaN"), "no_number"),
        ("four", "no_number"),
        (None, "no_number"),
    ],
)
def test_a_number_out_of_bounds_is_a_problem_with_words(value: str | Decimal | None, key: str | None) -> None:
    problem = question("large-family-allowance", "children").problem(value)
    assert (problem and problem.key) == (key and f"calculations.{key}")
    if problem:
        assert all(problem.say(language) for language in LANGUAGES)


def test_a_choice_that_is_not_offered_is_a_problem_that_names_the_options() -> None:
    order = question("birth-allowance", "order")
    assert order.problem("second") is None
    problem = order.problem("fifth")
    assert problem is not None
    assert "Первый; Второй; Третий" in problem.say("ru")
    assert "Бірінші; Екінші; Үшінші" in problem.say("kk")


@pytest.mark.parametrize(
    ("text", "option"),
    [
        ("2", "second"),
        ("второй", "second"),
        ("у меня будет второй", "second"),
        ("екінші", "second"),
        ("екинши бала", "second"),
        ("ekinshi", "second"),
        ("fnjhjq", None),
        ("dnjhjq", "second"),  # «второй» on the wrong keyboard
        ("пятый", "fourth"),
        ("first", "first"),
        ("первый или второй", None),
        ("не знаю", None),
        ("", None),
    ],
)
def test_an_option_is_read_as_people_type_it(text: str, option: str | None) -> None:
    assert question("birth-allowance", "order").read(text, "ru") == option


@pytest.mark.parametrize(
    ("text", "option"),
    [("II", "second"), ("іі топ", "second"), ("III группа", "third"), ("1", "first"), ("третья", "third")],
)
def test_roman_numbers_are_told_apart(text: str, option: str) -> None:
    assert question("disability-allowance", "group").read(text, "kk") == option


def test_an_option_is_read_by_its_place_in_the_list_and_by_a_part_of_its_title() -> None:
    what = question("notary-contract", "what")
    assert [what.read(text, "ru") for text in ("3", "вариант 4", "9")] == ["car", "other", None]
    assert what.read("жены", "ru") == "consent"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 млн 200 тыс", 1_200_000),
        ("500 000 тг", 500_000),
        ("500\N{NO-BREAK SPACE}000 ₸", 500_000),
        ("1,200,000", 1_200_000),
        ("2,5 млн", 2_500_000),
        ("жарты миллион", 500_000),
        ("полмиллиона", 500_000),
        ("50 мың", 50_000),
        ("уш жуз мын", 300_000),
        ("eki juz myn", 200_000),
        ("двести пятьдесят тысяч тенге", 250_000),
        ("350к", 350_000),
        ("екі", 2),
        ("три", 3),
        ("четверо детей", 4),
        ("бесеу", 5),
        ("ноль", 0),
        ("-5", -5),
        ("минус 5", -5),
        ("10-15", None),
        ("от 100 до 200", None),
        ("4 5", None),
        ("500 долларов", None),
        ("12 АЕК", None),
        ("не знаю", None),
    ],
)
def test_a_number_is_read_as_people_write_it(text: str, value: int | None) -> None:
    assert read_number(text, "money") == value


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [("12,5 МРП", "mrp", "12.5"), ("20000 тенге", "mrp", None), ("1.6 л", "cm3", "1600"), ("1 600", "cm3", "1600")],
)
def test_a_number_is_read_in_the_unit_that_is_asked_for(text: str, unit: str, value: str | None) -> None:
    assert read_number(text, unit) == (None if value is None else Decimal(value))


# --- finding


@pytest.mark.parametrize(
    ("text", "language", "identifier"),
    [
        ("рассчитай пособие на второго ребёнка", "ru", "birth-allowance"),
        ("посчитай декретные", "ru", "maternity-payment"),
        ("сколько будет штраф 20 мрп со скидкой", "ru", "traffic-fine"),
        ("алименты на двоих детей сколько", "ru", "alimony"),
        ("моя базовая пенсия при стаже 25 лет", "ru", "base-pension"),
        ("сколько стоит паспорт", "ru", "passport"),
        ("бала туғанда қанша береді", "kk", "birth-allowance"),
        ("bala tuganda kansha beredi", "kk", "birth-allowance"),
        ("зейнетақыны есептеп бер", "kk", "base-pension"),
        ("айыппұлды жартысына төлесем қанша", "kk", "traffic-fine"),
        ("мүгедектік бойынша жәрдемақы қанша", "kk", "disability-allowance"),
    ],
)
def test_a_wish_finds_its_calculation(text: str, language: Language, identifier: str) -> None:
    assert find(text, language)[0].id == identifier


@pytest.mark.parametrize("identifier", CALCULATIONS_BY_ID)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_title_of_a_calculation_finds_it(identifier: str, language: Language) -> None:
    assert find(CALCULATIONS_BY_ID[identifier].title[language], language)[0].id == identifier


def test_what_is_about_nothing_to_compute_finds_nothing() -> None:
    assert find("какая завтра погода", "ru") == []


def test_a_service_knows_its_calculations_its_own_before_shared_ones() -> None:
    assert {one.id for one in for_service("large-family-allowance")} == {
        "large-family-allowance",
        "awarded-mother-allowance",
    }
    assert [one.id for one in for_service("number-plates")] == ["vehicle-registration"]
    assert for_service("petition") == []


# --- formulas


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os')",
        "income.real",
        "2 ** 8",
        "[1][0]",
        "lambda: 1",
        "min(1)",
        "percent(1, 2)",
        "1 +",
        "1 < 2 < 3",
    ],
)
def test_what_is_no_arithmetic_is_no_formula(text: str) -> None:
    with pytest.raises(ValueError, match="formula"):
        Formula(text)


def test_a_formula_computes_without_losing_anything() -> None:
    assert Formula("0.1 + 0.2").amount({}) == Decimal("0.3")
    assert Formula("max(min(percent(40) * x, 10), 2) - 1").amount({"x": Decimal(20)}) == 7
    assert Formula('kind == "a" and not n > 3 or n in (7, 8)').holds({"kind": "b", "n": Decimal(7)})


@pytest.mark.parametrize("text", ['"a" + 1', '"a" < 2', 'kind == "a"'])
def test_a_formula_that_gives_no_number_says_so(text: str) -> None:
    with pytest.raises(ValueError, match="no number"):
        Formula(text).amount({"kind": "a"})


# --- checking the data


def broken(folder: Path, **changes: Any) -> list[str]:
    """The faults of a copy of one calculation with `changes`; `None` takes a field away."""
    data = yaml.safe_load((CALCULATIONS / "birth-allowance.yaml").read_text("utf-8")) | changes
    folder = folder / "calculations"
    folder.mkdir()
    left = {key: value for key, value in data.items() if value is not None}
    (folder / "birth-allowance.yaml").write_text(yaml.safe_dump(left, allow_unicode=True), "utf-8")
    faults, _ = of_folder(SERVICES, DAY, folder)
    return faults


def test_the_calculations_have_no_faults() -> None:
    assert of_folder(SERVICES, DAY)[0] == []


BOTH = {"ru": "Сколько?", "kk": "Қанша?"}
OPTION = {"id": "first", "title": {"ru": "Один", "kk": "Бір"}, "words": {"ru": ["один"], "kk": ["бір"]}}
AGAIN = {"id": "second", "title": {"ru": "Два", "kk": "Екі"}, "words": {"ru": ["один"], "kk": ["екі"]}}
NUMBER = {"id": "order", "kind": "number", "unit": "count", "min": 1, "max": 9, "ask": BOTH}


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"cases": [{"amount": "38 * mrp +"}]}, "is no formula"),
        ({"cases": [{"amount": "38 * mrpp"}]}, "nothing is called mrpp"),
        ({"cases": [{"when": 'order == "fifth"', "amount": "mrp"}]}, "order has no option fifth"),
        ({"cases": [{"when": 'order == "first"', "amount": "mrp"}]}, "order second: birth-allowance has no rule"),
        ({"cases": [{"amount": "mrp"}, {"amount": "2 * mrp"}]}, "cases.1: no way through the questions leads here"),
        ({"cases": [{"amount": "mrp", "from": date(2030, 1, 1)}]}, "has no rule for"),
        ({"cases": [{"amount": "38"}], "questions": [NUMBER, NUMBER]}, "stands twice"),
        ({"cases": [{"amount": "5 - order"}], "questions": [NUMBER]}, "a negative amount"),
        ({"cases": [{"amount": "5 / (order - 1)"}], "questions": [NUMBER]}, "order 1: "),
        ({"cases": [{"amount": "38"}], "questions": [{**NUMBER, "max": 1}]}, "below its `max`"),
        (
            {
                "cases": [{"amount": "1"}],
                "questions": [{"id": "a", "kind": "choice", "ask": BOTH, "options": [OPTION]}],
            },
            "two",
        ),
        (
            {
                "cases": [{"amount": "1"}],
                "questions": [{"id": "a", "kind": "choice", "ask": BOTH, "options": [OPTION, AGAIN]}],
            },
            "a.second.ru: «один» is read as",
        ),
        ({"result": {"ru": "Пособие.", "kk": "Жәрдемақы."}}, "must name the {amount}"),
        ({"result": {"ru": "Пособие — {amount}."}}, "result.kk"),
        ({"result": None}, "give a `result`"),
        ({"service": "no-such"}, "no-such"),
        ({"also_for": ["no-such"]}, "unknown service no-such"),
        (
            {"service": "marriage-registration", "section": "validity", "sources": ["baq-2026"]},
            "marriage-registration has no section validity",
        ),
        ({"sources": ["no-such"]}, "no-such"),
        ({"sources": []}, "sources"),
        ({"id": "other"}, "is other, but the file is birth-allowance.yaml"),
        ({"comment": "x"}, "comment"),
    ],
)
def test_a_fault_in_the_data_is_found(tmp_path: Path, changes: dict[str, Any], fault: str) -> None:
    faults = broken(tmp_path, **changes)
    assert any(fault in one for one in faults), faults


def test_a_file_that_is_no_yaml_is_one_fault_and_leaves_the_others_readable(tmp_path: Path) -> None:
    folder = tmp_path / "calculations"
    shutil.copytree(CALCULATIONS, folder)
    (folder / "passport.yaml").write_text("id: [", "utf-8")
    faults, read = of_folder(SERVICES, DAY, folder)
    assert len(faults) == 1
    assert faults[0].startswith("calculations/passport.yaml: file: ")
    assert len(read) == len(CALCULATIONS_BY_ID) - 1
    with pytest.raises(ExceptionGroup):
        load_all(folder)


def test_a_source_may_be_another_services() -> None:
    calculation: Calculation = load(CALCULATIONS / "civil-status-fee.yaml")
    divorce = calculation.compute({"act": "divorce"}, DAY)
    assert [one.id for one in divorce.sources] == ["baq-2026", "zakon-2026"]
    assert set(divorce.sources) <= set(SERVICES["divorce-registration"].sources)
