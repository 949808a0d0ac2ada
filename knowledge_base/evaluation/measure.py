"""What the search makes of labelled questions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from knowledge_base.decision import Decision, Evidence
from knowledge_base.encoder.contrast import one_thread
from knowledge_base.evaluation.questions import Question
from knowledge_base.search import Ranking, Searcher

__all__ = ["Measured", "measure"]


@dataclass(frozen=True, slots=True)
class Measured:
    """One question with what the search made of it; `found` are the services, best first."""

    question: Question
    ranking: Ranking
    evidence: Evidence
    decision: Decision
    section: str | None
    found: list[str]

    @property
    def rank(self) -> int | None:
        """The place of the right service among the found ones, from 1; None where no service is right."""
        service = self.question.service
        return self.found.index(service) + 1 if service in self.found else None

    def rank_by(self, scores: np.ndarray, services: list[str]) -> int:
        """The place of the right service by other scores; equal scores count against it."""
        assert self.question.service is not None
        return int((scores >= scores[services.index(self.question.service)]).sum())


def measure(searcher: Searcher, questions: Iterable[Question]) -> list[Measured]:
    """Search every question that is no complaint, its language identified as it is for a citizen."""
    with one_thread():
        return [_one(searcher, question) for question in questions if not question.is_complaint]


def _one(searcher: Searcher, question: Question) -> Measured:
    look = searcher.look(question.text, limit=len(searcher.services))
    hits = look.result.results
    found = [hit.service for hit in hits]
    return Measured(question, look.ranking, look.evidence, look.result.decision, hits[0].section, found)
