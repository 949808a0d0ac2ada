"""What the report says of coverage, support and freshness."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from knowledge_base import calculations
from knowledge_base.model import SERVICES, load, load_all
from knowledge_base.report import page, table
from tests.knowledge_base.conftest import Files

DAY = date(2026, 11, 24)
LATER = date(2027, 12, 1)
CONFIRMED = {"ru": "Короткий текст.", "kk": "Қысқа мәтін.", "sources": ["a"]}
WORDS = {"ru": "Слова", "kk": "Сөздер"}


def services(files: Files) -> list:
    cases = [{"when": WORDS, "what": WORDS, "sources": ["a"]}, {"when": WORDS, "what": WORDS, "unconfirmed": True}]
    files.add("third", fee=CONFIRMED, term=CONFIRMED, cases=cases)
    return [load(path) for path in sorted(files.folder.glob("*/*.yaml"))]


def test_the_table_sums_up_domains_and_names_what_is_not_confirmed(files: Files) -> None:
    lines = list(table(services(files), DAY))
    assert lines[0].split()[:2] == ["services", "sections"]
    assert lines[1].split()[:2] == ["trial", "3"]
    assert lines[2].split()[:2] == ["all", "3"]
    # third: eight sections and two cases, of which fee, term and one case are confirmed
    assert "30 %" in lines[-1]
    assert lines[-1].endswith("summary, who, documents, in_person, cases±, status, law")
    assert "0 %" in lines[-2]


def test_a_review_that_is_past_is_marked(files: Files) -> None:
    assert not any("(due)" in line for line in table(services(files), DAY))
    assert sum("(due)" in line for line in table(services(files), LATER)) == 5  # the domain, the whole, each service


def test_the_page_says_of_each_section_whether_it_is_confirmed(files: Files) -> None:
    text = page(services(files), DAY)
    row = next(line for line in text.splitlines() if line.startswith("| [third]"))
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells[1:3] == ["Услуга third", "Қызмет third"]
    assert cells[3:15] == ["?", "?", "?", "–", "?", "✓", "✓", "–", "±", "–", "?", "?"]


def test_the_page_in_the_repository_is_of_these_services() -> None:
    made = Path(SERVICES.parent.parent / "docs" / "knowledge.md").read_text("utf-8")
    day = date.fromisoformat(made.partition(" on ")[2].partition(" from ")[0])
    assert made == page(load_all().values(), day, calculations.load_all().values()), "run «jauap kb report»"


def test_the_page_lists_each_computed_amount_with_its_sources() -> None:
    [birth] = calculations.for_service("birth-allowance")
    last = page(load_all().values(), DAY, [birth]).splitlines()[-1]
    assert last.startswith("| [birth-allowance](../knowledge_base/calculations/birth-allowance.yaml) |")
    assert "| birth-allowance | 1 | [2026-03](https://dknews.kz/" in last
