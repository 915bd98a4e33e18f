"""Reads leave a fifth of OCP's rate limit to writes."""

from bot.domain.pace import Allowance
from bot.ocp.heard import Heard, Lost
from bot.ocp.pacing import Pacing

from .conftest import FakeClock

LOW = Heard(200, {"ratelimit-limit": "100", "ratelimit-remaining": "20", "ratelimit-reset": "7"})
HIGH = Heard(200, {"ratelimit-limit": "100", "ratelimit-remaining": "21", "ratelimit-reset": "7"})


async def test_nothing_waits_above_a_fifth(clock: FakeClock) -> None:
    pacing = Pacing(clock)
    await pacing.before_read()
    pacing.note(HIGH)

    await pacing.before_read()

    assert clock.slept == []
    assert pacing.allowance == Allowance(100, 21, 7.0)


async def test_a_pause_is_waited_out_once(clock: FakeClock) -> None:
    pacing = Pacing(clock)
    pacing.note(LOW)

    await pacing.before_read()
    await pacing.before_read()

    assert clock.slept == [7.0]
    assert pacing.allowance is None


async def test_time_that_passed_since_the_answer_counts(clock: FakeClock) -> None:
    pacing = Pacing(clock)
    pacing.note(LOW)
    clock.seconds += 5

    await pacing.before_read()

    assert clock.slept == [2.0]


async def test_a_lost_call_says_nothing_and_an_answer_without_headers_takes_it_back(clock: FakeClock) -> None:
    pacing = Pacing(clock)
    pacing.note(LOW)

    pacing.note(Lost("ReadError"))
    kept = pacing.allowance
    pacing.note(Heard(200))

    assert kept == Allowance(100, 20, 7.0)
    assert pacing.allowance is None
