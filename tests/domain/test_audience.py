"""Who is called where: everybody once, and nobody in vain."""

from itertools import product

import pytest

from bot.domain.audience import Who, asked_in, called_in
from bot.domain.records import Thread
from bot.domain.request import Place, RequestId

STAFF = {Who.APPROVERS, Who.EVERY_APPROVER, Who.OPERATORS, Who.SECOND_GROUP}


def _thread(channel: str, *, is_home: bool, blocked: bool = False) -> Thread:
    return Thread(
        id=channel,
        request=RequestId("request-1"),
        environment="prod",
        place=Place("T1", channel),
        is_home=is_home,
        blocked="archived" if blocked else "",
    )


def _threads(*, approvals: bool | None, home: bool | None, direct: bool | None) -> list[Thread]:
    """Return threads that are open (True), blocked (False), or not there (None)."""
    wanted = [("C-APPROVALS", False, approvals), ("C-HOME", True, home), ("D-DANA", True, direct)]
    return [
        _thread(name, is_home=is_home, blocked=not is_open) for name, is_home, is_open in wanted if is_open is not None
    ]


ALL = [
    _threads(approvals=a, home=h, direct=d)
    for a, h, d in product([True, False], [True, False, None], [True, False, None])
]


@pytest.mark.parametrize(
    "threads", ALL, ids=lambda threads: " ".join(f"{t.id}{'-' if t.blocked else '+'}" for t in threads)
)
def test_nobody_is_called_twice_and_nobody_is_forgotten(threads: list[Thread]) -> None:
    """Of the threads that can be seen; a conversation with one person calls them without a mention."""
    seen = [thread for thread in threads if not thread.blocked]
    called = [who for thread in seen for who in called_in(thread, threads)]
    is_told = any(thread.is_direct for thread in seen)
    channels = [thread for thread in seen if not thread.is_direct]

    assert len(called) == len(set(called))
    assert set(called) & STAFF == (STAFF if channels else set())
    assert (Who.REQUESTER in called) == (bool(channels) and not is_told)


def test_who_is_asked_reads_it_where_they_can() -> None:
    """In the approvals channel, at home if that is blocked, and nowhere if only the requester is left."""
    fine = _threads(approvals=True, home=True, direct=None)
    at_home = _threads(approvals=False, home=True, direct=None)
    nowhere = _threads(approvals=False, home=False, direct=True)

    assert asked_in(fine[1], fine) == fine[0]
    assert asked_in(at_home[1], at_home) == at_home[1]
    assert asked_in(nowhere[2], nowhere) is None


def test_a_blocked_thread_that_is_tried_again_calls_as_if_it_were_open() -> None:
    """What is drawn for it is seen only if it is."""
    threads = _threads(approvals=False, home=True, direct=None)

    assert asked_in(threads[0], threads) == threads[0]
    assert called_in(threads[0], threads) == STAFF
