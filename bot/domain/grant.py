"""Grants: what the rules give to one person in one channel."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from .policy import ADMIN, OPERATOR, REQUESTER, ROLES, Policies, Policy
from .request import UserId
from .standing import Standing

ITSELF = ""
"""Stands for the environment itself where otherwise the key of an operation stands."""

CREATE = "obproxy.create"

NEEDED: Mapping[str, tuple[str, str]] = MappingProxyType(
    {"create": (REQUESTER, CREATE), "pause": (OPERATOR, ITSELF), "resume": (OPERATOR, ITSELF)}
)
"""
Command -> the role that it needs, and for which operation (or ITSELF), in an environment that is for the channel.

A command that is not named needs no role: whoever is a full member may look at requests of their own.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """
    What one person has by one set of rules: those of an environment, or of operations that have rules of their own.

    `operations` are the keys of those that go by the rules, ITSELF among them for the environment's own. `roles` are
    the person's, each with the id in the rules by which they have it; `unknown` are the user groups that might give
    them more, if Slack said who is in them. `is_here` if commands may be typed in the channel.
    """

    policy: Policy
    operations: tuple[str, ...]
    roles: Mapping[str, str]
    unknown: tuple[str, ...]
    is_here: bool

    @property
    def is_for_requests(self) -> bool:
        """Whether requests go by these rules."""
        return self.operations != (ITSELF,)

    def lets(self, role: str, operation: str) -> bool:
        """Return whether the person has *role* for *operation*, wherever they type."""
        return operation in self.operations and role in self.roles


def grants(policies: Policies, who: Standing, channel: str) -> tuple[Grant, ...]:
    """Return what *who* has by each set of rules, in the order of the settings."""
    every = [each for policy in policies.environments for each in policies.distinct(policy.environment).items()]
    return tuple(_grant(policy, operations, who, channel) for policy, operations in every)


def _grant(policy: Policy, operations: tuple[str, ...], who: Standing, channel: str) -> Grant:
    """Return one grant; where no request goes by the rules, asking and approving are no roles."""
    telling = (OPERATOR, ADMIN) if operations == (ITSELF,) else ROLES
    roles = {role: rule for role, rule in policy.roles(who).items() if role in telling}
    others = dict.fromkeys(id_ for role in telling if role not in roles for id_ in policy.people(role))
    unknown = tuple(id_ for id_ in others if id_ in who.unknown)
    return Grant(policy=policy, operations=operations, roles=roles, unknown=unknown, is_here=policy.is_here(channel))


def deciding(policies: Policies, user: UserId) -> frozenset[str]:
    """Return the user groups that decide which roles *user* has, beside those that they have without any."""
    alone = Standing(user)
    asked = [policy.groups(*(set(ROLES) - policy.roles(alone).keys())) for policy in policies.by.values()]
    return frozenset().union(*asked)


def typed_here(given: Collection[Grant], command: str) -> bool:
    """Return whether the person to whom that is *given* may use *command* in the channel."""
    if command not in NEEDED:
        return True
    return any(each.is_here and each.lets(*NEEDED[command]) for each in given)
