"""Where the stories of a campaign are played: a few processes side by side, each with a world of its own."""

import asyncio
import shutil
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from operator import length_hint
from pathlib import Path
from tempfile import mkdtemp

import typer

from tests.databases import a_database, drop

from .campaign import Campaign
from .plan import Plan, Result
from .story import play
from .table import NAMES


@dataclass(slots=True)
class Stage:
    """Where the stories of one campaign are played, several at a time; `server` is "" for SQLite."""

    pool: ProcessPoolExecutor
    server: str
    campaign: Campaign
    workers: int

    async def record(self) -> list[Plan]:
        """Play the runs that only record; return what follows from them, taken in their order."""
        plans: list[Plan] = []
        for result in await asyncio.gather(*map(self._begin, self.campaign.first())):
            plans += self.campaign.take(result)
            self._tell(result, len(plans))
        return plans

    async def play_all(self, plans: Iterator[Plan]) -> None:
        """Play *plans* and all that follows from them."""
        waiting: list[Plan] = []
        running: set[asyncio.Future[Result]] = set()
        while True:
            while len(running) < self.workers and (plan := waiting.pop(0) if waiting else next(plans, None)):
                running.add(self._begin(plan))
            if not running:
                return
            done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for future in done:
                result = future.result()
                waiting += self.campaign.take(result)
                self._tell(result, len(waiting) + len(running) + length_hint(plans))

    def _begin(self, plan: Plan) -> asyncio.Future[Result]:
        return asyncio.get_running_loop().run_in_executor(self.pool, run, plan, self.server)

    def _tell(self, result: Result, left: int) -> None:
        words = "; ".join(map(str, result.findings)) or "ok"
        name, number = NAMES[self.campaign.database], len(self.campaign.results)
        typer.echo(f"{name} {number} ({left} to go), {result.seconds:.0f} s: {result.plan}: {words}")


def run(plan: Plan, server: str) -> Result:
    """Play one story in a process of the pool; its folder stays if something is wrong."""
    folder = Path(mkdtemp(prefix="chaos"))
    url = a_database(server) if server else ""
    try:
        result = asyncio.run(play(plan, folder, url))
    finally:
        if url:
            drop(url, server)
    if not result.findings:
        shutil.rmtree(folder)
    return result
