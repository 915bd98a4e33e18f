"""The composition root: the only place that knows every part."""

import asyncio
import hashlib
import logging
import random
import uuid
from collections.abc import Awaitable, Mapping
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

from bot import listeners, operations
from bot.blocks.anchors import anchor
from bot.clock import SystemClock
from bot.config import EXPECTED, Settings, WrongSetting
from bot.domain.errors import SlackError, SlackLimited, SlackUnreachable, SlackUnsure, StoreUnavailable
from bot.domain.policy import Policy
from bot.domain.request import Place, UserId
from bot.domain.texts import Translator
from bot.listeners.answering import Answering
from bot.listeners.desk import Desk
from bot.ocp.client import OcpClient
from bot.ports import Work
from bot.slack.client import socket_handler, web_client
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
from bot.workflows.ask import Ask
from bot.workflows.deadlines import Deadlines
from bot.workflows.decide import Decide
from bot.workflows.fitting import Fitting
from bot.workflows.history import Histories
from bot.workflows.inspect import Inspect
from bot.workflows.line import Line
from bot.workflows.look import Look
from bot.workflows.lookups import Lookups
from bot.workflows.operate import Operate
from bot.workflows.own import Own
from bot.workflows.pause import Pause
from bot.workflows.reach import Reach
from bot.workflows.reopen import Reopen
from bot.workflows.settle import Settle
from bot.workflows.sheets import Sheets
from bot.workflows.silence import Silence
from bot.workflows.stop import Brake
from bot.workflows.submit import Submit
from bot.workflows.watch import Watch

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
SHORTEST_TICK = timedelta(milliseconds=100)
"""However fast the clock runs (the story, the tests), the loops leave the machine some air."""

LEASED = ("send", "deadlines", "anchors", "cleanup")
LEASED_OF_OCP = ("look", "names", "submit", "watch")
"""What one replica does for all, and what of that only one does that reaches OCP."""

STOP_SECONDS = 25.0
"""How long the end waits for a create in flight; its claim outlives the process."""

FINISH_SECONDS = 5.0
"""How long the end waits for the clicks that were acked already."""

TAKEN = "another obproxy-bot runs on this file; stop it first, or give several processes a postgresql:// database"

EXPORTER_PORT_NAMES = {
    "both": ("exportPort", "exporterPort"),
    "exportPort": ("exportPort",),
    "exporterPort": ("exporterPort",),
}

log = structlog.get_logger()


@dataclass(slots=True)
class Bot:
    """The running program: `start` it, `stop` it."""

    database: Database
    ocp: OcpClient
    brake: Brake
    leases: Leases
    policy: Policy
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
        await self.brake.release()
        await self.brake.show_at(self.policy.approvals)
        if self.starts_paused:
            await self.pause.pause_all()
        await self.leases.renew()

    async def start(self) -> None:
        """Start the workers, then let Slack call."""
        self.running = [asyncio.create_task(worker.run(), name=name) for name, worker in self.workers.items()]
        self.scheduler.start()
        wake_all(self.workers)
        await self.socket.connect_async()
        log.info("running", environment=self.policy.environment)

    async def stop(self) -> None:
        """Take nothing new, finish what is under way, close; what is not finished in time is read back later."""
        await self.leases.give_back()
        await self.socket.close_async()
        if self.scheduler.running:
            self.scheduler.pause()
            await asyncio.sleep(0)  # lets the ticks that were started already end
            self.scheduler.shutdown(wait=False)
        await self.answering.finish(FINISH_SECONDS)
        for worker in self.workers.values():
            worker.stop()
        await self._end_workers()
        await self.ocp.aclose()
        await self.database.close()
        log.info("stopped")

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


async def lift(settings: Settings, clock: SystemClock) -> bool:
    """Lift the stop of the environment; return whether there was one. The running bot obeys within a second."""
    database = await opened(settings)
    try:
        brake = Brake(database, clock, new_id, settings.ocp_name, credentials_digest(settings), lambda: None)
        return await brake.lift()
    finally:
        await database.close()


