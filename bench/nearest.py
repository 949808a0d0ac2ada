"""The index of vectors by size: recall against exact search, time of a search, memory.

    .venv/bin/python -m bench.nearest [--rows 10000 100000 1000000] [--data-dir var]

The vectors are the real passages' of the index in use, each repeated with noise of its own until there are enough:
evenly spread vectors would be a harder and a different task. Each size is measured as `knowledge_base.nearest` builds
it and, beside it, compared one by one (`IndexFlatIP`), on one thread.
"""

from __future__ import annotations

import argparse
import resource
import time
from pathlib import Path

import faiss
import numpy as np

from knowledge_base.index import open_index
from knowledge_base.nearest import nearest

NOISE = 0.5  # length of the noise beside the vector's 1: neighbours of one passage then have a cosine of about 0.8
QUERIES, WANTED = 300, 10


def synthetic(real: np.ndarray, rows: int, chance: np.random.Generator) -> np.ndarray:
    """`rows` vectors of length 1 around the real ones."""
    found = np.empty((rows, real.shape[1]), dtype=np.float32)
    for start in range(0, rows, 50_000):
        chosen = real[chance.integers(len(real), size=min(50_000, rows - start))]
        noise = chance.standard_normal(chosen.shape, dtype=np.float32) * np.float32(NOISE / real.shape[1] ** 0.5)
        part = chosen + noise
        found[start : start + len(part)] = part / np.linalg.norm(part, axis=1, keepdims=True)
    return found


def timed(index: faiss.Index, queries: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The rows found for each query, asked one by one, and the seconds that each took."""
    rows, seconds = [], []
    for query in queries:
        start = time.perf_counter()
        rows.append(index.search(query[None], WANTED)[1][0])
        seconds.append(time.perf_counter() - start)
    return np.array(rows), np.array(seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--data-dir", type=Path, default=Path("var"))
    arguments = parser.parse_args()
    opened = open_index(arguments.data_dir).vectors
    real = opened.reconstruct_n(0, opened.ntotal)
    chance = np.random.default_rng(2026)
    header = ("rows", "kind", "build s", "recall", "p50 ms", "p95 ms", "exact p50", "ratio", "index MB", "peak MB")
    print("".join(f"{name:>12}" for name in header))
    for rows in arguments.rows:
        vectors = synthetic(real, rows, chance)
        queries = synthetic(real, QUERIES, chance)
        faiss.omp_set_num_threads(2)
        start = time.perf_counter()
        index = nearest(vectors)
        built = time.perf_counter() - start
        faiss.omp_set_num_threads(1)
        exact = faiss.IndexFlatIP(vectors.shape[1])
        exact.add(vectors)
        found, seconds = timed(index, queries)
        truth, exact_seconds = timed(exact, queries)
        recall = np.mean([len(set(a) & set(b)) / WANTED for a, b in zip(found, truth, strict=True)])
        size = len(faiss.serialize_index(index)) / 1e6
        p50, p95 = (1000 * np.percentile(seconds, part) for part in (50, 95))
        exact_p50 = 1000 * np.median(exact_seconds)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
        cells = (
            f"{built:.1f}",
            f"{recall:.4f}",
            f"{p50:.2f}",
            f"{p95:.2f}",
            f"{exact_p50:.2f}",
            f"{p50 / exact_p50:.3f}",
        )
        row = (f"{rows:,}", type(faiss.downcast_index(index)).__name__[5:], *cells, f"{size:.0f}", f"{peak:.0f}")
        print("".join(f"{cell:>12}" for cell in row), flush=True)


if __name__ == "__main__":
    main()
