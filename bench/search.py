"""Time and memory of a search, beside its cheapest method alone.

    .venv/bin/python -m bench.search [--data-dir var]

Every development question is searched once, on one thread, by the whole search and by character TF-IDF alone; the
ratio is that of their medians. Memory is what opening the index and these searches add to a process that has loaded
the libraries and the dictionaries already.
"""

from __future__ import annotations

import argparse
import ctypes
import gc
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from knowledge_base.evaluation import questions
from knowledge_base.index import open_index
from knowledge_base.search import Searcher
from nlu.text.language import identify
from nlu.text.lemmas import lemmas
from nlu.text.normalise import normalise
from nlu.text.spelling import Spelling


def resident() -> float:
    """Megabytes of memory that the process uses (Linux with glibc): what was freed is handed back first."""
    gc.collect()
    ctypes.CDLL("libc.so.6").malloc_trim(0)
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


def times(search: Callable[[str], object], texts: list[str]) -> np.ndarray:
    """Milliseconds of each search."""
    taken = []
    for text in texts:
        start = time.perf_counter()
        search(text)
        taken.append(1000 * (time.perf_counter() - start))
    return np.array(taken)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-dir", type=Path, default=Path("var"))
    data_dir = parser.parse_args().data_dir
    torch.set_num_threads(1)
    texts = [question.text for question in questions.read()]
    for language in ("ru", "kk"):
        lemmas("паспорт", language)  # type: ignore[arg-type]
    identify(normalise("gfcgjhn"))
    Spelling([("паспорт", 1)]).mend("пспорт")
    open_index(data_dir).encoder.encode_query("паспорт")  # loads what is loaded once; let go of at once
    before = resident()
    start = time.perf_counter()
    searcher = Searcher.open(data_dir)
    opened = time.perf_counter() - start
    for text in texts[:20]:
        searcher.search(text)
    whole = times(searcher.search, texts)
    characters = times(searcher._lexical.characters, texts)
    print(f"{len(searcher.index.passages)} passages, opened in {opened:.1f} s, {resident() - before:.0f} MB")
    for name, taken in (("search", whole), ("characters alone", characters)):
        print(f"{name:18} p50 {np.median(taken):6.2f} ms  p95 {np.percentile(taken, 95):6.2f} ms")
    print(f"ratio of medians   {np.median(whole) / np.median(characters):.1f}")


if __name__ == "__main__":
    main()
