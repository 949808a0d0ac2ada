"""Puts like vectors into one cluster. It imports little, so that a process of its own is soon ready."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage

__all__ = ["cluster"]


def cluster(vectors: NDArray[np.float32], nearness: float) -> list[int]:
    """The number of each vector's cluster, by average linkage: clusters join while their mean cosine is `nearness`.

    `vectors` are of length 1, shape (questions, dimensions).

    >>> cluster(np.array([[1, 0], [0, 1], [0.8, 0.6]], dtype=np.float32), 0.7)
    [1, 2, 1]
    """
    if len(vectors) < 2:
        return [1] * len(vectors)
    return fcluster(linkage(vectors, "average", "cosine"), 1 - nearness, "distance").tolist()
