"""Where the bot can die: every commit, every call to OCP and Slack, named after the code that makes it."""

import json
import os
import signal
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal, Self

Side = Literal["before", "after"]
SIDES: tuple[Side, Side] = ("before", "after")


@dataclass(frozen=True, slots=True, order=True)
class Point:
    """
    One side of one call site or commit.

    Before: nothing has left the process, nothing is committed. After: it is done, and the code has not seen that.
    """

    site: str
    side: Side

    def __str__(self) -> str:
        return f"{self.side} {self.site}"


@dataclass(frozen=True, slots=True)
class Kill:
    """Die when the point is met for the *nth* time since the start of the process."""

    point: Point
    nth: int = 1

    def __str__(self) -> str:
        return f"{self.point}, time {self.nth}"

    def to_json(self) -> str:
        """Return the form that goes into an environment variable."""
        return json.dumps({**asdict(self.point), "nth": self.nth})

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` gave."""
        read = json.loads(text)
        return cls(Point(read["site"], read["side"]), read["nth"])


@dataclass(slots=True)
class Recorder:
    """
    Writes down each point as it is met, in a file that outlives the process, and dies at the one it was told.

    The first commit of each place takes `slow_seconds` longer.
    """

    path: Path
    kill: Kill | None = None
    slow_seconds: float = 0.0
    met: Counter[Point] = field(default_factory=Counter)

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Self:
        """Return what CHAOS_POINTS (a file), CHAOS_KILL (see Kill) and CHAOS_SLOW (seconds) ask for."""
        kill, slow_seconds = environment.get("CHAOS_KILL"), float(environment.get("CHAOS_SLOW") or 0)
        return cls(Path(environment["CHAOS_POINTS"]), Kill.from_json(kill) if kill else None, slow_seconds)

    def meet(self, site: str, side: Side) -> None:
        """Note that the point was met; return unless this is where to die."""
        point = Point(site, side)
        self.met[point] += 1
        with self.path.open("a") as file:
            file.write(json.dumps(asdict(point)) + "\n")
        if side == "before" and site.startswith("commit") and self.met[point] == 1:
            time.sleep(self.slow_seconds)
        if self.kill == Kill(point, self.met[point]):
            os.kill(os.getpid(), signal.SIGKILL)


def read_points(path: Path) -> Counter[Point]:
    """Return how often each point was met, in the order of the first time."""
    lines = path.read_text().splitlines() if path.exists() else []
    return Counter(Point(**json.loads(line)) for line in lines)


def spread(points: Iterable[Point], count: int, *, first: int = 0) -> Iterator[Point]:
    """Yield *count* of *points*, evenly over their order; *first* shifts which ones."""
    listed = list(points)
    count = min(count, len(listed))
    step = len(listed) / max(count, 1)
    for number in range(count):
        yield listed[(first + int(number * step)) % len(listed)]
