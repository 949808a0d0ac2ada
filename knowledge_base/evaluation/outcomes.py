"""What an index makes of the development questions, kept in it, and whether a new one may replace the one in use."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from knowledge_base.evaluation import gate, kept, questions
from knowledge_base.evaluation.measure import measure
from knowledge_base.evaluation.questions import Question
from knowledge_base.index import Index
from knowledge_base.search import Searcher, decision_file

FILE = "evaluation.json"
# What decides, beside the index itself, what becomes of a question.
CODE = (
    "knowledge_base/*.py", "knowledge_base/*.yaml", "knowledge_base/evaluation/measure.py",
    "nlu/text/*", "nlu/kazakh/*",
)  # fmt: skip

__all__ = ["Outcome", "judge", "marks", "outcomes"]


class Outcome(NamedTuple):
    """The place of the right service, from 1, None where it is none that the index knows; decision and section."""

    rank: int | None
    decision: str
    section: str | None


Outcomes = dict[str, Outcome]
"""By the question's text."""


def marks(asked: Iterable[Question], found: Outcomes, services: set[str]) -> dict[str, dict[str, bool]]:
    """Which questions went well in each figure; questions about services that are not among `services` are left out."""
    of: dict[str, dict[str, bool]] = {}
    for question in asked:
        outcome = found.get(question.text)
        if outcome is None or (question.service and question.service not in services):
            continue
        for figure, well in _figures(question, outcome):
            of.setdefault(f"{question.language}: {figure}", {})[question.text] = well
    return {figure: of[figure] for figure in sorted(of)}


def _figures(question: Question, outcome: Outcome) -> Iterator[tuple[str, bool]]:
    if question.service is None:
        yield "nothing answered that is unknown", outcome.decision != "answer"
        return
    right = outcome.rank == 1
    yield "right service first", right
    yield "right service among three", outcome.rank is not None and outcome.rank <= 3
    yield "answered rightly", outcome.decision == "answer" and right
    yield "not answered wrongly", outcome.decision != "answer" or right
    yield "not wrongly told none", outcome.decision != "none"
    if question.section:
        yield "right section", outcome.section == question.section


def outcomes(searcher: Searcher, asked: Iterable[Question]) -> Outcomes:
    return {one.question.text: Outcome(one.rank, one.decision, one.section) for one in measure(searcher, asked)}


def judge(
    data_dir: Path,
    encoder: str | None,
    *,
    accept_worse: bool = False,
    progress: Callable[[str], None] = lambda line: None,
    path: Path = questions.DEVELOPMENT,
) -> Callable[[Index | None, Index], None]:
    """What `index.build` asks before it switches: it raises `gate.Worse` where the new index answers worse.

    Both are measured as this program searches, for that is what citizens would get with either. What came out is kept
    in the folder of each, so that only what is new has to be measured.
    """

    def judged(former: Index | None, new: Index) -> None:
        if former is None:
            return
        asked = questions.read(path)
        decision = decision_file(data_dir, encoder)
        code = kept.code_of(CODE, decision, path)
        after = _measured(new, code, decision, asked, progress)
        before = _measured(former, code, decision, asked, progress)
        both = set(former.names) & set(new.names)
        alone = sum(bool(one.service) and one.service not in both and not one.is_complaint for one in asked)
        if alone:
            progress(f"{alone} questions are about services that not both indexes know, and are not compared")
        changes = gate.compare(marks(asked, before, both), marks(asked, after, both), "search")
        try:
            gate.decide("index", changes, accept="jauap index --accept-worse", accepted=accept_worse, progress=progress)
        except gate.Worse as worse:
            lines = _services_lost(asked, before, after, both)
            raise gate.Worse("\n".join([str(worse), *lines])) from None

    return judged


def _services_lost(asked: list[Question], before: Outcomes, after: Outcomes, services: set[str]) -> Iterator[str]:
    """Where most was lost: the five services whose questions found them first before and do not now."""
    lost: dict[str, int] = {}
    for one in asked:
        if one.service in services and one.text in before and before[one.text].rank == 1 != after[one.text].rank:
            lost[one.service] = lost.get(one.service, 0) + 1
    worst = sorted(lost.items(), key=lambda item: -item[1])[:5]
    if worst:
        yield "most is lost on " + ", ".join(f"{service} ({count} questions)" for service, count in worst)


def _measured(
    index: Index, code: str, decision: Path, asked: list[Question], progress: Callable[[str], None]
) -> Outcomes:
    """What was measured of the index by this very code, or else is measured now and kept in its folder."""
    path = index.path / FILE
    before = kept.read(path, code)
    if before is not None:
        return {text: Outcome(*outcome) for text, outcome in before["outcomes"].items()}
    progress(f"measuring the index {index.folder} on the development questions")
    measured = outcomes(Searcher(index, decision), asked)
    shares = {
        figure: round(sum(well.values()) / len(well), 4)
        for figure, well in marks(asked, measured, set(index.names)).items()
    }
    kept.write(path, code, {"figures": shares, "outcomes": measured})
    return measured
