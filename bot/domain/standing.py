"""Standing: who somebody is at the moment of a click, as far as Slack tells."""

from collections.abc import Iterable
from dataclasses import dataclass

from .request import UserId

EVERYONE = "everyone"
"""All full members of the organisation, where a role may be theirs."""


@dataclass(frozen=True, slots=True)
class Standing:
    """
    A full member of our organisation.

    `groups` are the user groups they are in, `unknown` those of which Slack does not say now who is in them.
    """

    user: UserId
    groups: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()

    def rule(self, named: Iterable[str]) -> str:
        """Return the first of *named* (ids of users and user groups, EVERYONE) that is or holds them, "" if none."""
        mine = {self.user, EVERYONE, *self.groups}
        return next((id_ for id_ in named if id_ in mine), "")
