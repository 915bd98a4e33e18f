"""What the listeners call."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.policy import Policy
from bot.domain.texts import Translator
from bot.ports import Messenger, Operation
from bot.workflows.ask import Ask
from bot.workflows.decide import Decide
from bot.workflows.history import Histories
from bot.workflows.inspect import Inspect
from bot.workflows.operate import Operate
from bot.workflows.own import Own
from bot.workflows.pause import Pause
from bot.workflows.reopen import Reopen


@dataclass(frozen=True, slots=True)
class Desk:
    """The workflows behind commands, buttons, forms and events, and the words to answer with."""

    ask: Ask
    decide: Decide
    operate: Operate
    own: Own
    pause: Pause
    inspect: Inspect
    histories: Histories
    reopen: Reopen
    operations: Mapping[str, Operation]
    policy: Policy
    messenger: Messenger
    translator: Translator
