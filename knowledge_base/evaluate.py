"""Measuring the search on labelled questions, beside each of its methods alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from knowledge_base import sections
from knowledge_base.decision import Decision, Evidence
from knowledge_base.search import METHODS, Ranking, Searcher
from nlu.text.normalise import normalise
from texts import LANGUAGES, Language

DEVELOPMENT = Path(__file__).parent.parent / "evaluation" / "development.jsonl"

__all__ = ["DEVELOPMENT", "Measured", "Question", "measure", "read", "table"]


@dataclass(frozen=True, slots=True)
class Question:
    """A labelled question; `service` is `None` where the knowledge base has nothing on it."""

    text: str
    language: Language
    kind: str
    service: str | None
    section: str | None


@dataclass(frozen=True, slots=True)
class Measured:
    """One question with what the search made of it."""

    question: Question
    ranking: Ranking
    evidence: Evidence
    decision: Decision
    section: str | None

    def rank(self, scores: np.ndarray, services: list[str]) -> int:
        """The place of the right service, from 1; equal scores count against it."""
        right = scores[services.index(self.question.service)] if self.question.service in services else -np.inf
        return int((scores >= right).sum())


def read(path: Path = DEVELOPMENT) -> list[Question]:
    """Questions, one JSON object a line. Raises `ValueError` that names the faulty line."""
    questions = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        try:
            questions.append(Question(**json.loads(line)))
        except (ValueError, TypeError) as error:
            raise ValueError(f"{path.name}, line {number}: {error}") from None
    return questions


def measure(searcher: Searcher, questions: list[Question]) -> list[Measured]:
    """Search every question, its language identified as it is for a citizen."""
    return [_one(searcher, question) for question in questions]


def _one(searcher: Searcher, question: Question) -> Measured:
    result = searcher.search(question.text, limit=1)
    text = normalise(question.text)
    ranking = searcher.rank(text, result.language)
    evidence = searcher.evidence(ranking, sections.remainder(text))
    return Measured(question, ranking, evidence, result.decision, result.results[0].section)


def table(measured: list[Measured], services: list[str]) -> Iterator[str]:
    """The lines of a table: recall by method, then decisions, by language and kind; shares in per cent."""
    known = [one for one in measured if one.question.service]
    yield f"{len(measured)} questions, {len(known)} of them on something known; recall@1/recall@3, %"
    groups = list(_groups(known))
    yield f"{'':12}" + "".join(f"{name:>16}" for name, _ in groups)
    yield f"{'questions':12}" + "".join(f"{len(group):>16}" for _, group in groups)
    for method in (*METHODS, "together"):
        cells = []
        for _, group in groups:
            ranks = np.array([one.rank(_scores(one, method), services) for one in group])
            cells.append(f"{_percent(ranks <= 1)}/{_percent(ranks <= 3)}")
        yield f"{method:12}" + "".join(f"{cell:>16}" for cell in cells)
    yield ""
    yield "decisions, %"
    yield f"{'':22}{'answer':>8}{'clarify':>8}{'none':>8}{'right of the answers':>22}{'section':>9}"
    for name, group in [*_groups(known), *_groups([one for one in measured if not one.question.service])]:
        answers = [one for one in group if one.decision == "answer"]
        right = [one.rank(one.ranking.fused, services) == 1 and one.question.service is not None for one in answers]
        shares = "".join(f"{_percent([one.decision == choice for one in group]):>8}" for choice in Decision.__args__)  # type: ignore[attr-defined]
        labelled = [one.section == one.question.section for one in group if one.question.section]
        yield f"{name + f' ({len(group)})':22}{shares}{_percent(right):>22}{_percent(labelled):>9}"


def _groups(measured: list[Measured]) -> Iterator[tuple[str, list[Measured]]]:
    tests: list[tuple[str, Callable[[Measured], bool]]] = [("all", lambda one: True)]
    tests += [(language, lambda one, language=language: one.question.language == language) for language in LANGUAGES]  # type: ignore[misc]
    kinds = dict.fromkeys(one.question.kind for one in measured)
    if len(kinds) > 1:
        tests += [(kind, lambda one, kind=kind: one.question.kind == kind) for kind in kinds]  # type: ignore[misc]
    for name, test in tests:
        if group := [one for one in measured if test(one)]:
            yield ("out of scope " if not group[0].question.service else "") + name, group


def _scores(one: Measured, method: str) -> np.ndarray:
    return one.ranking.fused if method == "together" else one.ranking.by_method[method]


def _percent(truths: object) -> str:
    values = np.asarray(truths, dtype=float)
    return f"{100 * values.mean():.0f}" if values.size else "-"
