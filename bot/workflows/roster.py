"""The roster: who is in which user group, and who somebody is, as Slack has told it lately."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from bot.domain.person import Person
from bot.domain.request import UserId
from bot.ports import Clock, Directory

from .readings import Readings

FRESH_SECONDS = 60.0
"""What is older is read again before somebody acts by it."""

WITHIN_SECONDS = 2.0
"""How long a click waits for Slack: real time, because so are Slack's own three seconds."""

REMEMBERED_SECONDS = 3600.0
"""How long a form may stay open that was opened after its memberships were read."""


@dataclass(slots=True)
class Roster:
    """Reads people and user groups for a click, and remembers them for the next one."""

    directory: Directory
    clock: Clock
    within_seconds: float = WITHIN_SECONDS
    _groups: Readings[frozenset[UserId]] = field(init=False, repr=False)
    _people: Readings[Person] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._groups = Readings(self.directory.members, self.clock, keep_seconds=REMEMBERED_SECONDS)
        self._people = Readings(self._read_person, self.clock, keep_seconds=REMEMBERED_SECONDS)

    async def members(self, groups: Collection[str]) -> Mapping[str, frozenset[UserId] | None]:
        """
        Return who is in each of *groups*, as read within FRESH_SECONDS; None for one that Slack did not tell in time.

        What takes longer goes on, for the next click.
        """
        return await self._groups.ask(groups, fresh_seconds=FRESH_SECONDS, within_seconds=self.within_seconds)

    def remembered(self, groups: Collection[str]) -> Mapping[str, frozenset[UserId] | None]:
        """Return who is in each of *groups*, as read within REMEMBERED_SECONDS, without asking; None if unknown."""
        return self._groups.recall(groups, REMEMBERED_SECONDS)

    async def person(self, user: UserId) -> Person | None:
        """Return who *user* is, as read within FRESH_SECONDS; None if Slack did not tell in time."""
        told = await self._people.ask([user], fresh_seconds=FRESH_SECONDS, within_seconds=self.within_seconds)
        return told[user]

    async def finish(self) -> None:
        """End what is being read, and read nothing any more; called at the end."""
        await self._groups.finish()
        await self._people.finish()

    async def _read_person(self, user: str) -> Person:
        return await self.directory.person(UserId(user))
