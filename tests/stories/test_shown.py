"""What the stories check at their end finds what is planted: a check that cannot fail would prove nothing."""

from dataclasses import replace

import pytest

from .world import World


@pytest.mark.long
async def test_what_is_missing_or_there_twice_in_slack_is_found(world: World) -> None:
    """Every line of a thread, not only the changes of its task; every card in the room; every id."""
    await world.start_bot()
    card = await world.asks()
    await world.omar.clicks(card, "request.approve")
    await world.reads(card, "✅ Done")
    await world.shows_everything_once()
    replies, cards = list(card.replies), list(world.approvals.messages)

    for number in range(len(replies)):
        card.replies[:] = replies[:number] + replies[number + 1 :]
        with pytest.raises(AssertionError, match="less"):
            await world.shows_everything_once()
        card.replies[:] = [*replies, replace(replies[number], metadata=card.metadata)]
        with pytest.raises(AssertionError, match="more"):
            await world.shows_everything_once()
    card.replies[:] = replies
    world.approvals.messages.append(replace(card, ts=f"{float(card.ts) + 1:.6f}", replies=[]))
    with pytest.raises(AssertionError, match="2 cards"):
        await world.shows_everything_once()
    world.approvals.messages[:] = cards
    await world.shows_everything_once()
