"""A web server that can go down and come back on the same port."""

from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

LOOPBACK = "127.0.0.1"


@dataclass(slots=True)
class Listening:
    """Builds a fresh application for every start, since aiohttp does not start one twice."""

    build: Callable[[], web.Application]
    port: int = 0
    runner: web.AppRunner | None = None

    async def up(self) -> None:
        """Accept connections; port 0 picks one, which is then kept."""
        if self.runner:
            return
        self.runner = web.AppRunner(self.build(), access_log=None, shutdown_timeout=0.1)
        await self.runner.setup()
        await web.TCPSite(self.runner, LOOPBACK, self.port).start()
        self.port = int(self.runner.addresses[0][1])

    async def down(self) -> None:
        """Close every connection and refuse new ones."""
        runner, self.runner = self.runner, None
        if runner:
            await runner.cleanup()
