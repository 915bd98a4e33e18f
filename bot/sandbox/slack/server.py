"""Serves the sandbox on loopback, and can be down for a while."""

from aiohttp import web

from .api import Api
from .sockets import Sockets

HOST = "127.0.0.1"


class Server:
    """An HTTP and WebSocket server that comes back on the port it had."""

    def __init__(self) -> None:
        self.port = 0
        self._runner: web.AppRunner | None = None
        self._site: web.TCPSite | None = None

    def absolute(self, path: str, scheme: str = "http") -> str:
        """Return the URL of *path* (no leading slash)."""
        return f"{scheme}://{HOST}:{self.port}/{path}"

    async def start(self, api: Api, sockets: Sockets, port: int) -> None:
        """Listen on *port*; 0 takes a free one."""
        app = web.Application(client_max_size=4 * 1024 * 1024)
        app.router.add_route("*", "/api/{method}", api.call)
        app.router.add_post("/hooks/{team}/{number}/{secret}", api.respond)
        app.router.add_get("/link/", sockets.connect)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        self.port = port
        await self.up()

    async def up(self) -> None:
        """Listen again, on the same port; nothing happens when it does already."""
        if self._runner is None or self._site is not None:
            return
        self._site = web.TCPSite(self._runner, HOST, self.port, reuse_address=True)
        await self._site.start()
        self.port = self._runner.addresses[0][1]

    async def down(self) -> None:
        """Refuse new connections and drop those that are open."""
        if self._runner is None or self._site is None:
            return
        site, self._site = self._site, None
        await site.stop()
        for connection in list(self._runner.server.connections if self._runner.server else ()):
            if connection.transport is not None:
                connection.transport.abort()

    async def stop(self) -> None:
        """Close everything."""
        await self.down()
        if self._runner is not None:
            await self._runner.cleanup()
