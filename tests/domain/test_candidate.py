"""Candidates: the free tasks that a look has found, and the one that a person names."""

from gettext import NullTranslations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.candidate import Candidate, candidates, one_task
from bot.domain.errors import FormRefused
from tests.builders import an_event

T = NullTranslations()
STARTED = "2026-11-24T14:07:29+08:00"
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def a_found(id_: Any, *, bound: bool = False) -> dict[str, Any]:
    return {"id": id_, "status": "RUNNING", "creator": "obproxy-bot", "started": STARTED, "bound": bound}


def test_only_free_tasks_are_candidates_and_the_newest_is_first() -> None:
    """What belongs to a request, then or since, cannot be chosen."""
    looked = an_event("request.unclear", {"tasks": [a_found(1), a_found(4), a_found(2, bound=True), a_found(3)]})

    found = candidates(looked, bound={3})

    assert [each.id for each in found] == [4, 1]
    assert found[0] == Candidate(id=4, status="RUNNING", creator="obproxy-bot", started=STARTED)


def test_only_what_looking_has_come_to_has_candidates() -> None:
    """A look without an answer, and looking that has only begun, have none."""
    assert candidates(None) == ()
    assert candidates(an_event("request.unclear", {"unread": True})) == ()
    assert candidates(an_event("request.uncertain", {"tasks": [a_found(1)]})) == ()


@pytest.mark.invariant(11)
@given(ANYTHING)
def test_what_another_version_wrote_is_left_out(told: Any) -> None:
    """Whatever stands where tasks should."""
    looked = an_event("request.unclear", {"tasks": [told, a_found(7), a_found("8"), a_found(True)]})

    assert 7 in [each.id for each in candidates(looked)]
    assert all(each.id > 0 for each in candidates(an_event("request.unclear", {"tasks": told})))


def test_an_event_that_is_no_json_has_no_candidates() -> None:
    event = an_event("request.unclear", {"tasks": [a_found(1)]})
    object.__setattr__(event, "data", "{")

    assert candidates(event) == ()


@pytest.mark.parametrize(("chosen", "typed", "named"), [("41257", "", ("candidate", 41257)), ("", " 7 ", ("task", 7))])
def test_a_task_is_chosen_or_typed(chosen: str, typed: str, named: tuple[str, int]) -> None:
    """With the field that was used, for what is wrong with it stands there."""
    assert one_task(chosen, typed) == named


@pytest.mark.parametrize(
    ("chosen", "typed", "words"),
    [
        ("", " ", "Give one task: choose it, or write its id."),
        ("1", "2", "A task is chosen above. Empty this field, or take the choice back."),
        ("", "task 7", '"task 7" is not a task id. Example: 31257'),
        ("", "0", '"0" is not a task id. Example: 31257'),
        ("", "٣", '"٣" is not a task id. Example: 31257'),
    ],
)
def test_anything_but_one_task_is_refused_at_the_text_field(chosen: str, typed: str, words: str) -> None:
    """It is there in every form."""
    with pytest.raises(FormRefused) as refused:
        one_task(chosen, typed)

    assert {field: text.render(T) for field, text in refused.value.at.items()} == {"task": words}
