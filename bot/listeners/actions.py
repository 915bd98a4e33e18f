"""Buttons: each carries one id, and the database decides what it still means."""

import re
from collections.abc import Mapping

from slack_bolt.async_app import AsyncApp

from bot.blocks import answers, ids, modals
from bot.blocks.attaching import attach
from bot.domain.approvals import Approvals
from bot.domain.errors import UnknownAction
from bot.domain.policy import VIEWER
from bot.domain.request import RevisionId
from bot.ports import Message

from . import glass, own
from .answering import Answering, Handler
from .desk import Desk
from .interaction import Interaction, of_click


def register(app: AsyncApp, answering: Answering, desk: Desk) -> None:
    """Answer every button there is, and those of other versions."""

    async def approve(click: Interaction) -> Message:
        seen = RevisionId(click.value)
        return await answered(seen, await (await desk.branch(seen)).decide.approve(seen, by=click.user))

    async def send_now(click: Interaction) -> Message:
        seen = RevisionId(click.value)
        return await answered(seen, await (await desk.branch(seen)).decide.send_now(seen, by=click.user))

    async def answered(seen: RevisionId, counted: Approvals) -> Message:
        request, why = await desk.inspect.decided(seen)
        return answers.decided(request, counted, desk.translator, barred=why)

    async def ask_why(click: Interaction) -> None:
        seen = RevisionId(click.value)
        request = await (await desk.branch(seen)).decide.may_reject(seen, by=click.user)
        kept = click.remember(value=click.value)
        await desk.messenger.open_view(click.trigger_id, modals.why(request, desk.translator, private_metadata=kept))

    async def ask_for_task(click: Interaction) -> None:
        seen = RevisionId(click.value)
        request, found = await (await desk.branch(seen)).operate.may_attach(seen, by=click.user)
        kept = click.remember(value=click.value)
        view = attach(request, found, desk.translator, private_metadata=kept)
        await desk.messenger.open_view(click.trigger_id, view)

    async def send_again(click: Interaction) -> Message:
        seen = RevisionId(click.value)
        return await answered(seen, await (await desk.branch(seen)).operate.send_again(seen, by=click.user))

    async def ask_why_close(click: Interaction) -> None:
        seen = RevisionId(click.value)
        request, in_doubt = await (await desk.branch(seen)).operate.may_close(seen, by=click.user)
        kept = click.remember(value=click.value)
        view = modals.close(request, desk.translator, in_doubt=in_doubt, private_metadata=kept)
        await desk.messenger.open_view(click.trigger_id, view)

    async def show_json(click: Interaction) -> None:
        branch = await desk.branch(RevisionId(click.value))
        await desk.rights.must(VIEWER, click.user, branch.policy)
        request, revision = await desk.inspect.payload(RevisionId(click.value))
        call = branch.operation.call(revision.payload)
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
        ids.BREAK_GLASS: glass.opens(desk),
        **own.handlers(desk),
    }
    for action_id, handler in known.items():
        app.action(action_id)(answering.at_once(of_click, handler))
    app.action(re.compile(".*"))(answering.at_once(of_click, unknown))
