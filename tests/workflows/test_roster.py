"""What the bot remembers of people and user groups, and for how long."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from structlog.testing import capture_logs

from bot.domain.errors import NotInSlack, SlackError, SlackLimited, SlackUnreachable
from bot.domain.person import Person
from bot.domain.request import UserId
from bot.workflows.readings import Readings
from bot.workflows.roster import FRESH_SECONDS, REMEMBERED_SECONDS, WITHIN_SECONDS, Roster
from tests.builders import DANA, INES, OMAR
from tests.still_clock import StillClock

DBA, LEADS = "S0DBAONCALL", "S0DBALEADS"
BOTH, ONE, LEAD = frozenset({OMAR, INES}), frozenset({OMAR}), frozenset({INES})


def a_person(user: UserId) -> Person:
    return Person(id=user, name="x", team="T1", enterprise="", is_guest=False, is_bot=False, is_deleted=False)


@dataclass
class Book:
    """A Directory: what it says of a group, the calls that it got, and those that are held up until let go."""

    groups: dict[str, frozenset[UserId] | Exception]
    people: dict[UserId, Person | Exception] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    held: dict[str, asyncio.Event] = field(default_factory=dict)
    given_up: list[str] = field(default_factory=list)

    async def person(self, user: UserId) -> Person:
        await self._asked(user)
        told = self.people[user]
        if isinstance(told, Exception):
            raise told
        return told

    async def members(self, group: str) -> frozenset[UserId]:
        await self._asked(group)
        told = self.groups[group]
        if isinstance(told, Exception):
            raise told
        return told

    def holds(self, asked: str) -> None:
        self.held[asked] = asyncio.Event()

    def lets_go(self, asked: str) -> None:
        self.held.pop(asked).set()

    async def _asked(self, asked: str) -> None:
        self.calls.append(asked)
        if asked in self.held:
            try:
                await self.held[asked].wait()
            except asyncio.CancelledError:
                self.given_up.append(asked)
                raise


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def book() -> Book:
    return Book({DBA: BOTH, LEADS: LEAD}, {DANA: a_person(DANA)})


@pytest.fixture
def roster(book: Book, clock: StillClock) -> Roster:
    return Roster(book, clock)


@pytest.fixture
def hasty(book: Book, clock: StillClock) -> Roster:
    """A roster whose clicks do not wait for what is held up."""
    return Roster(book, clock, within_seconds=0.01)


def test_its_times() -> None:
    """A click waits less than Slack's three seconds, and acts on nothing older than a minute."""
    assert (FRESH_SECONDS, WITHIN_SECONDS, REMEMBERED_SECONDS) == (60.0, 2.0, 3600.0)
    assert Roster(Book({}), StillClock()).within_seconds == WITHIN_SECONDS


async def test_what_is_younger_than_a_minute_is_not_read_again(roster: Roster, book: Book, clock: StillClock) -> None:
    await roster.members([DBA, LEADS])
    clock.seconds = FRESH_SECONDS
    book.groups[DBA] = ONE

    assert await roster.members([DBA, LEADS]) == {DBA: BOTH, LEADS: LEAD}
    assert sorted(book.calls) == sorted([DBA, LEADS])


async def test_what_is_older_is_read_again(roster: Roster, book: Book, clock: StillClock) -> None:
    """Whoever was taken out of the group loses the role within a minute; only what is old is read."""
    await roster.members([DBA])
    clock.seconds = 1
    await roster.members([LEADS])
    clock.seconds = FRESH_SECONDS + 0.5
    book.groups[DBA] = ONE

    assert await roster.members([DBA, LEADS]) == {DBA: ONE, LEADS: LEAD}
    assert book.calls == [DBA, LEADS, DBA]


async def test_an_empty_group_is_known_to_be_empty(roster: Roster, book: Book) -> None:
    """And is not read anew all the time for that."""
    book.groups[DBA] = frozenset()

    assert await roster.members([DBA]) == await roster.members([DBA]) == {DBA: frozenset()}
    assert book.calls == [DBA]
    assert await roster.members([]) == {}


