"""Several processes of the bot on one database, each of which can be killed, stopped for a while, or ended."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import Process
from dataclasses import dataclass, field

from .world import DEADLINE, World


@dataclass(slots=True)
class Replicas:
    """The replicas of a world, by name."""

    world: World
    settings: dict[str, str] = field(default_factory=dict)
    running: dict[str, Process] = field(default_factory=dict)

    async def start(self, *names: str) -> None:
        """Start replicas side by side; wait until each has its socket."""
        wanted = self.world.slack.connections + len(names)
        for name in names:
            self.running[name] = await self._process(name)
        await self.world.slack.wait_for(lambda: self.world.slack.connections >= wanted, timeout=2 * DEADLINE)

    async def kill(self, name: str) -> None:
        """SIGKILL."""
        process = self.running.pop(name)
        process.kill()
        await process.wait()

    async def end(self, name: str) -> int:
        """SIGTERM; return the exit code."""
        process = self.running.pop(name)
        process.terminate()
        return await asyncio.wait_for(process.wait(), 2 * DEADLINE)

    async def stands_still(self, name: str, seconds: float) -> None:
        """Stop a replica for so many of the world's seconds, wherever it is, and let it go on."""
        self.running[name].send_signal(signal.SIGSTOP)
        await self.world.clock.sleep(seconds)
        self.running[name].send_signal(signal.SIGCONT)

    def log(self, name: str) -> str:
        """Return what a replica has logged."""
        return (self.world.folder / f"{name}.log").read_text()

    async def close(self) -> None:
        """Leave none running."""
        for name in list(self.running):
            self.running[name].send_signal(signal.SIGCONT)
            await self.kill(name)

    async def _process(self, name: str) -> Process:
        clock = {"STORY_SPEED": str(self.world.clock.speed), "STORY_SINCE": str(self.world.clock.since)}
        with (self.world.folder / f"{name}.log").open("ab") as log:
            return await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "tests.stories.launcher",
                env=os.environ | self.world.environment(**self.settings) | clock,
                stderr=log,
            )
