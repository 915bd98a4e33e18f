"""The composition root: the only place that knows every part."""

import asyncio
import logging
import random
import uuid
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from babel.support import Translations
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot import listeners
from bot.blocks.anchors import anchor
from bot.clock import SystemClock
from bot.config import EXPECTED, Settings, WrongSetting
from bot.domain.errors import SlackError, SlackLimited, SlackUnreachable, SlackUnsure, StoreUnavailable
from bot.domain.policy import Policies
from bot.domain.redaction import Redactor
from bot.domain.request import Place, UserId
from bot.domain.texts import Translator
from bot.environment import Environment, Shared, credentials_digest, named
from bot.environment import environment as environment_of
from bot.listeners.answering import Answering
from bot.listeners.desk import Desk
from bot.ports import Wake, Work
from bot.sites import EnvironmentSettings
from bot.slack.client import socket_handler, web_client
from bot.slack.directory import SlackDirectory
from bot.slack.messenger import SlackMessenger
from bot.slack.trouble import translated
from bot.store.database import Database
from bot.store.trouble import is_passing
from bot.workers.anchors import Anchors
from bot.workers.catch_up import CatchUp
from bot.workers.cleanup import Cleanup
from bot.workers.copies import Copies
from bot.workers.detour import Detour
from bot.workers.drawings import Drawings
from bot.workers.gate import Gate
from bot.workers.leases import Leases
from bot.workers.loop import Worker, wake_all
from bot.workers.notes import Notes
from bot.workers.outage import Outage
from bot.workers.posts import Posts
from bot.workers.schedule import schedule
from bot.workers.sender import Sender
from bot.workflows.access import Access
from bot.workflows.deadlines import Deadlines
from bot.workflows.history import Histories
from bot.workflows.inspect import Inspect
from bot.workflows.pause import Pause
from bot.workflows.reopen import Reopen
from bot.workflows.rights import Rights
from bot.workflows.roster import Roster
from bot.workflows.ruling import Ruling
from bot.workflows.sheets import Sheets
from bot.workflows.stop import Brake

TICKS = {
    "submit": timedelta(seconds=1),
    "watch": timedelta(seconds=1),
    "send": timedelta(seconds=1),
    "look": timedelta(seconds=5),
    "names": timedelta(seconds=5),
    "lease": timedelta(seconds=3),
    "copies": timedelta(seconds=2),
    "reach": timedelta(seconds=5),
    "deadlines": timedelta(seconds=5),
    "anchors": timedelta(seconds=60),
    "cleanup": timedelta(minutes=10),
}
ACT_ON_COMMITS = ("send", "submit", "watch", "look", "names")
"""Who of them may have something to do with what was committed; the others find what is due by their ticks."""

SHORTEST_TICK = timedelta(milliseconds=200)
"""However fast the clock runs (the story, the tests), the loops leave the machine some air."""

LEASED = ("send", "deadlines", "anchors", "cleanup")
"""What one replica does for all, whichever environment it is about."""

STOP_SECONDS = 25.0
"""How long the end waits for a create in flight; its claim outlives the process."""

FINISH_SECONDS = 5.0
"""How long the end waits for the clicks that were acked already."""

TAKEN = "another obproxy-bot runs on this file; stop it first, or give several processes a postgresql:// database"

log = structlog.get_logger()


@dataclass(slots=True)
class Bot:
    """The running program: `start` it, `stop` it."""

    database: Database
    environments: Sequence[Environment]
    leases: Leases
    roster: Roster
    ruling: Ruling
    pause: Pause
    starts_paused: bool
    workers: Mapping[str, Worker]
    scheduler: AsyncIOScheduler
    socket: AsyncSocketModeHandler
    answering: Answering
    running: list[asyncio.Task[None]]
    stop_seconds: float = STOP_SECONDS

    async def prepare(self) -> None:
        """Lift old stops, pause if that is set, and see what there is to do; raises StoreUnavailable."""
        for each in self.environments:
            await each.brake.release()
            await each.brake.show_at(each.policy.approvals)
            await self.ruling.load(each.policy.environment, each.rules, each.policy.hash)
            await each.leases.renew()
        await self.ruling.let_go({each.policy.environment for each in self.environments})
        if self.starts_paused:
            await self.pause.pause_all()
        await self.leases.renew()

    async def start(self) -> None:
        """Start the workers, then let Slack call."""
        self.running = [asyncio.create_task(worker.run(), name=name) for name, worker in self.workers.items()]
        self.scheduler.start()
        wake_all(self.workers.values())
        await self.socket.connect_async()
        log.info("running", environments=[each.policy.environment for each in self.environments])

    async def stop(self) -> None:
        """Take nothing new, finish what is under way, close; what is not finished in time is read back later."""
        await asyncio.gather(*(leases.give_back() for leases in self._all_leases()))
        await self.socket.close_async()
        if self.scheduler.running:
            self.scheduler.pause()
            await asyncio.sleep(0)  # lets the ticks that were started already end
            self.scheduler.shutdown(wait=False)
        await self.answering.finish(FINISH_SECONDS)
        for worker in self.workers.values():
            worker.stop()
        await self._end_workers()
        await self.roster.finish()
        for each in self.environments:
            await each.ocp.aclose()
        await self.database.close()
        log.info("stopped")

    def _all_leases(self) -> list[Leases]:
        return [self.leases, *(each.leases for each in self.environments)]

    async def _end_workers(self) -> None:
        if not self.running:
            return
        _, late = await asyncio.wait(self.running, timeout=self.stop_seconds)
        for task in late:
            log.warning("a worker did not end in time", worker=task.get_name())
            task.cancel()
        _, lost = await asyncio.wait(self.running, timeout=FINISH_SECONDS)
        for task in lost:
            log.error("a worker does not end", worker=task.get_name())


