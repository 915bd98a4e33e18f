"""A task on the card: how far it is, what runs now, what failed. Nothing here changes by itself with time."""

from collections.abc import Sequence

from bot.domain.sheet import Sheet
from bot.domain.task import FAILED, RUNNING, Subtask, Task, branches, in_order, progress
from bot.domain.texts import N_, Text, When, Words

from . import marks
from .after import WAITS, by_hand, failures
from .facts import attempt, bar, counts, lasted, moment, node, seconds_of
from .kit import joined, literal, more
from .telling import UNREADABLE

MOST_NOW = 5


def shown_task(sheet: Sheet) -> Task | None:
    """Return the task that the request's present state is about: the one its cause names, else the latest."""
    try:
        wanted = sheet.cause.content.get("task")
    except UNREADABLE:
        wanted = None
    latest = sheet.tasks[-1] if sheet.tasks else None
    return next((task for task in sheet.tasks if task.id == wanted), latest)


def running(sheet: Sheet) -> list[Words]:
    """Return how far the task is, and what it does now."""
    task = shown_task(sheet)
    if task is None:
        mark, words = marks.of_request(sheet.request.state)
        return [Text("%(mark)s %(words)s", {"mark": mark, "words": Text(words)})]
    return [_progress(task), *_own_state(task), *_now(task)]


def _progress(task: Task) -> Text:
    done = progress(task)
    mark, words = marks.ROLLING_BACK if task.is_undoing else marks.of_request(RUNNING)
    fields = {"mark": mark, "words": Text(words), "bar": bar(done), "done": done.done, "total": done.total}
    if task.subtasks is None:
        return Text(N_("%(mark)s %(words)s; OCP has told no subtasks yet"), fields)
    if task.is_undoing:
        return Text(N_("%(mark)s %(words)s   %(bar)s undone %(done)s of %(total)s subtasks"), fields)
    return Text(N_("%(mark)s %(words)s   %(bar)s %(done)s of %(total)s subtasks"), fields)


def _own_state(task: Task) -> list[Words]:
    """Return the task's own state where it is not the expected one."""
    if task.mark.status == RUNNING:
        return []
    fields = {"mark": marks.of_subtask(task.mark), "task": task.id, "status": literal(task.mark.status, 60)}
    return [Text(N_("%(mark)s OCP task %(task)s: %(status)s"), fields)]


def _now(task: Task) -> list[Words]:
    """Return the subtasks that are neither waiting nor done, upstream first, a line each."""
    busy = [each for each in in_order(task.known_subtasks) if _is_busy(each)]
    places = branches(task.known_subtasks)
    lines: list[Words] = [_busy(each, places.get(each.id)) for each in busy[:MOST_NOW]]
    return [*lines, *([more(len(busy) - MOST_NOW)] if len(busy) > MOST_NOW else [])]


def _is_busy(subtask: Subtask) -> bool:
    return subtask.mark.status not in {"PENDING", "READY", "SUCCESSFUL"}


def _busy(subtask: Subtask, place: tuple[int, int] | None) -> Text:
    """Return one line: "Now: ..." for what runs, mark and state for everything else."""
    what = joined([_node(subtask, place), *attempt(subtask.mark.run_time), *_since(subtask), *_limit(subtask)])
    if subtask.mark.status == RUNNING:
        return Text(N_("Now: %(what)s"), {"what": what})
    fields = {"mark": marks.of_subtask(subtask.mark), "what": what, "status": literal(subtask.mark.status, 60)}
    return Text("%(mark)s %(what)s: %(status)s", fields)


def _node(subtask: Subtask, place: tuple[int, int] | None) -> Text:
    return node(subtask.name, [place[0]], place[1]) if place else node(subtask.name)


def _since(subtask: Subtask) -> Sequence[Words]:
    started = moment(subtask.mark.start)
    return [Text(N_("started %(when)s"), {"when": started})] if started and subtask.mark.status == RUNNING else []


def _limit(subtask: Subtask) -> Sequence[Words]:
    seconds = subtask.timeout_seconds
    if not seconds or seconds < 0:
        return []
    minutes, rest = divmod(seconds, 60)
    return [Text(N_("limit %(s)s s") if rest else N_("limit %(m)s min"), {"m": minutes, "s": seconds})]


def failed(sheet: Sheet) -> list[Words]:
    """Return which subtasks failed, how the others stand, and what a person can do."""
    task = shown_task(sheet)
    when = When(sheet.cause.time)
    lines = failures(_failed_ones(task, sheet), when)
    by_state = progress(task).by_state if task else {}
    if task and by_state:
        how = counts(by_state, undoing=task.is_undoing)
        lines.append(Text("%(counts)s. %(waits)s", {"counts": how, "waits": Text(WAITS)}))
    return [*lines, by_hand(sheet)]


def _failed_ones(task: Task | None, sheet: Sheet) -> Sequence[dict[str, object]]:
    """Return the failed subtasks of the last look; what the event told, where that look shows none."""
    places = branches(task.known_subtasks) if task else {}
    nodes = in_order(task.known_subtasks) if task else ()
    seen = [_failed_one(each, places.get(each.id, (0, 0))) for each in nodes if each.mark.status == FAILED]
    return seen or list(sheet.cause.content.get("failed", ()))


def _failed_one(subtask: Subtask, place: tuple[int, int]) -> dict[str, object]:
    took = seconds_of(subtask.mark)
    one: dict[str, object] = {"name": subtask.name, "branch": place[0], "of": place[1]}
    one |= {"run_time": subtask.mark.run_time or 1, "finish": subtask.mark.finish}
    after = [] if took is None else [Text(N_("after %(lasted)s"), {"lasted": lasted(took)})]
    return one | {"lasted": after}
