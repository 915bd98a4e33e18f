"""Pausing an environment: nothing is sent to OCP until an operator resumes it; watching goes on."""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import NoReturn

from bot.domain.barred import barred
from bot.domain.errors import (
    IsPaused,
    NoEnvironment,
    NoReason,
    NotPaused,
    PausedAlready,
    ResumedAlready,
    WhichEnvironment,
)
from bot.domain.event import BOT, Fact, Kind, timeline_of
from bot.domain.form import Mistake, reason
from bot.domain.late import who_did
from bot.domain.pause import PAUSED, START_PAUSED, Paused
from bot.domain.policy import OPERATOR, Policies, Policy
from bot.domain.records import EnvironmentRow
from bot.domain.request import Actor, Place, Request, State, UserId
from bot.domain.texts import N_, Text, When
from bot.ports import Clock, Store, Tx, Wake

from .again import decide_again
from .click import Click, as_decided
from .rights import Rights
from .stop import OWED_SINCE

PAUSE_EXAMPLE = N_("/obproxy pause %(environment)s OCP is upgraded until 16:00")
RESUME_EXAMPLE = N_("/obproxy resume %(environment)s")


@dataclass(frozen=True, slots=True)
class Pause:
    """
    What operators do with `/obproxy pause` and `/obproxy resume`.

    Every method for a person raises NoEnvironment, WrongChannel, NotAllowed, GroupUnknown, NotAMember and PersonUnknown
    in words for them.
    """

    store: Store
    clock: Clock
    policies: Policies
    rights: Rights
    wake: Wake

    async def pause(self, environment: str, why: str, *, by: Actor, at: Place) -> str:
        """
        Let nothing be sent to *environment*, and return its name as it is spelt; raises NoReason or PausedAlready.

        What is claimed already is finished; what is approved and not sent is held by whoever would send it.
        """
        policy = await self._operated(environment, PAUSE_EXAMPLE, by, at)
        words = _reason(why, policy.environment)
        await decide_again(partial(self._pause, policy, words, by, OPERATOR))
        self.wake()
        return policy.environment

    async def resume(self, environment: str, *, by: Actor, at: Place) -> tuple[str, int]:
        """
        Lift the pause; return the environment's name as it is spelt, and how many requests are held there.

        Nothing goes out because of that: what was approved before is held. Raises NotPaused.
        """
        policy = await self._operated(environment, RESUME_EXAMPLE, by, at)
        held = await decide_again(partial(self._resume, policy, by))
        self.wake()
        return policy.environment, held

    async def pause_all(self) -> None:
        """Pause every environment that is not paused, by the bot itself; called before any worker starts."""
        for policy in self.policies.environments:
            with suppress(PausedAlready):
                await decide_again(partial(self._pause, policy, START_PAUSED, Actor(UserId(BOT)), BOT))

    async def _operated(self, environment: str, example: str, by: Actor, at: Place) -> Policy:
        """Return the policy of *environment*, case ignored, if *by* operates it and says so *at* a right place."""
        policy = self.policies.named(environment) or self._none(environment, example)
        policy.must_be_here(at.channel)
        await self.rights.must(OPERATOR, by, policy)
        return policy

    def _names(self) -> list[str]:
        return [policy.environment for policy in self.policies.environments]

    def _none(self, environment: str, example: str) -> NoReturn:
        """Raise NoEnvironment, which names those that there are."""
        known = self._names()
        fields = {"environments": ", ".join(known), "example": Text(example, {"environment": known[0]})}
        if not environment:
            raise WhichEnvironment("no environment was named", **fields)
        raise NoEnvironment(f"no environment {environment!r}", given=environment, **fields)

    async def _pause(self, policy: Policy, why: str, by: Actor, role: str) -> None:
        now, environment = self.clock.now(), policy.environment
        async with self.store.transaction() as tx:
            row = await tx.environment(environment)
            if row.pause:
                raise PausedAlready(f"{environment} is paused", environment=environment, **row.pause.fields)
            changed = replace(row, paused=why, paused_by=by.id, paused_name=by.name, paused_at=now)
            told = {"reason": why, "actor_name": by.name, "policy": policy.hash}
            fact = Fact(Kind.PAUSED, told, actor=by.id, role=role)
            await self._save(tx, changed, fact, now)

    async def _resume(self, policy: Policy, by: Actor) -> int:
        now, environment = self.clock.now(), policy.environment
        async with self.store.transaction() as tx:
            row = await tx.environment(environment)
            if row.pause is None:
                raise await _not_paused(tx, environment)
            await _hold_approved(tx, row, row.pause, now)
            held = len(await tx.requests_in(environment, State.HELD))
            changed = replace(row, paused="", paused_by="", paused_name="", paused_at=None)
            told = {"reason": row.paused, "since": _iso(row.paused_at), "held": held, "actor_name": by.name}
            told["policy"] = policy.hash
            await self._save(tx, changed, Fact(Kind.UNPAUSED, told, actor=by.id, role=OPERATOR), now)
            return held

    async def _save(self, tx: Tx, row: EnvironmentRow, fact: Fact, now: datetime) -> None:
        await tx.save_environment(row, fact, at=now)
        await tx.owe_cards(row.name, now - OWED_SINCE)


