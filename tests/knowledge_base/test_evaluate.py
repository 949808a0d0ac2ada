"""The development set, what is measured on it, and the tuning."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from knowledge_base.decision import DECISION, Decider, Evidence
from knowledge_base.evaluation import questions, release, report
from knowledge_base.evaluation.calibrate import calibrate
from knowledge_base.evaluation.measure import Measured, measure
from knowledge_base.evaluation.plot import draw
from knowledge_base.model import SECTIONS, load_all
from knowledge_base.search import Searcher
from nlu.text.fold import fold

KEPT_FOR_TESTS = (
    "Как заменить удостоверение личности, если потерял?",
    "Жеке куәлікті жоғалтып алдым, не істеймін?",
    "kuәlik merzimi bitti",
)


SETS = (questions.DEVELOPMENT, questions.HELD_BACK)


@pytest.fixture(scope="module")
def measured(searcher: Searcher) -> list[Measured]:
    """The development questions, searched once."""
    return measure(searcher, questions.read())


@pytest.mark.parametrize("path", SETS, ids=lambda path: path.stem)
def test_questions_are_labelled_with_what_there_is(path: Path) -> None:
    services = load_all()
    asked = questions.read(path)
    assert {question.service for question in asked} == {*services, None}
    assert {question.section for question in asked} <= {*SECTIONS, None}
    assert {question.language for question in asked} == {"ru", "kk"}
    for language in ("ru", "kk"):
        of_language = [question for question in asked if question.language == language]
        assert sum(question.is_complaint for question in of_language) >= 50
        assert sum(question.service is None and not question.is_complaint for question in of_language) >= 40


def test_there_are_enough_development_questions() -> None:
    assert len(questions.read()) >= 600


@pytest.mark.parametrize("path", SETS, ids=lambda path: path.stem)
def test_no_question_is_an_example_question_or_kept_for_tests(path: Path) -> None:
    examples = {
        fold(text) for service in load_all().values() for text in (*service.questions.ru, *service.questions.kk)
    }
    examples |= {fold(text) for text in KEPT_FOR_TESTS}
    assert not [question.text for question in questions.read(path) if fold(question.text) in examples]


def test_no_held_back_question_is_a_development_question() -> None:
    development = {fold(question.text) for question in questions.read()}
    assert not [one.text for one in questions.read(questions.HELD_BACK) if fold(one.text) in development]


def test_a_faulty_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text('{"text": "a", "language": "ru", "kind": "clean", "service": null, "section": null}\n{}\n')
    with pytest.raises(ValueError, match="line 2"):
        questions.read(path)


def test_spoilt_questions_keep_their_label_and_are_the_same_each_time() -> None:
    clean = [question for question in questions.read() if question.kind == "clean" and question.service][::20]
    spoilt = questions.spoilt(clean)
    assert {one.kind for one in spoilt} == set(questions.KINDS)
    assert {one.service for one in spoilt} == {one.service for one in clean}
    assert not {one.text for one in spoilt} & {one.text for one in clean}
    assert spoilt == questions.spoilt(clean)


@pytest.mark.parametrize(("language", "first", "among_three"), [("ru", 0.90, 0.95), ("kk", 0.88, 0.95)])
def test_search_reaches_what_it_has_reached(
    measured: list[Measured], language: str, first: float, among_three: float
) -> None:
    ranks = [one.rank for one in measured if one.question.language == language and one.question.service]
    assert sum(rank == 1 for rank in ranks) / len(ranks) >= first
    assert sum(rank is not None and rank <= 3 for rank in ranks) / len(ranks) >= among_three


def test_decisions_keep_to_their_bounds(measured: list[Measured]) -> None:
    known = [one for one in measured if one.question.service]
    outside = [one for one in measured if not one.question.service]
    answers = [one for one in known if one.decision == "answer"]
    assert sum(one.rank == 1 for one in answers) / len(answers) >= 0.95
    assert sum(one.decision == "answer" for one in outside) / len(outside) <= 0.05
    assert sum(one.decision == "none" for one in known) / len(known) <= 0.20


def test_spoilt_questions_stay_right(searcher: Searcher, measured: list[Measured]) -> None:
    right = [one.question for one in measured if one.rank == 1 and one.question.kind == "clean"][::4]
    spoilt = measure(searcher, questions.spoilt(right))
    assert sum(one.rank == 1 for one in spoilt) / len(spoilt) >= 0.93


def test_the_report_tells_methods_domains_confusions_and_the_release_before(
    searcher: Searcher, measured: list[Measured], tmp_path: Path
) -> None:
    domain_of = {slug: service.domain for slug, service in load_all().items()}
    before = release.latest()
    assert before is not None
    lines = [
        *report.methods(measured, searcher.services),
        *report.decisions(measured),
        *report.domains(measured, domain_of),
        *report.confusions(measured),
        *report.comparison(measured, before),
        *report.complaints([("complaint", True), ("ask", True), ("complaint", False), ("ask", False)]),
    ]
    text = "\n".join(lines)
    for word in ("bm25", "characters", "together", "out of scope kk", "identity", f"release {before.name}"):
        assert word in text
    assert len(list(report.confusions(measured))) == 1 + report.WORST
    assert "recognised 50.0" in text
    draw(measured, searcher.services, searcher.decider, tmp_path / "picture.svg")
    assert "</svg>" in (tmp_path / "picture.svg").read_text("utf-8")


def test_a_release_is_remembered_question_by_question(measured: list[Measured], tmp_path: Path) -> None:
    release.record("0.9.0", measured[:5], tmp_path)
    release.record("0.10.0", measured[:3], tmp_path)
    newest = release.latest(tmp_path)
    assert newest is not None
    assert newest.name == "0.10.0"
    assert newest.of(measured[0].question.text) == (measured[0].rank, measured[0].decision)
    assert newest.of(measured[4].question.text) is None


def test_tuning_writes_files_that_decide(searcher: Searcher, tmp_path: Path) -> None:
    decider = calibrate(searcher, questions.read()[::3], tmp_path / "decision.yaml", None)
    sure = Evidence(dense=0.95, foreign=0.1, characters=0.9, coverage=1.0, margin=2.0)
    lost = Evidence(dense=0.1, foreign=0.9, characters=0.0, coverage=0.0, margin=0.1)
    for language in ("ru", "kk"):
        assert decider.decide(sure, language) == "answer"
        assert decider.decide(lost, language) == "none"


def test_between_the_thresholds_it_asks_back(tmp_path: Path) -> None:
    models = yaml.safe_load(DECISION.read_text("utf-8"))
    for model in models["languages"].values():
        model["known"]["threshold"], model["right"]["threshold"] = 0.0, 1.0
    path = tmp_path / "decision.yaml"
    path.write_text(yaml.safe_dump(models))
    assert (
        Decider(path).decide(Evidence(dense=0.9, foreign=0.1, characters=0.9, coverage=1.0, margin=0.01), "kk")
        == "clarify"
    )
