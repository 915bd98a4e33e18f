"""Facts in words: moments and durations that OCP wrote, subtasks, counts, what a payload says."""

import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from bot.domain.task import PENDING, SUCCESSFUL, Print, Progress
from bot.domain.texts import N_, Counted, Text, When, Words

from .escape import cut, one_line
from .kit import joined, literal

BAR_CELLS = 10
_SHELL_WORD = re.compile(r"[A-Za-z0-9_.-]{1,200}")


def moment(text: object) -> When | None:
    """Return the moment that *text* names, or None where it names none (no time zone is none too)."""
    try:
        at = datetime.fromisoformat(str(text))
        return When(at.astimezone(UTC)) if at.tzinfo is not None and at.timestamp() >= 0 else None
    except (ValueError, OverflowError):
        return None


def lasted(seconds: float) -> Text:
    """Return a duration in two units at most."""
    whole = math.floor(seconds)
    if whole < 60:
        return Text(N_("%(s)s s"), {"s": whole})
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return Text(N_("%(m)s min %(s)s s") if rest else N_("%(m)s min"), {"m": minutes, "s": rest})
    hours, minutes = divmod(minutes, 60)
    return Text(N_("%(h)s h %(m)s min") if minutes else N_("%(h)s h"), {"h": hours, "m": minutes})


def seconds_of(mark: Print) -> float | None:
    """Return how long a node took, where OCP's times tell it."""
    if (mark.run_time or 1) > 1:
        return None  # OCP keeps the start of the first run, and not that of the later ones
    start, finish = moment(mark.start), moment(mark.finish)
    if start is None or finish is None or finish.at < start.at:
        return None
    return (finish.at - start.at).total_seconds()


def node(name: str, branches: Sequence[int] = (), of: int = 0, *, most: int = 120) -> Text:
    """Return a subtask's name, and which of its *of* sibling branches are meant."""
    label = literal(name, most)
    if not branches or of < 1:
        return label
    if len(branches) == 1:
        return Text(N_("%(name)s, branch %(branch)s of %(of)s"), {"name": label, "branch": branches[0], "of": of})
    words = {"name": label, "branches": _runs(branches)}
    return Text(N_("%(name)s, branches %(branches)s"), words)


def _runs(numbers: Sequence[int]) -> Text:
    """Return ascending *numbers* as words: "1 to 3", "1 and 3", "1, 3 to 5"."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    if len(runs) == 2 and all(len(run) == 1 for run in runs):
        return Text(N_("%(first)s and %(last)s"), {"first": runs[0][0], "last": runs[1][0]})
    return joined([_run(run) for run in runs])


def _run(run: Sequence[int]) -> Text:
    if len(run) == 1:
        return literal(run[0])
    if len(run) == 2:
        return Text("%(first)s, %(last)s", {"first": run[0], "last": run[1]})
    return Text(N_("%(first)s to %(last)s"), {"first": run[0], "last": run[-1]})


def attempt(run_time: object, *, first: bool = False) -> tuple[Text, ...]:
    """Return which attempt it is, as what follows a comma; the *first* only if it is asked for."""
    is_told = isinstance(run_time, int) and run_time > (0 if first else 1)
    return (Text(N_("attempt %(n)s"), {"n": run_time}),) if is_told else ()


def bar(progress: Progress) -> str:
    """Return the share that is done as ten cells; full only when all is done."""
    cells = progress.done * BAR_CELLS // progress.total if progress.total else 0
    return "▰" * cells + "▱" * (BAR_CELLS - cells)


def counts(by_state: Mapping[str, int], *, undoing: bool = False) -> Text:
    """Return how many subtasks are in which state: "3 of 12 subtasks are SUCCESSFUL, 1 FAILED, 8 not started"."""
    total, done = sum(by_state.values()), by_state.get(SUCCESSFUL, 0)
    of = {"of": total}
    first = Counted("%(n)s of %(of)s subtasks is SUCCESSFUL", "%(n)s of %(of)s subtasks are SUCCESSFUL", done, of)
    rest = {state: n for state, n in by_state.items() if state not in {SUCCESSFUL, PENDING} and n}
    others: list[Words] = [Text("%(n)s %(state)s", {"n": n, "state": literal(state, 30)}) for state, n in rest.items()]
    if waiting := by_state.get(PENDING, 0):
        others.append(Text(N_("%(n)s undone") if undoing else N_("%(n)s not started"), {"n": waiting}))
    return joined([first, *others])


def hosts_in(payload: Mapping[str, Any]) -> int | None:
    """Return on how many hosts *payload* installs; None if it is not about installing."""
    install = payload.get("obproxyInstallParam")
    hosts = install.get("hostIds") if isinstance(install, Mapping) else None
    return len(hosts) if isinstance(hosts, Sequence) else None


def connection(payload: Mapping[str, Any]) -> str:
    """
    Return the command that connects through the new cluster; what only its reader knows stands in braces.

    It is pasted into a shell, so a cluster name that a shell would not take as a word stays in braces too.
    """
    links = list(payload.get("obLinks", ()))
    name = str(links[0].get("clusterName", "")) if len(links) == 1 else ""
    cluster = name if _SHELL_WORD.fullmatch(name) else "{cluster}"
    address, port = payload.get("address", ""), payload.get("port", "")
    return one_line(cut(f"obclient -h {address} -P {port} -u {{user}}@{{tenant}}#{cluster} -p", 600))
