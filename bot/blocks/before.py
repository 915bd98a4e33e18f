"""What to say of a request until OCP has a task for it: asked, decided, sent, held, refused, no answer."""

from collections.abc import Mapping
from typing import Any

from bot.domain.event import BOT, Event
from bot.domain.pause import PAUSED
from bot.domain.request import Request, State
from bot.domain.sheet import Sheet
from bot.domain.texts import N_, People, Text, When, Words

from . import marks, pausing
from .evidence import looks_first
from .facts import moment
from .kit import literal
from .sending import barred_then, sending

REASONS: Mapping[str, str] = {
    "credentials": N_("OCP refuses the bot's log-on"),
    "address": N_("what answers is not OCP, or another version of it"),
    "stopped": N_("calls to OCP are stopped"),
    "unreachable": N_("OCP could not be reached"),
    "refused": N_("OCP refused the check before it"),
    "limited": N_("OCP limits how many calls it takes"),
    "database": N_("the bot's database was too slow to note the send"),
    "answer": N_("its answer leaves it open"),
    "late": N_("no answer in time"),
    "lost": N_("the connection was lost"),
    "died": N_("the bot was stopped while it waited for the answer"),
    "there": N_("the cluster was there before the send"),
    "taken": N_("it names a task that belongs to another request"),
    "rules": N_("the rules have changed since it was approved"),
    "": N_("the time for it ran out"),
}
"""The codes of workflows for why something is not sent, or not known; any other code is shown as it is."""


def asked(event: Event, sheet: Sheet) -> list[Words]:
    """The request is there."""
    fields = {**who_and_when(event), "reason": literal(sheet.request.reason, 400)}
    return [Text(N_("⏳ Asked by %(who)s: %(reason)s"), fields)]


def approved(event: Event, sheet: Sheet) -> list[Words]:
    """Somebody approved it, released it, or let it be sent again."""
    if event.content.get("after") == State.UNCERTAIN:
        return [Text(N_("📨 To be sent again, decided by %(who)s, %(when)s."), who_and_when(event)), looks_first(sheet)]
    barred = barred_then(event)
    fields = {**who_and_when(event), "then": sending(sheet.request, barred)}
    if event.content.get("after") == State.HELD:
        return [Text(N_("📨 Released by %(who)s, %(when)s. %(then)s"), fields)]
    if event.actor == BOT:
        return [unasked(sheet, barred)]
    given, needed = event.content.get("given"), event.content.get("needed")
    if isinstance(needed, int) and needed > 1:
        fields |= {"given": given, "needed": needed}
        return [Text(N_("📨 Approved by %(who)s, %(when)s, %(given)s of %(needed)s. %(then)s"), fields)]
    return [Text(N_("📨 Approved by %(who)s, %(when)s. %(then)s"), fields)]


def unasked(sheet: Sheet, barred: str) -> Text:
    """Return that it goes out without anybody's approval."""
    fields = {"environment": literal(sheet.request.environment), "then": sending(sheet.request, barred)}
    return Text(N_("📨 Nobody has to approve in %(environment)s. %(then)s"), fields)


def rejected(event: Event, _sheet: Sheet) -> list[Words]:
    """Somebody rejected it."""
    fields = {**who_and_when(event), "reason": literal(event.content["reason"], 400)}
    return [Text(N_('⛔ Rejected by %(who)s, %(when)s: "%(reason)s"'), fields)]


def closed(event: Event, sheet: Sheet) -> list[Words]:
    """An operator let go of it."""
    data, name = event.content, literal(sheet.request.name)
    fields = {**who_and_when(event), "reason": literal(data["reason"], 400)}
    in_doubt = data.get("in_doubt", data.get("was") == State.UNCERTAIN)
    message = N_("OCP may have got it, and the bot does not follow it: OCP's console shows whether %(name)s exists.")
    return [
        Text(N_('⚪ Closed by %(who)s, %(when)s: "%(reason)s"'), fields),
        Text(message if in_doubt else N_("Nothing was created in OCP."), {"name": name}),
    ]


def submitting(event: Event, _sheet: Sheet) -> list[Words]:
    """It is on its way."""
    return [Text(N_("📨 Sending to OCP, %(when)s."), who_and_when(event))]


