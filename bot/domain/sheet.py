"""A sheet: everything a card shows of one request, gathered by a workflow, drawn by blocks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .event import Event
from .pause import Paused
from .request import Request, Revision, UserId
from .task import Task


@dataclass(frozen=True, slots=True)
class Names:
    """
    What OCP calls the things that a request names by id.

    `labels` maps "host:11", "ob:ob_pay:1" or "package:<file name>" to OCP's words for it, or to None if OCP does
    not know it. A key that is missing was not looked up yet.
    """

    labels: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Environment:
    """
    One OCP as people see it.

    Its name, where a task can be opened, why calls to it are stopped ("" if not), since when it is told to be silent
    (None: it answers), the pause that stands (None: it is not paused), and whether the bot's settings still name it.
    """

    name: str
    task_url: str
    stopped: str = ""
    away_since: datetime | None = None
    pause: Paused | None = None
    is_configured: bool = True


@dataclass(frozen=True, slots=True)
class Unapproved:
    """Who has run a request without approval, when, and the reason that they gave."""

    by: UserId
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """
    One request now.

    `cause` is the event that led to its present state. `tasks` are the last stored looks, in the order in which
    their tasks were opened. `approvals_channel` is where it waits for approval, "" if the bot cannot ask anybody.
    `tried_before` is whether it was approved anew after a send that had no clear answer.

    It needs `needed` approvals, and `approved` tells who gave one for the present revision, and when. `expires_at` is
    when nobody can decide on it any more. `again_of` and `asked_again` are the numbers of the requests that ask for
    the same, the one before and the one after it; 0 if there is none.

    `every_approver` are all who may approve or are asked to, `break_glass` is whether an admin may run it without
    approval, and `unapproved` the last time that one did: it stays, whatever happens after it.
    """

    request: Request
    revision: Revision
    environment: Environment
    cause: Event
    names: Names = field(default_factory=Names)
    tasks: Sequence[Task] = ()
    started_at: datetime | None = None
    approvers: Sequence[str] = ()
    operators: Sequence[str] = ()
    approvals_channel: str = ""
    tried_before: bool = False
    needed: int = 1
    approved: Mapping[UserId, datetime] = field(default_factory=dict)
    expires_at: datetime | None = None
    second_group: Sequence[str] = ()
    is_production: bool = True
    approvals_last: timedelta = timedelta(hours=24)
    again_of: int = 0
    asked_again: int = 0
    every_approver: Sequence[str] = ()
    break_glass: bool = False
    unapproved: Unapproved | None = None

    @property
    def runs_unapproved(self) -> bool:
        """Whether it goes or went out by that, and nobody has released it since."""
        return self.unapproved is not None and self.request.decided_by is None

    @property
    def missing_approvers(self) -> list[str]:
        """Those (users and user groups) whose approval it waits for: not who has approved, nor who asked."""
        return [who for who in self.approvers if who != self.request.requester and who not in self.approved]
