"""A short run of the crash harness: whatever is killed, every message is answered once and in order."""

from __future__ import annotations

import pytest

from tests.e2e.crash.harness import Plan, run
from tests.e2e.running import borrow, lenders

pytestmark = pytest.mark.slow

PLAN = Plan(messages=300, citizens=50, service_kills=2, rasa_kills=1, think=2, seed=5)


@pytest.mark.timeout(1800)
async def test_whatever_is_killed_every_message_is_answered_once_and_in_order(tmp_path, tmp_path_factory):
    borrow(tmp_path, lenders(tmp_path_factory))
    report = await run(PLAN, tmp_path, print)
    print(report.table())
    assert report.killed == {"service": PLAN.service_kills, "rasa": PLAN.rasa_kills}
    assert sum(channel.messages for channel in report.channels.values()) == PLAN.messages
    verdicts = {name: [v for v in channel.verdicts if not v.sound] for name, channel in report.channels.items()}
    assert verdicts == {"web": [], "telegram": []}
    assert report.faults == []
