"""Every combination of action, role, requester or not, and state: what becomes of it stands in a table by hand."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby, product
from pathlib import Path

import pytest

from bot.domain.errors import BotError, NotAllowed
from bot.domain.policy import ROLES as ALL_ROLES
from bot.domain.request import Actor, Place, Request, RevisionId, State, UserId
from bot.store.database import Database
from tests.builders import DANA, TASK_ID
from tests.databases import a_file
from tests.people import Town

from .buttons import Buttons
from .site import GROUPS, ROLES, Site, rules
from .states import stands_at
from .who_may import OUTCOMES, Cell, cells

Action = Callable[[Site, RevisionId, Actor], Awaitable[object]]
Click = tuple[Cell, UserId]
buttons_of: Callable[[Site], Buttons] = cache(Buttons)
WRITES: dict[str, Action] = {
    "approve": lambda site, seen, by: site.decide.approve(seen, by=by),
    "reject": lambda site, seen, by: site.decide.reject(seen, by=by, why="wrong hosts"),
    "send now": lambda site, seen, by: site.decide.send_now(seen, by=by),
    "send again": lambda site, seen, by: site.operate.send_again(seen, by=by),
    "attach": lambda site, seen, by: site.operate.attach(seen, by=by, chosen="", typed=a_task_of(site)),
    "close": lambda site, seen, by: site.operate.close(seen, by=by, why="nothing is there"),
    "edit": lambda site, seen, by: site.edited(seen, by.id),
    "withdraw": lambda site, seen, by: site.own.withdraw(seen, by=by, why="not needed"),
    "remind": lambda site, seen, by: site.own.remind(seen, by=by),
    "run unapproved": lambda site, seen, by: site.runs_unapproved(seen, by),
    "ask": lambda site, seen, by: site.asked(by.id),
    "ask again": lambda site, seen, by: site.asked(by.id, again=seen),
}
"""What changes something when it is done."""

READS: dict[str, Action] = {
    "ask why to reject": lambda site, seen, by: site.decide.may_reject(seen, by=by),
    "open the form to run it": lambda site, seen, by: site.glass.may_break(seen, by=by),
    "ask which task to attach": lambda site, seen, by: site.operate.may_attach(seen, by=by),
    "ask why to close": lambda site, seen, by: site.operate.may_close(seen, by=by),
    "open the form to edit": lambda site, seen, by: site.own.may_edit(seen, by=by),
    "ask why to withdraw": lambda site, seen, by: site.own.may_withdraw(seen, by=by),
    "open the form to ask": lambda site, seen, by: site.ask.may_ask("C0PAY", by=by),
    "open the form to ask again": lambda site, seen, by: site.ask.may_ask_again(seen, by=by),
    "show json": lambda site, seen, by: buttons_of(site).shows_json(seen, by),
}
"""What opens a form, or shows something."""

HERE = Place("T0TEAM", "C0DBA")
ACTIONS = WRITES | READS
TABLE = dict(cells())


def a_task_of(site: Site) -> str:
    """Return the id of a task that belongs to no request."""
    return str(TASK_ID + next(site.numbers))


@dataclass(slots=True)
class Clicks:
    """People who click, each on a request where nobody has clicked with success before."""

    site: Site
    requests: dict[tuple[UserId, State], Request] = field(default_factory=dict)

    async def wrong(self, wanted: Iterable[Click]) -> list[str]:
        """Let each person do what a cell says; return a line for each that ended otherwise than the table says."""
        found: list[str] = []
        for of, clicks in groupby(wanted, key=_action_and_person):
            kept = [(cell, await self._request(cell, person), person) for cell, person in clicks]
            before = await self.site.trace()
            ended = [(cell, await self._clicks(cell[0], request, person)) for cell, request, person in kept]
            found += [f"{of}, {cell}: {TABLE[cell]}, not {told}" for cell, told in ended if told is not _meant(cell)]
            if (await self.site.trace() != before) != of[2]:
                found.append(f"{of} wrote something, or nothing")
        return found

    async def _request(self, cell: Cell, person: UserId) -> Request:
        """Return a request as *cell* tells of it, one of its own if it will be written to."""
        requester, state = person if cell[2] == "own" else DANA, cell[3]
        if (requester, state) not in self.requests:
            async with self.site.database.transaction() as tx:
                for other in (other for other in State if (requester, other) not in self.requests):
                    self.requests[requester, other] = await stands_at(tx, other, requester)
        is_written = _is_written((cell, person))
        return self.requests.pop((requester, state)) if is_written else self.requests[requester, state]

    async def _clicks(self, action: str, request: Request, person: UserId) -> type[BotError] | None:
        try:
            await ACTIONS[action](self.site, request.revision, Actor(person))
        except BotError as error:
            return type(error)
        return None


def _meant(cell: Cell) -> type[BotError] | None:
    return OUTCOMES[TABLE[cell]]


def _is_written(click: Click) -> bool:
    """Whether the table says that the click changes something."""
    return TABLE[click[0]] == "done" and click[0][0] in WRITES


def by_groups() -> list[Click]:
    """Return every cell, with the member of a user group that has its role."""
    return sorted(((cell, ROLES[cell[1]][1]) for cell in TABLE), key=_action_and_person)


def by_ids() -> list[Click]:
    """Return a cell for each action and role, one where it is done if there is one, with whose own id has the role."""
    done_last = sorted(TABLE, key=lambda cell: TABLE[cell] == "done")
    some = {(cell[0], cell[1]): (cell, ROLES[cell[1]][0]) for cell in done_last}
    return sorted(some.values(), key=_action_and_person)


def one_for_each_outcome() -> list[Click]:
    """Return a person for each action and each word that the table has for it."""
    some = {(cell[0], word): (cell, ROLES[cell[1]][1]) for cell, word in TABLE.items()}
    return list(some.values())


def _action_and_person(click: Click) -> tuple[str, UserId, bool]:
    return click[0][0], click[1], _is_written(click)


@asynccontextmanager
async def a_site(url: str) -> AsyncIterator[Clicks]:
    database = Database.at(url)
    await database.migrate()
    try:
        yield Clicks(Site(database, rules(), Town(groups=GROUPS)))
    finally:
        await database.close()


@pytest.mark.invariant(4)
@pytest.mark.parametrize(("role", "is_done"), [(role, role == "operator") for role in ("nobody", *ALL_ROLES)])
@pytest.mark.parametrize("which", [0, 1], ids=["by id", "by group"])
async def test_the_brake_is_the_operators(tmp_path: Path, role: str, which: int, *, is_done: bool) -> None:
    """To pause and to resume; whoever is refused has changed nothing."""
    async with a_site(a_file(tmp_path)) as clicks:
        site, by = clicks.site, Actor(ROLES[role][which])
        before = await site.trace()
        if is_done:
            await site.pause.pause("prod", "OCP is upgraded", by=by, at=HERE)
            await site.pause.resume("prod", by=by, at=HERE)
            assert await site.trace() != before
            return
        for refused in (
            site.pause.pause("prod", "OCP is upgraded", by=by, at=HERE),
            site.pause.resume("prod", by=by, at=HERE),
        ):
            with pytest.raises(NotAllowed):
                await refused
        assert await site.trace() == before


def test_the_table_has_one_word_for_every_combination() -> None:
    combinations = set(product(ACTIONS, ["nobody", *ALL_ROLES], ["own", "other's"], State))

    found = [cell for cell, _ in cells()]

    assert len(found) == len(combinations)
    assert set(found) == combinations


@pytest.mark.invariant(4)
async def test_nobody_does_what_is_not_theirs(tmp_path: Path) -> None:
    """Whoever is refused has changed nothing, whatever their role and however they came to it."""
    async with a_site(a_file(tmp_path)) as clicks:
        assert await clicks.wrong(by_groups()) == []


@pytest.mark.invariant(4)
async def test_it_is_the_same_for_those_whom_the_rules_name_themselves(tmp_path: Path) -> None:
    """One combination for each action and role."""
    async with a_site(a_file(tmp_path)) as clicks:
        assert await clicks.wrong(by_ids()) == []


@pytest.mark.invariant(4)
async def test_it_is_the_same_on_postgresql(postgres_url: str) -> None:
    """One combination for each outcome of each action."""
    async with a_site(postgres_url) as clicks:
        assert await clicks.wrong(one_for_each_outcome()) == []
