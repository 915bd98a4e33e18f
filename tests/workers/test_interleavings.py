"""Replicas, stopped calls and lost answers in any order: in the end every event stands in its thread once, in order."""

import asyncio
import random
import re

import pytest

from bot.sandbox.slack import Fault
from bot.sandbox.slack.faults import FaultKind
from bot.workers.gate import DELETE, FIND, POST, UPDATE

from .replicas import Replica, Scene

STEPS = 80
NUMBER = re.compile(r'something\.new: {"n":(\d+)}')
METHODS = (POST, POST, POST, UPDATE, FIND, "conversations.history", DELETE)
KINDS: tuple[FaultKind, ...] = ("slow", "slow", "lost_after", "lost_before")
PAUSES = (0.5, 1.0, 4.0, 6.0, 20.0, 40.0)


@pytest.mark.invariant(2)
@pytest.mark.parametrize("seed", range(6))
async def test_whatever_is_stopped_and_lost_everything_is_shown_once(scene: Scene, seed: int) -> None:
    """Three replicas go on with one thread; calls are held up on their way there or back, for up to minutes."""
    play = Play(scene, random.Random(seed))
    await scene.asked()

    for _ in range(STEPS):
        await play.step()
    await play.ends()

    [root] = scene.roots
    shown = [int(n) for reply in root.replies for n in NUMBER.findall(scene.slack.rendered(reply))]
    assert shown == list(range(2, 2 + play.events))
    thread = await scene.thread()
    assert (thread.root_ts, thread.in_flight, thread.card_in_flight) == (root.ts, None, None)


class Play:
    """One course of things, which *dice* decide."""

    def __init__(self, scene: Scene, dice: random.Random) -> None:
        self.scene, self.dice, self.events = scene, dice, 0
        self.replicas = [scene.replica() for _ in range(3)]
        self.under_way: dict[Replica, asyncio.Task[None]] = {}
        self.held: list[Fault] = []

    async def step(self) -> None:
        """Do one thing, and let the loop go on for as long as nobody waits for Slack or the database."""
        acts = [self._happens, self._is_held, self._goes_on, self._time_passes, self._works, self._works]
        await self.dice.choice(acts)()

    async def ends(self) -> None:
        """Let everything go on, and time pass, until there is nothing left to do."""
        self.scene.slack.remove_faults()
        while self.held:
            await self._goes_on()
        await asyncio.gather(*self.under_way.values())
        for _ in range(12):
            for replica in self.replicas:
                await replica.round()
                await replica.tidy()
            self.scene.clock.seconds += 40

    async def _happens(self) -> None:
        await self.scene.happens("something.new")
        self.events += 1

    async def _is_held(self) -> None:
        """One of the next calls will be held up, on its way there or back."""
        self.held.append(
            Fault(
                method=self.dice.choice(METHODS),
                kind=self.dice.choice(KINDS),
                seconds=0,
                held=asyncio.Event(),
                after_effect=self.dice.random() < 0.3,
            )
        )
        self.scene.slack.add_fault(self.held[-1])

    async def _goes_on(self) -> None:
        """One call, if any is held up, or would have been, is so no more."""
        if self.held:
            fault = self.held.pop(self.dice.randrange(len(self.held)))
            assert fault.held is not None
            fault.held.set()
            await self._settled()

    async def _time_passes(self) -> None:
        self.scene.clock.seconds += self.dice.choice(PAUSES)

    async def _works(self) -> None:
        """A replica that is not stopped has its round, and looks for copies."""
        idle = [each for each in self.replicas if each not in self.under_way or self.under_way[each].done()]
        if idle:
            replica = self.dice.choice(idle)
            self.under_way[replica] = asyncio.create_task(self._round(replica))
            await self._settled()

    async def _round(self, replica: Replica) -> None:
        await replica.round()
        await replica.tidy()

    async def _settled(self) -> None:
        """Wait until every round has ended or is held up by Slack."""
        while running := [task for task in self.under_way.values() if not task.done()]:
            stuck = asyncio.create_task(self.scene.slack.wait_for(lambda: self._stopped() == len(running)))
            await asyncio.wait({*running, stuck}, return_when=asyncio.FIRST_COMPLETED)
            if stuck.done():
                return
            stuck.cancel()

    def _stopped(self) -> int:
        """Return how many calls are held up: at most one a round, for there is one thread."""
        return sum(fault.has_struck for fault in self.held)
