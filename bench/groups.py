"""How well unanswered questions are grouped: pairs rightly together, by the threshold; and the time that it takes.

    .venv/bin/python -m bench.groups [--data-dir var] [--encoder NAME]

The labelled development questions (`evaluation/development.jsonl`) stand for citizens' questions: none of them is an
example question of a service, so the encoder was not adapted to them. Two of them belong together where they are about
the same service; those about none belong to nobody. `precision` is the share of the pairs put together that belong
together, `recall` the share of the pairs that belong together which are, and `across` the same of pairs of a Russian
and a Kazakh question. A suggestion is right where it names the service of the question; for questions about none any is
wrong.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np

from bot.learning.clusters import cluster
from bot.learning.grouping import SUGGESTED, TOGETHER, nearness
from knowledge_base.encoder import embed
from knowledge_base.evaluation import questions
from knowledge_base.index import open_index

SHARES = (0.99, 0.995, 0.996, 0.997, 0.998, 0.999, 0.9995, 0.9999)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data-dir", type=Path, default=Path("var"))
    parser.add_argument("--encoder")
    arguments = parser.parse_args()
    index = open_index(arguments.data_dir, arguments.encoder)
    asked = questions.read()
    vectors = embed(index.encoder, [one.text for one in asked], "query")
    first, second = np.triu_indices(len(asked), 1)
    belongs = np.array([one.service or f"none {number}" for number, one in enumerate(asked)])
    together = belongs[first] == belongs[second]
    languages = np.array([one.language for one in asked])
    across = together & (languages[first] != languages[second])
    cosines, rows = index.vectors.search(vectors, 1)
    services = np.array([index.passages[row].service for row in rows[:, 0]])
    known = np.array([one.service is not None for one in asked])
    print(f"{len(asked)} questions, {together.sum()} pairs belong together, {across.sum()} of them in both languages")
    print("share   cosine  groups  precision  recall  across   suggested  right  wrongly of the unknown")
    for share, least in zip(SHARES, nearness(index, *SHARES), strict=True):
        labels = np.array(cluster(vectors, least))
        put = labels[first] == labels[second]
        told = cosines[:, 0] >= least
        right = (services == belongs)[known & told].mean()
        print(
            f"{share:.4f}  {least:.3f}  {labels.max():6}  {together[put].mean():9.2f}  {put[together].mean():6.2f}"
            f"  {put[across].mean():6.2f}   {told[known].mean():9.2f}  {right:5.2f}  {told[~known].mean():8.2f}"
            f"{'   groups' if share == TOGETHER else '   suggestions' if share == SUGGESTED else ''}"
        )
    examples = [passage.text for passage in index.passages if passage.kind == "question"]
    for count in (1000, 5000):
        start = time.process_time()
        made = embed(index.encoder, examples[:count], "query")
        embedded = time.process_time()
        cluster(made, nearness(index, TOGETHER)[0])
        spent = time.process_time() - embedded
        print(f"{count} questions, seconds of one core: vectors {embedded - start:.1f}, groups {spent:.1f}")


if __name__ == "__main__":
    main()
