"""Things that go wrong on purpose."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

FaultKind = Literal["rate_limited", "error", "lost_before", "lost_after", "slow", "status"]


@dataclass(slots=True, kw_only=True)
class Fault:
    """
    What happens to the next *times* calls of *method* (None: any), in *channel* if given.

    `rate_limited` answers 429 with ``Retry-After: seconds``. `error` answers ``ok: false`` and
    `status` an HTTP status, both before the call has any effect or, with *after_effect*, after
    it. `lost_before` and `lost_after` drop the connection. `slow` does the work at once and
    answers after *seconds* real seconds. The method `response_url` means posts to response URLs.
    Until *held* is set the call is still on its way, or with *after_effect* its answer is; `has_struck` says that one
    has come.
    """

    kind: FaultKind
    method: str | None = None
    error: str = "internal_error"
    status: int = 503
    seconds: float = 30
    times: int = 1
    channel: str | None = None
    after_effect: bool = False
    held: asyncio.Event | None = None
    has_struck: bool = False

    def strikes(self, method: str, channel: str | None) -> bool:
        """Tell whether this call is meant."""
        return self.times > 0 and self.method in {None, method} and self.channel in {None, channel}


def next_fault(faults: Iterable[Fault], method: str, channel: str | None) -> Fault | None:
    """Return the first fault for this call, counting it down."""
    for fault in faults:
        if fault.strikes(method, channel):
            fault.times -= 1
            fault.has_struck = True
            return fault
    return None
