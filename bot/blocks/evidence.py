"""What was found while looking for a create without an answer, for a person to decide."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.domain.event import Event
from bot.domain.sheet import Sheet
from bot.domain.texts import N_, Counted, Text, Words

from .facts import moment
from .kit import joined, literal, more

MOST_EVIDENCE = 5
WAITING = Text(N_("The request waits for an operator"))


def unclear(event: Event, sheet: Sheet) -> list[Words]:
    """Looking has not cleared it: the evidence, for a person to decide on the card."""
    return _unclear(event, sheet, Text(N_("The request waits for an operator, on its card:")))


def unclear_card(event: Event, sheet: Sheet) -> list[Words]:
    """Return the same for the card itself, which goes on after WAITING with whom it waits for."""
    return _unclear(event, sheet, WAITING)


def _unclear(event: Event, sheet: Sheet, waiting: Text) -> list[Words]:
    data, name = event.content, literal(sheet.request.name)
    since = moment(data.get("since")) or literal(data.get("since", "?"), 40)
    return [
        Counted(
            "❓ Looked %(n)s time since %(since)s: %(found)s.",
            "❓ Looked %(n)s times since %(since)s: %(found)s.",
            int(data["looks"]),
            {"since": since, "found": _in_short(data, name)},
        ),
        *_found(data),
        Text(N_("Nothing is sent again by itself; the bot still looks every 10 min.")),
        waiting,
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


def _in_short(data: Mapping[str, Any], name: Text) -> Text:
    """Return what was found, as the end of a sentence."""
    if data.get("unread"):
        return Text(N_("OCP did not answer the last look"))
    message = N_("cluster %(name)s is there") if data.get("clusters") else N_("no cluster %(name)s")
    return joined([Text(message, {"name": name}), _free(data.get("tasks", ()))])


def _free(tasks: Sequence[Mapping[str, Any]]) -> Words:
    free = sum(1 for task in tasks if not task.get("bound"))
    if not free:
        return Text(N_("no task that may be its own"))
    return Counted("%(n)s task that belongs to no request", "%(n)s tasks that belong to no request", free)


def _found(data: Mapping[str, Any]) -> list[Words]:
    """Return each thing that was found; that there is none stands in the first line."""
    if data.get("unread"):
        return []
    return [*_clusters(data.get("clusters", ())), *_listed([_task(task) for task in data.get("tasks", ())])]


def _clusters(clusters: Sequence[Mapping[str, Any]]) -> list[Words]:
    message = N_("OCP has cluster %(name)s: id %(id)s, address %(address)s, work mode %(work_mode)s.")
    members = ("name", "id", "address", "work_mode")
    return _listed([Text(message, {m: literal(each.get(m) or "?") for m in members}) for each in clusters])


def _task(task: Mapping[str, Any]) -> Text:
    message = N_("OCP task %(id)s: %(status)s, by %(creator)s, started %(started)s; it belongs to no request.")
    if task.get("bound"):
        message = N_("OCP task %(id)s: %(status)s, by %(creator)s, started %(started)s; it belongs to a request.")
    fields: dict[str, Any] = {m: literal(task.get(m) or "?") for m in ("id", "status", "creator", "started")}
    return Text(message, fields | {"started": moment(task.get("started")) or fields["started"]})


def _listed(lines: Sequence[Words]) -> list[Words]:
    rest = [more(len(lines) - MOST_EVIDENCE)] if len(lines) > MOST_EVIDENCE else []
    return [*lines[:MOST_EVIDENCE], *rest]
