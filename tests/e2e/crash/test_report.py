"""The report counts what the verdicts found, and puts its table where a document has the place for it."""

from __future__ import annotations

import random
from datetime import date

import pytest

from tests.e2e.crash.chaos import Outage, plan
from tests.e2e.crash.report import Channel, Latencies, Report, record
from tests.e2e.crash.verdict import Verdict


def report(verdict: Verdict, *faults: str) -> Report:
    channel = Channel(messages=3, answers=2, verdicts=[Verdict(), verdict])
    outages = [Outage("rasa", 10, 30), Outage("service", 50, 90)]
    return Report(7, 2, 120, {"service": 1, "rasa": 1}, outages, 0, {"web": channel}, list(faults))


@pytest.mark.parametrize("kind", ["lost", "doubled", "disordered", "strange"])
def test_one_bad_answer_makes_a_run_unsound_and_stands_in_the_table(kind):
    assert report(Verdict()).sound
    bad = report(Verdict(**{kind: ["a"]}))
    assert not bad.sound
    assert bad.table() != report(Verdict()).table()


def test_what_the_database_shows_makes_a_run_unsound_and_is_told():
    bad = report(Verdict(), "left open: 1")
    assert not bad.sound
    assert "left open: 1" in bad.table()


def test_an_answer_with_any_part_of_an_outage_in_between_is_counted_apart():
    latencies = Latencies()
    outages = [Outage("rasa", 10, 30)]
    for asked, answered in ((1, 9), (31, 32), (9, 11), (29, 31), (9, 31), (15, 16)):
        latencies.add(asked, answered, outages)
    assert (latencies.calm, latencies.disturbed) == ([8, 1], [2, 2, 22, 1])


def test_the_table_replaces_what_stands_between_the_marks(tmp_path):
    document = tmp_path / "reliability.md"
    document.write_text("before\n<!-- soak -->\nold\n<!-- /soak -->\nafter\n")
    for _ in range(2):
        record(report(Verdict()), document, "make soak", date(2026, 11, 29))
    text = document.read_text()
    assert text.startswith("before\n<!-- soak -->\nRun on 2026-11-29, on ")
    assert text.endswith("<!-- /soak -->\nafter\n")
    assert text.count("| messages") == 1
    assert "old" not in text


def test_a_document_without_the_marks_is_left_alone(tmp_path):
    document = tmp_path / "reliability.md"
    document.write_text("text")
    with pytest.raises(ValueError, match="no place"):
        record(report(Verdict()), document, "make soak", date(2026, 11, 29))
    assert document.read_text() == "text"


def test_kills_are_spread_over_the_run_and_the_same_for_the_same_seed():
    kills = plan(1000, service=8, rasa=4, chance=random.Random(3))
    assert kills == plan(1000, service=8, rasa=4, chance=random.Random(3))
    assert sorted(kill.target for kill in kills) == ["rasa"] * 4 + ["service"] * 6 + ["starting"] * 2
    moments = [kill.messages for kill in kills]
    assert moments == sorted(moments)
    assert 0 < moments[0] <= 1000 / 13
    assert moments[-1] < 1000
