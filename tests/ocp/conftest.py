"""A clock that tests move, the sandbox, and a server that says exactly what a test wants it to."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.ocp import Limits, OcpClient
from bot.sandbox.ocp import SandboxOcp

PROXY_VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
POLL_SECONDS = 0.001
PATIENT = Limits(place_seconds=0.1, write_seconds=5, read_seconds=5, most_bytes=1_000_000)
HASTY = Limits(write_seconds=0.4, read_seconds=0.4)
Connect = Callable[..., OcpClient]
Scripted = Callable[..., AbstractAsyncContextManager["Script"]]


@dataclass
class FakeClock:
    """Stands still unless somebody sleeps."""

    seconds: float = 0.0
    slept: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return datetime(2025, 3, 11, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds


async def until(condition: Callable[[], object]) -> None:
    """Return as soon as *condition* holds, for what another part does over a real socket."""
    async with asyncio.timeout(15):
        while not condition():  # noqa: ASYNC110 - a socket's far end sets no event
            await asyncio.sleep(POLL_SECONDS)


@dataclass
class Script:
    """A server that gives the same bytes to everybody, and what it heard."""

    port: int
    heard: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PROXY_VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
async def ocp() -> AsyncIterator[SandboxOcp]:
    async with SandboxOcp(speed=1.0, seed=1) as sandbox:
        yield sandbox


@pytest.fixture
async def connect(clock: FakeClock) -> AsyncIterator[Connect]:
    """Return a function that makes a client, closed when the test is over."""
    clients: list[OcpClient] = []

    def connect(base_url: str, **changes: Any) -> OcpClient:
        settings: dict[str, Any] = {
            "username": "obproxy-bot",
            "password": "sandbox-password",
            "limits": PATIENT,
        } | changes
        clients.append(OcpClient(base_url=base_url, clock=clock, **settings))
        return clients[-1]

    yield connect
    for client in clients:
        await client.aclose()


@pytest.fixture
def client(ocp: SandboxOcp, connect: Connect) -> OcpClient:
    return connect(ocp.url, username=ocp.username, password=ocp.password)


@pytest.fixture
def scripted() -> Scripted:
    return _scripted


@asynccontextmanager
async def _scripted(answer: bytes, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[Script]:
    """Serve *answer* to every request and close; b"" closes without a word."""
    script = Script(0)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            script.heard.append((await reader.readuntil(b"\r\n\r\n")).decode())
            writer.write(answer)
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            script.heard.append("")
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    script.port = server.sockets[0].getsockname()[1]
    try:
        yield script
    finally:
        server.close()
        await server.wait_closed()
