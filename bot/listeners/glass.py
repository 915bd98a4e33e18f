"""Run without approval: the button that opens the form, and the form."""

from bot.blocks import answers
from bot.blocks.glass import form
from bot.domain.request import RevisionId
from bot.ports import Message

from .answering import Handler
from .desk import Desk
from .interaction import Interaction


def opens(desk: Desk) -> Handler:
    """Return what answers the button, on a card or in its menu."""

    async def open_form(click: Interaction) -> None:
        seen, kept = RevisionId(click.value), click.remember(value=click.value)
        branch = await desk.branch(seen)
        request, approvals = await branch.glass.may_break(seen, by=click.user)
        ticket = branch.policy.ticket_example
        view = form(request, approvals, desk.translator, private_metadata=kept, ticket=ticket)
        await desk.messenger.open_view(click.trigger_id, view)

    return open_form


def breaks(desk: Desk) -> Handler:
    """Return what obeys the form."""

    async def break_(sent: Interaction) -> None:
        seen = RevisionId(sent.value)
        name, why = sent.typed.get("name") or "", sent.typed.get("reason") or ""
        glass = (await desk.branch(seen)).glass
        await glass.break_(seen, by=sent.user, typed_name=name, why=why, origin=sent.view_id)

    return break_


def tells(desk: Desk) -> Handler:
    """Return what answers whoever sent the form, once it is obeyed."""

    async def tell(sent: Interaction) -> Message:
        request, why = await desk.inspect.decided(RevisionId(sent.value))
        return answers.ran(request, desk.translator, barred=why)

    return tell
