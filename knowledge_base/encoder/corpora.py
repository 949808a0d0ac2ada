"""Reads the texts that `corpora.yaml` names, folded and parted into words."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from nlu.text.fold import fold

CORPORA = Path(__file__).with_name("corpora.yaml")
FEWEST_WORDS = 6  # of a sentence of which a part can stand for the whole

Words = list[str]

__all__ = ["Corpora", "read", "table"]


@dataclass(frozen=True)
class Corpora:
    """`pairs` say the same in Kazakh and in Russian, repeated as often as they count; `sentences` are of either.

    `judged` are the pairs of the file that is marked `judged`: a part of them tells how well the encoder learns.
    """

    pairs: list[tuple[Words, Words]]
    judged: list[tuple[Words, Words]]
    sentences: list[Words]
    rows: dict[str, int]  # of each file: rows taken


def table() -> dict[str, list[dict[str, Any]]]:
    """What `corpora.yaml` holds."""
    data: dict[str, list[dict[str, Any]]] = yaml.safe_load(CORPORA.read_text("utf-8"))
    return data


def read(folder: Path) -> Corpora:
    """All texts below `folder`. Raises `OSError` where a file is missing or no gzip, `ValueError` for a faulty row."""
    pairs: list[tuple[Words, Words]] = []
    sentences: list[Words] = []
    judged: list[tuple[Words, Words]] = []
    rows: dict[str, int] = {}
    for corpus in table()["pairs"]:
        found = [(fold(row["kk"]).split(), fold(row["ru"]).split()) for row in _rows(folder, corpus)]
        found = [pair for pair in found if all(pair)]
        rows[corpus["file"]] = len(found)
        pairs += found * corpus["times"]
        judged += found if corpus.get("judged") else []
        if corpus["times"] > 1:  # what is said by a state body is close to what citizens ask about
            sentences += [words for pair in found for words in pair if len(words) >= FEWEST_WORDS]
    for corpus in table()["sentences"]:
        texts = [fold(row["kk"]).split() for row in _rows(folder, corpus)]
        texts = [words for words in texts if len(words) >= FEWEST_WORDS]
        rows[corpus["file"]] = len(texts)
        sentences += texts
    return Corpora(pairs, judged, sentences, rows)


def _rows(folder: Path, corpus: dict[str, Any]) -> Iterator[dict[str, str]]:
    with gzip.open(folder / corpus["file"], "rt", encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        for row in reader:
            if None in row or None in row.values():
                raise ValueError(f"{corpus['file']}, line {reader.line_num}: not as many columns as the first line")
            if "sources" not in corpus or row["source"] in corpus["sources"]:
                yield row
