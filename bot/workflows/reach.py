"""Reach: whether OCP answers; whoever calls it is heard, and while that is in doubt it is asked."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.domain.answer import Answer, NotSent, Stopped, Unknown
from bot.domain.barred import STOPPED, UNREACHABLE
from bot.domain.errors import OcpError, OcpLimited, OcpRefused, OcpStopped
from bot.domain.pace import LONGEST_READ_PAUSE_SECONDS, backoff
from bot.domain.records import EnvironmentRow
from bot.ports import Clock, Ocp

from .silence import Silence
from .stop import Brake

SILENT_FOR = timedelta(seconds=60)
"""A shorter silence is told to nobody."""

ALONE_FOR = timedelta(seconds=120)
"""Who has the lease has told a silence by then; one that others do not meet is not OCP's."""

ASIDE_AFTER_SECONDS, ASIDE_SECONDS, ASIDE_EVERY_SECONDS = 30.0, 20.0, 100.0
"""When a replica that meets a silence lets another one lead, for two leases' lives; SILENT_FOR ends in between."""

LONGEST_PAUSE_SECONDS = 30.0

NOT_OURS_FOR_SECONDS = 600.0
"""How long a stop of other credentials stands: who has them may still run, and must not be refused again and again."""

log = structlog.get_logger()


