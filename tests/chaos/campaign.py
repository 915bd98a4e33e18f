"""Which deaths to try: every point that any run has met, once each side, and some once more later."""

import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from .plan import Plan, Result
from .points import Point
from .trouble import Trouble

TRIES = 24
"""How many runs are to die at a point that they do not meet again."""


@dataclass(slots=True)
class Campaign:
    """
    The deaths on one database.

    `points` counts what the first run to meet a point made of it, in the order in which they were met; `killed`
    holds what became of the runs that died there, `missed` of the runs that were to and did not. `ways` counts how
    often a point was met by which way: the trouble, and the deaths before the life that met it.
    """

    database: str
    dice: random.Random
    points: Counter[Point] = field(default_factory=Counter)
    ways: dict[Point, Counter[Plan]] = field(default_factory=lambda: defaultdict(Counter))
    killed: dict[Point, list[Result]] = field(default_factory=dict)
    missed: dict[Point, list[Result]] = field(default_factory=dict)
    results: list[Result] = field(default_factory=list)

    def first(self) -> list[Plan]:
        """Return the runs that only record: one in which all is well, and one for each trouble."""
        return [Plan(trouble=trouble) for trouble in Trouble]

    def take(self, result: Result) -> list[Plan]:
        """Note *result*; return what is to be run because of it."""
        self.results.append(result)
        if result.plan.seed is not None:
            return []
        self._note_ways(result)
        return [*self._noted(result), *self._new(result), *self._asked(result)]

    def random(self, kills: int) -> Iterator[Plan]:
        """Yield stories with deaths at random instants until there were at least *kills* of them."""
        number = 0
        while sum(result.deaths for result in self.results if result.plan.seed is not None) < kills:
            trouble = self.dice.choice(list(Trouble))
            yield Plan(seed=self.dice.randrange(10**9), is_dedicated=number % 2 == 0, trouble=trouble)
            number += 1

    def unmet(self) -> dict[Point, str]:
        """Return the points at which no run has died, each with the reason: of them nothing is proven."""
        return {point: self._why(point) for point in self.points if point not in self.killed}

    def _why(self, point: Point) -> str:
        reasons = Counter(why_missed(result) for result in self.missed.get(point, ()))
        runs = reasons.total()
        return "; ".join(f"{reason}, {n} of {runs} runs" for reason, n in reasons.items()) or "no run was to die there"

    def _note_ways(self, result: Result) -> None:
        for life, met in enumerate(result.met):
            for point in met:
                self.ways[point][result.plan.until(life)] += 1

    def _noted(self, result: Result) -> Iterator[Plan]:
        """Note where the run died; if it did not get there, yield another try by the way that met the point most."""
        plan = result.plan
        if not plan.kills:
            return
        point = plan.kills[-1].point
        if result.deaths >= len(plan.kills):
            self.killed.setdefault(point, []).append(result)
        else:
            self.missed.setdefault(point, []).append(result)
            if len(self.missed[point]) < TRIES and point not in self.killed:
                yield self._way_to(point).dying_at(point)

    def _way_to(self, point: Point) -> Plan:
        """Return the way by which runs have met *point* most often, among those that were tried least."""
        tried = Counter(result.plan.until(len(result.plan.kills) - 1) for result in self.missed[point])
        return min(self.ways[point], key=lambda way: (tried[way], -self.ways[point][way]))

    def _new(self, result: Result) -> Iterator[Plan]:
        """Yield the deaths at points that were never met before: in recovery as well, after the deaths before it."""
        for life, met in enumerate(result.met):
            for point, count in met.items():
                if point not in self.points:
                    self.points[point] = count
                    for nth in [1] if count == 1 else [1, self.dice.randint(2, count)]:
                        yield result.plan.until(life).dying_at(point, nth)

    def _asked(self, result: Result) -> Iterator[Plan]:
        """Yield once more the run in which one thing made a send unclear, so that a person has to decide."""
        plan = result.plan
        wrong = len(plan.kills) + (plan.trouble is not Trouble.NONE)
        if result.was_unclear and plan.is_dedicated and wrong == 1 and not result.answered:
            yield replace(plan, is_dedicated=False)


def why_missed(result: Result) -> str:
    """Return why a run that was to die has not."""
    last, kill = len(result.plan.kills) - 1, result.plan.kills[-1]
    if result.deaths < last:
        return f"did not die before at {result.plan.kills[result.deaths]}"
    times = result.met[last][kill.point] if last < len(result.met) else 0
    return f"met {times} of {kill.nth} times" if times else "not met again"