def build(
    settings: Settings, *, clock: SystemClock, database: Database, client: AsyncWebClient, team: Mapping[str, Any]
) -> Bot:
    """Join the parts. *team* is what auth.test answered, so that no click has to wait for it."""
    policy = policy_of(settings, team_id=str(team["team_id"]))
    workers: dict[str, Worker] = {}

    def wake() -> None:
        wake_all(workers)

    def may_lead() -> bool:
        return reach.may_lead()

    catalogue = operations.load(exporter_port_names=EXPORTER_PORT_NAMES[settings.ocp_exporter_port_name])
    translator = english()
    ocp = OcpClient(
        base_url=settings.ocp_url,
        username=settings.ocp_username,
        password=settings.ocp_password.get_secret_value(),
        ca_file=Path(settings.ocp_ca_file) if settings.ocp_ca_file else None,
        clock=clock,
    )
    jitter = random.SystemRandom().random
    messenger = SlackMessenger(client, str(team.get("url") or ""), str(team["team_id"]))
    sheets = Sheets(policy)
    brake = Brake(database, clock, new_id, policy.environment, credentials_digest(settings), wake)
    leases = Leases(database, clock, new_id(), LEASED, clock.speed, LEASED_OF_OCP, may_lead, database.is_sqlite)
    pause = Pause(database, clock, {policy.environment: policy}, wake)
    silence = Silence(database, clock, policy.environment, brake, wake)
    reach = Reach(ocp, clock, brake, silence, jitter, partial(leases.has, "watch"))
    line = Line(ocp, reach)
    settle = Settle(database, clock, new_id, policy, brake, wake, jitter)
    is_ours = partial(leases.has, "submit")
    submit = Submit(database, line, clock, new_id, catalogue, policy, reach, settle, wake, is_ours)
    look = Look(database, line, clock, catalogue, policy, reach, settle, wake)
    watch = Watch(database, line, clock, policy, reach, wake, jitter)
    lookups = Lookups(database, line, clock, catalogue, policy, reach, wake, jitter)
    outage = Outage(clock, jitter)
    gate = Gate(clock, outage)
    copies = Copies(database, clock, messenger, gate)
    notes = Notes(database, clock, Detour(database, clock, new_id, messenger, gate))
    posts, drawings = Posts(notes, new_id, messenger, gate, copies), Drawings(notes, messenger, gate)
    catch_up = CatchUp(database, notes, posts, drawings, sheets, catalogue, translator)
    sender = Sender(database, clock, catch_up, outage)
    audit_place = Place(str(team["team_id"]), settings.audit_channel) if settings.audit_channel else None
    draw_anchor = partial(anchor, t=translator)
    audit_key = settings.audit_key.get_secret_value()
    anchors = Anchors(database, clock, new_id, audit_key, audit_place, messenger, gate, draw_anchor)
    rounds: dict[str, Work] = {
        "submit": submit.round,
        "watch": watch.round,
        "send": sender.round,
        "look": look.round,
        "names": lookups.round,
        "deadlines": Deadlines(database, clock, policy, wake).round,
        "anchors": anchors.round,
        "cleanup": Cleanup(database, clock).round,
    }
    rounds = {name: leases.only(name, work) for name, work in rounds.items()}
    # Under no lease: each replica removes its own posts' copies, and finds out by itself whether it reaches OCP.
    rounds |= {"lease": leases.renew, "copies": copies.round, "reach": reach.round}
    workers |= {name: Worker(name, work, clock, jitter) for name, work in rounds.items()}
    desk = Desk(
        ask=Ask(database, clock, new_id, policy, wake),
        decide=Decide(database, clock, policy, wake),
        operate=Operate(database, clock, policy, settle, Fitting(line, reach, catalogue), wake),
        own=Own(database, clock, new_id, policy, wake),
        pause=pause,
        inspect=Inspect(database, clock, messenger, sheets),
        histories=Histories(database, sheets),
        reopen=Reopen(database, clock, UserId(str(team["user_id"])), wake),
        operations=catalogue,
        policy=policy,
        messenger=messenger,
        translator=translator,
    )
    answering = Answering(messenger, translator, new_id)
    slack = AsyncApp(client=client, authorize=_authorize(client, team), logger=logging.getLogger("slack_bolt"))
    listeners.register(slack, answering, desk)
    app_token = settings.slack_app_token.get_secret_value()
    socket = socket_handler(slack, app_token, proxy=settings.slack_proxy, jitter=jitter)
    ticks = {name: max(every / clock.speed, SHORTEST_TICK) for name, every in TICKS.items()}
    scheduler, stop_seconds = schedule(workers, ticks), STOP_SECONDS / clock.speed
    return Bot(
        database,
        ocp,
        brake,
        leases,
        policy,
        pause,
        settings.start_paused,
        workers,
        scheduler,
        socket,
        answering,
        [],
        stop_seconds,
    )


def policy_of(settings: Settings, *, team_id: str) -> Policy:
    """Return the rules that the settings make for their one environment."""
    approvers = tuple(UserId(user) for user in settings.approvers)
    return Policy(
        environment=settings.ocp_name,
        approvals=Place(team_id, settings.approvals_channel),
        approvers=approvers,
        operators=tuple(UserId(user) for user in settings.operators) or approvers,
        account=settings.ocp_username,
        account_is_ours=settings.ocp_account_dedicated,
        task_url=settings.ocp_task_url or f"{settings.ocp_url}/task/{{id}}",
        send_within=settings.send_within,
        look_seconds=settings.look_seconds,
        approvals_required=settings.approvals_required,
        approvals_last=settings.approvals_last,
        second_group=settings.approvals_second_group,
    )


def credentials_digest(settings: Settings) -> str:
    """Return what tells one set of credentials from another without giving away the password."""
    salt = f"{settings.ocp_url}\n{settings.ocp_username}".encode()
    secret = settings.ocp_password.get_secret_value().encode()
    return hashlib.pbkdf2_hmac("sha256", secret, salt, 200_000).hex()


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
