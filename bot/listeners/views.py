"""Submitted forms."""

import re

from slack_bolt.async_app import AsyncApp

from bot.blocks import answers, ids
from bot.domain.candidate import CHOSEN, TYPED
from bot.domain.errors import NotAttached, NotConfigured, UnknownAction
from bot.domain.grant import CREATE
from bot.domain.request import RevisionId
from bot.ports import Message

from . import glass
from .answering import Answering
from .desk import Branch, Desk
from .interaction import Interaction, of_submission


def register(app: AsyncApp, answering: Answering, desk: Desk) -> None:
    """Answer every form there is, and those of other versions."""

    async def ask(form: Interaction) -> None:
        again = RevisionId(form.value) if form.value else None
        branch = chosen(form)
        await branch.ask.ask(
            branch.operation, form.typed, by=form.user, origin=form.view_id, home=form.place, again=again
        )

    def chosen(form: Interaction) -> Branch:
        environment = form.typed.get(ids.ENVIRONMENT) or form.environment
        branch = desk.branches.get((environment, CREATE))
        if branch is None:
            raise NotConfigured(f"{form.user.id} asks in {environment!r}", environment=environment)
        return branch

    async def asked(form: Interaction) -> Message | None:
        request = await desk.inspect.asked_with(form.view_id)
        posted = await desk.inspect.posted(request.id)
        return answers.asked(
            request,
            chosen(form).operation,
            desk.translator,
            approvers=chosen(form).policy.approvers,
            link=posted.link,
            can_post_here=posted.can_post_at_home,
            can_post_there=posted.can_post_for_approval,
            is_private=posted.is_private,
        )

    async def reject(form: Interaction) -> None:
        seen = RevisionId(form.value)
        await (await desk.branch(seen)).decide.reject(seen, by=form.user, why=form.typed.get("reason") or "")

    async def edit(form: Interaction) -> None:
        seen = RevisionId(form.value)
        branch = await desk.branch(seen)
        await branch.own.edit(branch.operation, form.typed, seen, by=form.user, origin=form.view_id)

    async def withdraw(form: Interaction) -> None:
        seen = RevisionId(form.value)
        await (await desk.branch(seen)).own.withdraw(seen, by=form.user, why=form.typed.get("reason") or "")

    async def close(form: Interaction) -> None:
        seen = RevisionId(form.value)
        await (await desk.branch(seen)).operate.close(seen, by=form.user, why=form.typed.get("reason") or "")

    async def attach(form: Interaction) -> None:
        found, typed, seen = form.typed.get(CHOSEN) or "", form.typed.get(TYPED) or "", RevisionId(form.value)
        await (await desk.branch(seen)).operate.attach(seen, by=form.user, chosen=found, typed=typed)

    async def unknown(form: Interaction) -> Message | None:
        raise UnknownAction(f"{form.user.id} sent a form that nobody knows")

    app.view(ids.FORM)(answering.when_done(of_submission, ask, then=asked))
    app.view(ids.WHY)(answering.when_done(of_submission, reject))
    app.view(ids.EDIT_FORM)(answering.when_done(of_submission, edit))
    app.view(ids.WITHDRAW_FORM)(answering.when_done(of_submission, withdraw))
    app.view(ids.CLOSE_FORM)(answering.when_done(of_submission, close))
    app.view(ids.ATTACH_FORM)(answering.when_done(of_submission, attach, late=NotAttached))
    app.view(ids.GLASS_FORM)(answering.when_done(of_submission, glass.breaks(desk), then=glass.tells(desk)))
    app.view(re.compile(".*"))(answering.when_done(of_submission, unknown))