async def test_groups_are_read_all_at_once(roster: Roster, book: Book) -> None:
    book.holds(DBA)
    book.holds(LEADS)
    click = asyncio.create_task(roster.members([DBA, LEADS]))

    await until(lambda: sorted(book.calls) == sorted([DBA, LEADS]))
    book.lets_go(DBA)
    book.lets_go(LEADS)

    assert await click == {DBA: BOTH, LEADS: LEAD}


async def test_many_clicks_share_one_reading(roster: Roster, book: Book) -> None:
    """Twenty calls a minute is all that Slack takes."""
    book.holds(DBA)
    clicks = [asyncio.create_task(roster.members([DBA])) for _ in range(50)]

    await until(lambda: bool(book.calls))
    clicks[0].cancel()  # one who does not wait any more takes nothing from the others
    book.lets_go(DBA)

    assert await asyncio.gather(*clicks[1:]) == [{DBA: BOTH}] * 49
    assert book.calls == [DBA]


async def test_a_slow_slack_is_not_waited_for(hasty: Roster, book: Book) -> None:
    """What it told in time counts; the rest goes on, and is there for the next click."""
    book.holds(DBA)

    assert await hasty.members([DBA, LEADS]) == {DBA: None, LEADS: LEAD}
    assert await hasty.members([DBA]) == {DBA: None}
    book.lets_go(DBA)
    await until(lambda: hasty.remembered([DBA])[DBA] is not None)

    assert await hasty.members([DBA]) == {DBA: BOTH}
    assert sorted(book.calls) == sorted([DBA, LEADS])


async def test_a_reading_is_as_old_as_its_beginning(hasty: Roster, book: Book, clock: StillClock) -> None:
    """Slack may have looked then; who waits for the reading has the news, a later click reads again."""
    book.holds(DBA)
    await hasty.members([DBA])
    clock.seconds = FRESH_SECONDS + 1
    click = asyncio.create_task(hasty.members([DBA]))
    await asyncio.sleep(0)
    book.lets_go(DBA)

    assert await click == {DBA: BOTH}
    await hasty.members([DBA])
    assert book.calls == [DBA, DBA]


async def test_what_is_fresh_when_the_click_comes_stays_so(roster: Roster, book: Book, clock: StillClock) -> None:
    """However long the other groups take."""
    await roster.members([LEADS])
    clock.seconds = FRESH_SECONDS
    book.holds(DBA)
    click = asyncio.create_task(roster.members([DBA, LEADS]))
    await until(lambda: book.calls == [LEADS, DBA])
    clock.seconds += 2
    book.lets_go(DBA)

    assert await click == {DBA: BOTH, LEADS: LEAD}


@pytest.mark.parametrize("trouble", [SlackUnreachable("gone"), NotInSlack("no_such_subteam"), KeyError("users")])
async def test_nobody_acts_on_what_slack_does_not_tell(
    roster: Roster, book: Book, clock: StillClock, trouble: Exception
) -> None:
    """What was known a minute ago does not count; the log says why; the next click asks again."""
    await roster.members([DBA])
    clock.seconds = FRESH_SECONDS + 1
    members, book.groups[DBA] = book.groups[DBA], trouble

    with capture_logs() as logged:
        assert await roster.members([DBA, LEADS]) == {DBA: None, LEADS: LEAD}
    book.groups[DBA] = members

    assert [(line["log_level"], line["id"]) for line in logged] == [
        ("warning" if isinstance(trouble, SlackError) else "error", DBA)
    ]
    assert await roster.members([DBA]) == {DBA: members}