@dataclass(slots=True)
class Reach:
    """
    Whether one OCP answers, as far as this process has met it; a restart only notices it anew.

    `leads` says whether this replica is the one that may tell a silence. `silent_since` is the first call without an
    answer after the last one with. `away_since` is the silence that was told when the last round began, and `answers`
    such a silence and when OCP answered again in it. `failures` counts the questions in a row without an answer; the
    next one waits for `ask_at` (monotonic). `version` is OCP's, None while it was not read, "" if OCP does not tell it.
    `refused_since` is when our credentials were found to be refused, `lift_at` (monotonic) when a stop of others ends.
    """

    ocp: Ocp
    clock: Clock
    brake: Brake
    silence: Silence
    jitter: Callable[[], float]
    leads: Callable[[], bool]
    silent_since: datetime | None = None
    away_since: datetime | None = None
    answers: tuple[datetime, datetime] | None = None
    failures: int = 0
    ask_at: float = 0.0
    version: str | None = None
    refused_since: datetime | None = None
    lift_at: float | None = None

    async def barred(self) -> str:
        """Return why no call may go out now: STOPPED, UNREACHABLE, or "" if calls may."""
        row = await self.silence.row()
        if self.brake.stops(row):
            return STOPPED
        return UNREACHABLE if self._is_away(row) else ""

    async def heed(self, error: OcpError, asked_at: datetime) -> None:
        """Hear what a read of *asked_at* has met instead of an answer: it may stop all calls, or begin a silence."""
        await self.brake.heed(error, asked_at)
        if error.is_silence:
            self._suspect()
        else:
            self.answered()

    def sent(self, answer: Answer) -> None:
        """Hear what became of a write."""
        match answer:
            case NotSent(cause="unreachable") | Unknown(contested=False):
                self._suspect()
            case Stopped():
                pass  # it stops all calls when it is settled
            case _:
                self.answered()

    def answered(self) -> None:
        """OCP has answered a call, whatever it said."""
        self.silent_since = None

    def may_lead(self) -> bool:
        """
        Return whether this replica may do what OCP is called for, or should let another one try.

        One that meets a silence, or whose credentials are refused, stands aside for a while, again and again: whoever
        reaches OCP takes over meanwhile and keeps it. Where nobody does, one of them leads again before the silence is
        long enough to be told.
        """
        since = self.silent_since or self.refused_since
        if since is None:
            return True
        lasted = (self.clock.now() - since).total_seconds()
        return (lasted - ASIDE_AFTER_SECONDS) % ASIDE_EVERY_SECONDS >= ASIDE_SECONDS

    async def round(self) -> None:
        """Ask OCP for its version while it is in doubt whether it answers, and tell what has come of that."""
        row = await self.silence.row()
        self._compare(row)
        if self.brake.stops(row):
            self.answered()  # a refused log-on is no silence, and nobody calls until it is mended
            self.refused_since, self.lift_at = self.refused_since or self.clock.now(), None
            return
        self.refused_since = None
        await self._outlive(row)
        if self._is_in_doubt(row) and self.clock.monotonic() >= self.ask_at:
            await self._ask(row)
        await self._end(row)

    async def _outlive(self, row: EnvironmentRow) -> None:
        """Lift a stop of other credentials, once it has stood for a while, if OCP takes ours: cards speak of it."""
        now = self.clock.monotonic()
        if not row.stopped:
            self.lift_at = None
        elif self.lift_at is None:
            self.lift_at = now + NOT_OURS_FOR_SECONDS
        elif now >= self.lift_at:
            self.lift_at, asked_at = None, self.clock.now()
            try:
                await self.ocp.clusters()
            except OcpError as error:
                await self.heed(error, asked_at)
            else:
                await self.brake.release()

    def _compare(self, row: EnvironmentRow) -> None:
        """Begin anew with what is in doubt if a silence is over: somebody hears OCP."""
        if self.away_since not in (None, row.away_since):
            self.silent_since = None
        self.away_since = row.away_since

    def _suspect(self) -> None:
        if self.silent_since is None:
            self.silent_since, self.failures, self.ask_at = self.clock.now(), 0, 0.0

    def _is_away(self, row: EnvironmentRow) -> bool:
        return row.away_since is not None and self._answers_since(row) is None

    def _answers_since(self, row: EnvironmentRow) -> datetime | None:
        """Return when OCP answered again in the silence of *row*, not in an earlier one."""
        away_since, answers_since = self.answers or (None, None)
        return answers_since if away_since == row.away_since else None

    def _is_in_doubt(self, row: EnvironmentRow) -> bool:
        return self._is_away(row) or self.silent_since is not None or self.version is None

    async def _end(self, row: EnvironmentRow) -> None:
        """Tell the end of the silence once all was looked at, if OCP answers this very moment."""
        until = self._answers_since(row)
        if until is None or self.silent_since is not None or not await self.silence.is_looked_at(until):
            return
        await self._ask(row)
        if row.away_since is not None and self._answers_since(row) and self.silent_since is None:
            await self.silence.end(row.away_since, until, self.version or "")

    async def _ask(self, row: EnvironmentRow) -> None:
        asked_at = self.clock.now()
        try:
            version = await self._told()
        except OcpLimited as error:
            await self._is_there(row, None)
            self._ask_later(error.seconds or 0.0)
        except OcpRefused as error:
            log.info("OCP does not tell its version", error=str(error))
            await self._is_there(row, "")
        except OcpError as error:
            await self.heed(error, asked_at)
            if error.is_silence:
                await self._is_silent(row, error)
        else:
            await self._is_there(row, version)

    async def _told(self) -> str:
        """Return OCP's version; a gateway that hides only this path from us hides no OCP."""
        try:
            return await self.ocp.version()
        except OcpStopped as error:
            if error.is_silence:
                await self.ocp.clusters()
                return ""
            raise

    async def _is_silent(self, row: EnvironmentRow, error: OcpError) -> None:
        """Ask again later; tell it when it has lasted and this replica leads, forget it when another one must know."""
        self.answers = None
        self._ask_later()
        now = self.clock.now()
        since = self.silent_since or now
        if row.away_since is not None or now - since < SILENT_FOR:
            return
        if self.leads():
            log.warning("OCP is silent; it is asked until it answers", since=since.isoformat(), error=str(error))
            await self.silence.begin(since, row)
        elif now - since >= ALONE_FOR:
            log.warning("OCP is silent here, and not where it is called", since=since.isoformat(), error=str(error))
            self.silent_since = now

    async def _is_there(self, row: EnvironmentRow, version: str | None) -> None:
        """Let work go on where it stood still; *version* None was not told this time."""
        self.silent_since, self.failures, self.ask_at = None, 0, 0.0
        if row.away_since is None and version and version != row.ocp_version:
            await self.silence.note(version, row)
        elif row.away_since is not None and self._is_away(row):
            self.answers = row.away_since, await self.silence.go_on()
        self.version = self.version if version is None else version

    def _ask_later(self, seconds: float = 0.0) -> None:
        self.failures += 1
        pause = backoff(self.failures, jitter=self.jitter(), most=LONGEST_PAUSE_SECONDS)
        self.ask_at = self.clock.monotonic() + max(min(seconds, LONGEST_READ_PAUSE_SECONDS), pause)
