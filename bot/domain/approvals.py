"""Approvals: who has approved the present revision of a request, and whose approval never counts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from .errors import AlreadyApproved, OwnWords
from .event import BOT, Event, Kind
from .request import Request, UserId
from .texts import When

GIVEN_BY = (Kind.COUNTED, Kind.APPROVED)
"""The kinds of event with which somebody approves: one that is not the last needed, and the last one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approvals:
    """
    The approvals of one revision.

    `given` maps each person to when they approved last. `authors` wrote the revision, or one that it was made from.
    """

    needed: int
    given: Mapping[UserId, datetime]
    authors: frozenset[UserId] = frozenset()

    @property
    def are_enough(self) -> bool:
        """Whether as many different people have approved as it needs."""
        return len(self.given) >= self.needed

    def must_be_others(self, by: UserId, number: int) -> None:
        """Do nothing if what request #*number* asks for was written by others than *by*; raises OwnWords."""
        if by in self.authors:
            raise OwnWords(f"{by} wrote part of #{number}", number=number)

    def with_one(self, by: UserId, *, at: datetime, number: int) -> Self:
        """
        Return the approvals with that of *by* at *at*.

        Raises:
            OwnWords: *by* wrote part of what request #*number* asks for.
            AlreadyApproved: theirs counts already, and others are missing.
        """
        self.must_be_others(by, number)
        counted = replace(self, given={**self.given, by: at})
        if by in self.given and not counted.are_enough:
            when, given = When(self.given[by]), len(self.given)
            detail = f"{by} approved #{number} already"
            raise AlreadyApproved(detail, number=number, when=when, given=given, needed=self.needed)
        return counted


def approvals(
    request: Request,
    events: Iterable[Event],
    *,
    needed: int,
    authors: Iterable[UserId] = (),
    since: datetime | None = None,
    rules: str | None = None,
) -> Approvals:
    """
    Return the approvals of the present revision that *events*, oldest first, tell of.

    None before *since* counts, and none that was given under other rules than those with the hash *rules*.
    """
    given: dict[UserId, datetime] = {}
    for event in events:
        is_approval = event.kind in GIVEN_BY and event.actor != BOT
        is_in_time = since is None or event.time > since
        is_ruled = rules is None or event.content.get("policy", "") == rules
        if is_approval and is_in_time and is_ruled and event.content.get("revision") == request.revision:
            given[UserId(event.actor)] = event.time
    barred = frozenset(authors)
    counted = {who: when for who, when in given.items() if who not in {*barred, request.requester}}
    return Approvals(needed=needed, given=counted, authors=barred)
