"""Faults and warnings of service files, and the template that begins a new one."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge_base.check import check
from knowledge_base.model import load
from knowledge_base.report import coverage
from knowledge_base.template import new
from tests.knowledge_base.conftest import Files

DAY = date(2026, 11, 24)


def both(ru: str, kk: str = "Қысқа мәтін.") -> dict[str, Any]:
    return {"ru": ru, "kk": kk, "unconfirmed": True}


def test_the_real_knowledge_base_has_no_faults() -> None:
    assert check(on=DAY) == ([], [])


def test_sound_files_have_no_faults(files: Files) -> None:
    files.add("third", fee=both("Пошлина — {0.2 mrp}.", "Мемлекеттік баж — {0.2 mrp}."))
    assert check(files.folder, DAY) == ([], [])


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


def test_one_question_under_two_services_is_a_fault_however_it_is_spelt(files: Files) -> None:
    files.add("third", questions={"ru": ["Как получить FIRST?"], "kk": ["third қалай аламын"]})
    faults, _ = check(files.folder, DAY)
    assert faults == ["trial/third.yaml: questions.ru.0: the same question stands under first"]


def test_a_rate_unknown_on_the_day_is_a_fault(files: Files) -> None:
    files.add("third", fee=both("Пошлина — {0.2 mrp}."))
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


def test_the_report_has_a_line_a_service_and_marks_what_is_due(files: Files) -> None:
    services = [load(path) for path in sorted(files.folder.glob("*/*.yaml"))]
    lines = list(coverage(services, date(2027, 12, 1)))
    assert lines[1].startswith("trial/first")
    assert lines[1].endswith("2027-11-23 !")
    assert lines[-1] == "2 services"
