"""What to say of a request until OCP has a task for it: asked, decided, sent, held, refused, no answer."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.domain.event import Event
from bot.domain.request import State
from bot.domain.sheet import Sheet
from bot.domain.texts import N_, Counted, People, Text, When, Words

from . import marks
from .facts import moment
from .kit import literal, more

MOST_EVIDENCE = 5

REASONS: Mapping[str, str] = {
    "credentials": N_("OCP refuses the bot's log-on"),
    "address": N_("what answers is not OCP, or another version of it"),
    "stopped": N_("calls to OCP are stopped"),
    "silent": N_("OCP did not answer"),
    "late": N_("it could not be sent within the time that an approval lasts"),
    "limited": N_("OCP limits the rate of calls"),
}
"""Short words that workflows use for why something is not sent; any other word is shown as it is."""


def asked(event: Event, sheet: Sheet) -> list[Words]:
    """The request is there."""
    return [Text(N_("⏳ Asked by %(who)s: %(reason)s"), {**_act(event), "reason": literal(sheet.request.reason, 400)})]


def approved(event: Event, _sheet: Sheet) -> list[Words]:
    """Somebody approved it."""
    return [Text(N_("📨 Approved by %(who)s, %(when)s. Sending to OCP."), _act(event))]


def rejected(event: Event, _sheet: Sheet) -> list[Words]:
    """Somebody rejected it."""
    fields = {**_act(event), "reason": literal(event.content["reason"], 400)}
    return [Text(N_('⛔ Rejected by %(who)s, %(when)s: "%(reason)s"'), fields)]


def submitting(event: Event, _sheet: Sheet) -> list[Words]:
    """It is on its way."""
    return [Text(N_("📨 Sending to OCP, %(when)s."), _act(event))]


def delayed(event: Event, _sheet: Sheet) -> list[Words]:
    """It could not be sent and will be tried again."""
    data = event.content
    first = Text(N_("🟠 Not sent yet: %(why)s."), {"why": _why(data)})
    next_try = moment(data.get("next_try_at"))
    return [first, *([Text(N_("Next try: %(when)s."), {"when": next_try})] if next_try else [])]


def held(event: Event, _sheet: Sheet) -> list[Words]:
    """It was approved and is not sent."""
    return [
        Text(N_("✋ Approved, not sent: %(why)s."), {"why": _why(event.content)}),
        Text(N_("Nothing goes out by itself now.")),
    ]


def refused(event: Event, _sheet: Sheet) -> list[Words]:
    """OCP said no, or has the name already."""
    data = event.content
    if "found" in data:
        fields = {"name": literal(data["found"]["name"]), "id": data["found"]["id"]}
        return [Text(N_("⛔ Not sent: OCP has %(name)s already (id %(id)s). Nothing was created."), fields)]
    fields = {"code": literal(data["code"], 60), "message": literal(data["message"], 600)}
    return [
        Text(N_('⛔ OCP refused it: %(code)s "%(message)s"'), fields),
        Text(N_("Nothing was created.")),
        *_trace(data.get("traceId")),
    ]


def uncertain(event: Event, sheet: Sheet) -> list[Words]:
    """It was sent and nobody knows whether it arrived."""
    data, name = event.content, literal(sheet.request.name)
    fields = {"when": moment(data.get("since")) or When(event.time), "why": _why(data)}
    until = moment(data.get("until"))
    return [
        Text(N_("❓ OCP did not answer at %(when)s (%(why)s); the request may have arrived."), fields),
        Text(N_("Nothing is sent again until this is clear.")),
        Text(N_("Looking for %(name)s until %(until)s."), {"name": name, "until": until})
        if until
        else Text(N_("Looking for %(name)s."), {"name": name}),
    ]


def unclear(event: Event, sheet: Sheet) -> list[Words]:
    """Looking has not cleared it: the evidence, for a person to decide."""
    data = event.content
    fields = {"since": moment(data.get("since")) or literal(data.get("since", "?"), 40)}
    return [
        Counted(
            "❓ Looked %(n)s time since %(since)s, and it is not clear.",
            "❓ Looked %(n)s times since %(since)s, and it is not clear.",
            int(data["looks"]),
            fields,
        ),
        *_clusters(data.get("clusters", ()), literal(sheet.request.name)),
        *_tasks(data.get("tasks", ())),
        Text(
            N_("Looking has ended and nothing is sent again by itself. OCP's console shows whether %(name)s exists."),
            {"name": literal(sheet.request.name)},
        ),
        Text(N_("The request stays open and waits for an operator.")),
    ]


def _clusters(clusters: Sequence[Mapping[str, Any]], name: Text) -> list[Words]:
    if not clusters:
        return [Text(N_("OCP's list has no cluster %(name)s."), {"name": name})]
    message = N_("OCP has cluster %(name)s: id %(id)s, address %(address)s, work mode %(work_mode)s.")
    members = ("name", "id", "address", "work_mode")
    return _listed([Text(message, {m: literal(each.get(m, "?")) for m in members}) for each in clusters])


def _tasks(tasks: Sequence[Mapping[str, Any]]) -> list[Words]:
    if not tasks:
        return [Text(N_("No task that may be its own was started since."))]
    return _listed([_task(task) for task in tasks])


def _task(task: Mapping[str, Any]) -> Text:
    message = N_("OCP task %(id)s: %(status)s, by %(creator)s, started %(started)s; it belongs to no request.")
    if task.get("bound"):
        message = N_("OCP task %(id)s: %(status)s, by %(creator)s, started %(started)s; it belongs to a request.")
    fields: dict[str, Any] = {m: literal(task.get(m, "?")) for m in ("id", "status", "creator", "started")}
    return Text(message, fields | {"started": moment(task.get("started")) or fields["started"]})


def _listed(lines: Sequence[Words]) -> list[Words]:
    rest = [more(len(lines) - MOST_EVIDENCE)] if len(lines) > MOST_EVIDENCE else []
    return [*lines[:MOST_EVIDENCE], *rest]


def stopped(reason: str, environment: str) -> Text:
    """Return why calls to an environment are stopped."""
    message = N_("🟠 Calls to OCP %(environment)s are stopped: %(why)s.")
    return Text(message, {"environment": literal(environment), "why": _why({"why": reason})})


def plain_state(state: State) -> list[Words]:
    """Return the mark and the words of a state of which nothing more is known."""
    mark, words = marks.of_request(state)
    return [Text(N_("%(mark)s %(state)s"), {"mark": mark, "state": Text(words)})]


def _act(event: Event) -> dict[str, Any]:
    return {"who": People([event.actor]), "when": When(event.time)}


def _why(data: Mapping[str, Any]) -> Text:
    code = str(data.get("why", ""))
    words = Text(REASONS[code]) if code in REASONS else literal(code or "?", 200)
    detail = data.get("detail")
    return Text(N_("%(why)s: %(detail)s"), {"why": words, "detail": literal(detail, 300)}) if detail else words


def _trace(trace_id: object) -> list[Words]:
    return [Text(N_("traceId %(trace)s"), {"trace": literal(trace_id, 80)})] if trace_id else []
