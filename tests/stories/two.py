"""A world with two OCPs, whose rules stand in a bot.toml: prod with two approvals, staging with one."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.sandbox.ocp import SandboxOcp
from bot.sandbox.ocp.sandbox import USERNAME
from bot.sandbox.slack import Message, Person, Room, Submission, View

from .world import DEADLINE, SPEED, World, answers

FOR_PROD, FOR_STAGING = "CHG0012345, second proxy for payments", "try the new version"


class TwoOcps(World):
    """
    `ocp` is prod, `staging` the other one; each has an approvals channel.

    In prod, `omar` and `ines` approve as members of @dba-oncall, `lea` by her id and unmentioned; `ada` is its admin.
    In staging `sam` approves, as a member of @dev-leads. `dana` asks, anybody may; prod only from #pay-team.
    `rules` is what bot.toml is written from at each start.
    """

    def __init__(self, folder: Path, speed: float = SPEED, database_url: str = "") -> None:
        super().__init__(folder, speed, database_url)
        self.staging = SandboxOcp(speed=speed, subtask_seconds=3.0, version="4.2.1")
        self.elsewhere, self.tests = self.slack.room("web-team"), self.slack.room("staging-approvals")
        self.lea, self.ada, self.sam = map(self.slack.person, ("lea", "ada", "sam"))
        self.on_call = self.slack.usergroup("dba-oncall", [self.omar, self.ines], id="S0DBAONCALL")
        self.leads = self.slack.usergroup("dev-leads", [self.sam], id="S0DEVLEADS")
        self.chiefs = self.slack.usergroup("dba-leads", [self.lea], id="S0DBALEADS")
        self.rules = {"prod": self._prod(), "staging": self._staging()}

    def _prod(self) -> dict[str, Any]:
        return {
            **_account(self.approvals),
            "ticket_pattern": "CHG[0-9]{7}",
            "ticket_example": "CHG0012345",
            "approvers": [self.on_call.id],
            "also_approve": [self.lea.id],
            "operators": [self.on_call.id],
            "admins": [self.ada.id],
            "second_group": [self.chiefs.id],
            "approvals_required": 2,
            "channels": [self.home.id],
        }

    def _staging(self) -> dict[str, Any]:
        return {**_account(self.tests), "approvers": [self.leads.id], "production": False}

    def environment(self, **changes: str) -> dict[str, str]:
        """Write bot.toml; return the other settings as environment variables."""
        path = self.folder / "bot.toml"
        urls = {"prod": self.ocp.url, "staging": self.staging.url}
        path.write_text("\n".join(_lines({name: {"url": urls[name], **self.rules[name]} for name in self.rules})))
        return super().environment(POLICY_FILE=str(path), BOTH_PASSWORD=self.ocp.password, **changes)

    async def form(self, person: Person, room: Room | None = None) -> View:
        """Let *person* type the command, in #pay-team if no *room* is given; return the form."""
        await person.types("/obproxy create", room or self.home)
        return await person.modal()

    async def submits(self, environment: str, person: Person, **changes: str) -> Submission:
        """Let *person* ask in *environment* from #pay-team, where the form asks for it."""
        reason = FOR_PROD if environment == "prod" else FOR_STAGING
        form = await self.form(person)
        return await person.submits(form, {"environment": environment, **answers(reason=reason), **changes})

    async def asks_in(
        self, environment: str, name: str = "pay_01", by: Person | None = None, **changes: str
    ) -> Message:
        """Let Dana, or somebody else, ask; return the card in the approvals channel of *environment*."""
        result = await self.submits(environment, by or self.dana, name=name, **changes)
        assert result.closed, (result.errors, result.refused_by_client)
        await self.told(by or self.dana, f"create OBProxy cluster {name} in {environment}")
        return await self.card(name, self.approvals if environment == "prod" else self.tests, environment)

    async def types(self, person: Person, command: str, room: Room | None = None) -> str:
        """Let *person* type a command; return the answer, which only they see."""
        return await self.answer(person, person.types(f"/obproxy {command}", room or self.home))

    async def presses(self, person: Person, card: Message, action: str, value: str = "") -> str:
        """Let *person* press a button; return the answer, which only they see."""
        return await self.answer(person, person.clicks(card, action, value=value or None))

    async def answer(self, person: Person, doing: Any) -> str:
        """Wait for what *person* is told privately for *doing* something."""
        told = len(person.ephemerals)
        await doing
        await self.slack.wait_for(lambda: len(person.ephemerals) > told, timeout=DEADLINE)
        return self.slack.rendered(person.ephemerals[-1])

    async def shows(self, card: Message, words: str) -> str:
        """Wait until the card itself says *words*; return all that it says."""
        await self.slack.wait_for(lambda: words in self.slack.rendered(card), timeout=DEADLINE)
        return self.slack.rendered(card)

    def names_sent(self) -> tuple[list[str], list[str]]:
        """Return the names of the clusters that prod and staging have been asked to create."""
        return (
            [str(body["name"]) for body in self.ocp.accepted_creates],
            [str(body["name"]) for body in self.staging.accepted_creates],
        )


def _account(approvals: Room) -> dict[str, Any]:
    return {
        "username": USERNAME,
        "password_env": "BOTH_PASSWORD",
        "account_dedicated": True,
        "approvals_channel": approvals.id,
        "look_seconds": 2.0,
    }


def _lines(rules: Mapping[str, Mapping[str, Any]]) -> Sequence[str]:
    """Return *rules* as TOML, which writes these values as JSON does."""
    rows: list[str] = []
    for environment, table in rules.items():
        rows += [f"[environments.{environment}]", *(f"{key} = {json.dumps(value)}" for key, value in table.items())]
    return rows
