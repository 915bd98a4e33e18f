"""Several replicas on one PostgreSQL may die, stand still and come back: nothing is lost, nothing is done twice."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from bot.domain.event import Kind
from bot.domain.request import State
from bot.sandbox.slack import Message, Person, Room
from bot.sandbox.slack.views import View

from .replicas import Replicas
from .two import TwoOcps
from .world import DEADLINE, INSTALL, World, answers

LONG = 900.0
"""Seconds for what takes longer with a crowd."""


@pytest.fixture
async def replicas(tmp_path: Path, postgres_url: str) -> AsyncIterator[Replicas]:
    """None is running yet."""
    async with _on(World(tmp_path, 20.0, postgres_url)) as replicas:
        yield replicas


@pytest.fixture
async def many_replicas(tmp_path: Path, postgres_url: str) -> AsyncIterator[Replicas]:
    """On a slower clock, so that many requests find room on two cores."""
    async with _on(World(tmp_path, 4.0, postgres_url)) as replicas:
        yield replicas


@asynccontextmanager
async def _on(world: World) -> AsyncIterator[Replicas]:
    replicas = Replicas(world)
    async with world.slack, world.ocp:
        try:
            yield replicas
        finally:
            await replicas.close()
            await world.end()


@pytest.mark.long
@pytest.mark.invariant(1)
@pytest.mark.invariant(2)
async def test_two_hundred_requests_while_one_is_killed_one_stands_still_and_one_is_new(
    many_replicas: Replicas,
) -> None:
    """Two hundred requests meanwhile: two hundred clusters, each told once and in order."""
    await _lively(many_replicas, requests=200)


@pytest.mark.invariant(5)
async def test_two_approvers_click_at_the_same_instant_on_two_replicas(replicas: Replicas) -> None:
    """Five times: one decision each, and the loser is told who, when and what."""
    await _contested(replicas, requests=5)


@pytest.mark.long
@pytest.mark.invariant(5)
async def test_two_approvers_click_at_the_same_instant_five_hundred_times(replicas: Replicas) -> None:
    """The same, often enough for rare interleavings."""
    await _contested(replicas, requests=500)


@pytest.mark.long
@pytest.mark.invariant(2)
async def test_a_sender_that_stands_still_again_and_again_shows_nothing_twice(replicas: Replicas) -> None:
    """The sender stands still for a minute wherever it is, again and again; another one goes on meanwhile."""
    world = replicas.world
    world.ocp.slow(INSTALL, 240.0)
    await replicas.start("a", "b")
    card = await world.asks()
    await world.omar.clicks(card, "request.approve")

    while "✅ Done" not in world.thread(card):
        await replicas.stands_still(await _leader(replicas, "send"), 60)
        await world.clock.sleep(15)

    await world.shows_everything_once()
    assert len(world.creates()) == 1


@pytest.mark.long
async def test_the_end_of_the_leader_hands_its_work_on_at_once(replicas: Replicas) -> None:
    """SIGTERM gives the leases back: the other one goes on within seconds, not when they have run out."""
    world = replicas.world
    await replicas.start("a", "b")
    leader = await _leader(replicas)
    [other] = set("ab") - {leader}

    assert await replicas.end(leader) == 0
    await world.slack.wait_for(lambda: _holds(replicas, other))

    card = await world.asks()
    await world.omar.clicks(card, "request.approve")
    await world.reads(card, "✅ Done")
    await world.shows_everything_once()


@pytest.mark.long
@pytest.mark.invariant(1)
@pytest.mark.invariant(2)
async def test_where_one_ocp_is_away_the_other_one_goes_on_whoever_dies(tmp_path: Path, postgres_url: str) -> None:
    """Prod does not answer, and the replica that works dies: staging's request is done, and prod's once it is back."""
    world = TwoOcps(tmp_path, 20.0, postgres_url)
    world.rules["prod"]["approvals_required"] = 1
    async with world.staging, _on(world) as replicas:
        await replicas.start("a", "b")
        prod = await world.asks_in("prod")
        await world.ocp.down()
        await world.omar.clicks(prod, "request.approve")
        await world.is_told("has not answered since")
        staging = await world.asks_in("staging", hosts="12")
        await world.sam.clicks(staging, "request.approve")
        await world.happens(Kind.APPROVED, 2)
        await replicas.kill(await _leader(replicas, "submit staging"))
        await world.reads(staging, "✅ Done: pay_01 in staging")
        sent = world.names_sent()
        await world.ocp.up()
        await world.reads(prod, "✅ Done: pay_01 in prod")

        assert sent == ([], ["pay_01"])
        assert world.names_sent() == (["pay_01"], ["pay_01"])
        for number in (1, 2):
            await world.shows_everything_once(number)
        assert not any("a round failed" in replicas.log(name) for name in "ab")


async def _lively(replicas: Replicas, *, requests: int) -> None:
    """
    Kill the replica that sends, let the next one that does stand still for a minute, start a new one.

    By then others have begun to create and to reply: of two that fail one right after the other, the times add up.

    *requests* are on their way meanwhile.
    """
    world = replicas.world
    replicas.settings = {"LOOK_SECONDS": "5"}
    await replicas.start("a", "b", "c")
    leader = await _leader(replicas)
    people = [world.slack.person(f"dev-{number}") for number in range(min(requests, 20))]
    names = [f"pay_{number:03}" for number in range(requests)]

    asking = [_asks(world, person, names[place :: len(people)]) for place, person in enumerate(people)]
    approving = asyncio.create_task(_approves_all(world, names))
    await asyncio.gather(*asking)
    await world.slack.wait_for(lambda: len(world.ocp.accepted_creates) >= requests // 4, timeout=LONG)
    await replicas.kill(leader)
    sent, told, successor = len(world.ocp.accepted_creates), len(_replies(world)), await _leader(replicas)
    await world.slack.wait_for(lambda: len(world.ocp.accepted_creates) > sent + 1, timeout=LONG)
    await world.slack.wait_for(lambda: len(_replies(world)) > told + 5, timeout=LONG)
    standing = asyncio.create_task(replicas.stands_still(successor, 60))
    await replicas.start("d")
    await asyncio.gather(approving, standing)
    await replicas.stands_still(await _leader(replicas), 20)

    await _all_end_well(world, requests)
    assert sorted(create["name"] for create in world.ocp.accepted_creates) == names
    for number in range(1, requests + 1):
        await world.shows_everything_once(number)
    look = await _longest_without_a_look(world, requests)
    send, reply = await _longest_without_a_send(world, requests), _longest_without_a_reply(world)
    print(  # noqa: T201
        f"\n{requests} requests; each running task was looked at again within {look:.1f} s; "
        f"while one was approved, the next was sent within {send:.1f} s; replies came within {reply:.1f} s"
    )
    assert look <= 25.0
    assert reply <= 25.0
    assert send <= 25.0


async def _asks(world: World, person: Person, names: Sequence[str]) -> None:
    """Let *person* ask for each of *names*, again where a replica died or stood still under their hands."""
    room = world.slack.room(f"team-of-{person.name}")
    for name in names:
        host = world.ocp.inventory.add_host(100 + int(name[-3:]), address=f"198.51.100.{int(name[-3:])}")
        modal = await _opens(world, person, room)
        while not (await person.submits(modal, answers(name=name, hosts=str(host.id)))).closed:
            await world.clock.sleep(2.0)


async def _opens(world: World, person: Person, room: Room) -> View:
    while True:
        await person.types("/obproxy create", room)
        with suppress(TimeoutError):
            return await person.modal()


async def _approves_all(world: World, names: Sequence[str]) -> None:
    """Let Omar press Approve on every card as it appears, until it has lost the button."""
    left = set(names)
    while left:
        for message in list(world.approvals.messages):
            name = world.slack.rendered(message).splitlines()[0].rpartition(" ")[2]
            if name in left and _has_button(world, message):
                await world.omar.clicks(message, "request.approve")
            elif name in left and not _has_button(world, message):
                left.discard(name)
        await world.clock.sleep(2.0)


def _has_button(world: World, message: Message) -> bool:
    return "[Approve]" in world.slack.rendered(message)


async def _all_end_well(world: World, requests: int) -> None:
    """Wait until each has succeeded; what a kill has left unclear is sent again by an operator."""
    async with asyncio.timeout(LONG):
        left = set(range(1, requests + 1))
        while left:
            for number in sorted(left):
                request = await world.request(number)
                if request.state is State.SUCCEEDED:
                    left.discard(number)
                elif request.state is State.UNCERTAIN and Kind.UNCLEAR in await world.kinds(number):
                    await world.ines.clicks(await world.card(request.name), "request.send_again")
            await world.clock.sleep(10.0)


async def _longest_without_a_look(world: World, requests: int) -> float:
    """Return the longest time, in the world's seconds, that a task ran without a look, from its binding on."""
    looks: dict[str, list[datetime]] = {}
    for number in range(1, requests + 1):
        running = next(event for event in await world.timeline(number) if event.kind == Kind.RUNNING)
        looks[f"/api/v2/tasks/instances/{running.content['task']}"] = [running.time]
    for record in world.ocp.records:
        if record.method == "GET" and record.path in looks:
            seconds = world.clock.since + (record.at.timestamp() - world.clock.since) * world.clock.speed
            looks[record.path].append(datetime.fromtimestamp(seconds, UTC))
    gaps = [later - earlier for times in looks.values() for earlier, later in pairwise(sorted(times))]
    return max(gaps).total_seconds()