async def held_by_pause(tx: Tx, request: Request, now: datetime) -> bool:
    """
    Hold *request*, which is approved, if its environment is paused; return whether it is.

    If not, nobody can pause it before *tx* has ended: the row is locked, and a first one is made so that there is one
    to lock.
    """
    row = await tx.environment(request.environment)
    if row.version == 0:
        await tx.save_environment(row, at=now)
    if row.pause is None:
        return False
    await _hold(tx, request, row.pause, now)
    return True


async def while_barred(tx: Tx, environment: str) -> dict[str, str | bool]:
    """Return what an approval's event says of what keeps it from being sent, so that nobody reads that it goes out."""
    why = barred(await tx.environment(environment))
    if why == PAUSED:
        return {"paused": True}
    return {"barred": why} if why else {}


async def must_not_be_paused(store: Store, click: Click) -> None:
    """Do nothing if what *click* is about may be sent; raises IsPaused, or what `Click.request` raises."""
    async with store.reading() as tx:
        await must_not_pause(tx, await click.request(tx))


async def must_not_pause(tx: Tx, request: Request) -> None:
    """Do nothing if *request* may be sent as *tx* sees it; raises IsPaused. A pause that comes later still holds it."""
    pause = (await tx.environment(request.environment)).pause
    if pause:
        raise IsPaused(f"{request.environment} is paused", environment=request.environment, **pause.fields)


def _reason(why: str, environment: str) -> str:
    """Return *why* on one line; raises NoReason if it says too little, or too much for a card."""
    try:
        return reason(why)
    except Mistake as mistake:
        example = Text(PAUSE_EXAMPLE, {"environment": environment})
        raise NoReason("no reason for a pause", given=mistake.text.fields["given"], example=example) from mistake


async def _hold_approved(tx: Tx, row: EnvironmentRow, pause: Paused, now: datetime) -> None:
    for request in await tx.requests_in(row.name, State.APPROVED):
        await _hold(tx, request, pause, now)


async def _hold(tx: Tx, request: Request, pause: Paused, now: datetime) -> None:
    by = {"paused_by": pause.by, "paused_name": pause.name, "since": _iso(pause.since)}
    fact = Fact(Kind.HELD, {"why": PAUSED, "detail": pause.why, **by, **await as_decided(tx, request)})
    await tx.save(request.move(State.HELD, now=now), fact, at=now)


async def _not_paused(tx: Tx, environment: str) -> NotPaused:
    """Return what whoever resumes in vain is told: who was faster, if somebody was."""
    last = await tx.latest_event(timeline_of(environment), [Kind.UNPAUSED])
    if last is None:
        return NotPaused(f"{environment} is not paused", environment=environment)
    who, when = who_did(last), When(last.time)
    return ResumedAlready(f"{environment} is not paused", environment=environment, who=who, when=when)


def _iso(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
