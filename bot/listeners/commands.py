"""/obproxy: the form, the help, and questions."""

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence

from slack_bolt.async_app import AsyncApp

from bot.blocks import answers, cards, modals, pausing
from bot.blocks.access import access
from bot.blocks.history import history
from bot.domain.errors import BotError, GroupUnknown
from bot.domain.grant import CREATE
from bot.domain.policy import VIEWER, Policy
from bot.domain.request import Request
from bot.domain.slash import Access, Create, Help, History, Pause, Resume, Status, Unknown, parse
from bot.domain.texts import N_, Text
from bot.ports import Message

from .answering import Answering
from .desk import Branch, Desk
from .interaction import Interaction, of_command


def register(app: AsyncApp, answering: Answering, desk: Desk) -> None:
    """Answer the slash command, under whatever name a workspace has given it."""

    async def command(said: Interaction) -> Message | None:
        match parse(said.value):
            case Create():
                branches, unknown = await may_ask(desk, said)
                await open_form(desk, said, branches, {}, unknown=unknown)
                return None
            case Status() as wanted:
                return await _status(desk, wanted, said)
            case History() as wanted:
                return history(
                    await desk.histories.of(wanted, by=said.user.id, seen=await _visible(desk, said)),
                    wanted,
                    desk.translator,
                )
            case Pause() | Resume() as wanted:
                return answers.told(await _pause(desk, wanted, said), desk.translator)
            case Unknown(word, nearest):
                return answers.unknown(word, nearest, desk.translator)
            case Access() | Help() as wanted:
                return await _access(desk, wanted, said)

    app.command(re.compile(".*"))(answering.at_once(of_command, command))


async def may_ask(desk: Desk, said: Interaction) -> tuple[list[Branch], list[Text]]:
    """
    Return where the person may ask from here, and what is not known of elsewhere.

    Raises what refuses them if they may nowhere.
    """
    asked = [branch for (_, operation), branch in desk.branches.items() if operation == CREATE]
    found = await asyncio.gather(
        *(branch.ask.may_ask(said.place.channel, by=said.user) for branch in asked), return_exceptions=True
    )
    refused = [error for error in found if error is not None]
    if len(refused) == len(asked) or not all(isinstance(error, BotError) for error in refused):
        raise next((error for error in refused if not isinstance(error, BotError)), refused[0])
    unknown = [error.text for error in refused if isinstance(error, GroupUnknown)]
    return [branch for branch, error in zip(asked, found, strict=True) if error is None], unknown


async def open_form(
    desk: Desk,
    said: Interaction,
    branches: Sequence[Branch],
    typed: Mapping[str, str],
    *,
    again: str = "",
    unknown: Sequence[Text] = (),
) -> None:
    """
    Open the form from memory: OCP is not asked, for Slack waits three seconds.

    It asks for which of *branches* it is if there are several; *again* is the revision that is asked for once more;
    *unknown* is said above the fields.
    """
    policies = [branch.policy for branch in branches]
    needs_approval = any(policy.approvals_required for policy in policies)
    view = modals.form(
        branches[0].operation,
        desk.translator,
        heading=Text(N_("Create OBProxy cluster")),
        submit=Text(N_("Ask for approval") if needs_approval else N_("Create")),
        private_metadata=said.remember(value=again, environment=policies[0].environment if len(policies) == 1 else ""),
        typed=typed,
        policies=policies,
        notes=unknown,
    )
    await desk.messenger.open_view(said.trigger_id, view)


async def _access(desk: Desk, wanted: Access | Help, said: Interaction) -> Message:
    environment = wanted.environment if isinstance(wanted, Access) else None
    given = await desk.access.of(said.user.id, said.place.channel, environment)
    told = access if isinstance(wanted, Access) else answers.help_
    return told(given, desk.translator, command=said.command)


async def _pause(desk: Desk, wanted: Pause | Resume, said: Interaction) -> Text:
    match wanted:
        case Pause(environment, reason):
            return pausing.pause_answer(await desk.pause.pause(environment, reason, by=said.user, at=said.place))
        case Resume(environment):
            return pausing.resume_answer(*await desk.pause.resume(environment, by=said.user, at=said.place))


async def _visible(desk: Desk, said: Interaction) -> Callable[[Request], bool]:
    """Return what tells whether the person may look at a request: their own, and those of which they are a viewer."""
    policies = desk.policies.by.values()
    seen = await asyncio.gather(*(_is_viewer(desk, said, policy) for policy in policies))
    viewed = {policy for policy, is_viewer in zip(policies, seen, strict=True) if is_viewer}
    return lambda request: request.requester == said.user.id or desk.policies.get(request) in viewed


async def _is_viewer(desk: Desk, said: Interaction, policy: Policy) -> bool:
    """Return whether the person surely is one: nobody becomes one by a group that Slack does not tell now."""
    try:
        return await desk.rights.has(VIEWER, said.user, policy)
    except GroupUnknown:
        return False


async def _status(desk: Desk, wanted: Status, said: Interaction) -> Message:
    is_visible = await _visible(desk, said)
    if wanted.number is not None:
        sheet, link = await desk.inspect.sheet(wanted.number)
        if not is_visible(sheet.request):
            await desk.rights.must(VIEWER, said.user, desk.policies.of(sheet.request))
        operation = desk.operations[sheet.request.operation]
        return cards.card(sheet, operation, desk.translator, asks_approvers=False, decides_at=link)
    found = await desk.inspect.listed(wanted, by=said.user.id)
    shown = [(request, link) for request, link in found if is_visible(request)]
    heading = Text(N_("Requests for %(name)s:"), {"name": wanted.name}) if wanted.name else Text(N_("Your requests:"))
    return answers.status_list(shown, desk.translator, heading=heading)
