"""`python -m tests.e2e.crash`, which is `make soak`: a long run of the crash harness, with its figures as a table."""

from __future__ import annotations

import argparse
import asyncio
import shlex
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from bot.settings import ROOT
from tests.e2e.crash.harness import Plan, run
from tests.e2e.crash.report import record
from tests.e2e.running import borrow


def main() -> int:
    """Returns 0 where every message was answered once and in order, else 1."""
    parser = argparse.ArgumentParser(prog="python -m tests.e2e.crash", description=__doc__)
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--citizens", type=int, default=50)
    parser.add_argument("--kills", type=int, help="of the service; one for each 600 messages where not given")
    parser.add_argument("--rasa-kills", type=int, help="of Rasa alone; one for each 1000 messages where not given")
    parser.add_argument("--think", type=float, default=6, help="mean pause of a citizen between two messages, seconds")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--model-from", type=Path, default=ROOT / "var", help="data folder with a model and an index")
    parser.add_argument("--record", type=Path, help="a document that gets the table between its marks")
    options = parser.parse_args()
    plan = Plan(
        messages=options.messages,
        citizens=options.citizens,
        service_kills=options.messages // 600 if options.kills is None else options.kills,
        rasa_kills=options.messages // 1000 if options.rasa_kills is None else options.rasa_kills,
        think=options.think,
        seed=options.seed,
    )
    folder = Path(tempfile.mkdtemp(prefix="jauap-soak-"))
    borrow(folder, [options.model_from])
    began = time.monotonic()

    def log(line: str) -> None:
        print(f"{time.monotonic() - began:6.0f} s  {line}", file=sys.stderr, flush=True)

    log(f"{plan}, everything it writes is in {folder}")
    report = asyncio.run(run(plan, folder, log))
    print(report.table())
    for name, channel in report.channels.items():
        for verdict in channel.verdicts:
            if not verdict.sound:
                print(f"{name}: {verdict}")
    if options.record is not None:
        command = shlex.join([".venv/bin/python", "-m", "tests.e2e.crash", *sys.argv[1:]])
        record(report, options.record, command, date.today())
    return 0 if report.sound else 1


if __name__ == "__main__":
    sys.exit(main())
