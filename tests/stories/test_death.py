"""The bot dies and is started again: the story ends right, no event is missing, none is there twice."""

import pytest

from bot.sandbox.ocp import Fault
from bot.sandbox.slack import Fault as SlackFault

from .world import World

CREATE = r"/api/v2/obproxy/clusters$"


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


@pytest.mark.parametrize("replies", [1, 2, 3])
async def test_killed_while_running(world: World, replies: int) -> None:
    """Wherever the thread was, it catches up from there."""
    await world.start_process()
    card = await world.asks()
    await world.omar.clicks(card, "request.approve")
    await world.slack.wait_for(lambda: len(card.replies) >= replies)

    await world.kill_process()
    await world.clock.sleep(20)
    await world.start_process()
    await world.reads(card, "✅ Done")

    assert len(world.creates()) == 1
    await world.shows_everything_once()


async def test_killed_while_a_reply_is_on_its_way(world: World) -> None:
    """Slack took the reply, the bot never learned its ts: it is found again and not repeated."""
    await world.start_process()
    card = await world.asks()
    await world.caught_up()
    world.slack.add_fault(SlackFault(method="chat.postMessage", kind="slow", seconds=4, times=2))
    await world.omar.clicks(card, "request.approve")
    await world.slack.wait_for(lambda: card.replies)

    await world.kill_process()
    await world.start_process()
    await world.reads(card, "✅ Done")

    await world.shows_everything_once()


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


async def test_a_proxy_that_does_not_answer_is_passed_by_where_no_proxy_says_so(world: World) -> None:
    """HTTPS_PROXY and HTTP_PROXY lead nowhere, NO_PROXY names the sandbox: web client, socket and OCP all obey."""
    nowhere = "http://127.0.0.1:9"
    await world.start_process(HTTPS_PROXY=nowhere, HTTP_PROXY=nowhere, http_proxy=nowhere, NO_PROXY="127.0.0.1")
    card = await world.asks()
    await world.omar.clicks(card, "request.approve")

    await world.reads(card, "✅ Done")

    assert await world.ends_cleanly() == 0