async def make(settings: Settings, clock: SystemClock) -> Bot:
    """
    Return the bot, ready to start: the database is migrated and Slack has accepted both tokens.

    Raises:
        WrongSetting: Slack refuses a token, or the database cannot be opened.
        SlackUnreachable, SlackUnsure, SlackLimited, StoreUnavailable: Slack or the database did not answer; try again.
    """
    database = await opened(settings, alone=True)
    client = web_client(
        settings.slack_bot_token.get_secret_value(), base_url=f"{settings.slack_api_url}/", proxy=settings.slack_proxy
    )
    try:
        team = await _accepted("SLACK_BOT_TOKEN", client.auth_test())
        await _accepted("SLACK_BOT_TOKEN", client.users_info(user=str(team["user_id"])))  # needs the scope users:read
        app_token = settings.slack_app_token.get_secret_value()
        await _accepted("SLACK_APP_TOKEN", client.apps_connections_open(app_token=app_token))
    except BaseException:
        await database.close()
        raise
    bot = build(settings, clock=clock, database=database, client=client, team=team)
    try:
        await bot.prepare()
    except BaseException:
        await bot.stop()
        raise
    return bot


async def opened(settings: Settings, *, alone: bool = False) -> Database:
    """
    Return the migrated database; *alone* if nobody else may run on its file.

    Raises:
        WrongSetting: it cannot be opened, or another process runs on it.
        StoreUnavailable: a server does not answer; try again.
    """
    database = Database.at(settings.database_url.get_secret_value())
    if alone:
        await _claimed(database)
    try:
        await database.migrate()
    except StoreUnavailable as error:
        await database.close()
        if not database.is_sqlite and is_passing(error):
            raise
        said = str(error).splitlines()[0]
        raise WrongSetting(f"DATABASE_URL cannot be used: {said}; expected: {EXPECTED['DATABASE_URL']}") from error
    return database


async def _claimed(database: Database) -> None:
    """Let no other process run on the database's file; raises WrongSetting if one does."""
    try:
        why = "" if database.claim_alone() else TAKEN
    except OSError as error:
        why = f"its lock file cannot be opened ({error.strerror})"
    if why:
        await database.close()
        raise WrongSetting(f"DATABASE_URL cannot be used: {why}")


async def _accepted(name: str, call: Awaitable[AsyncSlackResponse]) -> dict[str, Any]:
    """Return Slack's answer; raises WrongSetting with *name* if Slack refuses the token."""
    try:
        with translated():
            answer = await call
    except (SlackUnreachable, SlackUnsure, SlackLimited):
        raise
    except SlackError as error:
        raise WrongSetting(f"{name} is wrong; {error}; expected: {EXPECTED[name]}") from error
    return answer.data if isinstance(answer.data, dict) else {}


async def lift(settings: Settings, environment: EnvironmentSettings, clock: SystemClock) -> bool:
    """Lift the stop of *environment*; return whether there was one. The running bot obeys within a second."""
    database = await opened(settings)
    try:
        brake = Brake(database, clock, new_id, environment.name, credentials_digest(environment), lambda: None)
        return await brake.lift()
    finally:
        await database.close()


