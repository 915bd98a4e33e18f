"""Puts a recorder around what the bot's libraries do; the bot's own code knows nothing of it."""

import json
import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import httpx
from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine
from sqlalchemy.pool import Pool

from bot.store.sqlite import READS

from .points import Recorder
from .sites import site

Call = Callable[..., Awaitable[Any]]
NUMBER = re.compile(r"(?<=/)\d+(?=/|$)")
COMMITTED = "chaos.committed"


def attach(recorder: Recorder) -> None:
    """Let *recorder* meet every commit and every call from now on."""
    _around_commits(recorder)
    _wrap(httpx.AsyncClient, "send", recorder, lambda _client, request, **_: _of_ocp(request))
    _wrap(aiohttp.ClientSession, "_request", recorder, lambda _session, _method, url, **_: _of_slack(str(url)))
    envelopes = Envelopes()
    _wrap(aiohttp.ClientWebSocketResponse, "send_str", recorder, lambda _socket, data, *_, **__: envelopes.name(data))
    envelopes.listen()


def _around_commits(recorder: Recorder) -> None:
    """
    Meet each commit that may have written something.

    SQLAlchemy tells of a commit before it; the next that it tells of the same connection, once the commit is done, is
    its return into the pool, before the code goes on.
    """

    @event.listens_for(Engine, "commit")
    def before(connection: Connection) -> None:
        options = connection.get_execution_options()
        if not options.get(READS) and not options.get("postgresql_readonly"):
            name = f"commit {site()}".strip()
            connection.info[COMMITTED] = name
            recorder.meet(name, "before")

    @event.listens_for(Engine, "rollback")
    def failed(connection: Connection) -> None:
        connection.info.pop(COMMITTED, None)

    @event.listens_for(Pool, "checkin")
    def after(_connection: object, record: Any) -> None:
        name = record.info.pop(COMMITTED, None)
        if name is not None:
            recorder.meet(name, "after")


def _wrap(owner: type, method: str, recorder: Recorder, name: Callable[..., str]) -> None:
    """Meet both sides of *owner*'s *method*; a call that raises has no other side."""
    original: Call = getattr(owner, method)

    async def wrapped(*args: Any, **kwargs: Any) -> Any:
        called = name(*args, **kwargs)
        recorder.meet(called, "before")
        answer = await original(*args, **kwargs)
        recorder.meet(called, "after")
        return answer

    setattr(owner, method, wrapped)


def _of_ocp(request: httpx.Request) -> str:
    return _called(f"OCP {request.method} {NUMBER.sub('{id}', request.url.path)}")


def _of_slack(url: str) -> str:
    path = urlsplit(url).path
    kinds = {"hooks": "response_url", "link": "socket"}
    first, _, rest = path.strip("/").partition("/")
    return _called(f"Slack {kinds.get(first, rest)}")


def _called(what: str) -> str:
    caller = site()
    return f"{what} < {caller}" if caller else what


class Envelopes:
    """What came over the socket, so that its acknowledgement can be named."""

    def __init__(self) -> None:
        self._kinds: dict[str, str] = {}

    def listen(self) -> None:
        """Look into everything that arrives from now on."""
        original: Call = aiohttp.ClientWebSocketResponse.receive

        async def receive(*args: Any, **kwargs: Any) -> Any:
            message = await original(*args, **kwargs)
            if message.type is aiohttp.WSMsgType.TEXT:
                self._note(json.loads(message.data))
            return message

        setattr(aiohttp.ClientWebSocketResponse, "receive", receive)  # noqa: B010 - a method, as mypy sees it

    def name(self, frame: str) -> str:
        """Return what is acknowledged with *frame*."""
        return f"Slack ack of {self._kinds.get(json.loads(frame).get('envelope_id', ''), 'nothing')}"

    def _note(self, frame: dict[str, Any]) -> None:
        if "envelope_id" in frame:
            payload = frame.get("payload") or {}
            self._kinds[frame["envelope_id"]] = str(payload.get("command") or payload.get("type") or frame["type"])
