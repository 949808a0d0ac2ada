"""Runs `jauap index` beside the service, so that what reviewers have attached comes into use."""

from __future__ import annotations

import asyncio
import os
import sys

from bot.settings import ROOT, Settings

__all__ = ["Rebuilding"]

COMMAND = "import sys; from bot.cli import main; sys.exit(main(['index']))"
KEPT = 20
"""Last lines of a failed build that are kept to be read."""


class Rebuilding:
    """One build at a time, in a process of its own; the running service takes the finished index over by itself."""

    def __init__(self, settings: Settings) -> None:
        self._environment = os.environ | {"JAUAP_DATA_DIR": str(settings.data_dir)}
        if settings.encoder is not None:
            self._environment["JAUAP_ENCODER"] = settings.encoder
        self._task: asyncio.Task[None] | None = None
        self.trouble: list[str] = []
        """What the last build said, where it failed or was refused."""

    @property
    def running(self) -> bool:
        return self._task is not None and not self._task.done()

    def start(self) -> None:
        """Begin a build, unless one is running."""
        if not self.running:
            self.trouble = []
            self._task = asyncio.create_task(self._build())

    async def wait(self) -> None:
        """Until the build has ended, if one is running."""
        if self._task is not None:
            await self._task

    async def _build(self) -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", COMMAND,
            cwd=ROOT, env=self._environment, stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        try:
            told, _ = await process.communicate()
        except asyncio.CancelledError:
            process.terminate()
            raise
        if process.returncode != 0:
            self.trouble = told.decode("utf-8", "replace").splitlines()[-KEPT:]
