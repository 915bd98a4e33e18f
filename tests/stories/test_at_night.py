"""What a person reads when something is wrong: plain words, no exception text, no host, no token."""

import re

import pytest

from bot.sandbox.ocp import Fault

from .world import World

CREATE = r"/api/v2/obproxy/clusters$"
INSIDE = re.compile(r"Traceback|[A-Z]\w+(Error|Exception)\b|sqlite|127\.0\.0\.1|xox[bp]-|xapp-")


@pytest.mark.long
@pytest.mark.invariant(7)
@pytest.mark.invariant(12)
async def test_no_message_shows_the_inside_of_the_bot(world: World) -> None:
    """A lost answer, a refusal, a slow and an absent OCP: every word is the product's or OCP's."""
    await world.start_bot()
    world.ocp.add_fault(Fault(method="POST", path=CREATE, kind="lost_after"))
    lost = await world.asks("pay_01")
    await world.omar.clicks(lost, "request.approve")
    await world.reads(lost, "✅ Done")
    refused = await world.asks("pay_02", hosts="13")
    await world.omar.clicks(refused, "request.approve")
    await world.reads(refused, "⛔ OCP refused it")
    delayed = await world.asks("pay_03", hosts="12")
    await world.ocp.down()
    await world.omar.clicks(delayed, "request.approve")
    await world.reads(delayed, "Not sent yet: OCP could not be reached")

    everything = [message for room in (world.approvals, world.home) for message in room.everything()]
    shown = "\n".join(world.slack.rendered(message) + message.text for message in everything + world.dana.ephemerals)

    assert INSIDE.findall(shown) == []
    assert world.ocp.password not in shown
