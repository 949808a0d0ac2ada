"""The development set, what is measured on it, and the tuning."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from knowledge_base import evaluate
from knowledge_base.calibrate import calibrate
from knowledge_base.decision import DECISION, Decider, Evidence
from knowledge_base.model import SECTIONS, load_all
from knowledge_base.search import Searcher
from nlu.text.fold import fold

KEPT_FOR_TESTS = (
    "Как заменить удостоверение личности, если потерял?",
    "Жеке куәлікті жоғалтып алдым, не істеймін?",
    "kuәlik merzimi bitti",
)


def test_development_questions_are_labelled_with_what_there_is() -> None:
    services = load_all()
    questions = evaluate.read()
    assert len(questions) >= 220
    assert {question.service for question in questions} == {*services, None}
    assert {question.section for question in questions} <= {*SECTIONS, None}


def test_no_development_question_is_an_example_question_or_kept_for_tests() -> None:
    examples = {
        fold(text) for service in load_all().values() for text in (*service.questions.ru, *service.questions.kk)
    }
    examples |= {fold(text) for text in KEPT_FOR_TESTS}
    assert not [question.text for question in evaluate.read() if fold(question.text) in examples]


def test_a_faulty_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text('{"text": "a", "language": "ru", "kind": "clean", "service": null, "section": null}\n{}\n')
    with pytest.raises(ValueError, match="line 2"):
        evaluate.read(path)


def test_search_reaches_what_it_has_reached(searcher: Searcher) -> None:
    measured = evaluate.measure(searcher, evaluate.read())
    known = [one for one in measured if one.question.service]
    first = sum(one.rank(one.ranking.fused, searcher.services) == 1 for one in known)
    assert first / len(known) >= 0.85
    outside = [one for one in measured if not one.question.service]
    assert sum(one.decision == "answer" for one in outside) / len(outside) <= 0.10
    answers = [one for one in known if one.decision == "answer"]
    assert sum(one.rank(one.ranking.fused, searcher.services) == 1 for one in answers) / len(answers) >= 0.93
    assert "together" in "\n".join(evaluate.table(measured, searcher.services))


def test_tuning_writes_files_that_decide(searcher: Searcher, tmp_path: Path) -> None:
    questions = evaluate.read()[::3]
    decider = calibrate(searcher, questions, tmp_path / "decision.yaml", None)
    sure, lost = Evidence(0.95, 0.9, 1.0, 2.0), Evidence(0.1, 0.0, 0.0, 0.1)
    for language in ("ru", "kk"):
        assert decider.decide(sure, language) == "answer"
        assert decider.decide(lost, language) == "none"


def test_between_the_thresholds_it_asks_back(tmp_path: Path) -> None:
    models = yaml.safe_load(DECISION.read_text("utf-8"))
    for model in models["languages"].values():
        model["known"]["threshold"], model["right"]["threshold"] = 0.0, 1.0
    path = tmp_path / "decision.yaml"
    path.write_text(yaml.safe_dump(models))
    assert Decider(path).decide(Evidence(0.9, 0.9, 1.0, 0.01), "kk") == "clarify"
