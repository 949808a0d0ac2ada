"""The FAISS index of the passages' vectors: exact while that is quick, a graph of neighbours beyond."""

from __future__ import annotations

from typing import Any

import faiss

from knowledge_base.encoder import Vectors

__all__ = ["EXACT_UP_TO", "nearest"]

EXACT_UP_TO = 100_000  # passages: so many are compared one by one in a few milliseconds (bench/nearest.py)
LINKS = 32  # neighbours of each vector in the graph
BUILD, SEARCH = 100, 512  # candidates kept while linking and while searching; measured for recall in bench/nearest.py


def nearest(vectors: Vectors) -> faiss.Index:
    """An index over `vectors`, shape (rows, dimensions), length 1, by inner product; row n keeps number n.

    Up to `EXACT_UP_TO` rows every vector is compared; above that HNSW (Malkov & Yashunin 2016, arXiv:1603.09320)
    over half-precision vectors finds nearly all of the same.
    """
    rows, dimensions = vectors.shape
    index: Any
    if rows <= EXACT_UP_TO:
        index = faiss.IndexFlatIP(dimensions)
    else:
        index = faiss.index_factory(dimensions, f"HNSW{LINKS}_SQfp16", faiss.METRIC_INNER_PRODUCT)
        index.hnsw.efConstruction, index.hnsw.efSearch = BUILD, SEARCH
        index.train(vectors[:: max(1, rows // EXACT_UP_TO)])
    index.add(vectors)
    return index
