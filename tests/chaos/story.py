"""One request from the form to Done, whatever happens to the bot on the way."""

import asyncio
import random
import signal
from dataclasses import dataclass, field
from pathlib import Path

from bot.domain.event import Kind
from bot.sandbox.ocp import Fault
from tests.stories.world import INSTALL, World

from .lives import KILLED, Lives
from .people import People
from .plan import Plan, Result
from .points import read_points
from .questions import answers_by_button
from .record import CREATE, Record
from .trouble import Troublemaker
from .verdict import judge

SPEED = 30.0
DEADLINE = 120.0
"""Real seconds for a whole story."""

END_SECONDS = 40.0
"""Real seconds that the bot may take to end when it is asked to."""

GLANCE = 3.0
"""Seconds of the story between two glances of its people."""

MOST_DEATHS = 5
LONGEST_LIFE = 4.0
"""When it dies at random: how often in one story, and after how many real seconds at the latest."""

SLOW_SECONDS = 0.4
"""Real seconds that OCP takes for a create then, so that many instants lie between the call and its answer."""


@dataclass(slots=True)
class Story:
    """The world of one story, and the bot's lives in it."""

    world: World
    plan: Plan
    lives: Lives
    people: People
    record: Record
    troublemaker: Troublemaker
    over: asyncio.Event = field(default_factory=asyncio.Event)
    faults: list[str] = field(default_factory=list)

    async def play(self) -> Result:
        """Play to the end, or until the time is over; return what is to be said of it."""
        began = asyncio.get_running_loop().time()
        self._prepare()
        living = asyncio.create_task(self._live())
        stuck = await self._until_it_ends()
        await self.troublemaker.end()
        await self._end(living)
        evidence = await self.record.evidence(stuck, [*self.faults, *self.lives.complaints()])
        findings = judge(evidence)
        return Result(
            plan=self.plan,
            findings=findings,
            met=[read_points(path) for path in self.lives.points],
            deaths=self.lives.exits.count(KILLED),
            was_unclear=any(event.kind == Kind.UNCERTAIN for event in evidence.events),
            seconds=asyncio.get_running_loop().time() - began,
            answered=answers_by_button(evidence.events),
            log=self.lives.log.read_text() if findings else "",
        )

    def _prepare(self) -> None:
        """Let a subtask fail once; where death comes at random, let OCP take its time before or after the work."""
        self.world.ocp.fail(INSTALL)
        self.troublemaker.begin()
        if self.plan.seed is not None:
            works_first = self.plan.seed % 2 == 0
            slow = Fault(
                kind="slow", method="POST", path=CREATE, seconds=SLOW_SECONDS, times=None, after_effect=works_first
            )
            self.world.ocp.add_fault(slow)

    async def _until_it_ends(self) -> str:
        """Let people act until the request has ended and is shown; return where it stood if that never came."""
        try:
            async with asyncio.timeout(DEADLINE):
                while not await self._has_ended():
                    await self.world.clock.sleep(GLANCE)
        except TimeoutError:
            return f"not over after {DEADLINE:g} s; {await self.record.standing()}"
        return ""

    async def _has_ended(self) -> bool:
        request = await self.record.request()
        if request is None and self.people.has_asked:
            self.faults.append("the form was taken, and there is no request")
        if request is not None:
            await self.record.keep_looks()
        self.troublemaker.see(request)
        if request is None or request.is_open:
            await self.people.act(request)
            return False
        return self.world.slack.connections == 1 and await self.record.is_shown()

    async def _live(self) -> None:
        """Start the bot, and again whenever it has died, until the story is over."""
        dice = random.Random(self.plan.seed)
        while not self.over.is_set():
            number = len(self.lives.points)
            kill = self.plan.kills[number].to_json() if number < len(self.plan.kills) else ""
            await self.lives.begin(self._environment() | {"CHAOS_KILL": kill})
            if self.over.is_set():
                self.lives.send(signal.SIGTERM)
            code = await self._life(dice)
            if code not in {KILLED, *([0, -signal.SIGTERM] if self.over.is_set() else [])}:
                self.faults.append(f"the process ended with exit code {code}")

    async def _life(self, dice: random.Random) -> int:
        """Wait for the end of a life, and bring it about if it is to be at random; return the exit code."""
        if self.plan.seed is not None and self.lives.exits.count(KILLED) < MOST_DEATHS:
            try:
                async with asyncio.timeout(dice.uniform(0.0, LONGEST_LIFE)):
                    return await self.lives.wait()
            except TimeoutError:
                self.lives.send(signal.SIGKILL)
        return await self.lives.wait()

    async def _end(self, living: asyncio.Task[None]) -> None:
        """End the bot as an operator does."""
        self.over.set()
        self.lives.send(signal.SIGTERM)
        try:
            await asyncio.wait_for(asyncio.shield(living), END_SECONDS)
        except TimeoutError:
            self.faults.append("SIGTERM did not end it")
            self.lives.send(signal.SIGKILL)
            await living

    def _environment(self) -> dict[str, str]:
        clock = {"STORY_SPEED": str(self.world.clock.speed), "STORY_SINCE": str(self.world.clock.since)}
        settings = self.world.environment(OCP_ACCOUNT_DEDICATED=str(int(self.plan.is_dedicated)))
        return {**settings, **clock, **self.troublemaker.environment}


async def play(plan: Plan, folder: Path, database_url: str) -> Result:
    """Play *plan* in a world of its own in *folder*."""
    world = World(folder, SPEED, database_url)
    async with world.slack, world.ocp:
        story = Story(world, plan, Lives(folder), People(world), Record(world), Troublemaker(world, plan.trouble))
        try:
            return await story.play()
        finally:
            await world.end()
