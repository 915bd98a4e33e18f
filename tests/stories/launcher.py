"""The bot as a process of its own, on a clock that it shares with the story."""

import asyncio
import os
import sys

from bot.cli import serve
from bot.clock import SystemClock
from bot.config import from_environment
from bot.telemetry import logs

if __name__ == "__main__":
    settings = from_environment(os.environ)
    logs.set_up("INFO", settings.secrets)
    clock = SystemClock(float(os.environ["STORY_SPEED"]), since=float(os.environ["STORY_SINCE"]))
    sys.exit(asyncio.run(serve(settings, clock)))
