"""The bot dies and is started again: the story ends right, no event is missing, none is there twice."""

import asyncio
import os
import sys

import pytest

from bot.app import STOP_SECONDS
from bot.domain.request import State
from bot.sandbox.ocp import Fault
from bot.sandbox.slack import Fault as SlackFault

from .locks import locked
from .world import DEADLINE, World

CREATE = r"/api/v2/obproxy/clusters$"


@pytest.mark.long
@pytest.mark.invariant(1)
async def test_killed_while_submitting(world: World) -> None:
    """OCP had the create, its answer found nobody: after the claim the bot looks and adopts its own task."""
    await world.start_process()
    world.ocp.add_fault(Fault(method="POST", path=CREATE, kind="slow", seconds=10))
    card = await world.asks()
    await world.omar.clicks(card, "request.approve")
    await world.slack.wait_for(lambda: world.ocp.accepted_creates)
    assert (await world.request()).state == "SUBMITTING"

    await world.kill_process()
    await world.start_process()
    await world.reads(card, "✅ Done")

    assert await world.kinds() == [
        "request.asked",
        "request.approved",
        "request.submitting",
        "request.uncertain",
        "request.running",
        "request.succeeded",
    ]
    assert len(world.creates()) == 1
    await world.shows_everything_once()


@pytest.mark.long  # as in the sample of `make chaos`
@pytest.mark.invariant(2)
async def test_killed_while_running(world: World) -> None:
    """Wherever the thread was, it catches up from there."""
    await world.start_process()
    card = await world.asks()
    await world.omar.clicks(card, "request.approve")
    await world.slack.wait_for(lambda: len(card.replies) >= 2)

    await world.kill_process()
    await world.clock.sleep(20)
    await world.start_process()
    await world.reads(card, "✅ Done")

    assert len(world.creates()) == 1
    await world.shows_everything_once()


@pytest.mark.long
@pytest.mark.invariant(2)
async def test_killed_while_a_reply_is_on_its_way(world: World) -> None:
    """Slack took the reply, the bot never learned its ts: it is found again and not repeated."""
    await world.start_process()
    card = await world.asks()
    await world.caught_up()
    world.slack.add_fault(SlackFault(method="chat.postMessage", kind="slow", seconds=4, times=2))
    await world.omar.clicks(card, "request.approve")
    await world.slack.wait_for(lambda: card.replies, timeout=DEADLINE)

    await world.kill_process()
    await world.start_process()
    await world.reads(card, "✅ Done")

    await world.shows_everything_once()


@pytest.mark.long  # as in the sample of `make chaos`
@pytest.mark.invariant(2)
async def test_killed_before_the_card_was_posted(world: World) -> None:
    """The request was committed and the bot died at once: the card appears all the same, once."""
    await world.start_process()
    world.slack.add_fault(SlackFault(method="chat.postMessage", kind="slow", seconds=4, times=2))
    result = await world.fills_in()
    assert result.closed
    await world.slack.wait_for(lambda: world.approvals.messages)

    await world.kill_process()
    await world.start_process()
    await world.caught_up()

    assert len(world.approvals.messages) == 1
    assert len(world.home.messages) == 1


@pytest.mark.invariant(2)
async def test_sigterm_ends_it_cleanly_in_the_middle_of_a_task(world: World) -> None:
    """Exit code 0, and the next start goes on where it was."""
    await world.start_process()
    card = await world.asks()
    await world.omar.clicks(card, "request.approve")
    await world.slack.wait_for(lambda: card.replies)

    assert await world.ends_cleanly() == 0
    await world.start_process()
    await world.reads(card, "✅ Done")

    await world.shows_everything_once()


@pytest.mark.long
async def test_sigterm_does_not_wait_for_ever_for_an_answer_of_ocp(world: World) -> None:
    """After 25 s the request is said to be uncertain, at once and not when its claim has run out."""
    await world.start_process()
    card = await world.asks()
    world.ocp.add_fault(Fault(method="POST", path=CREATE, kind="slow", seconds=8))
    await world.omar.clicks(card, "request.approve")
    await world.slack.wait_for(world.creates)

    assert await world.ends_cleanly() == 0
    assert (await world.request()).state is State.UNCERTAIN
    await world.start_process()
    await world.reads(card, "✅ Done")

    assert len(world.creates()) == 1
    await world.shows_everything_once()


