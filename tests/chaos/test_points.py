"""The killing itself: before a point nothing is done yet, after it all of it, and the code has not gone on."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from bot.clock import SystemClock
from bot.ocp.client import OcpClient
from bot.sandbox.ocp import SandboxOcp
from bot.sandbox.slack import SandboxSlack
from bot.slack.client import web_client
from bot.store.database import Database

from .attach import attach
from .lives import FORKS, KILLED
from .points import SIDES, Kill, Point, Recorder, Side, read_points, spread

Does = Callable[[str], Coroutine[Any, Any, None]]


async def counts(url: str) -> None:
    """Count on in the database."""
    database = Database.at(url)
    async with database.transaction() as tx:
        await tx.next_number()
    await database.close()


async def asks_ocp(url: str) -> None:
    """Read OCP's version."""
    async with OcpClient(base_url=url, username="obproxy-bot", password="sandbox-password", clock=SystemClock()) as ocp:
        await ocp.version()


async def asks_slack(url: str) -> None:
    """Ask Slack who the bot is."""
    await web_client("xoxb-1", base_url=url, proxy=None).auth_test()


def does(what: Does, url: str, points: Path, kill: Kill | None) -> None:
    """Do something in this process, with a recorder around it; a file says whether it has come to its end."""
    attach(Recorder(points, kill))
    asyncio.run(what(url))
    points.with_suffix(".end").touch()


async def ended(what: Does, url: str, points: Path, kill: Kill | None = None) -> int | None:
    """Let a process of its own do it; return its exit code."""
    process = FORKS.Process(target=does, args=(what, url, points, kill))
    await asyncio.to_thread(process.start)
    await asyncio.to_thread(process.join)
    return process.exitcode


@pytest.mark.parametrize(("side", "number"), [("before", 1), ("after", 2)])
async def test_a_commit_is_lost_before_and_kept_after(
    database_url: str, tmp_path: Path, side: Side, number: int
) -> None:
    """What the next one counts tells which."""
    database = Database.at(database_url)
    await database.migrate()
    kill = Kill(Point("commit", side))

    assert await ended(counts, database_url, tmp_path / "points", kill) == KILLED

    async with database.transaction() as tx:
        assert await tx.next_number() == number
    await database.close()
    assert not (tmp_path / "points.end").exists()


@pytest.mark.parametrize(("side", "heard"), [("before", 0), ("after", 1)])
async def test_a_call_has_not_left_before_and_has_been_answered_after(tmp_path: Path, side: Side, heard: int) -> None:
    """OCP over httpx, Slack over aiohttp: counted by who was called."""
    async with SandboxOcp() as ocp, SandboxSlack() as slack:
        of_ocp, of_slack = Kill(Point("OCP GET /api/v2/info", side)), Kill(Point("Slack auth.test", side))

        assert await ended(asks_ocp, ocp.url, tmp_path / "ocp", of_ocp) == KILLED
        assert await ended(asks_slack, slack.url, tmp_path / "slack", of_slack) == KILLED

        assert len(ocp.records) == heard
        assert len(slack.records) == heard


async def test_what_was_met_is_written_down_and_reading_is_no_point(database_url: str, tmp_path: Path) -> None:
    """Without a kill the process comes to its end; the migration is a commit like any other."""
    path = tmp_path / "points"

    assert await ended(migrates_and_reads, database_url, path) == 0

    assert dict(read_points(path)) == {Point("commit", side): 1 for side in SIDES}
    assert path.with_suffix(".end").exists()


async def migrates_and_reads(url: str) -> None:
    """Write once, read once."""
    database = Database.at(url)
    await database.migrate()
    async with database.reading() as tx:
        await tx.environment("prod")
    await database.close()


async def test_the_nth_time_is_the_nth_time(database_url: str, tmp_path: Path) -> None:
    """The first counting is committed, the second is not."""
    database = Database.at(database_url)
    await database.migrate()
    kill = Kill(Point("commit", "before"), nth=2)

    assert await ended(counts_twice, database_url, tmp_path / "points", kill) == KILLED

    async with database.transaction() as tx:
        assert await tx.next_number() == 2
    await database.close()


async def counts_twice(url: str) -> None:
    """Count on two times."""
    await counts(url)
    await counts(url)


def test_on_a_slow_database_the_first_commit_of_each_place_takes_longer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Later ones and calls do not: the story has to end."""
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    recorder = Recorder.of({"CHAOS_POINTS": str(tmp_path / "points"), "CHAOS_SLOW": "0.25"})

    for site in ("commit ask", "commit ask", "commit decide", "OCP POST"):
        recorder.meet(site, "before")
        recorder.meet(site, "after")

    assert slept == [0.25, 0.25]


def test_a_sample_is_spread_over_all_points() -> None:
    """From the first to the last, each once, and others on another day."""
    points = [Point(str(number), "before") for number in range(80)]

    sample = list(spread(points, 8))

    assert [int(point.site) for point in sample] == list(range(0, 80, 10))
    assert not set(sample) & set(spread(points, 8, first=3))
    assert list(spread(points[:3], 8)) == points[:3]


def test_a_kill_survives_its_way_through_the_environment() -> None:
    """The launcher reads what the story wrote."""
    kill = Kill(Point("commit submit._claim < _send", "after"), 3)

    assert Kill.from_json(kill.to_json()) == kill
