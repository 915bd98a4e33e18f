"""The bot as a process of its own, with a recorder around its commits and calls, watched for calls in transactions."""

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

import pytest

from bot.cli import serve
from bot.clock import SystemClock
from bot.config import from_environment
from bot.telemetry import logs
from tests.stories.guard import Guard

from .attach import attach
from .points import Recorder


def launch(environment: Mapping[str, str], log: Path) -> NoReturn:
    """Run the bot in this process until it ends or is killed; what it logs is added to *log*."""
    with log.open("ab") as file:
        os.dup2(file.fileno(), sys.stderr.fileno())
    attach(Recorder.of(environment))
    Guard().watch(pytest.MonkeyPatch())
    settings = from_environment(environment)
    logs.set_up("INFO", settings.secrets)
    clock = SystemClock(float(environment["STORY_SPEED"]), since=float(environment["STORY_SINCE"]))
    sys.exit(asyncio.run(serve(settings, clock)))
