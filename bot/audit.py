"""What an auditor runs: `obproxy-bot audit verify` and `obproxy-bot audit export`. Both only read."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Coroutine, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn, TextIO

import typer

from bot.config import AuditSettings, WrongSetting, read
from bot.domain.anchor import Anchor, Damaged, anchor_in
from bot.domain.errors import StoreUnavailable
from bot.domain.redaction import Redactor
from bot.ports import Record, Which
from bot.store.database import Database
from bot.workflows.export import exported
from bot.workflows.verify import Verify

app = typer.Typer(no_args_is_help=True, help="Reads the record: who asked, approved and did what. Writes nothing.")

DAYS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]


class Form(StrEnum):
    """How an export is written."""

    JSONL = "jsonl"
    CSV = "csv"


Moment = Annotated[datetime | None, typer.Option(formats=DAYS, help="In UTC; events from then on, or before then.")]
Anchors = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, help="Anchors kept elsewhere: the bot's log, or text copied from Slack."),
]
Environment = Annotated[str | None, typer.Option(help="Only this environment.")]
Number = Annotated[int | None, typer.Option(min=1, help="Only the request with this number.")]
Cluster = Annotated[str | None, typer.Option(help="Only the requests for this cluster name.")]
Actor = Annotated[str | None, typer.Option(help="Only the requests in which this Slack user id had a part.")]
Format = Annotated[Form, typer.Option("--format", help="One JSON object a line, or a table.")]
Output = Annotated[Path | None, typer.Option(dir_okay=False, help="A file. Default: standard output.")]


@app.command()
def verify(anchors: Anchors = None) -> None:
    """Say what of the record is not as it was written; exit code 0 only if all is well."""
    sys.exit(_run(_verify(_settings(os.environ), anchors)))


@app.command()
def export(
    since: Moment = None,
    until: Moment = None,
    environment: Environment = None,
    request: Number = None,
    cluster: Cluster = None,
    actor: Actor = None,
    form: Format = Form.JSONL,
    output: Output = None,
) -> None:
    """Write one line an event, oldest first."""
    which = Which(_utc(since), _utc(until), environment, request, cluster, actor)
    sys.exit(_run(_export(_settings(os.environ), which, form, output)))


async def _verify(settings: AuditSettings, file: Path | None) -> int:
    found = Given(file)
    given = [] if file is None else list(found.anchors())
    async with _record(settings) as record:
        checking = Verify(record, given, settings.audit_key.get_secret_value())
        wrong = 0
        for line in found.damaged:
            wrong += _told(line)
        async for finding in checking.findings():
            wrong += _told(str(finding))
    if file is not None and not given:
        wrong += _told(f"{file.name}: holds no anchor")
    _say_what_was_checked(checking, file)
    typer.echo(f"{wrong} findings." if wrong else "All is well.")
    return 1 if wrong else 0


def _told(line: str) -> int:
    typer.echo(line)
    return 1


def _say_what_was_checked(checking: Verify, file: Path | None) -> None:
    typer.echo(
        f"Checked {checking.timelines} timelines with {checking.events} events, of {checking.requests} requests."
    )
    proof = checking.proof
    signed = f"{proof.signed} of them signed" if checking.key else "their signatures not checked: AUDIT_KEY is not set"
    newest = f", the newest is number {proof.last.number} of {proof.last.at}" if proof.last else ""
    typer.echo(f"Anchors in the database: {proof.stored}, {signed}{newest}.")
    if file is None:
        typer.echo("Anchors kept elsewhere: none given. Whoever can write the database can write its anchors, too.")
    else:
        typer.echo(f"Anchors in {file.name}: {len(proof.given)}{_span(proof.given)}.")


def _span(given: Mapping[int, Anchor]) -> str:
    if not given:
        return ""
    first, last = given[min(given)], given[max(given)]
    return f", number {first.number} of {first.at} to number {last.number} of {last.at}"


class Given:
    """The anchors of a file; `damaged` says which of its lines name an anchor and are none."""

    def __init__(self, file: Path | None) -> None:
        self.file = file
        self.damaged: list[str] = []

    def anchors(self) -> Iterator[Anchor]:
        """Yield them as they stand there; a log is read line by line, whatever else it holds."""
        if self.file is None:
            return
        with self.file.open(encoding="utf-8", errors="replace") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    found = anchor_in(line)
                except Damaged as error:
                    self.damaged.append(f"{self.file.name}, line {number}: no whole anchor ({error})")
                else:
                    yield from [found] if found else []


async def _export(settings: AuditSettings, which: Which, form: Form, output: Path | None) -> int:
    async with _record(settings) as record:
        if output is None:
            await _write(exported(record, which, form), sys.stdout)
        else:
            with output.open("w", encoding="utf-8", newline="") as file:
                await _write(exported(record, which, form), file)
    return 0


async def _write(lines: AsyncIterator[str], file: TextIO) -> None:
    async for line in lines:
        file.write(line)


@asynccontextmanager
async def _record(settings: AuditSettings) -> AsyncIterator[Record]:
    database = Database.to_read(settings.database_url.get_secret_value())
    try:
        async with database.auditing() as record:
            yield record
    finally:
        await database.close()


def _utc(given: datetime | None) -> datetime | None:
    return given.replace(tzinfo=UTC) if given else None


def _settings(environment: Mapping[str, str]) -> AuditSettings:
    try:
        return read(AuditSettings, environment)
    except WrongSetting as error:
        _refuse(str(error))


def _run(work: Coroutine[Any, Any, int]) -> int:
    """Return the exit code of *work*; a reader that has seen enough (`| head`) is no error."""
    try:
        return asyncio.run(work)
    except StoreUnavailable as error:
        _refuse(f"the database cannot be read: {str(error).splitlines()[0]}")
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _refuse(line: str) -> NoReturn:
    typer.echo(f"obproxy-bot: {Redactor()(line)}", err=True)
    raise typer.Exit(2)
