"""A clock that runs only while everything waits, so that what takes a minute is tested at once and to the second."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any

__all__ = ["run"]


class _Impatient(selectors.DefaultSelector):
    """Where a loop would wait for its next timer, the clock is put forward instead."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        assert timeout is not None, "nothing is left to wait for"
        self.now += timeout
        return super().select(0)


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._clock = _Impatient()
        super().__init__(self._clock)

    def time(self) -> float:
        return self._clock.now


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine that waits for timers only; `asyncio.get_running_loop().time()` gives seconds from 0."""
    with asyncio.Runner(loop_factory=_Loop) as runner:
        runner.run(main)