def build(
    settings: Settings, *, clock: SystemClock, database: Database, client: AsyncWebClient, team: Mapping[str, Any]
) -> Bot:
    """Join the parts. *team* is what auth.test answered, so that no click has to wait for it."""
    workers: dict[str, Worker] = {}

    def waking(environment: str) -> Wake:
        names = [kind if kind in LEASED else named(kind, environment) for kind in ACT_ON_COMMITS]
        return lambda: wake_all(workers[name] for name in names)

    def show() -> None:
        workers["send"].wake()

    team_id, translator, jitter = str(team["team_id"]), english(), random.SystemRandom().random
    redact = Redactor(settings.secrets)
    roster = Roster(SlackDirectory(client), clock)
    rights = Rights(roster, team_id, str(team.get("enterprise_id") or ""))
    shared = Shared(database, clock, new_id, jitter, rights, team_id, redact, show, waking)
    environments = [environment_of(each, shared) for each in settings.environments]
    policies = Policies(
        {(each.policy.environment, key): policy for each in environments for key, policy in each.policies.items()}
    )
    catalogue = environments[0].catalogue
    messenger = SlackMessenger(client, str(team.get("url") or ""), team_id, redact)
    sheets = Sheets(policies)
    leases = Leases(database, clock, new_id(), LEASED, clock.speed, alone=database.is_sqlite)
    pause = Pause(database, clock, policies, rights, show)
    outage = Outage(clock, jitter)
    gate = Gate(clock, outage)
    copies = Copies(database, clock, messenger, gate)
    notes = Notes(database, clock, Detour(database, clock, new_id, messenger, gate))
    posts, drawings = Posts(notes, new_id, messenger, gate, copies), Drawings(notes, messenger, gate)
    catch_up = CatchUp(database, notes, posts, drawings, sheets, catalogue, translator)
    sender = Sender(database, clock, catch_up, outage)
    audit_place = Place(team_id, settings.audit_channel) if settings.audit_channel else None
    draw_anchor = partial(anchor, t=translator)
    audit_key = settings.audit_key.get_secret_value()
    anchors = Anchors(database, clock, new_id, audit_key, audit_place, messenger, gate, draw_anchor)
    rounds: dict[str, Work] = {
        "send": sender.round,
        "deadlines": Deadlines(database, clock, policies, show).round,
        "anchors": anchors.round,
        "cleanup": Cleanup(database, clock).round,
    }
    rounds = {kind: leases.only(kind, work) for kind, work in rounds.items()}
    # Under no lease: each replica removes its own posts' copies.
    rounds |= {"lease": leases.renew, "copies": copies.round}
    for each in environments:
        rounds |= {named(kind, each.policy.environment): work for kind, work in each.rounds.items()}
    workers |= {name: Worker(name, work, clock, jitter) for name, work in rounds.items()}
    desk = Desk(
        branches={
            (each.policy.environment, key): branch for each in environments for key, branch in each.branches.items()
        },
        operations=catalogue,
        policies=policies,
        rights=rights,
        pause=pause,
        access=Access(policies, rights),
        inspect=Inspect(database, clock, messenger, sheets),
        histories=Histories(database, sheets),
        reopen=Reopen(database, clock, UserId(str(team["user_id"])), show),
        messenger=messenger,
        translator=translator,
    )
    answering = Answering(messenger, translator, new_id, redact)
    slack = AsyncApp(client=client, authorize=_authorize(client, team), logger=logging.getLogger("slack_bolt"))
    listeners.register(slack, answering, desk)
    app_token = settings.slack_app_token.get_secret_value()
    socket = socket_handler(slack, app_token, proxy=settings.slack_proxy, jitter=jitter)
    ticks = {name: max(TICKS[name.partition(" ")[0]] / clock.speed, SHORTEST_TICK) for name in workers}
    scheduler, stop_seconds = schedule(workers, ticks), STOP_SECONDS / clock.speed
    return Bot(
        database,
        environments,
        leases,
        roster,
        Ruling(database, clock, show),
        pause,
        settings.start_paused,
        workers,
        scheduler,
        socket,
        answering,
        [],
        stop_seconds,
    )


def english() -> Translator:
    """Return the catalogue of the only language there is now."""
    return Translations.load(Path(__file__).parent / "locale", ["en"], "bot")


def new_id() -> str:
    """Return a random id."""
    return str(uuid.uuid4())


def _authorize(client: AsyncWebClient, team: Mapping[str, Any]) -> Any:
    """Return what Bolt asks for the token at each request; nothing is called, auth.test has answered at start."""
    result = AuthorizeResult.from_auth_test_response(bot_token=client.token, auth_test_response=team)

    async def authorize() -> AuthorizeResult:
        return result

    return authorize
