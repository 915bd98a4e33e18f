"""What came of the subtasks while nobody looked: how many are now in which state."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from .diff import Change
from .event import Event
from .task import Print

Moved = dict[tuple[str, int | None], tuple[Print | None, Print | None]]


def moved_to(looks: Iterable[Event]) -> dict[str, int]:
    """
    Return state -> how many subtasks have come to it, by the `task.changed` events *looks*, oldest first.

    A subtask counts once, in the state it has now. One that has failed again has come to FAILED again.
    """
    moved: Moved = {}
    for event in looks:
        for change in _of_subtasks(event):
            subtask = (event.timeline, change.subtask)
            was, _ = moved.get(subtask, (change.was, None))
            moved[subtask] = (was, change.now)
    return dict(sorted(Counter(now.status for was, now in moved.values() if now and _differs(was, now)).items()))


def _of_subtasks(event: Event) -> Iterator[Change]:
    """Yield what *event* tells of subtasks; what another version wrote otherwise is passed over."""
    told = event.content.get("changes")
    for each in told if isinstance(told, list) else ():
        if isinstance(each, Mapping) and each.get("subtask") is not None:
            yield Change.from_json(each)


def _differs(was: Print | None, now: Print) -> bool:
    return was is None or (was.status, was.finish) != (now.status, now.finish)
