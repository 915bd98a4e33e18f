"""What the listeners call."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.errors import UnknownAction
from bot.domain.policy import Policies, Policy
from bot.domain.request import RevisionId
from bot.domain.texts import Translator
from bot.ports import Messenger, Operation
from bot.workflows.access import Access
from bot.workflows.ask import Ask
from bot.workflows.decide import Decide
from bot.workflows.glass import Glass
from bot.workflows.history import Histories
from bot.workflows.inspect import Inspect
from bot.workflows.operate import Operate
from bot.workflows.own import Own
from bot.workflows.pause import Pause
from bot.workflows.reopen import Reopen
from bot.workflows.rights import Rights


@dataclass(frozen=True, slots=True)
class Branch:
    """What people can do about requests for one operation in one environment, under its rules."""

    policy: Policy
    operation: Operation
    ask: Ask
    decide: Decide
    glass: Glass
    operate: Operate
    own: Own


@dataclass(frozen=True, slots=True)
class Desk:
    """The workflows behind commands, buttons, forms and events, and the words to answer with."""

    branches: Mapping[tuple[str, str], Branch]
    operations: Mapping[str, Operation]
    policies: Policies
    rights: Rights
    pause: Pause
    access: Access
    inspect: Inspect
    histories: Histories
    reopen: Reopen
    messenger: Messenger
    translator: Translator

    async def branch(self, seen: RevisionId) -> Branch:
        """Return what is responsible for the request of a button; raises Gone, NotConfigured or UnknownAction."""
        request, _ = await self.inspect.payload(seen)
        policy = self.policies.of(request)
        found = self.branches.get((policy.environment, request.operation))
        if found is None:
            raise UnknownAction(f"nobody here knows {request.operation} of {request.id}")
        return found
