"""HTTP with one OCP: a call goes out once and ends as one Result; the only user of httpx."""

import asyncio
import ssl
from dataclasses import dataclass
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path

import httpx

from bot.domain.redaction import Redactor

from .heard import Heard, Lost, NeverLeft, Result

NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
"""
The exceptions that httpx raises only before the first byte of a request.

ConnectError and ConnectTimeout come from opening the socket and from the TLS handshake (name not found, refused,
certificate not trusted), also behind a proxy's CONNECT. ProxyError is a proxy that refused CONNECT or SOCKS: the
request itself would have been next. PoolTimeout waited for a connection, UnsupportedProtocol for nothing. All others
(read, write, protocol, decoding) can come after sending began, and some while CONNECT was spoken; httpx does not
tell which, so they count as lost. A write never uses a kept connection, whose end would look like a lost answer.
"""
LOST = (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, OSError, ValueError, ExceptionGroup)
"""
Whatever else httpx, TLS and the readers of headers and encodings raise for what comes over the network; anyio, on
which httpx runs, lets groups through.
"""
HEADERS = {
    "Content-Type": "application/json",
    "Accept": "application/json, text/plain;q=0.9, */*;q=0.5",  # bare texts, like the time, must not come as HTML
    "Accept-Language": "en",
    "User-Agent": "obproxy-bot",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """
    How long and how much.

    `write_seconds` and `read_seconds` are totals, from connecting to the last byte of the answer. A write that finds
    no place in `place_seconds` is not sent: with the 5 s from claim to send and the 60 s of the answer it stays
    within a claim of 75 s.
    """

    connect_seconds: float = 5.0
    place_seconds: float = 5.0
    write_seconds: float = 60.0
    read_seconds: float = 20.0
    most_bytes: int = 20_000_000
    reads_at_once: int = 3
    writes_at_once: int = 1


class Wire:
    """Two pools, so that writes neither wait for reads nor share their connections. Proxies are the environment's."""

    def __init__(
        self, *, base_url: str, username: str, password: str, ca_file: Path | None, limits: Limits, redact: Redactor
    ) -> None:
        """Prepare; nothing connects yet."""
        self._redact = redact
        self._base_url = base_url.rstrip("/")
        self._limits = limits
        self._auth = httpx.BasicAuth(username, password)
        self._tls = _trusting(ca_file)
        self._reading = self._client(httpx.Limits(max_connections=limits.reads_at_once))
        self._writing = self._client(httpx.Limits(max_keepalive_connections=0))
        self._read_places = asyncio.Semaphore(limits.reads_at_once)
        self._write_places = asyncio.Semaphore(limits.writes_at_once)

    async def read(self, target: str) -> Result:
        """GET *target*, a path with its query."""
        async with self._read_places:
            return await self._exchange(self._reading, "GET", target, None, self._limits.read_seconds)

    async def write(self, method: str, target: str, content: bytes | None) -> Result:
        """Send *content*, once."""
        try:
            async with asyncio.timeout(self._limits.place_seconds):
                await self._write_places.acquire()
        except TimeoutError:
            return NeverLeft("another write to this OCP is still waiting for its answer")
        try:
            return await self._exchange(self._writing, method, target, content, self._limits.write_seconds)
        finally:
            self._write_places.release()

    async def aclose(self) -> None:
        """Close all connections."""
        await self._reading.aclose()
        await self._writing.aclose()

    def _client(self, limits: httpx.Limits) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            auth=self._auth,
            verify=self._tls,
            headers=HEADERS,
            limits=limits,
            # Reading and writing have the total around them; httpx would count each chunk anew.
            timeout=httpx.Timeout(None, connect=self._limits.connect_seconds, pool=self._limits.connect_seconds),
            # Every call logs on by itself; a session of OCP's console would outlive the credentials.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            follow_redirects=False,
        )

    async def _exchange(
        self, client: httpx.AsyncClient, method: str, target: str, content: bytes | None, seconds: float
    ) -> Result:
        try:
            request = client.build_request(method, self._base_url + target, content=content)
        except (httpx.InvalidURL, ValueError) as error:
            return NeverLeft(f"{type(error).__name__} for the address")
        try:
            async with asyncio.timeout(seconds):
                return await self._answer(client, request)
        except NEVER_LEFT as error:
            return NeverLeft(self._redact(f"{type(error).__name__}: {error}"))
        except TimeoutError:
            # Connecting has its own, shorter time-out, so by now the request may have left.
            return Lost(f"no whole answer within {seconds:g} s", is_late=True)
        except LOST as error:
            return Lost(self._redact(f"{type(error).__name__}: {error}"))

    async def _answer(self, client: httpx.AsyncClient, request: httpx.Request) -> Result:
        response = await client.send(request, stream=True)
        try:
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > self._limits.most_bytes:
                    return Lost(f"HTTP {response.status_code} with more than {self._limits.most_bytes} bytes")
            headers = {name.lower(): value for name, value in response.headers.items()}
            return Heard(response.status_code, headers, bytes(body), self._redact)
        finally:
            await response.aclose()


@cache
def _trusting(ca_file: Path | None) -> ssl.SSLContext:
    """Return what checks certificates; reading all that the system trusts takes a while, and it is the same for all."""
    return ssl.create_default_context(cafile=ca_file) if ca_file else httpx.create_ssl_context()
