"""Buttons whose rule stands in their listener: pressed with Slack's own payload, without Slack."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from gettext import NullTranslations
from typing import Any, cast

from slack_bolt.async_app import AsyncAck, AsyncApp
from structlog.testing import capture_logs

from bot.blocks import ids
from bot.domain import errors
from bot.domain.policy import Policies
from bot.domain.redaction import Redactor
from bot.domain.request import Actor, RevisionId, UserId
from bot.listeners import actions
from bot.listeners.answering import Answering, Listener
from bot.listeners.desk import Branch, Desk
from bot.ports import Messenger
from bot.workflows.access import Access
from bot.workflows.history import Histories
from bot.workflows.inspect import Inspect
from bot.workflows.reopen import Reopen
from bot.workflows.sheets import Sheets

from .site import CATALOGUE, OPERATION, Site, wake


@dataclass(slots=True)
class Ears:
    """Bolt's app, as far as it only notes who listens to which button."""

    listeners: dict[object, Listener] = field(default_factory=dict)

    def action(self, what: object) -> Callable[[Listener], None]:
        return lambda listener: self.listeners.update({what: listener})


@dataclass(slots=True)
class Screen:
    """A messenger that notes which forms it has opened."""

    views: list[Mapping[str, Any]] = field(default_factory=list)

    async def open_view(self, trigger_id: str, view: Mapping[str, Any]) -> None:
        self.views.append(view)


class Buttons:
    """The buttons of *site*'s cards."""

    def __init__(self, site: Site) -> None:
        self.ears, self.screen = Ears(), Screen()
        messenger, words = cast(Messenger, self.screen), NullTranslations()
        policies = Policies({("prod", ""): site.policy})
        sheets = Sheets(policies)
        branch = Branch(site.policy, OPERATION, site.ask, site.decide, site.glass, site.operate, site.own)
        desk = Desk(
            branches={("prod", OPERATION.key): branch},
            operations=CATALOGUE,
            policies=policies,
            rights=site.rights,
            pause=site.pause,
            access=Access(policies, site.rights),
            inspect=Inspect(site.database, site.clock, messenger, sheets),
            histories=Histories(site.database, sheets),
            reopen=Reopen(site.database, site.clock, UserId("U0BOT"), wake),
            messenger=messenger,
            translator=words,
        )
        actions.register(cast(AsyncApp, self.ears), Answering(messenger, words, site.new_id, Redactor([])), desk)

    async def shows_json(self, seen: RevisionId, by: Actor) -> None:
        """Press "Show JSON"; raises what refused it, or else the form is open."""
        self.screen.views.clear()
        with capture_logs() as logged:
            await self.ears.listeners[ids.SHOW_JSON](
                cast(AsyncAck, _ack), {"user": {"id": by.id}, "actions": [{"value": seen}]}
            )
        for line in logged:
            raise getattr(errors, line["kind"])(line["error"])
        assert len(self.screen.views) == 1


async def _ack(**_answer: Any) -> None:
    """Slack is told that the click has come."""
