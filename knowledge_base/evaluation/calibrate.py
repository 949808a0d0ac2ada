"""Tuning on the development set: the weights of the fusion, and the models and thresholds of the decision."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from knowledge_base.decision import KNOWN, RIGHT, Decider, Evidence
from knowledge_base.evaluation.measure import Measured, measure
from knowledge_base.evaluation.questions import Question
from knowledge_base.search import METHODS, Searcher
from texts import LANGUAGES

# What an outcome is worth to the citizen: a wrong answer costs most, a question back costs little.
WORTH = {
    "right answer": 1.0,
    "wrong answer": -2.0,
    "clarified": 0.5,  # the right service is among the three offered
    "clarified in vain": -0.4,
    "wrongly refused": -0.75,
    "rightly refused": 1.0,
}
FOREIGN = 1 / 3  # the share of questions on nothing known that is reckoned with, however many this set has
# What the thresholds must keep to, with something to spare for questions that this set does not have.
RIGHT_ANSWERS = 0.965  # of the answers to questions on something known
ANSWERED_FOREIGN = 0.035  # at most, of the questions on nothing known
SHARES = (0.15, 0.3, 0.5, 0.75)  # of the lexical methods beside the dense one's 1
FOLDS = 10

__all__ = ["calibrate", "decision_models", "fusion_weights"]


def fusion_weights(measured: list[Measured], searcher: Searcher) -> dict[str, float]:
    """The weights under which the right service stands highest (mean reciprocal rank), over a coarse grid.

    No method is left out: each may be the only one to know a question that this set does not have.
    """
    known = [one for one in measured if one.question.service]

    def quality(weights: dict[str, float]) -> float:
        ranks = [one.rank_by(searcher.fuse(one.ranking.by_method, weights), searcher.services) for one in known]
        return float(np.mean([1 / rank for rank in ranks]))

    grid = (dict(zip(METHODS, (1.0, *rest), strict=True)) for rest in itertools.product(SHARES, repeat=2))
    return max(grid, key=lambda weights: (round(quality(weights), 4), -sum(weights.values())))


def decision_models(measured: list[Measured], services: list[str]) -> dict[str, Any]:
    """The two logistic models and thresholds of each language, in the form of `decision.yaml`."""
    return {
        language: _language([one for one in measured if one.question.language == language], services)
        for language in LANGUAGES
    }


def _language(measured: list[Measured], services: list[str]) -> dict[str, Any]:
    known = np.array([one.question.service is not None for one in measured])
    ranks = np.array([one.rank or len(services) for one in measured])
    models: dict[str, Any] = {}
    chances = {}
    for name, columns, truth in (("known", KNOWN, known), ("right", RIGHT, ranks == 1)):
        features = _features([one.evidence for one in measured], columns)
        model = LogisticRegression(C=10.0, class_weight="balanced" if name == "known" else None)
        # Thresholds are chosen on the chances of questions that the model was not fitted on.
        folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
        chances[name] = cross_val_predict(model, features, truth, cv=folds, method="predict_proba")[:, 1]
        fitted = model.fit(features, truth)
        weights = {column: round(float(weight), 3) for column, weight in zip(columns, fitted.coef_[0], strict=True)}
        models[name] = {"intercept": round(float(fitted.intercept_[0]), 3), "of": weights}
    for name, threshold in zip(("known", "right"), _thresholds(chances, known, ranks), strict=True):
        models[name]["threshold"] = threshold
    return models


def _thresholds(chances: dict[str, np.ndarray], known: np.ndarray, ranks: np.ndarray) -> tuple[float, float]:
    """The pair that is worth most to citizens among those that keep to the bounds; among all, where none does."""
    foreign_weight = FOREIGN / (1 - FOREIGN) * known.sum() / max(1, (~known).sum())
    weight = np.where(known, 1.0, foreign_weight)

    def outcome(low: float, high: float) -> tuple[float, bool]:
        none = chances["known"] < low
        answer = ~none & (chances["right"] >= high)
        clarify = ~none & ~answer
        outcomes = {
            "right answer": answer & (ranks == 1),
            "wrong answer": answer & (ranks != 1),
            "clarified": clarify & (ranks <= 3),
            "clarified in vain": clarify & (ranks > 3),
            "wrongly refused": none & known,
            "rightly refused": none & ~known,
        }
        worth = float(sum(WORTH[name] * (weight * truth).sum() for name, truth in outcomes.items()))
        answers = ranks[answer & known]
        right = bool((answers == 1).mean() >= RIGHT_ANSWERS) if len(answers) else True
        return worth, right and bool((answer & ~known).sum() <= ANSWERED_FOREIGN * (~known).sum())

    steps = [round(float(step), 2) for step in np.arange(0.1, 0.96, 0.02)]
    tried = {pair: outcome(*pair) for pair in itertools.product(steps, steps)}
    allowed = {pair: worth for pair, (worth, kept) in tried.items() if kept}
    worths = allowed or {pair: worth for pair, (worth, _) in tried.items()}
    return max(worths, key=lambda pair: worths[pair])


def _features(evidence: list[Evidence], columns: tuple[str, ...]) -> np.ndarray:
    return np.array([[getattr(one, column) for column in columns] for one in evidence])


def calibrate(searcher: Searcher, questions: list[Question], decision: Path, fusion: Path | None) -> Decider:
    """Tune on `questions` and write the files; the decider that came out. `fusion` is left as it is where `None`."""
    measured = measure(searcher, questions)
    if fusion:
        weights = fusion_weights(measured, searcher)
        _write(fusion, "Weights of the standardised scores in the sum", {"weights": weights})
        searcher.reweigh(weights)
        measured = measure(searcher, questions)
    models = decision_models(measured, searcher.services)
    _write(
        decision,
        "When to answer, ask back or say none: logistic models (knowledge_base/decision.py)",
        {"languages": models},
    )
    return Decider(decision)


def _write(path: Path, what: str, data: dict[str, Any]) -> None:
    comment = (
        f"# {what},\n# tuned on evaluation/development.jsonl by `jauap evaluate --calibrate`; not edited by hand.\n"
    )
    path.write_text(comment + yaml.safe_dump(data, sort_keys=False), "utf-8")
