"""Slack is away: one call tries, the others wait, and what is new is logged once."""

from collections.abc import Iterator
from contextlib import suppress

import pytest
from structlog.testing import capture_logs

from bot.domain.errors import PlaceRefused, SlackError, SlackLimited, SlackUnreachable, SlackUnsure, TokenRefused
from bot.workers.gate import FIND, POST, UPDATE, Gate
from bot.workers.outage import Outage
from tests.still_clock import StillClock

AWAY = SlackUnreachable("no connection")


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def gate(clock: StillClock) -> Gate:
    return Gate(clock, Outage(clock, lambda: 0.5))


def test_one_failed_call_holds_everything_back(gate: Gate, clock: StillClock) -> None:
    """Whatever the method and the channel; after the pause one call tries, alone."""
    _fails(gate, AWAY)

    assert gate.wait(POST, "C2") == gate.wait(UPDATE, "C1") == 2.0
    clock.seconds = 2.0
    assert gate.wait(FIND, "C1") == 0
    assert gate.wait(POST, "C2") > 0


@pytest.mark.parametrize("error", [SlackUnsure("no answer"), AWAY, TokenRefused("token_revoked")])
def test_the_pause_grows_to_half_a_minute(gate: Gate, clock: StillClock, error: SlackError) -> None:
    """And no further, however long it lasts."""
    pauses = [_fails(gate, error) for _ in range(8)]

    assert pauses == [2, 4, 8, 16, 30, 30, 30, 30]


def test_the_trial_that_gets_through_opens_the_gate(gate: Gate, clock: StillClock) -> None:
    """The next outage begins with a short pause again."""
    for _ in range(5):
        _fails(gate, AWAY)

    clock.seconds += gate.outage.left()
    with gate.heard(POST, "C1"):
        assert gate.wait(POST, "C2") == 0
        assert gate.wait(POST, "C3") > 0, "one tries"
    assert gate.wait(UPDATE, "C1") == gate.wait(FIND, "C1") == 0
    assert _fails(gate, AWAY) == 2


@pytest.mark.parametrize("error", [PlaceRefused("is_archived"), SlackLimited("ratelimited", seconds=1)])
def test_a_refusal_is_an_answer(gate: Gate, error: SlackError) -> None:
    """Slack is there, whatever it says."""
    _fails(gate, AWAY)
    _call(gate, error)

    assert gate.wait(UPDATE, "C1") == 0


def test_calls_that_fail_together_count_once(gate: Gate, clock: StillClock) -> None:
    """They left before anybody knew."""
    calls = [_under_way(gate) for _ in range(20)]
    for call in calls:
        next(call)
    clock.seconds = 5.0
    for call in calls:
        next(call, None)

    assert gate.outage.failures == 1
    assert gate.outage.left() == 2.0


def test_a_trial_that_nobody_hears_of_again_is_followed_by_another(gate: Gate, clock: StillClock) -> None:
    """Whoever was to try was overtaken and called nobody."""
    clock.seconds = _fails(gate, AWAY)
    assert gate.wait(POST, "C1") == 0

    assert gate.wait(POST, "C2") == 10.0
    clock.seconds += 10.0
    assert gate.wait(POST, "C2") == 0


def test_a_refused_token_is_an_error_once(gate: Gate) -> None:
    """Not one a second; once it works again the next refusal is told anew."""
    with capture_logs() as logs:
        for _ in range(10):
            _fails(gate, TokenRefused("token_revoked"))
        with gate.heard(POST, "C1"):
            pass
        _fails(gate, TokenRefused("token_revoked"))

    assert [entry["log_level"] for entry in logs if entry["log_level"] != "info"] == ["error", "error"]


def test_an_outage_is_a_warning_once(gate: Gate) -> None:
    """Each further try is a detail."""
    with capture_logs() as logs:
        for _ in range(10):
            _fails(gate, AWAY)

    assert [entry["log_level"] for entry in logs if entry["log_level"] != "info"] == ["warning"]


def _fails(gate: Gate, error: SlackError) -> float:
    """Let a call fail that begins as soon as one may; return the pause after it."""
    clock = gate.clock
    assert isinstance(clock, StillClock)
    clock.seconds += gate.outage.left()
    _call(gate, error)
    return gate.outage.left()


def _call(gate: Gate, error: SlackError) -> None:
    with suppress(SlackError), gate.heard(POST, "C1"):
        raise error


def _under_way(gate: Gate) -> Iterator[None]:
    with suppress(SlackError), gate.heard(POST, "C1"):
        yield
        raise AWAY
