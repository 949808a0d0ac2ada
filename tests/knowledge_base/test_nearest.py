"""Exact search for few passages, a graph for many."""

from __future__ import annotations

import faiss
import numpy as np
import pytest

from knowledge_base import nearest as neighbours


def _vectors(rows: int) -> np.ndarray:
    chance = np.random.default_rng(1)
    centres = chance.standard_normal((50, 32))
    vectors = centres[chance.integers(50, size=rows)] + 0.3 * chance.standard_normal((rows, 32))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def test_few_are_compared_one_by_one() -> None:
    assert isinstance(neighbours.nearest(_vectors(500)), faiss.IndexFlatIP)


def test_many_are_found_by_a_graph_nearly_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = _vectors(3000)
    truth = neighbours.nearest(vectors).search(vectors[:100], 10)[1]
    monkeypatch.setattr(neighbours, "EXACT_UP_TO", 1000)
    graph = neighbours.nearest(vectors)
    assert isinstance(faiss.downcast_index(graph), faiss.IndexHNSWSQ)
    assert graph.ntotal == 3000
    found = graph.search(vectors[:100], 10)[1]
    assert np.mean([len({*one} & {*other}) / 10 for one, other in zip(found, truth, strict=True)]) >= 0.98


def test_a_graph_survives_the_disk(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setattr(neighbours, "EXACT_UP_TO", 1000)
    vectors = _vectors(2000)
    graph = neighbours.nearest(vectors)
    faiss.write_index(graph, f"{tmp_path}/vectors.faiss")
    read = faiss.read_index(f"{tmp_path}/vectors.faiss")
    assert (read.search(vectors[:5], 3)[1] == graph.search(vectors[:5], 3)[1]).all()
