"""The story: the whole job, played against the sandbox, printed as the channel and its threads grow."""

import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.rule import Rule
from rich.text import Text

from bot.app import make
from bot.clock import SystemClock
from bot.config import Settings, from_environment
from bot.sandbox.ocp import SandboxOcp
from bot.sandbox.slack import Message, SandboxSlack, View

DEADLINE_SECONDS = 60.0
INSTALL = "Install rpm by package and version"


async def play(speed: float, console: Console | None = None) -> int:
    """Play both parts; return the exit code: 0 if both ended as they should."""
    console = console or Console(highlight=False)
    clock = SystemClock(speed)
    slack = SandboxSlack(speed=speed, now=lambda: clock.now().timestamp())
    ocp = SandboxOcp(speed=speed, subtask_seconds=4.0)
    async with slack, ocp:
        stage = Stage(slack, ocp, console)
        with tempfile.TemporaryDirectory() as folder:
            bot = await make(settings(slack, ocp, stage, Path(folder)), clock)
            await bot.start()
            try:
                await stage.success()
                await stage.failure()
            finally:
                await bot.stop()
        return stage.verdict()


def settings(slack: SandboxSlack, ocp: SandboxOcp, stage: "Stage", folder: Path) -> Settings:
    """Return the settings that join the bot to the sandbox."""
    return from_environment(
        {
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_APP_TOKEN": slack.app_token,
            "SLACK_API_URL": slack.url,
            "APPROVALS_CHANNEL": stage.approvals.id,
            "APPROVERS": stage.omar.id,
            "OCP_NAME": "prod",
            "OCP_URL": ocp.url,
            "OCP_USERNAME": ocp.username,
            "OCP_PASSWORD": ocp.password,
            "OCP_ACCOUNT_DEDICATED": "1",
            "DATABASE_URL": f"sqlite:///{folder}/story.db",
            "LOOK_SECONDS": "2",
        }
    )


class Stage:
    """The people and places of the story, and what they do."""

    def __init__(self, slack: SandboxSlack, ocp: SandboxOcp, console: Console) -> None:
        self.slack, self.ocp, self.console = slack, ocp, console
        self.approvals = slack.room("dba-approvals")
        self.home = slack.room("pay-team")
        self.dana, self.omar = slack.person("dana"), slack.person("omar")
        self.started = time.monotonic()
        slack.on_change(self._print)

    async def success(self) -> None:
        """Dana asks, Omar approves, OCP does it."""
        self._act("1", "dana asks for pay_01 in #pay-team, omar approves, OCP installs it on three hosts")
        card = await self._ask("pay_01", hosts="11, 12, 14")
        await self._approve(card)
        await self._reads(card, "✅ Done")

    async def failure(self) -> None:
        """A host has no space; somebody presses retry in OCP's console; the thread follows."""
        self._act("2", "one subtask of pay_02 fails, somebody retries it in OCP's console, the thread follows")
        self.ocp.fail(INSTALL, branch=0)
        self.ocp.slow(INSTALL, 75.0)
        card = await self._ask("pay_02", hosts="15")
        await self._approve(card)
        await self._reads(card, "❌ Failed")
        self._say("somebody presses Retry in OCP's console")
        self.ocp.console.retry(max(self.ocp.tasks))
        await self._reads(card, "✅ Done")

    def verdict(self) -> int:
        """Print what OCP got; return 0 if each request came once."""
        names = [body["name"] for body in self.ocp.accepted_creates]
        sent = [record for record in self.ocp.records if record.method == "POST"]
        self.console.print(Rule())
        seconds = time.monotonic() - self.started
        self.console.print(f"OCP got {len(sent)} create calls and accepted: {', '.join(names)}. {seconds:.0f} s.")
        return 0 if names == ["pay_01", "pay_02"] and len(sent) == len(names) else 1

    async def _ask(self, name: str, *, hosts: str) -> Message:
        await self.dana.types("/obproxy create", self.home)
        modal = await self.dana.modal()
        known = len(self.approvals.messages)
        await self.dana.submits(modal, answers(name, hosts))
        await self.slack.wait_for(lambda: len(self.approvals.messages) > known, timeout=DEADLINE_SECONDS)
        card = self.approvals.messages[-1]
        await self._reads(card, "proxy-host-")
        return card

    async def _approve(self, card: Message) -> None:
        self._say("omar presses Approve")
        await self.omar.clicks(card, "request.approve")

    async def _reads(self, card: Message, words: str) -> None:
        """Wait until the card says *words*."""
        await self.slack.wait_for(lambda: words in self.slack.rendered(card), timeout=DEADLINE_SECONDS)

    def _print(self, change: str, what: Message | View) -> None:
        """Print what anybody can see; a reply is set in below its channel."""
        if isinstance(what, View) or what.room not in {self.approvals, self.home}:
            return
        is_reply = what.thread_ts not in {None, what.ts}
        indent = "    " if is_reply else ""
        self.console.print(Text(f"{indent}#{what.room.name} {'thread' if is_reply else 'card'} {change}", style="cyan"))
        for line in self.slack.rendered(what).splitlines():
            self.console.print(Text(f"{indent}  {line}"))

    def _act(self, number: str, words: str) -> None:
        self.console.print(Rule(Text(f"{number}. {words}"), align="left"))

    def _say(self, words: str) -> None:
        self.console.print(Text(f"— {words}", style="italic yellow"))


def answers(name: str, hosts: str) -> dict[str, str]:
    """Return what Dana types."""
    return {
        "name": name,
        "reason": "CHG0012345, second proxy for payments",
        "work_mode": "RS_LIST",
        "ob_links": "ob_pay, 1",
        "hosts": hosts,
        "package": "obproxy-ce-4.2.1.0-11.el7.x86_64.rpm",
        "address": "pay.db.example",
        "startup_parameters": "work_thread_num=128",
    }
