"""What the network can do to a call: TLS, proxies, broken and endless answers."""

import asyncio
import shutil
import socket
import ssl
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bot.domain.answer import Accepted, NotSent, Stopped, Unknown
from bot.domain.errors import OcpStopped, OcpUnavailable
from bot.sandbox.ocp import SandboxOcp

from .conftest import Connect, Scripted
from .test_client import create

OPENSSL = shutil.which("openssl") or ""
needs_openssl = pytest.mark.skipif(not OPENSSL, reason="there is no openssl to make a CA with")


def _http(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


TASK = b'{"successful": true, "data": {"id": "41", "name": "Install obproxy"}, "traceId": "t1"}'


def _closed_port() -> int:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port: int = unused.getsockname()[1]
        return port


@pytest.mark.invariant(1)
@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 20",
        b"not http\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n" + TASK,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        _http(TASK, "200 OK", "Content-Encoding: gzip"),
        _http(b"\xff\xfe\x00", "200 OK"),
        _http(TASK + b" " * 1_200_000),
    ],
    ids=["nothing", "half a status", "not http", "half a body", "bad chunk", "not gzip", "not text", "too large"],
)
async def test_a_broken_answer_leaves_a_write_unknown_and_a_read_unavailable(
    scripted: Scripted, connect: Connect, answer: bytes
) -> None:
    async with scripted(answer) as server:
        client = connect(server.url)

        assert isinstance(await client.send(create()), Unknown)
        assert len(server.heard) == 1
        with pytest.raises(OcpUnavailable):
            await client.clusters()


@pytest.mark.invariant(1)
@pytest.mark.parametrize("location", ["Location: /login", "Location: https://sso.invalid/x", "X-Nothing: here"])
async def test_a_redirect_is_not_followed(scripted: Scripted, connect: Connect, location: str) -> None:
    async with scripted(_http(b"", "307 Temporary Redirect", location)) as server:
        answer = await connect(server.url).send(create())

        assert len(server.heard) == 1
    assert isinstance(answer, Stopped)
    assert answer.reason == "address"


async def test_every_write_has_a_connection_of_its_own_and_reads_share_theirs(
    ocp: SandboxOcp, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []
    loop = asyncio.get_running_loop()
    original = loop.create_connection

    async def counting(*args: Any, **kwargs: Any) -> Any:
        opened.append(args)
        return await original(*args, **kwargs)

    monkeypatch.setattr(loop, "create_connection", counting)
    client = connect(ocp.url)
    for name in ("one", "two"):
        await client.send(create(name))
        await client.version()

    assert len(opened) == 3


async def test_a_session_cookie_is_never_sent_back(scripted: Scripted, connect: Connect) -> None:
    async with scripted(_http(TASK, "200 OK", "Set-Cookie: JSESSIONID=1; Path=/")) as server:
        client = connect(f"{server.url}/")
        await client.send(create())

        await client.send(create())

    assert [heard.startswith("POST /api/v2/obproxy/clusters HTTP") for heard in server.heard] == [True, True]
    assert not any("cookie" in heard.lower() for heard in server.heard)
    assert all("Authorization: Basic " in heard for heard in server.heard)


@pytest.mark.parametrize("url", ["ftp://127.0.0.1", "http://[bad", "nothing at all", ""])
async def test_an_address_that_is_none_was_never_asked(connect: Connect, url: str) -> None:
    assert isinstance(await connect(url).send(create()), NotSent)


async def test_a_port_that_is_none_is_answered_for_and_not_raised(connect: Connect) -> None:
    assert isinstance(await connect("http://127.0.0.1:99999").send(create()), Unknown)


async def test_a_name_that_does_not_exist_was_never_asked(connect: Connect) -> None:
    assert isinstance(await connect("http://ocp.invalid:8080").send(create()), NotSent)


@pytest.mark.parametrize(
    ("body", "expected"),
    [(b"2025-03-11T10:15:02.5+08:00", 2), (b'"2025-03-11T10:15:02+0800"', 2)],
)
async def test_the_time_is_read_bare_or_quoted(
    scripted: Scripted, connect: Connect, body: bytes, expected: int
) -> None:
    async with scripted(_http(body, "200 OK", "Content-Type: text/plain")) as server:
        assert (await connect(server.url).time()).hour == expected


async def test_a_list_without_a_timestamp_takes_the_date_header(scripted: Scripted, connect: Connect) -> None:
    body = b'{"successful": true, "data": {"contents": [], "page": {"totalElements": 0}}}'
    async with scripted(_http(body, "200 OK", "Date: Tue, 11 Mar 2025 10:15:02 GMT")) as server:
        listed = await connect(server.url).clusters()

    assert listed.at == datetime.fromisoformat("2025-03-11T10:15:02+00:00")


async def test_an_info_without_a_version_is_an_answer_all_the_same(scripted: Scripted, connect: Connect) -> None:
    async with scripted(_http(b"{}")) as server:
        assert await connect(server.url).version() == ""


async def test_an_info_that_is_none_is_told(scripted: Scripted, connect: Connect) -> None:
    async with scripted(_http(b"[]")) as server:
        with pytest.raises(OcpUnavailable, match="no JSON object"):
            await connect(server.url).version()
        with pytest.raises(OcpUnavailable, match="no time"):
            await connect(server.url).time()
    async with scripted(_http(b"<html>", "200 OK", "Content-Type: text/html")) as server:
        with pytest.raises(OcpStopped):
            await connect(server.url).version()


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    """Return a CA's file, and the context of a server whose certificate it signed for 127.0.0.1."""
    folder = tmp_path_factory.mktemp("tls")
    make = [
        OPENSSL,
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
    ]
    ca = ["-subj", "/CN=Test CA", "-keyout", "ca.key", "-out", "ca.pem"]
    leaf = ["-subj", "/CN=ocp", "-keyout", "ocp.key", "-out", "ocp.pem", "-CA", "ca.pem", "-CAkey", "ca.key"]
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=CA:FALSE"]
    for command in (make + ca, make + leaf + names):
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "ocp.pem", folder / "ocp.key")
    return folder / "ca.pem", context


