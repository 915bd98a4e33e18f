"""The trouble comes when it is due and is over in the end."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.builders import a_request
from tests.stories.world import World

from .trouble import AWAY, Trouble, Troublemaker

FAST = 100.0


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A world without the bot, in which OCP is away for about a second."""
    world = World(tmp_path, FAST)
    async with world.slack, world.ocp:
        yield world


async def answers(world: World) -> bool:
    """Whether OCP takes connections."""
    async with httpx.AsyncClient() as client:
        try:
            await client.get(world.ocp.url)
        except httpx.ConnectError:
            return False
        return True


async def test_ocp_is_away_once_somebody_has_asked(world: World) -> None:
    """Not before, because then nothing would be under way; and not again after that."""
    troublemaker = Troublemaker(world, Trouble.OCP_AWAY)
    troublemaker.see(None)
    assert await answers(world)

    troublemaker.see(a_request())
    while await answers(world):
        assert troublemaker.away is not None
        assert not troublemaker.away.done()

    await troublemaker.end()
    assert await answers(world)
    troublemaker.see(a_request())
    await troublemaker.end()
    assert await answers(world)


@pytest.mark.parametrize("trouble", sorted(set(Trouble) - AWAY))
async def test_ocp_stays_in_any_other_trouble(world: World, trouble: Trouble) -> None:
    """Nor is the database slow."""
    troublemaker = Troublemaker(world, trouble)

    troublemaker.begin()
    troublemaker.see(a_request())
    await troublemaker.end()

    assert await answers(world)
    assert not troublemaker.environment


async def test_a_slow_database_is_a_matter_of_the_bots_process(world: World) -> None:
    """Its launcher reads how slow."""
    assert float(Troublemaker(world, Trouble.SLOW_DATABASE).environment["CHAOS_SLOW"]) > 0
