"""The figures of a run: as a table to read and to put into a document."""

from __future__ import annotations

import os
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from tests.e2e.crash.chaos import Outage
from tests.e2e.crash.verdict import Verdict

__all__ = ["Channel", "Latencies", "Report", "record"]


@dataclass
class Latencies:
    """Seconds from writing to reading the answer, those with an outage in between apart."""

    calm: list[float] = field(default_factory=list)
    disturbed: list[float] = field(default_factory=list)

    def add(self, asked: float, answered: float, outages: Sequence[Outage]) -> None:
        """Both by the clock of the outages."""
        hit = any(outage.began < answered and asked < outage.ended for outage in outages)
        (self.disturbed if hit else self.calm).append(answered - asked)


def percentiles(values: Sequence[float]) -> str:
    """Median, 95th and 99th percentile and the longest, in seconds."""
    if len(values) < 2:
        return "–"
    cuts = statistics.quantiles(values, n=100, method="inclusive")
    return " / ".join(f"{value:.1f}" for value in (cuts[49], cuts[94], cuts[98], max(values)))


@dataclass
class Channel:
    """One channel's figures."""

    messages: int = 0
    pressed: int = 0
    answers: int = 0
    verdicts: list[Verdict] = field(default_factory=list)
    latencies: Latencies = field(default_factory=Latencies)

    def count(self, kind: str) -> int:
        """How many answers of all citizens are `kind`: a field of `Verdict`."""
        return sum(len(getattr(verdict, kind)) for verdict in self.verdicts)


@dataclass
class Report:
    """Everything a run has shown; `faults` are in words, and empty in a sound run."""

    seed: int
    citizens: int
    duration: float
    killed: dict[str, int]
    outages: list[Outage]
    unknown: int
    channels: dict[str, Channel]
    faults: list[str]

    @property
    def sound(self) -> bool:
        verdicts = [verdict for channel in self.channels.values() for verdict in channel.verdicts]
        return not self.faults and all(verdict.sound for verdict in verdicts)

    def table(self) -> str:
        """In Markdown."""
        names = list(self.channels)
        rows = [("", *names), ("---", *(["---:"] * len(names)))]
        channels = list(self.channels.values())
        rows += [
            (f"messages, of {self.citizens} citizens", *(str(channel.messages) for channel in channels)),
            ("of these by buttons", *(str(channel.pressed) for channel in channels)),
            ("answers", *(str(channel.answers) for channel in channels)),
        ]
        rows += [
            (title, *(str(channel.count(kind)) for channel in channels))
            for kind, title in (
                ("lost", "lost"),
                ("doubled", "doubled"),
                ("disordered", "out of order"),
                ("strange", "answers to nothing that was asked"),
                ("unknown_missing", "`unknown` and missing"),
                ("unknown_doubled", "`unknown` and doubled"),
            )
        ]
        rows += [
            (
                "answered after, s: median / 95 % / 99 % / longest",
                *(percentiles(channel.latencies.calm) for channel in channels),
            ),
            (
                "the same, with an outage in between",
                *(percentiles(channel.latencies.disturbed) for channel in channels),
            ),
            ("answers with an outage in between", *(str(len(channel.latencies.disturbed)) for channel in channels)),
        ]
        table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
        outages = [outage.ended - outage.began for outage in self.outages]
        return (
            f"{table}\n\n"
            f"Killed: the service {self.killed['service']} times, Rasa alone {self.killed['rasa']} times; "
            f"ready again after {percentiles(outages)} s (median / 95 % / 99 % / longest). "
            f"Deliveries that ended `unknown`: {self.unknown}. "
            f"Left open in the database or skipped: {'; '.join(self.faults) or 'nothing'}. "
            f"Duration {self.duration / 60:.0f} minutes, seed {self.seed}."
        )


def record(report: Report, document: Path, command: str, on: date) -> None:
    """Put the table between the marks `<!-- soak -->` and `<!-- /soak -->` of a document.

    Raises `ValueError` where it has none.
    """
    text = document.read_text("utf-8")
    before, mark, rest = text.partition("<!-- soak -->")
    _, end, after = rest.partition("<!-- /soak -->")
    if not (mark and end):
        raise ValueError(f"{document} has no place for the table: <!-- soak --> … <!-- /soak -->")
    told = f"Run on {on.isoformat()}, on {os.cpu_count()} processor cores, with `{command}`:\n\n{report.table()}"
    document.write_text(f"{before}{mark}\n{told}\n{end}{after}", "utf-8")
