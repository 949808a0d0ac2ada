"""Groups the open questions by meaning, with the encoder in use, and says which service each group may belong to."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections import Counter, defaultdict
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np

from bot.learning.clusters import cluster
from bot.storage import UnansweredQuestion
from knowledge_base.encoder import Vectors, embed
from knowledge_base.index import Index

__all__ = ["MOST", "Group", "Grouping", "nearness"]

MOST = 5000
"""Open questions that are grouped, the newest: their distances to one another take 200 MB at most."""

TOGETHER, SUGGESTED = 0.997, 0.9995
"""Shares of the pairs of example questions of different services whose cosines lie below what makes two questions one
group, and below what makes an example question's service the suggestion for another one (bench/groups.py).

They are shares and no cosines, because each encoder has its own scale.
"""

AT_ONCE = 1000
"""Questions up to which the clusters are found here, within a tenth of a second: a process takes longer to begin."""

PAIRS = 300_000
"""Pairs of example questions by which an encoder's scale is measured."""


@dataclass(frozen=True, slots=True)
class Group:
    """Ids of questions of one meaning, the most typical first, and the service they may belong to."""

    questions: tuple[int, ...]
    service: str | None


class Grouping:
    """Groups of the open questions, kept until these or the index change.

    Vectors are kept by question, so that a new one costs its own alone. The clusters of many are found in a process
    beside this one: the library holds Python's lock meanwhile, and citizens are not to wait for it.
    """

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._index: str | None = None
        self._scale = (1.0, 1.0)
        self._vectors: dict[int, Vectors] = {}
        self._grouped: tuple[int, ...] = ()
        self._groups: list[Group] = []

    async def of(self, questions: Sequence[UnansweredQuestion], index: Index) -> list[Group]:
        """The groups of these questions, the largest first, and of equally large ones the oldest."""
        async with self._lock:
            wanted = tuple(question.id for question in questions)
            if self._index == index.folder and self._grouped == wanted:
                return self._groups
            if self._index != index.folder:
                self._scale = await asyncio.to_thread(_scale, index)
                self._index, self._vectors = index.folder, {}
            vectors = await asyncio.to_thread(self._embedded, questions, index)
            labels = await _clustered(vectors, self._scale[0])
            self._groups = await asyncio.to_thread(_groups, questions, vectors, labels, index, self._scale[1])
            self._grouped = wanted
            return self._groups

    def _embedded(self, questions: Sequence[UnansweredQuestion], index: Index) -> Vectors:
        new = [question for question in questions if question.id not in self._vectors]
        if new:
            made = embed(index.encoder, [question.text for question in new], "query")
            self._vectors |= {question.id: vector for question, vector in zip(new, made, strict=True)}
        self._vectors = {question.id: self._vectors[question.id] for question in questions}
        if not questions:
            return np.empty((0, index.vectors.d), dtype=np.float32)
        return np.stack([self._vectors[question.id] for question in questions])


async def _clustered(vectors: Vectors, least: float) -> list[int]:
    if len(vectors) <= AT_ONCE:
        return await asyncio.to_thread(cluster, vectors, least)
    process = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"))
    try:
        return await asyncio.get_running_loop().run_in_executor(process, cluster, vectors, least)
    finally:
        process.shutdown(wait=False)


def _groups(
    questions: Sequence[UnansweredQuestion], vectors: Vectors, labels: Sequence[int], index: Index, least: float
) -> list[Group]:
    members: dict[int, list[int]] = defaultdict(list)
    for row, label in enumerate(labels):
        members[label].append(row)
    likely = _nearest_services(vectors, index, least)
    found = []
    for rows in members.values():
        middle = vectors[rows].mean(axis=0)
        typical = [rows[place] for place in np.argsort(-(vectors[rows] @ middle), kind="stable")]
        votes = Counter(service for row in typical if (service := likely[row]) is not None)
        suggested = votes.most_common(1)[0][0] if votes else None
        found.append((min(questions[row].created_at for row in rows), typical, suggested))
    found.sort(key=lambda one: (-len(one[1]), one[0]))
    return [Group(tuple(questions[row].id for row in rows), service) for _, rows, service in found]


def _nearest_services(vectors: Vectors, index: Index, least: float) -> list[str | None]:
    """For each vector the service of the nearest passage, None where even that is too far away."""
    if not len(vectors):
        return []
    cosines, rows = index.vectors.search(vectors, 1)
    return [
        index.passages[row].service if cosine >= least else None
        for cosine, row in zip(cosines[:, 0], rows[:, 0], strict=True)
    ]


def nearness(index: Index, *shares: float) -> list[float]:
    """The cosines below which these shares lie of the pairs of example questions of different services."""
    rows = np.array([row for row, passage in enumerate(index.passages) if passage.kind == "question"])
    owners = np.array([index.passages[row].service for row in rows])
    first, second = np.random.default_rng(2026).integers(len(rows), size=(2, PAIRS))
    strangers = owners[first] != owners[second]
    vectors = index.vectors.reconstruct_batch(rows)
    cosines = np.einsum("nd,nd->n", vectors[first[strangers]], vectors[second[strangers]])
    return [float(cosine) for cosine in np.quantile(cosines, shares)]


def _scale(index: Index) -> tuple[float, float]:
    together, suggested = nearness(index, TOGETHER, SUGGESTED)
    return together, suggested
