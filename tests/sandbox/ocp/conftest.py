"""A sandbox whose clock stands still until a test moves it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import pytest

from bot.sandbox.ocp import SandboxOcp

from .client import Client


@dataclass(slots=True)
class Time:
    """Seconds that pass when the test says so."""

    seconds: float = 1000.0

    def __call__(self) -> float:
        return self.seconds

    def passes(self, seconds: float) -> None:
        self.seconds += seconds


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def ocp(time: Time) -> AsyncIterator[SandboxOcp]:
    async with SandboxOcp(monotonic=time) as sandbox:
        yield sandbox


@pytest.fixture
async def ocp_4x(time: Time) -> AsyncIterator[SandboxOcp]:
    async with SandboxOcp(monotonic=time, version="4.3.2") as sandbox:
        yield sandbox


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    login = aiohttp.encode_basic_auth("obproxy-bot", "sandbox-password")
    async with aiohttp.ClientSession(headers={"Authorization": login}) as opened:
        yield opened


@pytest.fixture
def client(ocp: SandboxOcp, session: aiohttp.ClientSession) -> Client:
    return Client(ocp, session)


@pytest.fixture
def client_4x(ocp_4x: SandboxOcp, session: aiohttp.ClientSession) -> Client:
    return Client(ocp_4x, session)
