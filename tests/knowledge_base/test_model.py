"""Announced changes take effect by themselves on their day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from knowledge_base.model import Service, load
from knowledge_base.render import cited, render
from tests.knowledge_base.conftest import Files, service

EVE = date(2026, 12, 31)
DAY = date(2027, 1, 1)
SOURCES = [
    {"id": one, "url": f"https://example.kz/{one}", "date": "2026-11-01", "supports": "всё"} for one in ("old", "new")
]


def wording(ru: str, source: str, **more: Any) -> dict[str, Any]:
    return {"ru": ru, "kk": f"{ru} (қаз)", "sources": [source], **more}


def made(**changes: Any) -> Service:
    return Service.model_validate(service("first", sources=SOURCES, **changes))


def test_a_change_holds_from_its_day_on_with_its_own_sources() -> None:
    fee = wording("Бесплатно.", "old", changes=[wording("Платно.", "new", **{"from": "2027-01-01"})])
    one = made(fee=fee)
    assert "Бесплатно." in render(one, "fee", "ru", EVE)
    assert "Платно." in render(one, "fee", "ru", DAY)
    assert "Платно. (қаз)" in render(one, "fee", "kk", DAY)
    assert [source.id for source in cited(one.on(EVE), "fee")] == ["old"]
    assert [source.id for source in cited(one.on(DAY), "fee")] == ["new"]


def test_of_several_changes_the_latest_begun_holds_whatever_their_order() -> None:
    changes = [
        wording("Третье.", "new", **{"from": "2028-01-01"}),
        wording("Второе.", "new", **{"from": "2027-01-01"}),
    ]
    one = made(fee=wording("Первое.", "old", changes=changes))
    told = [one.on(day).fee.ru for day in (EVE, DAY, date(2028, 6, 1))]
    assert told == ["Первое.", "Второе.", "Третье."]


@pytest.mark.parametrize("kind", ["cases", "refusals"])
def test_cases_and_refusals_hold_from_and_until_their_days_both_included(kind: str) -> None:
    words = {"ru": "Слова", "kk": "Сөздер"}
    texts = {"when": words, "what": words} if kind == "cases" else {"why": words, "then": words}
    one = made(**{kind: [{**texts, "sources": ["old"], "from": "2026-12-31", "until": "2027-01-01"}]})
    held = [bool(getattr(one.on(day), kind)) for day in (EVE - timedelta(1), EVE, DAY, DAY + timedelta(1))]
    assert held == [False, True, True, False]
    assert kind not in one.on(DAY + timedelta(1)).sections()


def test_a_change_needs_a_source_or_to_be_called_unconfirmed(files: Files) -> None:
    changes = [{"from": "2027-01-01", "ru": "Платно.", "kk": "Ақылы."}]
    path = files.add("third", fee=wording("Бесплатно.", "a", changes=changes))
    with pytest.raises(ExceptionGroup) as caught:
        load(path)
    assert "fee.changes.0: Value error, give either `sources` or `unconfirmed: true`" in str(caught.value.exceptions[0])


def test_a_change_may_not_name_an_unknown_source() -> None:
    with pytest.raises(ValueError, match=r"fee.changes\[0\]: unknown source other"):
        made(fee=wording("Бесплатно.", "old", changes=[wording("Платно.", "other", **{"from": "2027-01-01"})]))


def test_what_ends_before_it_begins_is_a_fault() -> None:
    words = {"ru": "Слова", "kk": "Сөздер"}
    case = {"when": words, "what": words, "sources": ["old"], "from": "2027-01-02", "until": "2027-01-01"}
    with pytest.raises(ValueError, match="must not come before"):
        made(cases=[case])


def test_sections_that_are_unconfirmed_have_no_sources() -> None:
    words = {"ru": "Слова", "kk": "Сөздер"}
    one = made(refusals=[{"why": words, "then": words, "unconfirmed": True}])
    assert one.sources_of("refusals") == []
    assert one.sources_of("fee") == []
