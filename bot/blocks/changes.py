"""Changes of a task in words: one line a change, siblings of a stage that changed alike in one line."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.domain.diff import Change
from bot.domain.event import Event
from bot.domain.task import FAILED, SUCCESSFUL, Print
from bot.domain.texts import N_, Text, Words

from . import marks
from .facts import attempt, lasted, moment, node, seconds_of
from .kit import joined, literal

MOST_CHANGES = 40
LONGEST_NAME = 100
LONGEST_STATE = 30
EXECUTE = "EXECUTE"


def of(event: Event) -> tuple[tuple[Change, ...], str]:
    """Return (the changes, the task's id) of a `task.changed`."""
    data = event.content
    return tuple(Change.from_json(each) for each in data["changes"]), str(data["task"])


def lines(changes: Sequence[Change], task: str) -> list[Words]:
    """Return a line for each group of *changes*, in their order."""
    groups: dict[object, list[Change]] = {}
    for index, change in enumerate(changes):
        groups.setdefault(_alike(change) if change.branch else index, []).append(change)
    return [_line(group, task) for group in groups.values()]


def left_out(changes: Iterable[Change]) -> Text | None:
    """Return the words for *changes* that are not shown: how many, by the state that they are in now."""
    states = Counter(change.now.status if change.now else "" for change in changes)
    if not states:
        return None
    by_state: list[Words] = [
        Text(
            N_("%(n)s %(state)s"),
            {"n": n, "state": literal(state, LONGEST_STATE) if state else Text(N_("not there any more"))},
        )
        for state, n in states.most_common(10)
    ]
    return Text(N_("and %(n)s more: %(states)s"), {"n": states.total(), "states": joined(by_state)})


def _alike(change: Change) -> tuple[object, ...]:
    """Return what siblings of one line share: all but their branch and their times."""
    return (change.name, change.of, _untimed(change.was), _untimed(change.now), _moved(change), change.subtask is None)


def _untimed(mark: Print | None) -> Print | None:
    return mark and replace(mark, start=None, finish=None)


def _line(group: Sequence[Change], task: str) -> Text:
    first = group[0]
    mark = marks.of_subtask(first.now) if first.now else marks.UNKNOWN
    where = _where(group, task)
    what = joined([_what(first), *_attempt(first), *_operation(first), *_durations(group)])
    return Text("%(mark)s %(where)s: %(what)s", {"mark": mark, "where": where, "what": what})


def _where(group: Sequence[Change], task: str) -> Text:
    first = group[0]
    if first.subtask is None:
        return Text(N_("OCP task %(task)s"), {"task": literal(task, 40)})
    return node(first.name, [change.branch for change in group if change.branch], first.of, most=LONGEST_NAME)


def _what(change: Change) -> Text:
    was, now = change.was, change.now
    if now is None:
        return Text(N_("not there any more, was %(was)s"), {"was": _state(was)})
    if was is None:
        return Text(N_("new, %(now)s"), {"now": _state(now)})
    if was.status != now.status:
        return Text("%(was)s → %(now)s", {"was": _state(was), "now": _state(now)})
    message = N_("%(now)s, ran again between two looks") if _moved(change) else N_("%(now)s still")
    return Text(message, {"now": _state(now)})


def _moved(change: Change) -> bool:
    """Whether a node whose state is the same was started anew in between."""
    was, now = change.was, change.now
    if was is None or now is None or was.status != now.status:
        return False
    return _rose(was, now) or (was.start is not None and now.start is not None and was.start != now.start)


def _rose(was: Print, now: Print) -> bool:
    return was.run_time is not None and now.run_time is not None and now.run_time > was.run_time


def _state(mark: Print | None) -> Text:
    return literal(mark.status if mark else "?", LONGEST_STATE)


def _attempt(change: Change) -> tuple[Text, ...]:
    return attempt(change.now.run_time) if change.now else ()


def _operation(change: Change) -> tuple[Text, ...]:
    now = change.now
    if now is None or now.operation in {None, EXECUTE} or (change.was and change.was.operation == now.operation):
        return ()
    return (Text(N_("operation %(operation)s"), {"operation": literal(now.operation, LONGEST_STATE)}),)


def _durations(group: Sequence[Change]) -> tuple[Text, ...]:
    """Return how long it took what has just ended; from the shortest to the longest for several."""
    seconds = sorted(took for change in group if (took := _took(change)) is not None)
    if not seconds or len(seconds) < len(group):
        return ()
    shortest, longest = lasted(seconds[0]), lasted(seconds[-1])
    if shortest == longest:
        return (shortest,)
    return (Text(N_("%(shortest)s to %(longest)s"), {"shortest": shortest, "longest": longest}),)


def _took(change: Change) -> float | None:
    now = change.now
    if now is None or now.status not in {SUCCESSFUL, FAILED} or moment(now.finish) is None:
        return None
    if change.was is not None and (change.was.status, change.was.finish) == (now.status, now.finish):
        return None
    return seconds_of(now)
