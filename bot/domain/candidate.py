"""Tasks that may be a lost create's, as the last look for it has shown them; a person chooses."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .event import Event, Kind
from .form import Answers, task_id
from .texts import N_

CHOSEN = "candidate"
TYPED = "task"
"""The fields of the form that attaches a task: one of the candidates, or an id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A task that belonged to no request; all but its id is OCP's own text, "" where it told nothing."""

    id: int
    status: str = ""
    creator: str = ""
    started: str = ""


def candidates(looked: Event | None, bound: Collection[int] = ()) -> tuple[Candidate, ...]:
    """
    Return the free tasks that *looked*, an event of what was found, tells of, the newest first.

    Those in *bound* belong to a request by now. What another version wrote and this one cannot read is left out.
    """
    if looked is None or looked.kind != Kind.UNCLEAR:
        return ()
    read = [_read(each) for each in _told(looked) if isinstance(each, Mapping)]
    found = {each.id: each for each in read if each is not None and each.id not in bound}
    return tuple(found[id_] for id_ in sorted(found, reverse=True))


def _told(looked: Event) -> Sequence[Any]:
    try:
        told = looked.content.get("tasks")
    except ValueError:  # not even JSON
        return ()
    return told if isinstance(told, list) else ()


def _read(task: Mapping[str, Any]) -> Candidate | None:
    id_ = task.get("id")
    if not isinstance(id_, int) or isinstance(id_, bool) or id_ < 1 or task.get("bound"):
        return None
    words = {name: str(task.get(name) or "") for name in ("status", "creator", "started")}
    return Candidate(id=id_, **words)


def one_task(chosen: str, typed: str) -> tuple[str, int]:
    """Return the field that was used and the task's id; raises FormRefused unless it is exactly one."""
    answers = Answers({CHOSEN: chosen, TYPED: typed})
    is_chosen, is_typed = bool(chosen.strip()), bool(typed.strip())
    if is_chosen and is_typed:
        answers.refuse(TYPED, N_("A task is chosen above. Empty this field, or take the choice back."))
    elif not is_chosen and not is_typed:
        answers.refuse(TYPED, N_("Give one task: choose it, or write its id."))
    field = CHOSEN if is_chosen else TYPED
    id_ = answers.read(field, task_id)
    answers.check()
    return field, int(id_ or 0)