async def test_a_form_is_judged_by_what_was_read_before_it_opened(
    roster: Roster, book: Book, clock: StillClock
) -> None:
    """For an hour, and without a call."""
    assert roster.remembered([DBA]) == {DBA: None}
    await roster.members([DBA])
    clock.seconds = REMEMBERED_SECONDS

    assert roster.remembered([DBA, LEADS]) == {DBA: BOTH, LEADS: None}
    clock.seconds += 1
    assert roster.remembered([DBA]) == {DBA: None}
    assert book.calls == [DBA]


async def test_a_group_that_is_gone_is_not_remembered(roster: Roster, book: Book, clock: StillClock) -> None:
    """A group that could only not be read is."""
    await roster.members([DBA, LEADS])
    clock.seconds = FRESH_SECONDS + 1
    book.groups = {DBA: NotInSlack("no_such_subteam"), LEADS: SlackUnreachable("gone")}
    await roster.members([DBA, LEADS])

    assert roster.remembered([DBA, LEADS]) == {DBA: None, LEADS: LEAD}


async def test_slack_is_not_called_before_its_time(roster: Roster, book: Book, clock: StillClock) -> None:
    """No group is read, until the seconds are over; people, whom another method tells, are; what is fresh counts."""
    await roster.members([LEADS])
    members, book.groups[DBA] = book.groups[DBA], SlackLimited("ratelimited", seconds=30)
    await roster.members([DBA])
    book.groups[DBA] = members

    clock.seconds = 29.5
    assert await roster.members([DBA, LEADS]) == {DBA: None, LEADS: LEAD}
    assert await roster.person(DANA) == a_person(DANA)
    assert book.calls == [LEADS, DBA, DANA]
    clock.seconds = 30
    assert await roster.members([DBA]) == {DBA: members}


async def test_a_person_is_read_once_a_minute(roster: Roster, book: Book, clock: StillClock) -> None:
    assert await roster.person(DANA) == await roster.person(DANA) == a_person(DANA)
    assert book.calls == [DANA]
    clock.seconds = FRESH_SECONDS + 1
    book.people[DANA] = SlackUnreachable("gone")

    assert await roster.person(DANA) is None
    assert book.calls == [DANA, DANA]


async def test_a_person_whom_slack_tells_late_is_known_to_the_next_click(hasty: Roster, book: Book) -> None:
    book.holds(DANA)
    assert await hasty.person(DANA) is None
    book.lets_go(DANA)
    await asyncio.sleep(0)

    assert await hasty.person(DANA) == a_person(DANA)
    assert book.calls == [DANA]


async def test_the_end_ends_what_is_being_read(hasty: Roster, book: Book) -> None:
    """A click that still waits gets no answer out of it, and nothing is read afterwards."""
    before = asyncio.all_tasks()
    book.people[OMAR] = a_person(OMAR)
    for asked in (DBA, DANA):
        book.holds(asked)
    await hasty.members([DBA])
    waiting = asyncio.create_task(hasty.person(DANA))
    await until(lambda: DANA in book.calls)

    await hasty.finish()

    assert await waiting is None
    assert book.given_up == [DBA, DANA]
    assert asyncio.all_tasks() == before
    assert (await hasty.members([LEADS]), await hasty.person(OMAR)) == ({LEADS: None}, None)
    assert book.calls == [DBA, DANA]


async def test_what_nobody_may_use_any_more_is_forgotten(book: Book, clock: StillClock) -> None:
    """A bot that runs for years meets many people."""
    people = [UserId(f"U{number}") for number in range(100)]
    book.people |= {user: a_person(user) for user in people}
    readings = Readings(lambda user: book.person(UserId(user)), clock, keep_seconds=3600)
    for user in people:
        await readings.ask([user], fresh_seconds=60, within_seconds=1)
        clock.seconds += 360

    assert list(readings.told) == people[-11:]


async def until(condition: Callable[[], bool]) -> None:
    """Let the tasks run until *condition* holds."""
    for _ in range(100):
        if condition():
            return
        await asyncio.sleep(0)
    raise AssertionError("it did not come to that")
