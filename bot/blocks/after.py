"""What to say of a request once OCP has a task for it, and of an environment."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.domain.event import Event
from bot.domain.sheet import Sheet
from bot.domain.task import ROLLBACK
from bot.domain.texts import N_, Counted, Text, When, Words

from .before import stopped, who_and_when
from .facts import attempt, counts, lasted, moment, node
from .kit import joined, literal, more

MOST_NAMED = 5
BY_HAND = N_("Retry, skip or roll back in OCP's console; watching goes on.")
WITHOUT_ROLLBACK = N_("Retry or skip in OCP's console, which allows no rollback here; watching goes on.")
WAITS = N_("OCP waits; nothing more happens by itself.")


def running(event: Event, _sheet: Sheet) -> list[Words]:
    """OCP has opened a task."""
    data = event.content
    fields = {"task": literal(data["task"])}
    if data.get("how") == "adopted":
        return [Text(N_("🔄 OCP had it: task %(task)s. Watching it."), fields)]
    if data.get("how") == "attached":
        message = N_("🔄 Task %(task)s attached by %(who)s, %(when)s. Watching it.")
        return [Text(message, fields | who_and_when(event))]
    if data.get("subtasks") is None:
        return [Text(N_("🔄 OCP task %(task)s is open. Watching it."), fields)]
    return [
        Counted(
            "🔄 OCP task %(task)s is open: %(n)s subtask. Watching it.",
            "🔄 OCP task %(task)s is open: %(n)s subtasks. Watching it.",
            int(data["subtasks"]),
            fields,
        )
    ]


def failed(event: Event, sheet: Sheet) -> list[Words]:
    """A look and a second one showed FAILED."""
    data = event.content
    return [
        *failures(data["failed"], When(event.time)),
        Text("%(counts)s. %(waits)s", {"counts": _counts(data["counts"], sheet), "waits": Text(WAITS)}),
        by_hand(sheet),
    ]


def failures(subtasks: Sequence[Mapping[str, Any]], when: When) -> list[Words]:
    """Return a line for each failed subtask; without any, that the task itself failed."""
    lines: list[Words] = [_failure(each, when) for each in subtasks[:MOST_NAMED]]
    if len(subtasks) > MOST_NAMED:
        lines.append(more(len(subtasks) - MOST_NAMED))
    return lines or [Text(N_("❌ Failed at %(when)s; OCP names no failed subtask."), {"when": when})]


def _failure(subtask: Mapping[str, Any], when: When) -> Text:
    branch = [int(subtask["branch"])] if subtask.get("branch") else []
    words = node(str(subtask["name"]), branch, int(subtask.get("of") or 0))
    when = moment(subtask.get("finish")) or when
    what = joined([words, *attempt(subtask.get("run_time"), first=True), *subtask.get("lasted", ())])
    return Text(N_("❌ Failed at %(when)s: %(what)s"), {"when": when, "what": what})


def by_hand(sheet: Sheet) -> Text:
    """Return what a person can do about a failed task now."""
    forbidden = any(task.prohibit_rollback for task in sheet.tasks)
    return Text(WITHOUT_ROLLBACK if forbidden else BY_HAND)


def _counts(by_state: Mapping[str, int], sheet: Sheet) -> Text:
    undoing = any(task.is_undoing for task in sheet.tasks)
    return counts({str(state): int(n) for state, n in by_state.items()}, undoing=undoing)


def resumed(event: Event, _sheet: Sheet) -> list[Words]:
    """Somebody acted on the failed task in OCP."""
    if event.content.get("operation") == ROLLBACK:
        return [
            Text(N_("⏪ Rolling back, started in OCP, not from Slack; OCP does not say by whom. Watching goes on."))
        ]
    return [Text(N_("🔄 Retried in OCP, not from Slack; OCP does not say by whom. Watching goes on."))]


def succeeded(event: Event, sheet: Sheet) -> list[Words]:
    """All is done."""
    seconds = event.content.get("seconds")
    done = done_line(sheet)
    if isinstance(seconds, int | float) and seconds >= 0:
        return [Text(N_("%(done)s, %(lasted)s"), {"done": done, "lasted": lasted(seconds)})]
    return [done]


def done_line(sheet: Sheet) -> Text:
    """Return that a request is done."""
    fields = {"name": literal(sheet.request.name), "environment": literal(sheet.request.environment)}
    return Text(N_("✅ Done: %(name)s in %(environment)s"), fields)


def rolled_back(_event: Event, sheet: Sheet) -> list[Words]:
    """All was undone."""
    name = literal(sheet.request.name)
    return [
        Text(N_("🔙 Rolled back: nothing of %(name)s is installed."), {"name": name}),
        Text(N_("OCP calls this task SUCCESSFUL; it means the rollback.")),
    ]


def gone(event: Event, _sheet: Sheet) -> list[Words]:
    """OCP does not know the task any more."""
    data = event.content
    fields: dict[str, Any] = {name: literal(data.get(name, ""), 300) for name in ("task", "code", "message")}
    lines: list[Words] = [
        Text(N_('❓ OCP does not know task %(task)s any more: %(code)s "%(message)s"'), fields),
        Text(N_("The card shows what was seen last.")),
    ]
    trace = data.get("trace_id")
    return [*lines, *([Text(N_("traceId %(trace)s"), {"trace": literal(trace, 80)})] if trace else [])]


def late(event: Event, _sheet: Sheet) -> list[Words]:
    """OCP's answer to a create came when the request was past following it."""
    fields = {"task": literal(event.content["task"])}
    return [
        Text(N_("❓ OCP's answer came only now: it opened task %(task)s for this request."), fields),
        Text(N_("The bot does not follow that task. Operator: see in OCP what it does.")),
    ]


def named(_event: Event, _sheet: Sheet) -> list[Words]:
    """OCP's names for hosts, clusters and package were read."""
    return [Text(N_("OCP's names were read; the card shows them."))]


def environment_stopped(event: Event, environment: str) -> list[Words]:
    """Calls to an environment have been stopped."""
    data, name = event.content, literal(environment)
    fields = {"environment": name, "detail": literal(data.get("detail") or "?", 300)}
    if data["reason"] == "credentials":
        return [
            Text(N_("🟠 OCP %(environment)s refuses the bot's log-on (%(detail)s)."), fields),
            Text(N_("All calls are stopped, so the account is not locked.")),
            Text(N_("Admin: renew the password and restart, or, if OCP takes the old one again: obproxy-bot resume.")),
        ]
    if data["reason"] == "address":
        return [
            Text(N_("🟠 OCP %(environment)s: not OCP's address or version (%(detail)s)."), fields),
            Text(N_("All calls are stopped.")),
            Text(N_("Admin: mend OCP's address and restart, or, if it is right: obproxy-bot resume.")),
        ]
    return [stopped(str(data["reason"]), environment)]


def environment_restarted(event: Event, environment: str) -> list[Words]:
    """Calls to an environment go out again."""
    fields = {"environment": literal(environment), "when": When(event.time)}
    return [Text(N_("🔄 Calls to OCP %(environment)s go out again, %(when)s. Watching goes on where it was."), fields)]