async def _longest_without_a_send(world: World, requests: int) -> float:
    """Return the longest time, in the world's seconds, in which something was approved and nothing was sent."""
    approved, sent = list[datetime](), list[datetime]()
    for number in range(1, requests + 1):
        times = {event.kind: event.time for event in reversed(await world.timeline(number))}
        approved.append(times[Kind.APPROVED])
        sent.append(times[Kind.SUBMITTING])
    in_order = sorted(zip(sent, approved, strict=True))
    last, longest = in_order[0][0], timedelta()
    for place, (at, _) in enumerate(in_order):
        waits_since = min(approval for _, approval in in_order[place:])
        last, longest = at, max(longest, at - max(last, waits_since))
    return longest.total_seconds()


def _longest_without_a_reply(world: World) -> float:
    """Return the longest time, in the world's seconds, between two replies in the approvals channel."""
    return max(later - earlier for earlier, later in pairwise(sorted(_replies(world))))


def _replies(world: World) -> list[float]:
    """Return when each reply in the approvals channel was posted, in the world's seconds."""
    return [float(reply.ts) for card in world.approvals.messages for reply in card.replies]


async def _contested(replicas: Replicas, *, requests: int) -> None:
    """Let Omar and Ines approve each request at once; OCP is stopped meanwhile, for this is not about it."""
    world = replicas.world
    replicas.settings = {"OCP_PASSWORD": "refused-here"}
    await replicas.start("a", "b")
    for number in range(1, requests + 1):
        card = await world.asks(f"pay_{number:03}")
        await asyncio.gather(world.omar.clicks(card, "request.approve"), world.ines.clicks(card, "request.approve"))
        await world.happens(Kind.APPROVED, number)

        events = await world.timeline(number)
        decisions = [event for event in events if event.kind == Kind.APPROVED]
        assert len(decisions) == 1
        loser, winner = (world.ines, "omar") if decisions[0].actor == world.omar.id else (world.omar, "ines")
        told = await world.told(loser, f"#{number} at")
        assert f"{winner} approved #{number} at " in told
        assert decisions[0].time.strftime("%-I:%M %p") in told


async def _leader(replicas: Replicas, lease: str = "submit prod") -> str:
    """Wait until one of those that run has *lease*; return its name."""
    found = await replicas.world.slack.wait_for(
        lambda: [name for name in replicas.running if _holds(replicas, name, lease)], timeout=DEADLINE
    )
    return str(found[0])


def _holds(replicas: Replicas, name: str, lease: str = "submit prod") -> bool:
    """Whether a replica has a lease, by what it has logged last."""
    told = [json.loads(line) for line in replicas.log(name).splitlines() if '"leases changed"' in line]
    held = {each["holder"]: each["held"] for each in told}
    return any(lease in names for names in held.values())
