"""What became of a story: everything that must not happen, counted from the outside."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.audience import showing
from bot.domain.diff import diff
from bot.domain.event import Event, Kind, first_broken
from bot.domain.request import State
from bot.domain.task import Task
from tests.stories.shown import Shown, expected

from .looks import Look, untold
from .questions import questions


class Sort(StrEnum):
    """What can be wrong."""

    DOUBLE_CREATE = "double create"
    LOST_EVENT = "lost event"
    DOUBLED_REPLY = "doubled reply"
    WRONG_CARD = "wrong card"
    STUCK = "stuck"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong."""

    sort: Sort
    words: str

    def __str__(self) -> str:
        return f"{self.sort}: {self.words}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """
    What is left of one story about one request; `state` is None if nobody could make it.

    `sent_at` are the times at which creates reached OCP, `accepted` the names of those that it took, `task` the task
    as OCP shows it in the end, None if there is none. `threads` are what people read, one a place; `environment` is
    the timeline of OCP itself and `notices` what was told of it. `stuck` says where the story stood when its time was
    over, "" if it has ended. `faults` are errors that the bot logged itself.
    """

    state: State | None = None
    events: Sequence[Event] = ()
    looks: Sequence[Look] = ()
    snapshots: Sequence[Task] = ()
    task: Task | None = None
    sent_at: Sequence[datetime] = ()
    accepted: Sequence[str] = ()
    threads: Sequence[Shown] = ()
    environment: Sequence[Event] = ()
    notices: Sequence[str] = ()
    stuck: str = ""
    faults: Sequence[str] = ()


def judge(seen: Evidence) -> list[Finding]:
    """Return everything that is wrong, nothing if all is well."""
    if seen.state is None:
        return [Finding(Sort.STUCK, seen.stuck), *_faults(seen)]
    checks = (_creates, _timeline, _replies, _notices, _cards, _end, _faults)
    return [finding for check in checks for finding in check(seen)]


def _creates(seen: Evidence) -> Iterator[Finding]:
    """At most one create is accepted, and at most one starts for one decision to send."""
    for name, count in Counter(seen.accepted).items():
        if count > 1:
            yield Finding(Sort.DOUBLE_CREATE, f"OCP accepted {count} creates of {name}")
    claimed_at = [event.time for event in seen.events if event.kind == Kind.SUBMITTING]
    for number, count in Counter(sum(at <= sent for at in claimed_at) for sent in seen.sent_at).items():
        if number == 0:
            yield Finding(Sort.DOUBLE_CREATE, f"{count} creates left before anything was claimed")
        elif count > 1:
            yield Finding(Sort.DOUBLE_CREATE, f"{count} creates left for send decision {number}")


def _timeline(seen: Evidence) -> Iterator[Finding]:
    """The chain is whole, every difference between two looks is told, and the last look is what OCP shows."""
    broken = first_broken(seen.events)
    if broken is not None:
        yield Finding(Sort.LOST_EVENT, f"the timeline is broken at event {broken}")
    for words in untold(seen.looks, seen.events):
        yield Finding(Sort.LOST_EVENT, words)
    if seen.task is not None and len(seen.snapshots) != 1:
        yield Finding(Sort.LOST_EVENT, f"OCP has a task, and {len(seen.snapshots)} are watched")
    for snapshot in seen.snapshots:
        missed = diff(snapshot, seen.task) if seen.task is not None else ()
        if missed:
            yield Finding(Sort.LOST_EVENT, f"OCP's task differs from the last look: {missed}")


def _replies(seen: Evidence) -> Iterator[Finding]:
    """Every thread shows every event once and in order, under one card."""
    wanted = expected(seen.events)
    for shown in seen.threads:
        if shown.copies != 1:
            sort = Sort.DOUBLED_REPLY if shown.copies else Sort.LOST_EVENT
            yield Finding(sort, f"{shown.place} has {shown.copies} cards of the request")
        if shown.lines != wanted:
            more, less = shown.more(wanted), shown.less(wanted)
            yield from (Finding(Sort.DOUBLED_REPLY, f"{shown.place} shows once more: {line}") for line in more)
            yield from (Finding(Sort.LOST_EVENT, f"{shown.place} does not show: {line}") for line in less)
            if not more and not less:
                yield Finding(Sort.LOST_EVENT, f"{shown.place} shows events out of order: {shown.lines}")


def _notices(seen: Evidence) -> Iterator[Finding]:
    """What happened to OCP itself is told once, in a message of its own."""
    wanted, told = sum(showing(event.kind).as_text for event in seen.environment), len(seen.notices)
    if told != wanted:
        sort = Sort.DOUBLED_REPLY if told > wanted else Sort.LOST_EVENT
        yield Finding(sort, f"{wanted} events of OCP itself are told in {told} messages: {seen.notices}")


def _cards(seen: Evidence) -> Iterator[Finding]:
    """All cards show the same, and that it has ended."""
    if len({shown.facts for shown in seen.threads}) > 1:
        yield Finding(Sort.WRONG_CARD, f"the cards disagree: {[shown.card for shown in seen.threads]}")
    for shown in seen.threads:
        if "✅ Done" not in shown.card or "[Approve]" in shown.card:
            yield Finding(Sort.WRONG_CARD, f"{shown.place} does not show the end: {shown.card}")


def _end(seen: Evidence) -> Iterator[Finding]:
    if seen.stuck:
        yield Finding(Sort.STUCK, seen.stuck)
    elif seen.state is not State.SUCCEEDED:
        yield Finding(Sort.STUCK, f"the story ended {seen.state}")
    for number, asked in questions(seen.events).items():
        if asked > (1 if number else 0):
            yield Finding(Sort.DOUBLED_REPLY, f"an operator was asked {asked} times about send {number}")


def _faults(seen: Evidence) -> Iterator[Finding]:
    yield from (Finding(Sort.FAULT, words) for words in seen.faults)
