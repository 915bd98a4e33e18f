"""What to say of an OCP that does not answer, and of one that does again."""

from collections.abc import Mapping
from typing import Any

from bot.domain.event import Event
from bot.domain.task import FAILED, SUCCESSFUL
from bot.domain.texts import N_, Counted, Text, When, Words

from .facts import lasted, moment
from .kit import joined, literal

MOST_STATES = 10
LONGEST_STATE = 30


def silent(environment: str, since: When) -> Text:
    """Return since when OCP has not answered."""
    fields = {"environment": literal(environment), "since": since}
    return Text(N_("🟠 OCP %(environment)s has not answered since %(since)s."), fields)


def away(event: Event, environment: str) -> list[Words]:
    """OCP has not answered for a while."""
    return [
        silent(environment, moment(event.content.get("since")) or When(event.time)),
        Text(N_("A running task goes on there. Nothing is sent from here until it answers.")),
    ]


def back(event: Event, environment: str) -> list[Words]:
    """OCP answers again."""
    data = event.content
    left = int(data.get("left") or 0)
    lines: list[Words] = [_again(data, environment), Text(N_("Meanwhile: %(what)s."), {"what": _moved(data["counts"])})]
    if left > 0:
        lines.append(Counted("%(n)s task is not looked at yet.", "%(n)s tasks are not looked at yet.", left))
    return lines


def _again(data: Mapping[str, Any], environment: str) -> Text:
    fields: dict[str, Any] = {"environment": literal(environment), "lasted": lasted(max(0.0, float(data["seconds"])))}
    if not data.get("was_version"):
        return Text(N_("🔄 OCP %(environment)s answers again after %(lasted)s."), fields)
    fields |= {"version": literal(data["version"], 60), "was": literal(data["was_version"], 60)}
    return Text(
        N_("🔄 OCP %(environment)s answers again after %(lasted)s, now version %(version)s (was %(was)s)."), fields
    )


def _moved(counts: Mapping[str, int]) -> Text:
    """Return how many subtasks have come to which state: what is done first, what has failed last."""
    if not counts:
        return Text(N_("no subtask changed"))
    states = sorted(counts, key=lambda state: (state != SUCCESSFUL, state == FAILED, state))[:MOST_STATES]
    shown: list[Words] = [_first(states[0], int(counts[states[0]])), *(_next(state, counts) for state in states[1:])]
    none = [] if FAILED in states else [Text(N_("none %(state)s"), {"state": FAILED})]
    return joined([*shown, *none])


def _first(state: str, n: int) -> Counted:
    return Counted("%(n)s subtask %(state)s", "%(n)s subtasks %(state)s", n, {"state": literal(state, LONGEST_STATE)})


def _next(state: str, counts: Mapping[str, int]) -> Text:
    return Text(N_("%(n)s %(state)s"), {"n": int(counts[state]), "state": literal(state, LONGEST_STATE)})
