"""The buttons of whoever asked: change it, take it back, remind the approvers, ask again."""

from collections.abc import Mapping
from dataclasses import replace

from bot.blocks import answers, ids, modals
from bot.domain.errors import UnknownAction
from bot.domain.request import RevisionId
from bot.domain.texts import N_, Text
from bot.ports import Message

from . import glass
from .answering import Handler
from .commands import open_form
from .desk import Desk
from .interaction import Interaction


def handlers(desk: Desk) -> Mapping[str, Handler]:
    """Return what answers each of them, by action_id."""

    async def edit(click: Interaction) -> None:
        branch, kept = await desk.branch(RevisionId(click.value)), click.remember(value=click.value)
        request, revision = await branch.own.may_edit(RevisionId(click.value), by=click.user)
        typed = branch.operation.typed(request.reason, revision.payload)
        policy, t = branch.policy, desk.translator
        view = modals.edit(request, branch.operation, typed, t, private_metadata=kept, policy=policy)
        await desk.messenger.open_view(click.trigger_id, view)

    async def ask_why_withdraw(click: Interaction) -> None:
        seen = RevisionId(click.value)
        request = await (await desk.branch(seen)).own.may_withdraw(seen, by=click.user)
        kept = click.remember(value=click.value)
        view = modals.withdraw(request, desk.translator, private_metadata=kept)
        await desk.messenger.open_view(click.trigger_id, view)

    async def remind(click: Interaction) -> Message:
        seen = RevisionId(click.value)
        request = await (await desk.branch(seen)).own.remind(seen, by=click.user)
        words = N_("The approvers of #%(number)s are reminded, in its thread.")
        return answers.told(Text(words, {"number": request.number}), desk.translator)

    async def ask_again(click: Interaction) -> None:
        seen = RevisionId(click.value)
        branch = await desk.branch(seen)
        request, revision = await branch.ask.may_ask_again(seen, by=click.user)
        typed = branch.operation.typed(request.reason, revision.payload)
        await open_form(desk, click, [branch], typed, again=click.value)

    async def unknown(click: Interaction) -> None:
        raise UnknownAction(f"{click.user.id} chose what nobody knows")

    chosen: Mapping[str, Handler] = {
        ids.EDIT_CHOICE: edit,
        ids.REMIND_CHOICE: remind,
        ids.WITHDRAW_CHOICE: ask_why_withdraw,
        ids.GLASS_CHOICE: glass.opens(desk),
    }

    async def more(click: Interaction) -> Message | None:
        what, _, revision = click.value.partition(":")
        return await chosen.get(what, unknown)(replace(click, value=revision))

    return {ids.MORE: more, ids.WITHDRAW: ask_why_withdraw, ids.ASK_AGAIN: ask_again}
