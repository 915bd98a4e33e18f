"""The same bot on PostgreSQL."""

import pytest

from .world import World


@pytest.mark.invariant(1)
@pytest.mark.invariant(2)
async def test_the_main_job_on_postgresql(postgres_world: World) -> None:
    """From the form to Done, with nothing lost and nothing twice."""
    world = postgres_world
    await world.start_bot()

    card = await world.asks()
    await world.omar.clicks(card, "request.approve")
    await world.reads(card, "✅ Done")

    await world.shows_everything_once()
    assert len(world.creates()) == 1
