"""How the bot is to die in one story, and what became of it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

from .points import Kill, Point
from .trouble import Trouble
from .verdict import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """
    How the bot dies: at `kills`, one a life, or at random instants if there is a `seed`.

    `is_dedicated` is whether the bot may take a task of its OCP account for its own without asking; `trouble` is what
    else goes wrong.
    """

    kills: tuple[Kill, ...] = ()
    seed: int | None = None
    is_dedicated: bool = True
    trouble: Trouble = Trouble.NONE

    def __str__(self) -> str:
        deaths = ", then ".join(map(str, self.kills)) or ("nowhere" if self.seed is None else f"at random {self.seed}")
        account = [] if self.is_dedicated else ["account shared"]
        trouble = [] if self.trouble is Trouble.NONE else [str(self.trouble)]
        return "; ".join([f"killed {deaths}", *account, *trouble])

    def until(self, life: int) -> Self:
        """Return the plan that leads to a life, counted from 0, and kills nobody in it."""
        return replace(self, kills=self.kills[:life])

    def dying_at(self, point: Point, nth: int = 1) -> Self:
        """Return the plan that goes on from here to the death at *point*."""
        return replace(self, kills=(*self.kills, Kill(point, nth)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """
    What became of a plan.

    `met` are the points that each life met, `deaths` the kills; `was_unclear` tells whether it was ever unknown what
    became of the send, `answered` counts the bot's questions that a person has answered by button, `log`
    is what the bot said if anything is wrong.
    """

    plan: Plan
    findings: Sequence[Finding]
    met: Sequence[Counter[Point]]
    deaths: int
    was_unclear: bool
    seconds: float
    answered: int = 0
    log: str = ""
