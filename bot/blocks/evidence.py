"""What was found while looking for a create without an answer, for a person to decide."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.domain.event import Event
from bot.domain.sheet import Sheet
from bot.domain.texts import N_, Counted, Text, Words

from .facts import moment
from .kit import literal, more

MOST_EVIDENCE = 5


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
        *_found(data, literal(sheet.request.name)),
        Text(N_("Nothing is sent again by itself; the bot still looks every 10 min.")),
        Text(N_("The request waits for an operator, on its card:")),
        *_choices(sheet),
    ]


def looks_first(sheet: Sheet) -> Text:
    """Return what comes before anything is sent again."""
    message = N_("OCP is looked at once more first; if %(name)s is there, nothing is sent.")
    return Text(message, {"name": literal(sheet.request.name)})


def _choices(sheet: Sheet) -> list[Words]:
    """Return what each button of the card does."""
    return [
        Text(N_("Attach task: the bot follows the task that you name, to its end.")),
        Text(N_("Send again (approvers): %(looks)s"), {"looks": looks_first(sheet)}),
        Text(N_("Close: the bot lets go of it, and the name is free for another request.")),
    ]


def _found(data: Mapping[str, Any], name: Text) -> list[Words]:
    if data.get("unread"):
        return [Text(N_("OCP did not answer the last look."))]
    return [*_clusters(data.get("clusters", ()), name), *_tasks(data.get("tasks", ()))]


def _clusters(clusters: Sequence[Mapping[str, Any]], name: Text) -> list[Words]:
    if not clusters:
        return [Text(N_("OCP's list has no cluster %(name)s."), {"name": name})]
    message = N_("OCP has cluster %(name)s: id %(id)s, address %(address)s, work mode %(work_mode)s.")
    members = ("name", "id", "address", "work_mode")
    return _listed([Text(message, {m: literal(each.get(m) or "?") for m in members}) for each in clusters])


def _tasks(tasks: Sequence[Mapping[str, Any]]) -> list[Words]:
    if not tasks:
        return [Text(N_("No task that may be its own was started since."))]
    return _listed([_task(task) for task in tasks])


def _task(task: Mapping[str, Any]) -> Text:
    message = N_("OCP task %(id)s: %(status)s, by %(creator)s, started %(started)s; it belongs to no request.")
    if task.get("bound"):
        message = N_("OCP task %(id)s: %(status)s, by %(creator)s, started %(started)s; it belongs to a request.")
    fields: dict[str, Any] = {m: literal(task.get(m) or "?") for m in ("id", "status", "creator", "started")}
    return Text(message, fields | {"started": moment(task.get("started")) or fields["started"]})


def _listed(lines: Sequence[Words]) -> list[Words]:
    rest = [more(len(lines) - MOST_EVIDENCE)] if len(lines) > MOST_EVIDENCE else []
    return [*lines[:MOST_EVIDENCE], *rest]
