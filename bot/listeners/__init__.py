"""Slack calls us: each listener unwraps, calls one workflow and answers."""

from slack_bolt.async_app import AsyncApp

from . import actions, commands, events, views
from .answering import Answering
from .desk import Desk


def register(app: AsyncApp, answering: Answering, desk: Desk) -> None:
    """Hang all listeners into *app*; what none of them knows is answered by the last ones."""
    commands.register(app, answering, desk)
    actions.register(app, answering, desk)
    views.register(app, answering, desk)
    events.register(app, answering, desk)
