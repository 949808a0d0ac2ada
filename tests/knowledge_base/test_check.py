"""Faults and warnings of service files, and the template that begins a new one."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge_base.check import check
from knowledge_base.model import load
from knowledge_base.template import new
from tests.knowledge_base.conftest import Files

DAY = date(2026, 11, 24)


def both(ru: str, kk: str = "Қысқа мәтін.") -> dict[str, Any]:
    return {"ru": ru, "kk": kk, "unconfirmed": True}


def test_the_real_knowledge_base_has_no_faults() -> None:
    assert check(on=DAY) == ([], [])


def test_sound_files_have_no_faults(files: Files) -> None:
    fee = {"ru": "Пошлина — {0.2 mrp}.", "kk": "Мемлекеттік баж – {0.2 mrp}.", "sources": ["a"]}
    term = both("Обычно 5 рабочих дней. С 2026 года быстрее.", "Әдетте 5 жұмыс күні. 2026 жылдан бері тезірек.")
    files.add("third", fee=fee, term=term)
    assert check(files.folder, DAY) == ([], [])


@pytest.mark.parametrize(
    ("changes", "warning"),
    [
        ({"who": both("Слово " * 23 + ".")}, "trial/third.yaml: who.ru: a sentence of 23 words, more than 22: «Слово"),
        (
            {"who": both("Все.", "Оны ЦОН-нан алады.")},
            "trial/third.yaml: who.kk: «ЦОН-нан»: the glossary has «ХҚКО»",
        ),
    ],
)
def test_a_warning_names_file_field_and_reason(files: Files, changes: dict[str, Any], warning: str) -> None:
    files.add("third", **changes)
    faults, warnings = check(files.folder, DAY)
    assert faults == []
    assert len(warnings) == 1
    assert warnings[0].startswith(warning)


def test_law_may_have_long_sentences_and_quotations_other_words(files: Files) -> None:
    files.add("third", law=both("Слово " * 40 + "."), who=both("Все.", "«ЦОН» батырмасын (ЦОН) басыңыз."))
    assert check(files.folder, DAY) == ([], [])


def test_a_case_that_holds_no_longer_is_a_warning(files: Files) -> None:
    words = {"ru": "Слова", "kk": "Сөздер"}
    files.add("third", cases=[{"when": words, "what": words, "sources": ["a"], "until": "2026-06-30"}])
    assert check(files.folder, DAY).warnings == [
        "trial/third.yaml: cases[0]: held until 2026-06-30; nobody is told of it any more"
    ]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"fee": None}, "trial/third.yaml: fee: "),
        ({"feee": both("Опечатка.")}, "trial/third.yaml: feee: "),
        ({"slug": "other"}, "trial/third.yaml: slug: is other"),
        ({"related": ["nowhere"]}, "trial/third.yaml: related: unknown service nowhere"),
        ({"fee": both("Пошлина — 0,2 МРП.")}, "trial/third.yaml: fee.ru: «0,2 МРП» must be a formula"),
        (
            {"fee": both("Пошлина.", "Баж – 0,2 АЕК, міндетті.")},
            "trial/third.yaml: fee.kk: «0,2 АЕК» must be a formula",
        ),
        ({"fee": both("Пошлина — {0.2 mpr}.")}, "trial/third.yaml: fee.ru: {0.2 mpr} is no formula"),
        ({"fee": both("Пошлина — {0,2 mrp}.")}, "trial/third.yaml: fee.ru: {0,2 mrp} is no formula"),
        ({"fee": both("Пошлина — 0.2 mrp}.")}, "trial/third.yaml: fee.ru: a brace without its partner"),
        ({"who": both("Кез келген азамат алады, өтініш береді.")}, "trial/third.yaml: who.ru: Kazakh letter «ө»"),
        (
            {"who": both("Любой.", "Любой гражданин Казахстана, который живет в стране постоянно.")},
            "trial/third.yaml: who.kk: no Kazakh letter",
        ),
        ({"documents": both("Слово " * 700, "Сөз " * 10)}, "trial/third.yaml: documents.ru: "),
        (
            {"who": both("Любой.", "Справканы алу үшін нужно прийти в центр и подать заявление.")},
            "trial/third.yaml: who.kk: its words are Russian",
        ),
        (
            {"who": both("Аныктама алу ушин мекемеге барып, отиниш беру керек болады.")},
            "trial/third.yaml: who.ru: its words are Kazakh",
        ),
        ({"fee": both("Цена — {0.2 mrp}.")}, "trial/third.yaml: fee.ru: «{0.2 mrp}» stands there as a fact"),
        ({"fee": both("Цена 500 тенге.")}, "trial/third.yaml: fee.ru: «0 тенге» stands there as a fact"),
        ({"term": both("Ждать 5 рабочих дней.")}, "trial/third.yaml: term.ru: «5 рабочих дней» stands there as a fact"),
        ({"term": both("Ждать.", "3 күн күтіңіз.")}, "trial/third.yaml: term.kk: «3 күн» stands there as a fact"),
        (
            {"fee": both("Пять.", "Мөлшері – 5 ең төменгі жалақы.")},
            "trial/third.yaml: fee.kk: «5 ең төменгі жалақы» must be a formula",
        ),
        (
            {"questions": {"ru": ["А сколько это стоит?"], "kk": ["third қалай аламын"]}},
            "trial/third.yaml: questions.ru.0: «А сколько это стоит?» names nothing of this service",
        ),
    ],
)
def test_a_fault_names_file_field_and_reason(files: Files, changes: dict[str, Any], fault: str) -> None:
    files.add("third", **changes)
    faults, _ = check(files.folder, DAY)
    assert [line for line in faults if line.startswith(fault)], faults
    assert all("\n" not in line for line in faults)


def test_a_file_that_is_no_yaml_is_a_fault_of_one_line(files: Files) -> None:
    (files.folder / "trial" / "third.yaml").write_text("slug: [third\n  x", "utf-8")
    (files.folder / "trial" / "fourth.yaml").write_bytes(b"\xff\xfe\x00")
    faults, _ = check(files.folder, DAY)
    assert [line.split(": ")[:2] for line in faults] == [["trial/fourth.yaml", "file"], ["trial/third.yaml", "file"]]
    assert all("\n" not in line for line in faults)


def test_one_question_twice_in_a_service_is_a_fault(files: Files) -> None:
    files.add("third", questions={"ru": ["third где", "Third, где?"], "kk": ["third қалай аламын"]})
    assert check(files.folder, DAY).faults == ["trial/third.yaml: questions.ru.1: the same question stands under third"]


def test_one_question_under_two_services_is_a_fault_however_it_is_spelt(files: Files) -> None:
    files.add("third", questions={"ru": ["Как получить FIRST?"], "kk": ["third қалай аламын"]})
    faults, _ = check(files.folder, DAY)
    assert faults == ["trial/third.yaml: questions.ru.0: the same question stands under first"]


def test_a_rate_unknown_on_the_day_is_a_fault(files: Files) -> None:
    files.add("third", fee={"ru": "Пошлина — {0.2 mrp}.", "kk": "Баж – {0.2 mrp}.", "sources": ["a"]})
    faults, _ = check(files.folder, date(2031, 1, 1))
    assert any("trial/third.yaml: fee.ru: rates.yaml has no mrp for 2031-01-01" in line for line in faults)


def test_a_review_that_is_due_is_a_warning(files: Files) -> None:
    faults, warnings = check(files.folder, date(2027, 11, 24))
    assert faults == []
    assert warnings[0] == "trial/first.yaml: review_by: was to be reviewed by 2027-11-23"


def test_the_template_has_the_form_of_a_service(tmp_path: Path) -> None:
    path = new("trial/brand-new", tmp_path, DAY)
    data = yaml.safe_load(path.read_text("utf-8"))
    assert (data["verified"], data["review_by"]) == (DAY, date(2027, 5, 24))
    # only what must be filled in keeps it from loading
    data["sources"][0].update(id="a", url="https://example.kz")
    path.write_text(yaml.safe_dump(data, allow_unicode=True), "utf-8")
    assert load(path).slug == "brand-new"


def test_an_existing_file_is_never_overwritten(files: Files) -> None:
    before = (files.folder / "trial" / "first.yaml").read_text("utf-8")
    with pytest.raises(FileExistsError):
        new("trial/first", files.folder)
    assert (files.folder / "trial" / "first.yaml").read_text("utf-8") == before


@pytest.mark.parametrize("place", ["first", "../first", "a/b/c", "Trial/First", "trial/", "trial/a b"])
def test_a_place_of_another_form_is_refused(tmp_path: Path, place: str) -> None:
    with pytest.raises(ValueError, match="domain/slug"):
        new(place, tmp_path)
