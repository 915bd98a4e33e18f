"""`make chaos`: kill the bot at every point and at random instants, on both databases, and write down what became."""

import asyncio
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from tests.databases import a_server

from .campaign import Campaign
from .stage import Stage
from .table import NAMES, counted, unproven, write_table

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"


def main(
    databases: Annotated[str, typer.Option(help="Which ones, with commas.")] = ",".join(NAMES),
    kills: Annotated[int, typer.Option(help="How many at random instants, over all databases.")] = 300,
    workers: Annotated[int, typer.Option(help="How many stories at a time; they mostly wait.")] = (os.cpu_count() or 2)
    + 2,
    seed: Annotated[int, typer.Option(help="Of all that is random; a new one if left out.")] = -1,
    table: Annotated[bool, typer.Option(help="Write the table in docs/reliability.md.")] = True,
) -> None:
    """Play every story; exit with 1 if anything was wrong, or if no run has died at some point."""
    seed = seed if seed >= 0 else random.SystemRandom().randrange(10**6)
    typer.echo(f"seed {seed}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by SIGTERM"))  # and so are servers and processes
    began = time.monotonic()
    with ExitStack() as stack:
        names = databases.split(",")
        servers = {name: stack.enter_context(a_server()) if name == "postgresql" else "" for name in names}
        campaigns = asyncio.run(_played(servers, kills, workers, seed))
    minutes = (time.monotonic() - began) / 60
    if table:
        write_table(PAGE, campaigns, _heading(seed, minutes))
    raise typer.Exit(report(campaigns, minutes))


async def _played(servers: Mapping[str, str], kills: int, workers: int, seed: int) -> list[Campaign]:
    """Play everything on every database; *servers* holds the address of each, "" for SQLite."""
    campaigns = [Campaign(database, random.Random(f"{seed} {database}")) for database in servers]
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        for campaign in campaigns:
            stage = Stage(pool, servers[campaign.database], campaign, workers)
            await stage.play_all(iter(await stage.record()))
            await stage.play_all(campaign.random(kills // len(servers)))
    return campaigns


def report(campaigns: list[Campaign], minutes: float) -> int:
    """Say what was found; return the exit code."""
    results = [result for campaign in campaigns for result in campaign.results]
    wrong = [result for result in results if result.findings]
    for result in wrong:
        typer.echo("\n".join([f"{result.plan}:", *map(str, result.findings), result.log]))
    found = ", ".join(f"{count} {sort}" for sort, count in counted(results).items())
    typer.echo(f"{len(results)} stories in {minutes:.0f} min: {found or 'nothing wrong'}")
    unmet = [line for campaign in campaigns for line in unproven(campaign)]
    typer.echo("\n".join(["Points at which no run has died:", *unmet] if unmet else ["A run has died at every point."]))
    return 1 if wrong or unmet else 0


def _heading(seed: int, minutes: float) -> str:
    asked = ["git", "describe", "--always", "--dirty= and changes", "--exclude=*"]
    commit = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    day = datetime.now(UTC).date().isoformat()
    return f"Commit {commit}, {day}, seed {seed}, {minutes:.0f} min on {os.cpu_count()} cores."


if __name__ == "__main__":
    typer.run(main)
