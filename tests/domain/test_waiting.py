"""When the approvers are reminded, and when the time is over."""

from collections.abc import Collection
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.waiting import REMIND_AFTER, next_deadline, reminder_due
from tests.builders import NOW

DAY = timedelta(hours=24)
HALF, TWO, EIGHT = REMIND_AFTER


@pytest.mark.parametrize(
    ("minutes", "told", "due"),
    [
        (29, [], None),
        (30, [], HALF),
        (31, [HALF], None),
        (120, [HALF], TWO),
        (121, [HALF, TWO], None),
        (480, [HALF, TWO], EIGHT),
        (481, [HALF, TWO, EIGHT], None),
        (600, [], EIGHT),
        (601, [EIGHT], None),
    ],
)
def test_a_reminder_is_due_once(minutes: int, told: Collection[timedelta], due: timedelta | None) -> None:
    """After half an hour, two hours and eight; after a long stop the newest one only."""
    assert reminder_due(NOW, told, NOW + timedelta(minutes=minutes), last=DAY) == due


def test_nobody_is_reminded_of_what_has_ended_by_then() -> None:
    assert reminder_due(NOW, [], NOW + timedelta(hours=9), last=timedelta(hours=2)) == HALF


@given(st.integers(0, 200_000), st.integers(60, 100_000))
def test_the_next_look_is_ahead_and_misses_nothing(passed: int, last: int) -> None:
    """It is never later than the next reminder, the end, or half an hour."""
    now, ends = NOW + timedelta(seconds=passed), timedelta(seconds=last)

    then = next_deadline(NOW, now, last=ends)

    assert now < then <= now + timedelta(minutes=30)
    moments = [NOW + after for after in (*REMIND_AFTER, ends) if after <= ends]
    assert not [moment for moment in moments if now < moment < then]
