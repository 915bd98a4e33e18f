"""Access: what one person may do, by the rules and by what Slack says of them now."""

from dataclasses import dataclass

from bot.domain.errors import UnknownEnvironment
from bot.domain.grant import Grant, deciding, grants
from bot.domain.policy import Policies
from bot.domain.request import UserId

from .rights import Rights

LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Access:
    """Tell people what they may do; Slack is asked once about all that matters, for at most two seconds."""

    policies: Policies
    rights: Rights

    async def of(self, user: UserId, channel: str, environment: str | None = None) -> tuple[Grant, ...]:
        """
        Return what *user* has where they type in *channel*: in all environments, or in that *environment*.

        Raises:
            NotAMember, PersonUnknown: they may do nothing at all.
            UnknownEnvironment: there is no such environment.
        """
        asked = self.policies.only(environment) if environment else self.policies
        who = await self.rights.standing_in(user, deciding(asked, user))
        if asked.by:
            return grants(asked, who, channel)
        names = ", ".join(policy.environment for policy in self.policies.environments)
        raise UnknownEnvironment(f"{user} asked for {environment}", name=str(environment)[:LONGEST_NAME], names=names)
