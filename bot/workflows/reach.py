"""Reach: whether OCP answers; whoever calls it is heard, and while that is in doubt it is asked."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.domain.answer import Answer, NotSent, Stopped, Unknown
from bot.domain.errors import OcpError, OcpLimited, OcpRefused, OcpStopped
from bot.domain.pace import backoff
from bot.domain.records import EnvironmentRow
from bot.ports import Clock, Ocp

from .silence import Silence
from .stop import Brake

STOPPED, UNREACHABLE = "stopped", "unreachable"
"""Why no call may go out, in the codes that cards explain."""

SILENT_FOR = timedelta(seconds=60)
"""A shorter silence is told to nobody."""

LONGEST_PAUSE_SECONDS = 30.0

log = structlog.get_logger()


@dataclass(slots=True)
class Reach:
    """
    Whether one OCP answers, as far as this process has met it; a restart only notices it anew.

    `silent_since` is the first call without an answer after the last one with. `answers_since` is when OCP answered
    again although its silence is still told. `failures` counts the questions in a row without an answer; the next one
    waits for `ask_at` (monotonic). `version` is OCP's, None while it was not read, "" if OCP does not tell it.
    """

    ocp: Ocp
    clock: Clock
    brake: Brake
    silence: Silence
    jitter: Callable[[], float]
    silent_since: datetime | None = None
    answers_since: datetime | None = None
    failures: int = 0
    ask_at: float = 0.0
    version: str | None = None

    async def barred(self) -> str:
        """Return why no call may go out now: STOPPED, UNREACHABLE, or "" if calls may."""
        row = await self.silence.row()
        if self.brake.stops(row):
            return STOPPED
        return UNREACHABLE if self._is_away(row) else ""

    async def heed(self, error: OcpError) -> None:
        """Hear what a read has met instead of an answer: it may stop all calls, or begin a silence."""
        await self.brake.heed(error)
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

    async def round(self) -> None:
        """Ask OCP for its version while it is in doubt whether it answers, and tell what has come of that."""
        row = await self.silence.row()
        if row.away_since is None:
            self.answers_since = None
        if self.brake.stops(row):
            self.answered()  # a refused log-on is no silence, and nobody calls until it is mended
            return
        if self._is_in_doubt(row) and self.clock.monotonic() >= self.ask_at:
            await self._ask(row)
        if row.away_since is not None and self.answers_since is not None and self.silent_since is None:
            await self.silence.end(row.away_since, self.answers_since, self.version or "")

    def _suspect(self) -> None:
        if self.silent_since is None:
            self.silent_since, self.failures = self.clock.now(), 0

    def _is_away(self, row: EnvironmentRow) -> bool:
        return row.away_since is not None and self.answers_since is None

    def _is_in_doubt(self, row: EnvironmentRow) -> bool:
        return self._is_away(row) or self.silent_since is not None or self.version is None

    async def _ask(self, row: EnvironmentRow) -> None:
        try:
            version = await self._told()
        except OcpLimited as error:
            await self._is_there(row, None)
            self._ask_later(error.seconds or 0.0)
        except OcpRefused as error:
            log.info("OCP does not tell its version", error=str(error))
            await self._is_there(row, "")
        except OcpError as error:
            await self.heed(error)
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
        """Ask again later; tell it when it has lasted."""
        self.answers_since = None
        self._ask_later()
        since = self.silent_since or self.clock.now()
        if row.away_since is None and self.clock.now() - since >= SILENT_FOR:
            log.warning("OCP is silent; it is asked until it answers", since=since.isoformat(), error=str(error))
            await self.silence.begin(since)

    async def _is_there(self, row: EnvironmentRow, version: str | None) -> None:
        """Let work go on where it stood still; *version* None was not told this time."""
        self.silent_since, self.failures, self.ask_at = None, 0, 0.0
        if self._is_away(row):
            self.answers_since = await self.silence.go_on()
        elif version and version != row.ocp_version:
            await self.silence.note(version)
        self.version = self.version if version is None else version

    def _ask_later(self, seconds: float = 0.0) -> None:
        self.failures += 1
        pause = backoff(self.failures, jitter=self.jitter(), most=LONGEST_PAUSE_SECONDS)
        self.ask_at = self.clock.monotonic() + max(seconds, pause)
