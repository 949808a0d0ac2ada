"""What a release made of every question, kept so that the next one can be compared with it question by question."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from knowledge_base.evaluation.measure import Measured
from knowledge_base.evaluation.questions import FOLDER

RELEASES = FOLDER / "releases"

__all__ = ["RELEASES", "Outcome", "Release", "latest", "record"]


class Outcome(NamedTuple):
    """The place of the right service, from 1, None where none is right; and the decision."""

    rank: int | None
    decision: str


@dataclass(frozen=True)
class Release:
    """The outcomes of one release, by a hash of the question, so that held-back ones are not written down again."""

    name: str
    outcomes: dict[str, Outcome]

    def of(self, text: str) -> Outcome | None:
        """What this release made of a question; None where it was not asked."""
        return self.outcomes.get(_key(text))


def _key(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def latest(folder: Path = RELEASES) -> Release | None:
    """The newest release recorded; files are named after versions, which sort by their numbers."""
    paths = sorted(folder.glob("*.json"), key=lambda path: [int(number) for number in path.stem.split(".")])
    if not paths:
        return None
    outcomes = json.loads(paths[-1].read_text("utf-8"))
    return Release(paths[-1].stem, {key: Outcome(*outcome) for key, outcome in outcomes.items()})


def record(name: str, measured: Iterable[Measured], folder: Path = RELEASES) -> Path:
    """Write down what the search makes of the questions as release `name`, a version such as `0.2.0`."""
    outcomes = {_key(one.question.text): [one.rank, one.decision] for one in measured}
    path = folder / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = (f"{json.dumps(key)}: {json.dumps(outcome)}" for key, outcome in sorted(outcomes.items()))
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")
    return path
