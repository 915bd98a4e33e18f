"""What can go wrong between a client and OCP, on demand."""

import re
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal[
    "slow",
    "lost_before",
    "lost_after",
    "status",
    "html",
    "half_json",
    "no_id",
    "redirect",
    "unknown_state",
    "rate_limited",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """
    A trouble for requests of *method* ("*" for all) whose path holds the regex *path*.

    `times` None lasts until removed. `seconds` are real: the wait of "slow", RateLimit-Reset of "rate_limited".
    `after_effect` says for "slow", "status" and "html" whether OCP does the work first; a "slow" without it
    has its effect only after the wait. "half_json", "no_id" and "unknown_state" follow the effect,
    "redirect" and "rate_limited" have none.
    """

    kind: Kind
    path: str
    method: str = "*"
    times: int | None = 1
    seconds: float = 0.0
    after_effect: bool = True
    status: int = 500
    body: Any = ""
    content_type: str = "application/json"

    def hits(self, method: str, path: str) -> bool:
        """Whether this fault is meant for that request."""
        return self.method in {"*", method} and re.search(self.path, path) is not None


@dataclass(slots=True)
class Faults:
    """The faults still to come, each with how often; first added is first met."""

    left: list[tuple[Fault, int | None]] = field(default_factory=list)

    def add(self, fault: Fault) -> None:
        """Let *fault* hit from now on."""
        self.left.append((fault, fault.times))

    def take(self, method: str, path: str) -> Fault | None:
        """Use up one fault for this request, if there is any."""
        for index, (fault, times) in enumerate(self.left):
            if times != 0 and fault.hits(method, path):
                self.left[index] = (fault, None if times is None else times - 1)
                return fault
        return None

    def clear(self) -> None:
        """Forget all of them."""
        self.left.clear()
