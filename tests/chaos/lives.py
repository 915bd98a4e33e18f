"""The bot's lives: started, killed and started again until somebody ends it for good."""

import asyncio
import json
import multiprocessing
import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from .launcher import launch

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.chaos.launcher"])
"""A server that has imported everything once makes a new process of the bot in a few milliseconds."""

KILLED = -signal.SIGKILL


@dataclass(slots=True)
class Lives:
    """
    One process after the other over the same files.

    `exits` are the exit codes so far, `points` the files in which the recorders wrote, one a life.
    """

    folder: Path
    process: ForkServerProcess | None = None
    exits: list[int] = field(default_factory=list)
    points: list[Path] = field(default_factory=list)

    @property
    def log(self) -> Path:
        """What all lives have logged."""
        return self.folder / "bot.log"

    def complaints(self) -> list[str]:
        """Return the errors that the bot has logged, and what is no log line at all."""
        return [line[:2000] for line in self.log.read_text().splitlines() if _is_error(line)]

    async def begin(self, environment: Mapping[str, str]) -> None:
        """Start a process."""
        path = self.folder / f"points.{len(self.points)}"
        self.points.append(path)
        settings = dict(environment) | {"CHAOS_POINTS": str(path)}
        self.process = FORKS.Process(target=launch, args=(settings, self.log))
        await asyncio.to_thread(self.process.start)

    async def wait(self) -> int:
        """Wait until the process has ended; return its exit code."""
        assert self.process is not None
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.add_reader(self.process.sentinel, ended.set)
        try:
            await ended.wait()
        finally:
            loop.remove_reader(self.process.sentinel)
        return self._buried(self.process)

    def send(self, signum: int) -> None:
        """Send the process a signal, if there is one."""
        if self.process is not None and self.process.pid is not None and self.process.is_alive():
            os.kill(self.process.pid, signum)

    def _buried(self, process: ForkServerProcess) -> int:
        process.join()
        code = process.exitcode
        assert code is not None
        process.close()
        self.process = None
        self.exits.append(code)
        return code


def _is_error(line: str) -> bool:
    """Whether a line of the log tells of something that nobody foresaw."""
    try:
        return json.loads(line)["level"] in {"error", "critical"}
    except (ValueError, TypeError, KeyError):
        return True