@pytest.mark.long
async def test_after_sigterm_nothing_more_is_sent(world: World) -> None:
    """Three are approved, one create is on its way: the others are left for the next start."""
    await world.start_process()
    cards = [await world.asks(f"pay_0{number}", hosts=str(10 + number)) for number in (1, 2)]
    cards.append(await world.asks("pay_04", hosts="14"))
    await world.ocp.down()
    for number, card in enumerate(cards, 1):
        await world.omar.clicks(card, "request.approve")
        await world.happens("request.delayed", number)
    await world.kill_process()
    await world.clock.sleep(90)
    await world.ocp.up()
    world.ocp.add_fault(Fault(method="POST", path=CREATE, kind="slow", seconds=0.5, times=1))
    await world.start_process()
    await world.slack.wait_for(world.creates, timeout=DEADLINE)

    assert await world.ends_cleanly() == 0
    assert len(world.creates()) == 1
    assert [(await world.request(number)).state for number in (1, 2, 3)].count(State.APPROVED) == 2
    await world.start_process()
    for card in cards:
        await world.reads(card, "✅ Done")

    assert len(world.creates()) == 3


@pytest.mark.long
@pytest.mark.invariant(1)
async def test_an_answer_within_the_time_to_end_is_kept(slow_world: World) -> None:
    """SIGTERM finds a create under way; OCP answers after half of the 25 s: the task is watched, nothing is unclear."""
    world = slow_world
    await world.start_process()
    card = await world.asks()
    answer = Fault(method="POST", path=CREATE, kind="slow", seconds=STOP_SECONDS / world.clock.speed / 2)
    world.ocp.add_fault(answer)
    await world.omar.clicks(card, "request.approve")
    await world.slack.wait_for(world.creates)

    ending = await world.ends_later()
    assert (await world.request()).state is State.SUBMITTING, "OCP has not answered yet"
    assert await ending == 0
    assert (await world.request()).state is State.RUNNING
    assert await world.kinds() == ["request.asked", "request.approved", "request.submitting", "request.running"]
    await world.start_process()
    await world.reads(card, "✅ Done")

    assert len(world.creates()) == 1
    await world.shows_everything_once()


@pytest.mark.long
@pytest.mark.invariant(1)
async def test_an_answer_that_is_there_is_kept_although_the_time_to_end_is_over(slow_world: World) -> None:
    """OCP has answered, the database takes it only after the 25 s: nobody has to ask for what the process knew."""
    world = slow_world
    await world.start_process()
    card = await world.asks()
    world.ocp.add_fault(Fault(method="POST", path=CREATE, kind="slow", seconds=0.5))
    await world.omar.clicks(card, "request.approve")
    await world.slack.wait_for(world.creates)

    async with locked(world, seconds=STOP_SECONDS / world.clock.speed + 2):
        ending = await world.ends_later()
    assert await ending == 0
    assert (await world.request()).state is State.RUNNING
    assert (await world.kinds())[-1] == "request.running"


async def test_a_second_process_on_one_file_is_refused_with_words(world: World) -> None:
    """It says what to do; the first one is not disturbed."""
    await world.start_process()
    second = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", env=os.environ | world.environment(), stderr=asyncio.subprocess.PIPE
    )
    _, said = await asyncio.wait_for(second.communicate(), DEADLINE)

    assert second.returncode == 2
    assert b"DATABASE_URL cannot be used: another obproxy-bot runs on this file" in said
    card = await world.asks()
    await world.omar.clicks(card, "request.approve")
    await world.reads(card, "✅ Done")


@pytest.mark.long
async def test_a_proxy_that_does_not_answer_is_passed_by_where_no_proxy_says_so(world: World) -> None:
    """HTTPS_PROXY and HTTP_PROXY lead nowhere, NO_PROXY names the sandbox: web client, socket and OCP all obey."""
    nowhere = "http://127.0.0.1:9"
    await world.start_process(HTTPS_PROXY=nowhere, HTTP_PROXY=nowhere, http_proxy=nowhere, NO_PROXY="127.0.0.1")
    card = await world.asks()
    await world.omar.clicks(card, "request.approve")

    await world.reads(card, "✅ Done")

    assert await world.ends_cleanly() == 0
