"""What hypothesis draws for the rules: tasks with any edges, fingerprints, requests in every state."""

from hypothesis import strategies as st

from bot.domain.request import Request, State
from bot.domain.task import Print, Subtask, Task
from tests.builders import a_request

STATUSES = ("PENDING", "READY", "RUNNING", "CANCELING", "FAILED", "SUCCESSFUL", "SLEEPING")
OPERATIONS = (None, "EXECUTE", "ROLLBACK", "SNORE")
TIMES = (None, "2026-11-24T14:08:00+08:00", "2026-11-24T14:09:00+08:00", "yesterday")

PRINTS = st.builds(
    Print,
    status=st.sampled_from(STATUSES),
    operation=st.sampled_from(OPERATIONS),
    run_time=st.sampled_from([None, 1, 2]),
    start=st.sampled_from(TIMES),
    finish=st.sampled_from(TIMES),
)


def nodes(most: int = 9) -> st.SearchStrategy[tuple[Subtask, ...]]:
    """Draw subtasks with any edges: cycles, unknown ids, an edge told on one side only."""
    ids = st.integers(1, 12)
    edges = st.lists(ids, max_size=3).map(tuple)
    one = st.builds(
        Subtask,
        id=ids,
        name=st.sampled_from(["Install rpm", "Wait node", "Finish node"]),
        mark=PRINTS,
        upstreams=edges,
        downstreams=edges,
        branch=st.integers(-1, 3),
    )
    return st.lists(one, max_size=most, unique_by=lambda each: each.id).map(tuple)


def tasks(*, known: bool = False) -> st.SearchStrategy[Task]:
    """Draw looks at one task; with *known* subtasks, or perhaps without."""
    told = nodes() if known else st.one_of(st.none(), nodes())
    return st.builds(Task, id=st.just(1), name=st.just("Install obproxy"), mark=PRINTS, subtasks=told)


def requests() -> st.SearchStrategy[Request]:
    """Draw requests in every state."""
    return st.sampled_from(sorted(State)).map(lambda state: a_request(state=state))
