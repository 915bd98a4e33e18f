"""Submitted forms."""

import re

from slack_bolt.async_app import AsyncApp

from bot.blocks import answers, ids
from bot.domain.candidate import CHOSEN, TYPED
from bot.domain.errors import NotAttached, UnknownAction
from bot.domain.request import RevisionId
from bot.ports import Message

from .answering import Answering
from .commands import CREATE
from .desk import Desk
from .interaction import Interaction, of_submission


def register(app: AsyncApp, answering: Answering, desk: Desk) -> None:
    """Answer every form there is, and those of other versions."""
    operation = desk.operations[CREATE]

    async def ask(form: Interaction) -> None:
        again = RevisionId(form.value) if form.value else None
        await desk.ask.ask(operation, form.typed, by=form.user, origin=form.view_id, home=form.place, again=again)

    async def asked(form: Interaction) -> Message | None:
        request = await desk.inspect.asked_with(form.view_id)
        posted = await desk.inspect.posted(request.id)
        return answers.asked(
            request,
            operation,
            desk.translator,
            approvers=desk.policy.approvers,
            link=posted.link,
            can_post_here=posted.can_post_at_home,
            can_post_there=posted.can_post_for_approval,
            is_private=posted.is_private,
        )

    async def reject(form: Interaction) -> None:
        await desk.decide.reject(RevisionId(form.value), by=form.user, why=form.typed.get("reason") or "")

    async def edit(form: Interaction) -> None:
        seen = RevisionId(form.value)
        await desk.own.edit(operation, form.typed, seen, by=form.user, origin=form.view_id)

    async def withdraw(form: Interaction) -> None:
        await desk.own.withdraw(RevisionId(form.value), by=form.user, why=form.typed.get("reason") or "")

    async def close(form: Interaction) -> None:
        await desk.operate.close(RevisionId(form.value), by=form.user, why=form.typed.get("reason") or "")

    async def attach(form: Interaction) -> None:
        chosen, typed = form.typed.get(CHOSEN) or "", form.typed.get(TYPED) or ""
        await desk.operate.attach(RevisionId(form.value), by=form.user, chosen=chosen, typed=typed)

    async def unknown(form: Interaction) -> Message | None:
        raise UnknownAction(f"{form.user.id} sent a form that nobody knows")

    app.view(ids.FORM)(answering.when_done(of_submission, ask, then=asked))
    app.view(ids.WHY)(answering.when_done(of_submission, reject))
    app.view(ids.EDIT_FORM)(answering.when_done(of_submission, edit))
    app.view(ids.WITHDRAW_FORM)(answering.when_done(of_submission, withdraw))
    app.view(ids.CLOSE_FORM)(answering.when_done(of_submission, close))
    app.view(ids.ATTACH_FORM)(answering.when_done(of_submission, attach, late=NotAttached))
    app.view(re.compile(".*"))(answering.when_done(of_submission, unknown))
