"""Who may do what in an environment, and where its approvals happen."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import urlsplit

from .errors import FormRefused, GroupUnknown, NotAllowed, NotConfigured, WrongChannel
from .request import Place, Request, UserId
from .standing import EVERYONE, Standing
from .texts import N_, Channels, People, Text

VIEWER = "viewer"
REQUESTER = "requester"
APPROVER = "approver"
OPERATOR = "operator"
ADMIN = "admin"
ROLES = (VIEWER, REQUESTER, APPROVER, OPERATOR, ADMIN)
TO_A_TASK = "/task/{id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """
    The rules of one environment, for one operation or (`operation` "") for what concerns the environment itself.

    Each role belongs to ids of Slack users and user groups; viewers and requesters may be EVERYONE. `also_approve`
    and `second_group` may approve and are not mentioned at first. `channels` are where commands may be typed, beside
    the channel for approvals; anywhere if there is none.

    `account` is the name under which we call OCP, `account_is_ours` whether nobody else uses it. `task_url` holds
    {id} where the task's id goes. An approved request that could not be sent within `send_within` is held.

    A request needs `approvals_required` different approvers, none if that is 0; an approval counts for
    `approvals_last`, and nobody decides on what was asked longer ago. `second_group` (ids of users and user groups)
    is asked, too, when nobody has decided for two hours. In production an approver confirms what pressing does.
    A reason must hold `ticket_pattern` (a regular expression, "" if it need not), such as `ticket_example`.

    `hash` is that of all rules of the environment, as the record names them.
    """

    environment: str
    approvals: Place
    approvers: tuple[str, ...]
    operators: tuple[str, ...]
    account: str
    account_is_ours: bool
    task_url: str
    send_within: timedelta
    look_seconds: float
    operation: str = ""
    viewers: tuple[str, ...] = (EVERYONE,)
    requesters: tuple[str, ...] = (EVERYONE,)
    admins: tuple[str, ...] = ()
    also_approve: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    approvals_required: int = 1
    approvals_last: timedelta = timedelta(hours=24)
    is_production: bool = True
    second_group: tuple[str, ...] = ()
    ticket_pattern: str = ""
    ticket_example: str = ""
    break_glass: bool = False
    host: str = ""
    hash: str = ""

    @property
    def console(self) -> str:
        """The address of OCP for people: that of its tasks without what leads to one of them."""
        if self.task_url.endswith(TO_A_TASK):
            return self.task_url.removesuffix(TO_A_TASK)
        parts = urlsplit(self.task_url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def sends_within(self) -> timedelta:
        """How long after its approval a request may still be sent: never longer than the approval counts."""
        return min(self.send_within, self.approvals_last)

    def people(self, role: str) -> tuple[str, ...]:
        """Return the ids of those who have *role*; whoever has any role may look at requests."""
        named = {
            REQUESTER: self.requesters,
            APPROVER: (*self.approvers, *self.also_approve, *self.second_group),
            OPERATOR: self.operators,
            ADMIN: self.admins,
        }
        every = (*self.viewers, *(id_ for ids in named.values() for id_ in ids))
        return tuple(dict.fromkeys(named.get(role, every)))

    def groups(self, *roles: str) -> frozenset[str]:
        """Return the user groups that *roles* belong to."""
        return groups_in(id_ for role in roles for id_ in self.people(role))

    def roles(self, who: Standing) -> Mapping[str, str]:
        """Return the roles of *who*, each with the id in the rules by which they have it."""
        rules = {role: who.rule(self.people(role)) for role in ROLES}
        return {role: rule for role, rule in rules.items() if rule}

    def must_be(self, role: str, who: Standing) -> None:
        """
        Do nothing if *who* has *role*.

        Raises:
            GroupUnknown: they may be in a user group that has it, and Slack does not say so now.
            NotAllowed: they have not; the error names their roles, and those who have it.
        """
        named = self.people(role)
        if who.rule(named):
            return
        if unknown := [id_ for id_ in named if id_ in who.unknown]:
            raise GroupUnknown(f"Slack does not say whether {who.user} is in {unknown}", groups=People(unknown))
        fields = {"environment": self.environment, "role": role, "roles": _named(self.roles(who)), "who": _whom(named)}
        raise NotAllowed(f"{who.user} is no {role} in {self.environment}", **fields)

    @property
    def places(self) -> tuple[str, ...]:
        """The channels where commands may be typed, none if that is anywhere."""
        return tuple(dict.fromkeys((*self.channels, self.approvals.channel))) if self.channels else ()

    def is_here(self, channel: str) -> bool:
        """Return whether commands for this environment may be typed in *channel*."""
        return not self.places or channel in self.places

    def must_be_here(self, channel: str) -> None:
        """Do nothing if commands for this environment may be typed in *channel*; raises WrongChannel."""
        if not self.is_here(channel):
            fields = {"environment": self.environment, "channels": Channels(self.channels[:10])}
            raise WrongChannel(f"{self.environment} is not for channel {channel}", **fields)

    def lacks_ticket(self, reason: str) -> Text | None:
        """Return what is said of a *reason* without the ticket that it needs, None if nothing is missing."""
        if not self.ticket_pattern or re.search(self.ticket_pattern, " ".join(reason.split())):
            return None
        message = N_("A reason in %(environment)s needs a change ticket, such as %(example)s.")
        return Text(message, {"environment": self.environment, "example": self.ticket_example})

    def must_have_approvers(self, authors: Collection[UserId], members: Mapping[str, frozenset[UserId] | None]) -> None:
        """
        Do nothing if enough people other than *authors* may approve; *members* are those of the user groups.

        Raises:
            FormRefused: nobody could ever get that request approved, or Slack does not say who could.
        """
        named = self.people(APPROVER)
        known = {UserId(id_) for id_ in named}.difference(members).union(*(members[id_] or () for id_ in members))
        others = len(known.difference(authors))
        if others >= self.approvals_required:
            return
        if None in members.values():
            message = N_(
                "Slack does not say now who is in the approvers' user groups, so nothing was asked. "
                "Try again in a minute."
            )
            raise FormRefused({"name": Text(message)})
        fields = {"needed": self.approvals_required, "others": others, "environment": self.environment}
        message = N_(
            "Approvals that a request in %(environment)s needs: %(needed)s. Others who may give one: %(others)s. "
            "Admin: name more approvers."
        )
        raise FormRefused({"name": Text(message, fields)})


@dataclass(frozen=True, slots=True)
class Policies:
    """All rules: those of (environment, operation), and of (environment, "") for the environment itself."""

    by: Mapping[tuple[str, str], Policy]

    @property
    def environments(self) -> tuple[Policy, ...]:
        """The environments, in the order of the settings."""
        return tuple(policy for (_, operation), policy in self.by.items() if not operation)

    def get(self, request: Request) -> Policy | None:
        """Return the rules for *request*; None if its environment is not configured any more."""
        exact = self.by.get((request.environment, request.operation))
        return exact or self.by.get((request.environment, ""))

    def of(self, request: Request) -> Policy:
        """Return the rules for *request*; raises NotConfigured."""
        policy = self.get(request)
        if policy is None:
            raise NotConfigured(f"{request.environment} is not configured", environment=request.environment)
        return policy

    def distinct(self, environment: str) -> Mapping[Policy, tuple[str, ...]]:
        """Return the rules of an environment that differ, each with the operations ("": none) that go by them."""
        found: dict[Policy, tuple[str, ...]] = {}
        for (name, operation), policy in self.by.items():
            if name == environment:
                rules = replace(policy, operation="")
                found[rules] = (*found.get(rules, ()), operation)
        return found

    def only(self, environment: str) -> "Policies":
        """Return the rules of one environment, case ignored; none if there is no such."""
        asked = environment.casefold()
        return Policies({key: policy for key, policy in self.by.items() if key[0].casefold() == asked})

    def named(self, environment: str, operation: str = "") -> Policy | None:
        """Return the rules of an environment, case ignored."""
        asked = environment.casefold()
        found = [name for name, _ in self.by if name.casefold() == asked]
        return self.by.get((found[0], operation), self.by.get((found[0], ""))) if found else None


def groups_in(ids: Iterable[str]) -> frozenset[str]:
    """Return those of *ids* that are user groups'."""
    return frozenset(id_ for id_ in ids if id_.startswith("S"))


def _named(roles: Mapping[str, str]) -> Text:
    given = ", ".join(role for role in ROLES if role in roles)
    return Text(N_("you are %(roles)s"), {"roles": given}) if given else Text(N_("you have no role there"))


def _whom(named: Collection[str]) -> People | Text:
    ids = [id_ for id_ in named if id_ != EVERYONE]
    return People(ids[:10]) if ids else Text(N_("nobody"))
