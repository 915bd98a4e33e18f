"""/obproxy: the form, the help, and questions."""

import re
from collections.abc import Mapping

from slack_bolt.async_app import AsyncApp

from bot.blocks import answers, cards, modals, pausing
from bot.blocks.history import history
from bot.domain.slash import Create, Help, History, Pause, Resume, Status, Unknown, parse
from bot.domain.texts import N_, Text
from bot.ports import Message, Operation

from .answering import Answering
from .desk import Desk
from .interaction import Interaction, of_command

CREATE = "obproxy.create"


def register(app: AsyncApp, answering: Answering, desk: Desk) -> None:
    """Answer the slash command, under whatever name a workspace has given it."""

    async def command(said: Interaction) -> Message | None:
        match parse(said.value):
            case Create():
                await open_form(desk, said, desk.operations[CREATE], {}, kept=said.remember())
                return None
            case Status() as wanted:
                return await _status(desk, wanted, said)
            case History() as wanted:
                return history(await desk.histories.of(wanted, by=said.user.id), wanted, desk.translator)
            case Pause() | Resume() as wanted:
                return answers.told(await _pause(desk, wanted, said), desk.translator)
            case Unknown(word, nearest):
                return answers.unknown(word, nearest, desk.translator)
            case Help():
                return answers.help_(desk.translator, environment=desk.policy.environment, command=said.command)

    app.command(re.compile(".*"))(answering.at_once(of_command, command))


async def open_form(
    desk: Desk, said: Interaction, operation: Operation, typed: Mapping[str, str], *, kept: str
) -> None:
    """Open the form from memory: OCP is not asked, for Slack waits three seconds. *kept* comes back with it."""
    view = modals.form(
        operation,
        desk.translator,
        heading=Text(N_("Create OBProxy cluster")),
        submit=Text(N_("Ask for approval") if desk.policy.approvals_required else N_("Create")),
        private_metadata=kept,
        typed=typed,
    )
    await desk.messenger.open_view(said.trigger_id, view)


async def _pause(desk: Desk, wanted: Pause | Resume, said: Interaction) -> Text:
    match wanted:
        case Pause(environment, reason):
            return pausing.pause_answer(await desk.pause.pause(environment, reason, by=said.user))
        case Resume(environment):
            return pausing.resume_answer(*await desk.pause.resume(environment, by=said.user))


async def _status(desk: Desk, wanted: Status, said: Interaction) -> Message:
    if wanted.number is not None:
        sheet, link = await desk.inspect.sheet(wanted.number)
        operation = desk.operations[sheet.request.operation]
        return cards.card(sheet, operation, desk.translator, asks_approvers=False, decides_at=link)
    found = await desk.inspect.listed(wanted, by=said.user.id)
    heading = Text(N_("Requests for %(name)s:"), {"name": wanted.name}) if wanted.name else Text(N_("Your requests:"))
    return answers.status_list(found, desk.translator, heading=heading)
