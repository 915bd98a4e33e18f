"""A site: one environment's workflows over a real database, a quick OCP, and people with every role."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import func, select

from bot.domain.policy import Policies, Policy
from bot.domain.request import Actor, Request, RevisionId, State, UserId
from bot.operations.create_cluster import CreateCluster
from bot.store.database import Database
from bot.store.tables import metadata
from bot.workflows.ask import Ask
from bot.workflows.deadlines import Deadlines
from bot.workflows.decide import Decide
from bot.workflows.fitting import Fitting
from bot.workflows.glass import Glass
from bot.workflows.look import Look
from bot.workflows.operate import Operate
from bot.workflows.own import Own
from bot.workflows.pause import Pause
from bot.workflows.reach import Reach
from bot.workflows.rights import Rights
from bot.workflows.settle import Settle
from bot.workflows.silence import Silence
from bot.workflows.stop import Brake
from bot.workflows.submit import Submit
from tests.builders import OMAR, PAYLOAD, a_policy, a_request
from tests.people import Town, rights_of
from tests.still_clock import StillClock

from .quick_ocp import QuickOcp

OPERATION = CreateCluster()
CATALOGUE = {OPERATION.key: OPERATION}
FORM = OPERATION.typed("CHG0012345", PAYLOAD)

NOBODY, VIEWER, REQUESTER, APPROVER, OPERATOR, ADMIN = (
    UserId(id_) for id_ in ("U0NOBODY", "U0VIEWER", "U0REQUESTER", "U0APPROVER", "U0OPERATOR", "U0ADMIN")
)
GROUPS = {
    "S0VIEWERS": frozenset({UserId("U0VIEWER2")}),
    "S0REQUESTERS": frozenset({UserId("U0REQUESTER2")}),
    "S0APPROVERS": frozenset({UserId("U0APPROVER2")}),
    "S0OPERATORS": frozenset({UserId("U0OPERATOR2")}),
    "S0ADMINS": frozenset({UserId("U0ADMIN2")}),
}
ROLES = {
    "nobody": (NOBODY, UserId("U0NOBODY2")),
    "viewer": (VIEWER, UserId("U0VIEWER2")),
    "requester": (REQUESTER, UserId("U0REQUESTER2")),
    "approver": (APPROVER, UserId("U0APPROVER2")),
    "operator": (OPERATOR, UserId("U0OPERATOR2")),
    "admin": (ADMIN, UserId("U0ADMIN2")),
}
"""Each role, with who has it and no other one: by their own id, and as the member of a user group."""

TABLES = metadata.sorted_tables
TRACE = select(
    *(select(func.count()).select_from(table).scalar_subquery() for table in TABLES),
    *(select(func.sum(table.c.version)).scalar_subquery() for table in TABLES if "version" in table.c),
)
"""What differs as soon as anything was written: how many rows each table has, and the sum of their versions."""


def wake() -> None:
    """Nobody sleeps here."""


def rules() -> Policy:
    """Return rules under which everybody has at most one role."""
    return a_policy(
        viewers=(VIEWER, "S0VIEWERS"),
        requesters=(REQUESTER, "S0REQUESTERS"),
        approvers=(OMAR, APPROVER, "S0APPROVERS"),
        operators=(OPERATOR, "S0OPERATORS"),
        admins=(ADMIN, "S0ADMINS"),
        break_glass=True,
    )


@dataclass(slots=True, eq=False)
class Site:
    """The workflows of "prod"; one Rights for all of them, so what Slack has told is remembered as in the bot."""

    database: Database
    policy: Policy
    town: Town
    clock: StillClock = field(default_factory=StillClock)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    ocp: QuickOcp = field(init=False)
    rights: Rights = field(init=False)
    decide: Decide = field(init=False)
    own: Own = field(init=False)
    ask: Ask = field(init=False)
    operate: Operate = field(init=False)
    glass: Glass = field(init=False)
    pause: Pause = field(init=False)
    submit: Submit = field(init=False)
    look: Look = field(init=False)
    deadlines: Deadlines = field(init=False)

    def __post_init__(self) -> None:
        store, clock, new_id, policy = self.database, self.clock, self.new_id, self.policy
        self.ocp, self.rights = QuickOcp(clock), rights_of(self.town, clock)
        self.decide = Decide(store, clock, policy, self.rights, wake)
        self.glass = Glass(store, clock, policy, self.rights, wake)
        self.own = Own(store, clock, new_id, policy, self.rights, wake)
        self.ask = Ask(store, clock, new_id, policy, self.rights, wake)
        brake = Brake(store, clock, new_id, policy.environment, "digest", wake)
        silence = Silence(store, clock, policy.environment, brake, wake)
        reach = Reach(self.ocp, clock, brake, silence, lambda: 0.5, lambda: True)
        settle = Settle(store, clock, new_id, policy, brake, wake, lambda: 0.5)
        fitting = Fitting(self.ocp, reach, CATALOGUE)
        self.operate = Operate(store, clock, policy, self.rights, settle, fitting, wake)
        self.pause = Pause(store, clock, Policies({(policy.environment, ""): policy}), self.rights, wake)
        self.submit = Submit(store, self.ocp, clock, new_id, CATALOGUE, policy, reach, settle, wake, lambda: True)
        self.look = Look(store, self.ocp, clock, CATALOGUE, policy, reach, settle, wake)
        self.deadlines = Deadlines(store, clock, Policies({(policy.environment, ""): policy}), wake)

    def new_id(self) -> str:
        return f"id-{next(self.numbers)}"

    async def asked(self, by: UserId, *, again: RevisionId | None = None) -> Request:
        """Let somebody ask for a cluster with a name of its own."""
        form = {**FORM, "name": f"pay_{next(self.numbers)}"}
        return await self.ask.ask(
            OPERATION, form, by=Actor(by), origin=self.new_id(), home=a_request().home, again=again
        )

    async def edited(self, seen: RevisionId, by: UserId) -> None:
        form = {**FORM, "name": f"pay_{next(self.numbers)}"}
        await self.own.edit(OPERATION, form, seen, by=Actor(by), origin=self.new_id())

    async def requests(self) -> tuple[Request, ...]:
        async with self.database.reading() as tx:
            return await tx.requests_in("prod", *State)

    async def trace(self) -> tuple[int | None, ...]:
        """Return what differs as soon as anything was written."""
        async with self.database.engine.connect() as connection:
            return tuple((await connection.execute(TRACE)).one())

    async def runs_unapproved(self, seen: RevisionId, by: Actor) -> None:
        """Type the name of the request's cluster, as it stands on the card."""
        async with self.database.reading() as tx:
            request = await tx.request_of_revision(seen)
        name, origin = request.name if request else "", self.new_id()
        await self.glass.break_(seen, by=by, typed_name=name, why="the primary is down", origin=origin)

    def later(self, **time: float) -> None:
        self.clock.seconds += timedelta(**time).total_seconds()
