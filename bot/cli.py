"""The command line: `obproxy-bot run`, `obproxy-bot resume`, `obproxy-bot story` and `obproxy-bot audit ...`."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import structlog
import typer

from bot import audit
from bot.app import Bot, lift, make
from bot.clock import SystemClock
from bot.config import Settings, WrongSetting, from_environment
from bot.domain.errors import Conflict, SlackLimited, SlackUnreachable, SlackUnsure, StoreUnavailable
from bot.domain.redaction import Redactor
from bot.sites import EnvironmentSettings
from bot.telemetry import logs

AGAIN_SECONDS = 5.0

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Creates OBProxy clusters from Slack, through OCP.",
)
app.add_typer(audit.app, name="audit")
log = structlog.get_logger()


def main() -> None:
    """Run the command line."""
    app()


@app.command()
def run() -> None:
    """Run the bot over Socket Mode until SIGTERM or Ctrl-C. Settings come from the environment, and bot.toml."""
    settings = _settings(os.environ)
    logs.set_up(settings.log_level, settings.secrets)
    try:
        sys.exit(asyncio.run(serve(settings, SystemClock())))
    except WrongSetting as error:
        _refuse(str(error), settings.secrets)


@app.command()
def resume(environment: str = typer.Argument("", help="Which one, if there are several.")) -> None:
    """
    Let calls to OCP go out again after a refused log-on or a wrong address, with the settings as they are.

    A pause is another thing: whoever paused in Slack lifts it there, with /obproxy resume.
    """
    settings = _settings(os.environ)
    logs.set_up(settings.log_level, settings.secrets)
    found = _environment(settings, environment)
    try:
        stood = asyncio.run(lift(settings, found, SystemClock()))
    except (WrongSetting, StoreUnavailable, Conflict) as error:
        _refuse(str(error).splitlines()[0], settings.secrets)
    typer.echo(f"Calls to OCP {found.name} {'go out again' if stood else 'were not stopped'}.")


@app.command()
def story(
    speed: float = typer.Option(10.0, min=1.0, max=60.0, help="How many seconds of the story pass in a real one."),
) -> None:
    """Play the whole job against a simulated Slack and OCP: a success, and a failure that is retried in OCP."""
    try:
        from bot.story import play  # noqa: PLC0415 - the sandbox is not in the production image
    except ModuleNotFoundError as error:
        _refuse(f"the sandbox is not installed here ({error.name}); the story runs from a checkout")
    logs.set_up("WARNING", [])
    sys.exit(asyncio.run(play(speed)))


async def serve(settings: Settings, clock: SystemClock) -> int:
    """Run until a signal asks for the end; return the exit code: 1 if a worker has ended by itself."""
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    asked = asyncio.create_task(stop.wait())
    bot = await _made(settings, clock, stop)
    if bot is None:
        return 0
    starting = asyncio.create_task(bot.start())
    try:
        await asyncio.wait({starting, asked}, return_when=asyncio.FIRST_COMPLETED)
        if not asked.done():
            starting.result()
            await asyncio.wait({asked, *bot.running}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        await bot.stop()
    if not asked.done():
        log.error("a worker has ended by itself")
    return 0 if asked.done() else 1


async def _made(settings: Settings, clock: SystemClock, stop: asyncio.Event) -> Bot | None:
    """Return the bot once Slack and the database have answered, or None if the end was asked for before."""
    while not stop.is_set():
        try:
            return await make(settings, clock)
        except (SlackUnreachable, SlackUnsure, SlackLimited, StoreUnavailable) as error:
            log.warning("Slack or the database does not answer; trying again", error=str(error))
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), AGAIN_SECONDS / clock.speed)
    return None


def _environment(settings: Settings, name: str) -> EnvironmentSettings:
    """Return the environment of that name; the only one needs none."""
    found = [each for each in settings.environments if not name or each.name.casefold() == name.casefold()]
    if len(found) != 1:
        names = ", ".join(each.name for each in settings.environments)
        _refuse(f"name one environment of these: {names}")
    return found[0]


def _settings(environment: Mapping[str, str]) -> Settings:
    try:
        return from_environment(environment, Path())
    except WrongSetting as error:
        _refuse(str(error))


def _refuse(lines: str, secrets: Sequence[str] = ()) -> NoReturn:
    """End with *lines*; the words of a database or of Slack in them may hold secrets."""
    for line in Redactor(secrets)(lines).splitlines():
        typer.echo(f"obproxy-bot: {line}", err=True)
    raise typer.Exit(2)