@needs_openssl
async def test_a_ca_of_ones_own_is_trusted_if_named(
    scripted: Scripted, connect: Connect, certificates: tuple[Path, ssl.SSLContext]
) -> None:
    ca_file, context = certificates
    async with scripted(_http(TASK), tls=context) as server:
        url = f"https://127.0.0.1:{server.port}"

        trusting = await connect(url, ca_file=ca_file).send(create())
        doubting = await connect(url).send(create())
        misnamed = await connect(f"https://localhost:{server.port}", ca_file=ca_file).send(create())

        assert isinstance(trusting, Accepted)
        assert isinstance(doubting, NotSent)
        assert "CERTIFICATE_VERIFY_FAILED" in doubting.why
        assert isinstance(misnamed, NotSent)
        assert len(server.heard) == 1


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
async def test_no_proxy_is_obeyed(
    ocp: SandboxOcp, connect: Connect, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, f"http://127.0.0.1:{_closed_port()}")

    through_the_dead_proxy = await connect(ocp.url).send(create())
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    around_it = await connect(ocp.url).send(create())

    assert isinstance(through_the_dead_proxy, NotSent)
    assert isinstance(around_it, Accepted)


@needs_openssl
async def test_no_proxy_is_obeyed_for_https(
    scripted: Scripted, connect: Connect, certificates: tuple[Path, ssl.SSLContext], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{_closed_port()}")
    ca_file, context = certificates
    async with scripted(_http(TASK), tls=context) as server:
        url = f"https://127.0.0.1:{server.port}"

        assert isinstance(await connect(url, ca_file=ca_file).send(create()), NotSent)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        assert isinstance(await connect(url, ca_file=ca_file).send(create()), Accepted)


async def test_a_proxy_is_used_and_its_no_to_a_tunnel_means_never_sent(
    scripted: Scripted, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with scripted(_http(TASK)) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        assert isinstance(await connect("http://ocp.invalid").send(create()), Accepted)
        assert proxy.heard[0].startswith("POST http://ocp.invalid/api/v2/obproxy/clusters HTTP/1.1")
    async with scripted(_http(b"", "403 Forbidden")) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        assert isinstance(await connect("https://ocp.invalid").send(create()), NotSent)
        assert proxy.heard[0].startswith("CONNECT ocp.invalid:443")
        assert "Authorization" not in proxy.heard[0]
