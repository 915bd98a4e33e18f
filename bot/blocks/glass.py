"""A request that an admin runs without approval: the form that asks, what is told of it, what stays on the card."""

from typing import Any

from bot.domain.approvals import Approvals
from bot.domain.event import Event
from bot.domain.form import Field
from bot.domain.request import Request, State
from bot.domain.sheet import Sheet
from bot.domain.texts import N_, People, Text, Translator, When, Words

from . import ids
from .before import who_and_when
from .kit import literal
from .modals import asking, input_of, needs_ticket, said
from .sending import barred_then, sending

MOST_NAMED = 10
NAME = Field(id="name", label=N_("Cluster name"), hint=N_("Exactly as on the card, so that it is the one you mean."))
WHY = Field(
    id="reason",
    label=N_("Why? The approvers and the record get your words."),
    hint=N_("3 to 200 characters."),
    longest=200,
)


def form(
    request: Request, approvals: Approvals, t: Translator, *, private_metadata: str, ticket: str
) -> dict[str, Any]:
    """Return the modal that says what happens, and asks for the cluster's name and a reason."""
    why = needs_ticket(input_of(WHY, t), ticket, t)
    why["element"]["min_length"] = 3
    title = Text(N_("Run #%(number)s unapproved"), {"number": request.number})
    blocks = [said(_effect(request, approvals), t), input_of(NAME, t), why]
    return asking(ids.GLASS_FORM, title, blocks, t, submit=N_("Run"), private_metadata=private_metadata)


def _effect(request: Request, approvals: Approvals) -> list[Words]:
    fields = {"name": literal(request.name), "environment": literal(request.environment)}
    held = N_("%(name)s goes to OCP %(environment)s; nobody has to release it.")
    pending = N_("%(name)s goes to OCP %(environment)s; nobody has to approve it.")
    return [
        Text(held if request.state is State.HELD else pending, fields),
        Text(N_("Approvals so far: %(given)s of %(needed)s."), _how_many(len(approvals.given), approvals.needed)),
        Text(N_("Every approver is called in its thread. Card and record say for good that you ran it.")),
    ]


def unapproved(event: Event, sheet: Sheet) -> list[Words]:
    """An admin has run it without approval."""
    data = event.content
    fields = {**who_and_when(event), "number": sheet.request.number, "reason": literal(data["reason"], 400)}
    first = N_('🟠 %(who)s ran #%(number)s without approval, %(when)s: "%(reason)s"')
    own = N_('🟠 %(who)s ran their own #%(number)s without approval, %(when)s: "%(reason)s"')
    return [Text(own if data.get("own") else first, fields), _before(event, sheet)]


def noted(sheet: Sheet) -> list[Words]:
    """Return the line that a card has in every state from then on, none if nobody has run it without approval."""
    run = sheet.unapproved
    if run is None:
        return []
    fields = {"who": People([run.by]), "when": When(run.at), "reason": literal(run.reason, 400)}
    return [Text(N_('🟠 Run without approval by %(who)s, %(when)s: "%(reason)s"'), fields)]


def decision(sheet: Sheet) -> list[Words]:
    """Return the same for the grey line, without the reason."""
    run = sheet.unapproved
    message = N_("run without approval by %(who)s %(when)s")
    return [Text(message, {"who": People([run.by]), "when": When(run.at)})] if run else []


def _before(event: Event, sheet: Sheet) -> Text:
    """Return how many had approved, and what comes now."""
    data = event.content
    given, who = int(data["given"]), [str(each) for each in data["approved_by"]]
    then = sending(sheet.request, barred_then(event))
    if not given:
        return Text(N_("Nobody has approved it. %(then)s"), {"then": then})
    fields = {**_how_many(given, int(data["needed"])), "who": People(who[:MOST_NAMED]), "then": then}
    return Text(N_("Approvals before that: %(given)s of %(needed)s, %(who)s. %(then)s"), fields)


def _how_many(given: int, needed: int) -> dict[str, int]:
    return {"given": given, "needed": needed}
