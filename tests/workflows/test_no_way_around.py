"""Whatever people click in whatever order: what is sent was agreed to by enough approvers who had no part in it."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import DANA, INES, OMAR
from tests.databases import a_file

from .no_way_around import ADA, ANSWERS, EDDA, GINA, GUS, MIA, NED, Step, play

SENDS: Step = ("accepted", NED, 0)
IS_LOST: Sequence[Step] = [("lost", NED, 0), ("look", NED, 0)]
IS_HELD: Sequence[Step] = [("wait", NED, 31), SENDS]
A_DAY_LATER: Step = ("wait", NED, 1441)

STORIES: dict[str, tuple[int, int, Sequence[Step]]] = {
    "two others agree": (2, 1, [("approve", OMAR, 0), ("approve", GINA, 0), SENDS]),
    "a member of the group, while Slack told of it": (1, 1, [("approve", GINA, 0), SENDS]),
    "sent again, agreed to anew": (
        1, 2, [("approve", OMAR, 0), *IS_LOST, A_DAY_LATER, ("send again", INES, 0), SENDS],
    ),
    "held, and agreed to anew": (
        2, 1,
        [("approve", OMAR, 0), ("approve", INES, 0), *IS_HELD, A_DAY_LATER, ("send now", OMAR, 0),
         ("send now", INES, 0), SENDS],
    ),
    "no role": (1, 0, [("approve", NED, 0), ("approve", ADA, 0), SENDS]),
    "no role, and held": (1, 0, [("approve", OMAR, 0), *IS_HELD, A_DAY_LATER, ("send now", NED, 0), SENDS]),
    "no role, and unclear": (1, 1, [("approve", OMAR, 0), *IS_LOST, A_DAY_LATER, ("send again", NED, 0), SENDS]),
    "not in the group": (1, 0, [("approve", GUS, 0), SENDS]),
    "not in the group any more": (
        2, 0,
        [("approve", GINA, 0), ("edit", DANA, 0), ("leaves", GINA, 0), ("wait", NED, 2), ("approve", GINA, 0),
         ("approve", OMAR, 0), SENDS],
    ),
    "in a group of which Slack tells nothing": (
        1, 0, [("wait", NED, 2), ("silence", NED, 1), ("approve", GINA, 0), SENDS],
    ),
    "who asked": (1, 0, [("approve", DANA, 0), SENDS]),
    "who asked, and held": (1, 0, [("approve", OMAR, 0), *IS_HELD, A_DAY_LATER, ("send now", DANA, 0), SENDS]),
    "who asked, and unclear": (1, 1, [("approve", OMAR, 0), *IS_LOST, A_DAY_LATER, ("send again", DANA, 0), SENDS]),
    "who wrote part of it": (1, 0, [("writes part", MIA, 0), ("approve", MIA, 0), SENDS]),
    "who wrote part of it, as the second": (
        2, 0, [("writes part", MIA, 0), ("approve", OMAR, 0), ("approve", MIA, 0), SENDS],
    ),
    "who asked for what it was made from": (
        1, 0,
        [("withdraw", DANA, 0), ("ask again", EDDA, 0), ("edit", EDDA, 0), ("approve", DANA, 0),
         ("withdraw", EDDA, 0), ("ask again", NED, 0), ("approve", DANA, 0), ("approve", EDDA, 0), SENDS],
    ),
    "who wrote part of what it was made from": (
        1, 0,
        [("writes part", MIA, 0), ("withdraw", DANA, 0), ("ask again", NED, 0), ("approve", MIA, 0), SENDS],
    ),
    "too few": (2, 0, [("approve", OMAR, 0), SENDS]),
    "one person twice": (2, 0, [("approve", OMAR, 0), ("wait", NED, 60), ("approve", OMAR, 0), SENDS]),
    "one of them agreed to something else": (
        2, 0, [("approve", OMAR, 0), ("edit", DANA, 0), ("approve", INES, 0), SENDS],
    ),
    "agreed on the card of something else": (1, 0, [("edit", DANA, 0), ("approve", OMAR, 1), SENDS]),
    "one of them agreed long ago": (
        2, 0,
        [("approve", OMAR, 0), ("approve", INES, 0), *IS_HELD, A_DAY_LATER, ("send now", OMAR, 0), SENDS],
    ),
    "agreed to what was asked long ago": (1, 0, [A_DAY_LATER, ("approve", OMAR, 0), SENDS]),
    "agreed, and not sent for long": (1, 0, [("approve", OMAR, 0), *IS_HELD]),
    "agreed, and taken back": (1, 0, [("approve", OMAR, 0), ("withdraw", ADA, 0), SENDS]),
}  # fmt: skip
"""How many are needed, how often it is sent, and what happens after Dana has asked."""

APPROVERS = [OMAR, INES, GINA]
PEOPLE = st.sampled_from([*APPROVERS, MIA, DANA, EDDA, GUS, ADA, NED])
BACK = st.sampled_from([0, 0, 0, 0, 1, 2])
APPROVING = ["approve", "approve", "send now", "send again"]
OTHER = ["ask again", "ask again", "reject", "withdraw", "remind", "edit", "close"]
STEP = st.one_of(
    st.tuples(st.sampled_from(APPROVING), PEOPLE, BACK),
    st.tuples(st.sampled_from(OTHER), PEOPLE, BACK),
    st.tuples(st.sampled_from(["joins", "leaves", "writes part"]), st.sampled_from([MIA, GINA, GUS]), st.just(0)),
    st.tuples(st.just("silence"), st.just(NED), st.sampled_from([0, 0, 1])),
    st.tuples(st.just("wait"), st.just(NED), st.sampled_from([1, 2, 31, 300, 1430, 1441])),
    st.tuples(st.sampled_from(["deadlines", "look", *ANSWERS]), st.just(NED), st.just(0)),
)


def agreement(what: str) -> st.SearchStrategy[list[Step]]:
    """Return that some people click one after the other, and then it may be sent."""
    clicks = st.lists(st.tuples(st.just(what), st.sampled_from(APPROVERS) | PEOPLE, BACK), min_size=1, max_size=4)
    sends = st.sampled_from([[SENDS], [("not sent", NED, 0)], IS_LOST, IS_HELD, [A_DAY_LATER]])
    return st.tuples(clicks, sends).map(lambda parts: [*parts[0], *parts[1]])


PARTS = st.one_of(
    STEP.map(lambda step: [step]), *(agreement(what) for what in ("approve", "approve", "send now", "send again"))
)
STEPS = st.lists(PARTS, min_size=4, max_size=10).map(lambda parts: [step for part in parts for step in part])
GAMES = st.sampled_from([1, 1, 1, 2, 2, 3]), STEPS


@pytest.mark.invariant(4)
@pytest.mark.parametrize("story", STORIES)
async def test_who_agrees_is_counted_and_who_must_not_is_not(story: str, tmp_path: Path) -> None:
    needed, sent, steps = STORIES[story]

    assert await play(a_file(tmp_path), needed, steps) == sent


@pytest.mark.invariant(4)
@settings(max_examples=15, deadline=None)
@given(*GAMES)
async def test_no_sequence_of_clicks_gets_around_the_approvers(needed: int, steps: list[Step]) -> None:
    """A few sequences in every run of the tests; each run tries others."""
    with TemporaryDirectory() as folder:
        await play(a_file(Path(folder)), needed, steps)


@pytest.mark.long
@pytest.mark.invariant(4)
@settings(max_examples=1000, deadline=None)
@given(*GAMES)
async def test_no_sequence_of_clicks_gets_around_the_approvers_however_long_one_tries(
    needed: int, steps: list[Step]
) -> None:
    """The same with a thousand sequences."""
    with TemporaryDirectory() as folder:
        await play(a_file(Path(folder)), needed, steps)
