"""Which deaths to try: every point that any run has met, once each side, and some once more later."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from .plan import Plan, Result
from .points import Kill, Point

TRIES = 3
"""How often a point is waited for that a run did not meet again."""


@dataclass(slots=True)
class Campaign:
    """
    The deaths on one database.

    `points` counts what the first run to meet a point made of it, in the order in which they were met; `killed`
    holds what became of the runs that died there, `missed` of the runs that were to and did not.
    """

    database: str
    dice: random.Random
    points: Counter[Point] = field(default_factory=Counter)
    killed: dict[Point, list[Result]] = field(default_factory=dict)
    missed: dict[Point, list[Result]] = field(default_factory=dict)
    results: list[Result] = field(default_factory=list)

    def take(self, result: Result) -> list[Plan]:
        """Note *result*; return what is to be run because of it."""
        self.results.append(result)
        plan = result.plan
        if plan.seed is not None:
            return []
        return [*self._noted(result), *self._new(result), *self._asked(result)]

    def random(self, kills: int) -> Iterator[Plan]:
        """Yield stories with deaths at random instants until there were at least *kills* of them."""
        number = 0
        while sum(result.deaths for result in self.results if result.plan.seed is not None) < kills:
            yield Plan(seed=self.dice.randrange(10**9), is_dedicated=number % 2 == 0)
            number += 1

    def unmet(self) -> dict[Point, str]:
        """Return the points at which no run has died, each with the reason: of them nothing is proven."""
        return {point: self._why(point) for point in self.points if point not in self.killed}

    def _why(self, point: Point) -> str:
        reasons = Counter(why_missed(result) for result in self.missed.get(point, ()))
        runs = reasons.total()
        return "; ".join(f"{reason}, {n} of {runs} runs" for reason, n in reasons.items()) or "no run was to die there"

    def _noted(self, result: Result) -> Iterator[Plan]:
        """Note where the run died; yield it once more if it did not get there."""
        plan = result.plan
        if not plan.kills:
            return
        point = plan.kills[-1].point
        if result.deaths >= len(plan.kills):
            self.killed.setdefault(point, []).append(result)
        else:
            self.missed.setdefault(point, []).append(result)
            if len(self.missed[point]) < TRIES and point not in self.killed:
                yield plan

    def _new(self, result: Result) -> Iterator[Plan]:
        """Yield the deaths at points that were never met before: in recovery as well, after the deaths before it."""
        for life, met in enumerate(result.met):
            for point, count in met.items():
                if point not in self.points:
                    self.points[point] = count
                    for nth in [1] if count == 1 else [1, self.dice.randint(2, count)]:
                        yield replace(result.plan, kills=(*result.plan.kills[:life], Kill(point, nth)))

    def _asked(self, result: Result) -> Iterator[Plan]:
        """Yield a run whose send became unclear once more, so that a person has to decide instead of the bot."""
        plan = result.plan
        if result.was_unclear and plan.is_dedicated and len(plan.kills) == 1:
            yield replace(plan, is_dedicated=False)


def why_missed(result: Result) -> str:
    """Return why a run that was to die has not."""
    last, kill = len(result.plan.kills) - 1, result.plan.kills[-1]
    if result.deaths < last:
        return f"did not die before at {result.plan.kills[result.deaths]}"
    times = result.met[last][kill.point] if last < len(result.met) else 0
    return f"met {times} of {kill.nth} times" if times else "not met again"
