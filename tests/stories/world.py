"""A world to play stories in: a Slack, an OCP, the bot, and the people who use them."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.app import Bot, make
from bot.clock import SystemClock
from bot.config import from_environment
from bot.domain.event import Event, Kind, first_broken
from bot.domain.records import Act, Thread
from bot.domain.request import Request
from bot.sandbox.ocp import SandboxOcp
from bot.sandbox.slack import Message, Person, Room, SandboxSlack
from bot.sandbox.slack.results import Click, Submission
from bot.slack.trouble import CONTENT
from bot.store.database import Database
from bot.workflows.again import decide_again
from tests.databases import a_file

from .shown import Shown, expected, lines_of

SPEED = 30.0
DEADLINE = 25.0
PACKAGE = "obproxy-ce-4.2.1.0-11.el7.x86_64.rpm"
INSTALL = "Install rpm by package and version"


class World:
    """Slack, OCP and the bot on one clock. `omar` and `ines` may approve; `dana` asks; `eve` may nothing."""

    def __init__(self, folder: Path, speed: float = SPEED, database_url: str = "") -> None:
        self.clock = SystemClock(speed)
        self.slack = SandboxSlack(speed=speed, now=lambda: self.clock.now().timestamp())
        self.ocp = SandboxOcp(speed=speed, subtask_seconds=3.0)
        self.folder = folder
        self.database_url = database_url or a_file(folder)
        self.approvals, self.home = self.slack.room("dba-approvals"), self.slack.room("pay-team")
        self.dana, self.omar, self.ines, self.eve = map(self.slack.person, ("dana", "omar", "ines", "eve"))
        self.bot: Bot | None = None
        self.database: Database | None = None
        self.process: asyncio.subprocess.Process | None = None

    def environment(self, **changes: str) -> dict[str, str]:
        """Return the settings as environment variables; a POLICY_FILE has the environments instead of them."""
        shared = {
            "SLACK_BOT_TOKEN": self.slack.bot_token,
            "SLACK_APP_TOKEN": self.slack.app_token,
            "SLACK_API_URL": self.slack.url,
            "DATABASE_URL": self.database_url,
        }
        return shared | ({} if "POLICY_FILE" in changes else self._prod()) | changes

    def _prod(self) -> dict[str, str]:
        """Return the variables that make the one environment where there is no file."""
        return {
            "APPROVALS_CHANNEL": self.approvals.id,
            "APPROVERS": f"{self.omar.id},{self.ines.id}",
            "OPERATORS": self.ines.id,
            "OCP_NAME": "prod",
            "OCP_URL": self.ocp.url,
            "OCP_USERNAME": self.ocp.username,
            "OCP_PASSWORD": self.ocp.password,
            "OCP_ACCOUNT_DEDICATED": "1",
            "LOOK_SECONDS": "2",
        }

    async def start_bot(self, **changes: str) -> None:
        """Start the bot in this process."""
        self.bot = await make(from_environment(self.environment(**changes)), self.clock)
        await self.bot.start()

    async def start_process(self, *, connected: bool = True, **changes: str) -> None:
        """Start the bot as a process of its own, on the same clock; wait until it is *connected*."""
        clock = {"STORY_SPEED": str(self.clock.speed), "STORY_SINCE": str(self.clock.since)}
        await self.slack.wait_for(lambda: self.slack.connections == 0, timeout=DEADLINE)
        with (self.folder / "bot.log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "tests.stories.launcher",
                env=os.environ | self.environment() | clock | changes,
                stdout=log,
                stderr=log,
            )
        if connected:
            await self.slack.wait_for(lambda: self.slack.connections == 1, timeout=DEADLINE)

    async def start_fails(self, **changes: str) -> tuple[int, str]:
        """Start a process that is refused; return its exit code and what it said."""
        await self.start_process(connected=False, **changes)
        assert self.process is not None
        async with asyncio.timeout(DEADLINE):
            code = await self.process.wait()
        self.process = None
        return code, self.log()

    def log(self) -> str:
        """Return what the processes have logged."""
        return (self.folder / "bot.log").read_text()

    async def kill_process(self) -> None:
        """SIGKILL: nothing in the process gets a chance to tidy up."""
        if self.process is not None:
            self.process.kill()
            await self.process.wait()
            self.process = None

    async def ends_cleanly(self) -> int:
        """SIGTERM the process; return its exit code."""
        return await (await self.ends_later())

    async def ends_later(self) -> "asyncio.Task[int]":
        """SIGTERM the process; return what waits for its exit code: a lock may keep it for half a minute."""
        assert self.process is not None
        process, self.process = self.process, None
        process.send_signal(signal.SIGTERM)
        return asyncio.create_task(asyncio.wait_for(process.wait(), 2 * DEADLINE))

    async def stop_bot(self) -> None:
        """Stop it as SIGTERM does."""
        if self.bot is not None:
            await self.bot.stop()
            self.bot = None

    async def end(self) -> None:
        """Leave nothing running and nothing open."""
        await self.stop_bot()
        await self.kill_process()
        refused = [(record.method, record.error) for record in self.slack.records if record.error in CONTENT]
        assert not refused, "Slack refused what the bot wrote"
        if self.database is not None:
            await self.database.close()

    # ------------------------------------------------------------ people

    async def fills_in(self, **changes: str) -> Submission:
        """Let Dana type the command in #pay-team, fill in the form and send it."""
        await self.dana.types("/obproxy create", self.home)
        return await self.dana.submits(await self.dana.modal(), answers(**changes))

    async def asks(self, name: str = "pay_01", **changes: str) -> Message:
        """Let Dana ask, pressing again where the form says so; return the card in the approvals channel."""
        await self.dana.types("/obproxy create", self.home)
        form = await self.dana.modal()
        result = await self.dana.submits(form, answers(name=name, **changes))
        while "Not saved yet" in result.errors.get("name", ""):
            result = await self.dana.submits(form, {})
        assert result.closed, (result.errors, result.refused_by_client)
        return await self.card(name)

    async def card(self, name: str = "pay_01", room: Room | None = None, environment: str = "prod") -> Message:
        """Wait for the newest card of a cluster, in the approvals channel if no *room* is given."""

        def found() -> Message | None:
            title = f"{environment}: create OBProxy cluster {name}"
            shown = [m for m in (room or self.approvals).messages if self.slack.rendered(m).startswith(title)]
            return shown[-1] if shown else None

        card = await self.slack.wait_for(found, timeout=DEADLINE)
        assert card is not None
        return card

    async def reads(self, message: Message, words: str) -> str:
        """Wait until *message* or its thread says *words*; return all of it."""
        await self.slack.wait_for(lambda: words in self.thread(message), timeout=DEADLINE)
        return self.thread(message)

    def thread(self, message: Message) -> str:
        """Return what a person reads in a card and its thread."""
        return "\n".join(self.slack.rendered(each) for each in (message, *message.replies))

    async def told(self, person: Person, words: str) -> str:
        """Wait until *person* was told *words* privately; return the whole message."""

        def found() -> str | None:
            told = [self.slack.rendered(message) for message in person.ephemerals]
            return next((text for text in reversed(told) if words in text), None)

        return str(await self.slack.wait_for(found, timeout=DEADLINE))

    async def chooses(self, person: Person, card: Message, what: str) -> Click:
        """Let *person* choose *what* in the menu of a card that stands there now."""
        return await person.clicks(card, "request.more", value=chosen(card.blocks, what))

    async def edits(self, card: Message, **changes: str | None) -> Submission:
        """Let Dana change what she has asked for."""
        await self.chooses(self.dana, card, "edit")
        return await self.dana.submits(await self.dana.modal(), changes)

    def moves_on(self, time: timedelta) -> None:
        """Let so much time pass at once, as while a machine sleeps."""
        self.clock.since -= time.total_seconds() / (self.clock.speed - 1)

    # ------------------------------------------------------------ the record

    async def request(self, number: int = 1) -> Request:
        """Return a request as stored."""
        async with self._database().reading() as tx:
            request = await tx.request_by_number(number)
        assert request is not None
        return request

    async def timeline(self, number: int = 1) -> tuple[Event, ...]:
        """Return a request's events, verified."""
        request = await self.request(number)
        async with self._database().reading() as tx:
            events = await tx.events(request.id)
        assert first_broken(events) is None
        return events

    async def told_of_ocp(self, environment: str = "prod") -> tuple[Event, ...]:
        """Return the events of OCP itself, verified, but those of its rules."""
        events = await self._of_environment(environment)
        return tuple(event for event in events if not event.kind.startswith("policy."))

    async def told_of_rules(self, environment: str = "prod") -> tuple[Event, ...]:
        """Return the events of an environment's rules, verified."""
        events = await self._of_environment(environment)
        return tuple(event for event in events if event.kind.startswith("policy."))

    async def _of_environment(self, environment: str) -> tuple[Event, ...]:
        async with self._database().reading() as tx:
            events = await tx.events(f"environment:{environment}")
        assert first_broken(events) is None
        return events

    def notices(self) -> list[str]:
        """Return what the approvals channel was told of OCP itself: what is no card there."""
        shown = [self.slack.rendered(message) for message in self.approvals.messages]
        return [text for text in shown if not text.startswith("prod: ")]

    async def is_told(self, words: str, seconds: float = DEADLINE) -> None:
        """Wait until a notice says *words*."""
        await self.slack.wait_for(lambda: [text for text in self.notices() if words in text], timeout=seconds)

    async def happens(self, kind: str, number: int = 1, seconds: float = DEADLINE) -> None:
        """Wait until the timeline has an event of *kind*."""
        async with asyncio.timeout(seconds):
            while kind not in {event.kind for event in await self.timeline(number)}:
                await self.clock.sleep(1.0)

    async def kinds(self, number: int = 1) -> list[str]:
        """
        Return the kinds of a request's events, those of its states only.

        A claim that was given back because the commit took too long is left out: on this fast clock a busy disk does
        that, and the next round claims again.
        """
        kinds: list[str] = []
        for event in await self.timeline(number):
            if event.kind == Kind.DELAYED and event.content["why"] == "database":
                kinds.pop()
            elif event.kind.startswith("request."):
                kinds.append(event.kind)
        return kinds

    async def open_act(self, number: int = 1) -> Act | None:
        """Return the call whose outcome is still to be found."""
        request = await self.request(number)
        async with self._database().reading() as tx:
            return await tx.open_act(request.id)

    async def looking_ends(self, number: int = 1) -> None:
        """Let the ten minutes of looking for a lost create go by: after the next look a person is asked."""
        await self.claim_ends(in_minutes=-11, number=number)

    async def claim_ends(self, *, in_minutes: int, number: int = 1) -> None:
        """Put the end of a lost create's claim there, counted from now, and let it be looked for now."""

        async def attempt() -> None:
            request, act, now = await self.request(number), await self.open_act(number), self.clock.now()
            assert act is not None
            async with self._database().transaction() as tx:
                await tx.save_act(replace(act, claimed_until=now + timedelta(minutes=in_minutes)))
                await tx.save(request.retry_at(now), at=now)

        await decide_again(attempt)

    async def threads(self, number: int = 1) -> tuple[Thread, ...]:
        """Return a request's threads as stored."""
        request = await self.request(number)
        async with self._database().reading() as tx:
            return await tx.threads_of(request.id)

    async def shows_everything_once(self, number: int = 1, seconds: float = DEADLINE) -> None:
        """Wait until all threads have caught up, then compare each with the timeline: nothing lost, nothing twice."""
        await self.caught_up(number, seconds)
        wanted = expected(await self.timeline(number))
        threads = await self.threads(number)
        for each in [self.shown(thread, number) for thread in threads]:
            assert each.copies == 1, f"{each.place} has {each.copies} cards"
            assert each.lines == wanted, (each.place, "more", each.more(wanted), "less", each.less(wanted))
        ids = [_ident(message) for thread in threads for message in self.copied(thread)]
        assert len(ids) == len(set(ids))
        await self.cards_agree(number)

    async def cards_agree(self, number: int = 1) -> None:
        """Compare the cards of a request: but for who is asked to approve, all show the same."""
        facts = {self.shown(thread, number).facts for thread in await self.threads(number)}
        assert len(facts) == 1, facts

    def shown(self, thread: Thread, number: int = 1) -> Shown:
        """Return what a person reads of a request in one place."""
        cards = [m for m in self.messages(thread.place.channel) if self._is_card(m, number)]
        root = next((card for card in cards if card.ts == thread.root_ts), None)
        room = next(room for room in self.slack.rooms if room.id == thread.place.channel)
        return Shown(
            place=room.name,
            copies=len(cards),
            card=self.slack.rendered(root) if root else "",
            lines=lines_of(self.thread_without_card(root)) if root else [],
        )

    def copied(self, thread: Thread) -> list[Message]:
        """Return the messages of a thread, its card first."""
        roots = [m for m in self.messages(thread.place.channel) if m.ts == thread.root_ts]
        return [message for root in roots for message in (root, *root.replies)]

    def _is_card(self, message: Message, number: int) -> bool:
        lines = self.slack.rendered(message).splitlines()
        return any(line.startswith(f"#{number} · ") for line in lines)

    def messages(self, channel: str) -> list[Message]:
        """Return the messages of a channel, or of the bot's conversation with somebody, without their replies."""
        return next(room.messages for room in self.slack.rooms if room.id == channel)

    async def caught_up(self, number: int = 1, seconds: float = DEADLINE) -> None:
        """Wait until every thread's cursor is at the end of the timeline and nothing is in flight."""
        async with asyncio.timeout(seconds):
            while not await self._is_caught_up(number):
                await self.clock.sleep(1.0)

    async def _is_caught_up(self, number: int) -> bool:
        request, threads = await self.request(number), await self.threads(number)
        return all(t.cursor == request.seq and not t.in_flight and not t.card_in_flight for t in threads)

    def thread_without_card(self, root: Message) -> str:
        """Return what the replies say."""
        return "\n".join(self.slack.rendered(reply) for reply in root.replies)

    def creates(self) -> list[Any]:
        """Return the bodies of all create calls that OCP got, accepted or not."""
        return [r.body for r in self.ocp.records if r.method == "POST" and r.path == "/api/v2/obproxy/clusters"]

    def writes(self) -> list[tuple[str, str]]:
        """Return (method, path) of everything but reads that OCP got."""
        return [(record.method, record.path) for record in self.ocp.records if record.method != "GET"]

    def _database(self) -> Database:
        """Return a reader of the bot's database that is the world's own."""
        self.database = self.database or Database.at(self.database_url)
        return self.database


def answers(**changes: str) -> dict[str, str]:
    """Return what Dana types for one host."""
    return {
        "name": "pay_01",
        "reason": "CHG0012345, second proxy for payments",
        "work_mode": "RS_LIST",
        "ob_links": "ob_pay, 1",
        "hosts": "11",
        "package": PACKAGE,
        "address": "pay.db.example",
    } | changes


def chosen(blocks: Sequence[Mapping[str, Any]], what: str) -> str:
    """Return the value of the option *what* in the menu among *blocks*."""
    controls = [each for block in blocks for each in block.get("elements", ())]
    [menu] = [each for each in controls if each.get("action_id") == "request.more"]
    return next(str(option["value"]) for option in menu["options"] if option["value"].startswith(what))


def _ident(message: Message) -> str:
    return str((message.metadata or {})["event_payload"]["id"])