def delayed(event: Event, _sheet: Sheet) -> list[Words]:
    """It could not be sent and will be tried again."""
    data = event.content
    first = Text(N_("🟠 Not sent yet: %(why)s."), {"why": _why(data)})
    next_try, until = moment(data.get("next_try_at")), moment(data.get("until"))
    if next_try:
        return [first, Text(N_("Next try: %(when)s."), {"when": next_try})]
    return [first, *([Text(N_("It is tried again until %(when)s."), {"when": until})] if until else [])]


def held(event: Event, sheet: Sheet) -> list[Words]:
    """It was approved and is not sent."""
    data = event.content
    is_paused = data.get("why") == PAUSED
    approved, unapproved = N_("✋ Approved, not sent: %(why)s."), N_("✋ Run without approval, not sent: %(why)s.")
    why = Text(unapproved if data.get("unapproved") else approved, {"why": _why(data)})
    return [
        pausing.held(event, sheet) if is_paused else why,
        *([Text(N_("An earlier try had no clear answer: OCP may have got that one."))] if sheet.tried_before else []),
        Text(pausing.NOT_BY_ITSELF if is_paused else N_("Nothing goes out by itself now.")),
        Text(N_("Send now (approvers): OCP is looked at once more, then it is sent. Close: it is not sent.")),
    ]


def refused(event: Event, sheet: Sheet) -> list[Words]:
    """OCP said no, or has the name already."""
    data = event.content
    if "found" in data:
        fields = {"name": literal(data["found"]["name"]), "id": data["found"]["id"]}
        message = N_("⛔ Not sent: OCP has %(name)s already (id %(id)s). Nothing was created.")
        again = N_(
            "⛔ Not sent again: OCP has %(name)s already (id %(id)s), and no free task of the bot's that made it."
        )
        return [Text(again if sheet.tried_before else message, fields)]
    fields = {"code": literal(data["code"], 60), "message": literal(data["message"], 600)}
    nothing = N_("This try created nothing; an earlier one had no clear answer, so OCP may have got that one.")
    return [
        Text(N_('⛔ OCP refused it: %(code)s "%(message)s"'), fields),
        Text(nothing if sheet.tried_before else N_("Nothing was created.")),
        *_trace(data.get("traceId")),
    ]


def uncertain(event: Event, sheet: Sheet) -> list[Words]:
    """It was sent and nobody knows whether it arrived."""
    data, name = event.content, literal(sheet.request.name)
    fields = {"when": moment(data.get("since")) or When(event.time), "why": _why(data)}
    until = moment(data.get("until"))
    return [
        Text(N_("❓ No clear answer from OCP at %(when)s (%(why)s); the request may have arrived."), fields),
        Text(N_("Nothing is sent again until this is clear.")),
        Text(N_("Looking for %(name)s until %(until)s."), {"name": name, "until": until})
        if until
        else Text(N_("Looking for %(name)s."), {"name": name}),
        Text(
            N_("Nobody has to act meanwhile. On its card: Attach task, if its task is known; Close, to let go of it.")
        ),
    ]


def stopped(reason: str, environment: str) -> Text:
    """Return why calls to an environment are stopped."""
    code, _, detail = reason.partition(": ")
    why = _why({"why": code, "detail": detail} if code in REASONS else {"why": reason})
    message = N_("🟠 Calls to OCP %(environment)s are stopped: %(why)s.")
    return Text(message, {"environment": literal(environment), "why": why})


def plain_state(request: Request) -> list[Words]:
    """Return the mark and the words of a request's state of which nothing more is known."""
    mark, words = marks.of(request)
    return [Text(N_("%(mark)s %(state)s"), {"mark": mark, "state": Text(words)})]


def who_and_when(event: Event) -> dict[str, Any]:
    """Return who and when: a name if it is known, for a mention in a reply would call them."""
    name = event.content.get("actor_name")
    return {"who": literal(name, 80) if name else People([event.actor]), "when": When(event.time)}


def _why(data: Mapping[str, Any]) -> Text:
    code = str(data.get("why", ""))
    words = Text(REASONS[code]) if code in REASONS else literal(code, 200)
    detail = data.get("detail")
    return Text(N_("%(why)s: %(detail)s"), {"why": words, "detail": literal(detail, 300)}) if detail else words


def _trace(trace_id: object) -> list[Words]:
    return [Text(N_("traceId %(trace)s"), {"trace": literal(trace_id, 80)})] if trace_id else []
