"""What happens in Slack itself: channels that the bot was invited to, and that are archived no more."""

import re
from collections.abc import Mapping
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.domain.request import Place, UserId

from .answering import Answering
from .desk import Desk


def register(app: AsyncApp, answering: Answering, desk: Desk) -> None:
    """Hear the events that manifest.yml subscribes to; any other one is acked and left alone."""

    async def joined(body: Mapping[str, Any]) -> None:
        await desk.reopen.joined(UserId(str(_event(body).get("user", ""))), _place(body))

    async def unarchived(body: Mapping[str, Any]) -> None:
        await desk.reopen.unarchived(_place(body))

    async def unknown(_body: Mapping[str, Any]) -> None:
        """Slack would send it again if nobody took it."""

    app.event("member_joined_channel")(answering.heard(joined))
    app.event("channel_unarchive")(answering.heard(unarchived))
    app.event("group_unarchive")(answering.heard(unarchived))
    app.event(re.compile(".*"))(answering.heard(unknown))


def _place(body: Mapping[str, Any]) -> Place:
    """Return the channel that an event is about."""
    return Place(str(body.get("team_id", "")), str(_event(body).get("channel", "")))


def _event(body: Mapping[str, Any]) -> Mapping[str, Any]:
    event = body.get("event")
    return event if isinstance(event, Mapping) else {}
