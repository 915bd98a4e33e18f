"""Buttons: each carries one id, and the database decides what it still means."""

import re
from collections.abc import Mapping

from slack_bolt.async_app import AsyncApp

from bot.blocks import ids, modals
from bot.blocks.attaching import attach
from bot.domain.errors import UnknownAction
from bot.domain.request import RevisionId
from bot.ports import Message

from . import own
from .answering import Answering, Handler
from .desk import Desk
from .interaction import Interaction, of_click


def register(app: AsyncApp, answering: Answering, desk: Desk) -> None:
    """Answer every button there is, and those of other versions."""

    async def approve(click: Interaction) -> None:
        await desk.decide.approve(RevisionId(click.value), by=click.user)

    async def send_now(click: Interaction) -> None:
        await desk.decide.send_now(RevisionId(click.value), by=click.user)

    async def ask_why(click: Interaction) -> None:
        request = await desk.decide.may_reject(RevisionId(click.value), by=click.user)
        kept = click.remember(value=click.value)
        await desk.messenger.open_view(click.trigger_id, modals.why(request, desk.translator, private_metadata=kept))

    async def ask_for_task(click: Interaction) -> None:
        request, found = await desk.operate.may_attach(RevisionId(click.value), by=click.user)
        kept = click.remember(value=click.value)
        view = attach(request, found, desk.translator, private_metadata=kept)
        await desk.messenger.open_view(click.trigger_id, view)

    async def send_again(click: Interaction) -> None:
        await desk.operate.send_again(RevisionId(click.value), by=click.user)

    async def ask_why_close(click: Interaction) -> None:
        request, in_doubt = await desk.operate.may_close(RevisionId(click.value), by=click.user)
        kept = click.remember(value=click.value)
        view = modals.close(request, desk.translator, in_doubt=in_doubt, private_metadata=kept)
        await desk.messenger.open_view(click.trigger_id, view)

    async def show_json(click: Interaction) -> None:
        request, revision = await desk.inspect.payload(RevisionId(click.value))
        call = desk.operations[request.operation].call(revision.payload)
        await desk.messenger.open_view(click.trigger_id, modals.payload(request, revision, call, desk.translator))

    async def opened_in_ocp(_click: Interaction) -> None:
        """The browser does it; Slack wants the ack all the same."""

    async def unknown(click: Interaction) -> Message | None:
        raise UnknownAction(f"{click.user.id} pressed a button that nobody knows")

    known: Mapping[str, Handler] = {
        ids.APPROVE: approve,
        ids.SEND_NOW: send_now,
        ids.REJECT: ask_why,
        ids.ATTACH: ask_for_task,
        ids.SEND_AGAIN: send_again,
        ids.CLOSE: ask_why_close,
        ids.SHOW_JSON: show_json,
        ids.OPEN_IN_OCP: opened_in_ocp,
        **own.handlers(desk),
    }
    for action_id, handler in known.items():
        app.action(action_id)(answering.at_once(of_click, handler))
    app.action(re.compile(".*"))(answering.at_once(of_click, unknown))
