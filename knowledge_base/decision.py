"""Whether to answer, to ask which of several services is meant, or to say that nothing is known."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

from texts import Language

Decision = Literal["answer", "clarify", "none"]

DECISION = Path(__file__).parent / "decision.yaml"
KNOWN = ("dense", "foreign", "characters", "coverage")
RIGHT = (*KNOWN, "margin")

__all__ = ["DECISION", "KNOWN", "RIGHT", "Decider", "Decision", "Evidence"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for the best service of a search.

    `dense` and `characters` are the cosines of its nearest passages, `foreign` that of the nearest examples of what no
    service answers, `coverage` the share of the question's own words that the knowledge base knows, `margin` the
    distance of the fused score to the second service's.
    """

    dense: float
    foreign: float
    characters: float
    coverage: float
    margin: float


class Decider:
    """Two logistic models a language, calibrated on the development set by `knowledge_base.calibrate`.

    `known`: the knowledge base has something on the question; below its threshold the decision is `none`.
    `right`: the best service is the one meant; from its threshold on the decision is `answer`, else `clarify`.
    """

    def __init__(self, path: Path = DECISION) -> None:
        self._models: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))["languages"]

    def decide(self, evidence: Evidence, language: Language) -> Decision:
        if self.probability("known", evidence, language) < self._models[language]["known"]["threshold"]:
            return "none"
        if self.probability("right", evidence, language) < self._models[language]["right"]["threshold"]:
            return "clarify"
        return "answer"

    def probability(self, model: Literal["known", "right"], evidence: Evidence, language: Language) -> float:
        weights = self._models[language][model]
        total = weights["intercept"] + sum(weight * getattr(evidence, name) for name, weight in weights["of"].items())
        return 1 / (1 + math.exp(-max(-50.0, min(50.0, total))))
