"""Time of reading a message, beside folding it, which every search does at the least.

    .venv/bin/python -m bench.text

Every development question is read once by each function, in microseconds of processor time; `Spelling` knows the
words of all services.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable

import numpy as np

from knowledge_base import passages
from knowledge_base.evaluation import questions
from knowledge_base.model import load_all
from nlu.noise import KINDS
from nlu.text.fold import fold
from nlu.text.language import identify
from nlu.text.latin import to_cyrillic
from nlu.text.normalise import normalise
from nlu.text.spelling import Spelling

WORD = re.compile(r"[^\W\d_]+")


def main() -> None:
    words = Counter(
        word for one in passages.of_services(load_all().values()) for word in WORD.findall(one.text.lower())
    )
    spelling = Spelling(words.items())
    clean = [question for question in questions.read() if question.kind == "clean"]
    spoilt = {kind: [one.text for one in questions.spoilt(clean) if one.kind == kind] for kind in KINDS}
    texts = [question.text for question in clean]

    def mend(text: str) -> None:
        for word in WORD.findall(text):
            spelling.mend(word)

    measured: list[tuple[str, Callable[[str], object], list[str]]] = [
        ("fold (baseline)", fold, texts),
        ("normalise", normalise, texts),
        ("normalise, wrong keyboard", normalise, spoilt["wrong keyboard"]),
        ("identify", identify, texts),
        ("to_cyrillic", lambda text: to_cyrillic(text, "kk"), spoilt["in Latin"]),
        (f"mend, {len(words)} words", mend, texts),
        ("mend, a typo a word", mend, spoilt["a typo a word"]),
    ]
    baseline = 0.0
    for name, read, read_texts in measured:
        read("сәлем")  # reads the data
        taken = []
        for text in read_texts:
            start = time.process_time_ns()
            read(text)
            taken.append((time.process_time_ns() - start) / 1000)
        median = float(np.median(taken))
        baseline = baseline or median
        print(f"{name:28} p50 {median:8.0f} µs  p95 {np.percentile(taken, 95):8.0f} µs  ratio {median / baseline:6.1f}")


if __name__ == "__main__":
    main()
