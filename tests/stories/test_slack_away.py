"""Slack is away, or does not take the bot's token: then everything is shown, in few replies, within its limits."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import structlog
from structlog.testing import capture_logs

from .world import World, answers

FIRST_HOST = 100
CATCHES_UP_WITHIN = 120.0
"""Real seconds."""

log = structlog.get_logger()


@pytest.fixture
async def paced_world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    """A world on a clock of the given speed: the more there is to do, the slower."""
    world = World(tmp_path, speed=request.param)
    async with world.slack, world.ocp:
        yield world
        await world.end()


@pytest.mark.invariant(2)
@pytest.mark.parametrize(
    ("paced_world", "tasks", "minutes"),
    [(60.0, 3, 4), pytest.param(30.0, 50, 60, marks=pytest.mark.long)],
    indirect=["paced_world"],
    ids=["3 tasks", "50 tasks"],
)
async def test_an_outage_of_slack_with_many_running_tasks(paced_world: World, tasks: int, minutes: int) -> None:
    """Nothing is missing, nothing is there twice, and Slack never says that it is too much."""
    world = paced_world
    await world.start_bot(LOOK_SECONDS="60")
    world.ocp.script.default_seconds = minutes * 60 / 10
    await _run(world, tasks)
    before = _replies(world)

    await world.slack.down()
    await world.clock.sleep(minutes * 60)
    await world.slack.up()
    back_at = world.clock.now()
    for number in range(1, tasks + 1):
        await world.happens("request.succeeded", number, seconds=CATCHES_UP_WITHIN)
        await world.caught_up(number, seconds=CATCHES_UP_WITHIN)
    seconds = (world.clock.now() - back_at).total_seconds()

    added = {root: count - before.get(root, 0) for root, count in _replies(world).items()}
    log.info("caught up", tasks=tasks, minutes=minutes, seconds=round(seconds), most_replies=max(added.values()))
    for number in range(1, tasks + 1):
        await world.shows_everything_once(number)
    assert max(added.values()) <= 5
    assert [record.method for record in world.slack.records if record.error == "ratelimited"] == []


@pytest.mark.invariant(2)
async def test_a_token_that_is_revoked_is_told_once_and_a_new_one_lets_the_threads_catch_up(world: World) -> None:
    """In the log, at error level; the bot goes on watching, and needs nothing but a start with the new token."""
    await world.start_bot()
    card = await world.asks()
    await world.omar.clicks(card, "request.approve")
    await world.reads(card, "Watching it")

    with capture_logs() as logs:
        world.slack.revoke_tokens()
        await world.happens("request.succeeded")
        await world.clock.sleep(120)
    calls = [record for record in world.slack.records if record.error == "token_revoked"]
    assert [entry["event"] for entry in logs if entry["log_level"] == "error"] == [
        "Slack refuses the bot's token: nothing is shown until it is started with another"
    ]
    assert len(calls) < 20
    await world.stop_bot()
    world.slack.reissue_tokens()
    await world.start_bot()

    await world.reads(card, "✅ Done")
    await world.shows_everything_once()


async def _run(world: World, tasks: int) -> None:
    """Let so many tasks run, each on a host of its own."""
    for number in range(1, tasks + 1):
        await _asks(world, f"pay_{number}", world.ocp.inventory.add_host(FIRST_HOST + number).id)
        await world.omar.clicks(await world.card(f"pay_{number}"), "request.approve")
    for number in range(1, tasks + 1):
        await world.happens("task.changed", number, seconds=CATCHES_UP_WITHIN)


async def _asks(world: World, name: str, host: int) -> None:
    """Fill in the form, and press again while the bot says that its database is slow."""
    await world.dana.types("/obproxy create", world.home)
    form = await world.dana.modal()
    typed = answers(name=name, hosts=str(host))
    while not (await world.dana.submits(form, typed)).closed:
        typed = {}


def _replies(world: World) -> dict[str, int]:
    """Return how many replies each card has, by its ts."""
    return {message.ts: len(message.replies) for room in (world.approvals, world.home) for message in room.messages}
