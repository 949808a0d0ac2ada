"""Work that is done for each conversation by itself, none waiting for another."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

LONGEST_PAUSE = 60.0

Work = Callable[[str, asyncio.Event], Awaitable[None]]

__all__ = ["PerConversation", "Work"]

log = logging.getLogger(__name__)


class PerConversation:
    """Runs `work` in one task for each conversation that has been woken, and for no other.

    `work(conversation, woken)` does all that there is to do and returns. Woken meanwhile, it runs again, so that what
    came after its last look is not left lying. Where it waits for something, it may clear and await `woken` itself, and
    must then look again before it returns. After an error it runs again, with growing pauses.
    """

    def __init__(self, work: Work, *, pause: float = 1.0) -> None:
        """`pause` is the first pause after an error, in seconds; it doubles up to a minute."""
        self._work = work
        self._pause = pause
        self._of: dict[str, tuple[asyncio.Event, asyncio.Task[None]]] = {}
        self._stopped = False

    def __len__(self) -> int:
        """How many conversations have work going on."""
        return len(self._of)

    def wake(self, conversation_id: str) -> None:
        """Say that there may be something to do. Does nothing after `stop`."""
        if self._stopped:
            return
        if conversation_id in self._of:
            self._of[conversation_id][0].set()
            return
        woken = asyncio.Event()
        woken.set()
        self._of[conversation_id] = woken, asyncio.create_task(self._run(conversation_id, woken), name=conversation_id)

    async def stop(self) -> None:
        """Cut all work off where it stands, for good."""
        self._stopped = True
        tasks = [task for _, task in self._of.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._of.clear()  # a task cancelled before its first step has not done so itself

    async def _run(self, conversation_id: str, woken: asyncio.Event) -> None:
        pause = self._pause
        try:
            # Nothing is awaited between the last look at `woken` and the end, so no wake is lost in between.
            while woken.is_set():
                woken.clear()
                try:
                    await self._work(conversation_id, woken)
                    pause = self._pause
                except Exception:
                    log.exception("the work in conversation %s failed", conversation_id)
                    await asyncio.sleep(pause)
                    pause = min(2 * pause, LONGEST_PAUSE)
                    woken.set()
        finally:
            self._of.pop(conversation_id, None)
