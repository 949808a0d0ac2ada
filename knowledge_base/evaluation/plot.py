"""The picture of an evaluation: how sure the search must be, and what each method finds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from knowledge_base.decision import Decider
from knowledge_base.evaluation.measure import Measured
from knowledge_base.search import METHODS
from texts import LANGUAGES

__all__ = ["draw"]

COLOURS = dict(zip(LANGUAGES, ("#1b5e9e", "#c2701c"), strict=True))


def draw(measured: Sequence[Measured], services: list[str], decider: Decider, path: Path) -> None:
    """Write the picture to `path`; its ending says the format (svg, png, pdf)."""
    figure = Figure(figsize=(11, 4.5), layout="constrained")
    left, right = figure.subplots(1, 2)
    _recall(left, [one for one in measured if one.question.service], services)
    _precision(right, measured, decider)
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)


def _recall(axes: Axes, known: Sequence[Measured], services: list[str]) -> None:
    """Share of questions whose service is among the first k, by method."""
    places = np.arange(1, 11)
    for language in LANGUAGES:
        group = [one for one in known if one.question.language == language]
        for method, line in zip((*METHODS, "together"), (":", "-.", "--", "-"), strict=True):
            ranks = np.array(
                [
                    one.rank if method == "together" else one.rank_by(one.ranking.by_method[method], services)
                    for one in group
                ]
            )
            found = [(ranks <= place).mean() for place in places]
            axes.plot(places, found, line, color=COLOURS[language], label=f"{language} {method}")
    axes.set(xlabel="among the first k", ylabel="right service found", xticks=places, ylim=(0.5, 1))
    axes.legend(fontsize="small")


def _precision(axes: Axes, measured: Sequence[Measured], decider: Decider) -> None:
    """Share of right ones among the answers against the share answered, as the threshold of `right` moves."""
    for language in LANGUAGES:
        group = [one for one in measured if one.question.language == language and one.question.service]
        sure = np.array([decider.probability("right", one.evidence, language) for one in group])
        truth = np.array([one.rank == 1 for one in group])[np.argsort(-sure)]
        answered = np.arange(1, len(truth) + 1)
        axes.plot(answered / len(truth), truth.cumsum() / answered, color=COLOURS[language], label=language)
        given = np.array([one.decision == "answer" for one in group])
        if given.any():
            hits = np.mean([one.rank == 1 for one in group if one.decision == "answer"])
            axes.plot(given.mean(), hits, "o", color=COLOURS[language], label=f"{language}, as decided")
    axes.axhline(0.95, color="grey", linewidth=0.8)
    axes.set(xlabel="questions answered outright", ylabel="of these right", xlim=(0, 1), ylim=(0.8, 1.005))
    axes.legend(fontsize="small")
