"""Pace: never more than the bucket lets through, and never longer waits than needed."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.pace import PROGRESS_SECONDS, Allowance, backoff, full, progress_due, read_pause
from tests.builders import NOW

RATES = st.floats(0.5, 600)
SIZES = st.integers(1, 20).map(float)
GAPS = st.lists(st.floats(0, 30), max_size=40)
ALMOST_NOTHING = 1e-6


@given(RATES, SIZES, GAPS)
def test_no_span_lets_more_through_than_size_and_rate(rate: float, size: float, gaps: list[float]) -> None:
    """Whoever takes only when told that nothing is to be waited for stays within size + rate * time."""
    bucket, now, taken = full(rate, size, 0.0), 0.0, []
    for gap in gaps:
        now += gap
        if bucket.wait(now) == 0:
            bucket = bucket.take(now)
            taken.append(now)

    for index, start in enumerate(taken):
        for count, end in enumerate(taken[index:], 1):
            assert count <= size + rate / 60 * (end - start) + ALMOST_NOTHING


@given(RATES, SIZES, GAPS)
def test_the_wait_is_enough(rate: float, size: float, gaps: list[float]) -> None:
    """After it a token is there."""
    bucket, now = full(rate, size, 0.0), 0.0
    for gap in gaps:
        now += gap * 0.1
        now += bucket.wait(now)
        assert bucket.wait(now) < ALMOST_NOTHING
        bucket = bucket.take(now)


@given(RATES, SIZES.filter(lambda size: size >= 2), GAPS)
def test_what_is_spared_is_left(rate: float, size: float, gaps: list[float]) -> None:
    """Whoever waits for one token and one to spare leaves that one to others."""
    bucket, now = full(rate, size, 0.0), 0.0
    for gap in gaps:
        now += gap
        if bucket.wait(now, spare=1.0) == 0:
            bucket = bucket.take(now)
            assert bucket.wait(now) < ALMOST_NOTHING


@given(RATES, SIZES, st.floats(0, 100), st.floats(0, 200))
def test_a_closed_bucket_lets_nothing_through(rate: float, size: float, until: float, now: float) -> None:
    """Retry-After is obeyed to its end, and a shorter one does not shorten a longer one."""
    bucket = full(rate, size, 0.0).close(until).close(until / 2)

    assert bucket.wait(now) >= until - now


@given(st.integers(1, 10_000), st.integers(0, 10_000), st.floats(0, 3_600))
def test_a_fifth_is_left_for_writes(limit: int, remaining: int, reset: float) -> None:
    """Reads pause until the window starts anew, a minute at most, and not before only a fifth is left."""
    pause = read_pause(Allowance(limit, remaining, reset))

    assert pause == (min(60, reset) if remaining <= limit / 5 else 0)


def test_without_word_from_ocp_nothing_pauses() -> None:
    assert read_pause(None) == 0


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_backoff_grows_to_its_limit(failures: int, jitter: float) -> None:
    """Spread by half, never beyond a quarter more than the most."""
    seconds = backoff(failures, jitter=jitter)

    assert 1.5 <= seconds <= 75
    assert backoff(failures + 1, jitter=jitter) >= seconds


def test_progress_waits_for_its_quarter_of_a_minute() -> None:
    assert progress_due(None) is None
    assert progress_due(NOW) == NOW + timedelta(seconds=PROGRESS_SECONDS)
