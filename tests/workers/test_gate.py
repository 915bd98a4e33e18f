"""The gate to Slack: never more than Slack takes, and room for what cannot wait."""

from hypothesis import given
from hypothesis import strategies as st

from bot.workers.gate import POST, UPDATE, Gate
from bot.workers.outage import Outage
from tests.still_clock import StillClock


def gate_at(clock: StillClock) -> Gate:
    """Return a gate to a Slack that answers."""
    return Gate(clock, Outage(clock, lambda: 0.5))


def _allowed(gate: Gate, method: str, channel: str, *, spare: float = 0.0) -> int:
    """Return how many calls get through now."""
    count = 0
    while gate.wait(method, channel, spare=spare) == 0:
        count += 1
    return count


@given(st.lists(st.floats(0, 30), max_size=30))
def test_a_channel_takes_one_post_a_second_and_a_short_burst(pauses: list[float]) -> None:
    """Whatever the rhythm of the tries."""
    clock = StillClock()
    gate = gate_at(clock)
    sent = _allowed(gate, POST, "C1")

    for pause in pauses:
        clock.seconds += pause
        sent += _allowed(gate, POST, "C1")

    assert sent <= 3 + clock.seconds + 1e-6


@given(st.lists(st.floats(0, 30), max_size=30))
def test_the_workspace_takes_fewer_than_fifty_updates_a_minute(pauses: list[float]) -> None:
    """All channels together."""
    clock = StillClock()
    gate = gate_at(clock)
    sent = 0

    for number, pause in enumerate(pauses):
        clock.seconds += pause
        sent += _allowed(gate, UPDATE, f"C{number}")

    assert sent <= 10 + clock.seconds * 38 / 60 + 1e-6


def test_all_channels_together_take_a_few_hundred_posts_a_minute() -> None:
    """Many channels, each far from its own limit."""
    clock = StillClock()
    gate = gate_at(clock)
    sent = 0

    for second in range(60):
        clock.seconds = second
        sent += sum(_allowed(gate, POST, f"C{number}") for number in range(50))

    assert 240 <= sent <= 260


def test_progress_leaves_room_for_what_cannot_wait() -> None:
    """A failure gets through where progress has taken what it may."""
    gate = gate_at(StillClock())

    assert _allowed(gate, POST, "C1", spare=1.0) == 2
    assert gate.wait(POST, "C1") == 0


def test_a_channel_that_is_full_holds_up_no_other() -> None:
    """Posts are counted by channel."""
    gate = gate_at(StillClock())
    _allowed(gate, POST, "C1")

    assert gate.wait(POST, "C2") == 0


def test_retry_after_is_obeyed_and_followed_by_a_single_call() -> None:
    """Slack counts differently from us: after its pause the bucket is not full."""
    clock = StillClock()
    gate = gate_at(clock)
    gate.close(POST, "C1", 30.0)

    clock.seconds = 29.0
    assert 0 < gate.wait(POST, "C1") <= 1.0
    clock.seconds = 30.0
    assert _allowed(gate, POST, "C1") == 1


def test_of_many_that_wait_each_is_told_its_own_time() -> None:
    """They do not come back all at once, for one call; what cannot wait is not behind them."""
    gate = gate_at(StillClock())
    _allowed(gate, POST, "C1")

    late = [gate.wait(POST, "C1", spare=1.0) for _ in range(5)]

    assert late == [2.0, 3.0, 4.0, 5.0, 6.0]
    assert gate.wait(POST, "C1") <= 2.0
    assert max(gate.wait(POST, "C1", spare=1.0) for _ in range(100)) == 30.0


def test_a_turn_that_was_told_is_there() -> None:
    """Whoever comes back at its time gets through, one after the other."""
    clock = StillClock()
    gate = gate_at(clock)
    _allowed(gate, UPDATE, "C1")
    turns = [gate.wait(UPDATE, "C1") for _ in range(10)]

    for turn in turns:
        clock.seconds = turn
        assert gate.wait(UPDATE, "C1") == 0
