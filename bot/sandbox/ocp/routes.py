"""Which path leads where; path parameters are numbers or the path does not exist."""

import json
from collections.abc import Callable
from typing import Any

from aiohttp import web

from . import render_inventory
from .api import Actions, Data, Lists, Objects
from .envelope import Envelopes
from .fault_effects import Handler
from .records import RECORD
from .states import Refused
from .times import stamp
from .world import World

CLUSTERS = "/api/v2/obproxy/clusters"
TASKS = "/api/v2/tasks/instances"
TASK = TASKS + r"/{task:\d+}"
SUBTASK = TASK + r"/subtasks/{subtask:\d+}"
HOSTS = "/api/v2/compute/hosts"


def routes(world: World, envelopes: Envelopes, *, username: str) -> list[web.RouteDef]:
    """Return every route of the sandbox."""
    wrap = _Wrap(world, envelopes)
    return [
        *_lists(wrap, Lists(world)),
        *_objects(wrap, Objects(world)),
        *_actions(wrap, world, username),
        *_bare(world),
    ]


class _Wrap:
    """Turns a function that answers data into a handler: time first, envelope last."""

    def __init__(self, world: World, envelopes: Envelopes) -> None:
        self._world = world
        self._envelopes = envelopes

    def queried(self, answer: Callable[..., Data]) -> Handler:
        """Give *answer* the query."""

        async def handler(request: web.Request) -> web.StreamResponse:
            self._world.advance()
            return self._envelopes.success(answer(request.query))

        return handler

    def numbered(self, answer: Callable[..., Data]) -> Handler:
        """Give *answer* the numbers in the path, in order."""

        async def handler(request: web.Request) -> web.StreamResponse:
            self._world.advance()
            return self._envelopes.success(answer(*(int(part) for part in request.match_info.values())))

        return handler

    def creating(self, answer: Callable[[Any, str], Data], username: str) -> Handler:
        """Give *answer* the body; only a create gets here."""

        async def handler(request: web.Request) -> web.StreamResponse:
            data = answer(_parsed(await request.read()), username)
            request[RECORD].accepted = True
            return self._envelopes.success(data)

        return handler


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError as error:
        raise Refused(400, "COM10001", "Illegal argument: the body is not JSON.") from error


def _lists(wrap: _Wrap, lists: Lists) -> list[web.RouteDef]:
    return [
        web.get(CLUSTERS, wrap.queried(lists.clusters)),
        web.get(TASKS, wrap.queried(lists.tasks)),
        web.get(HOSTS, wrap.queried(lists.hosts)),
        web.get("/api/v2/software-packages", wrap.queried(lists.packages)),
        web.get("/api/v2/ob/clusters", wrap.queried(lists.ob_clusters)),
    ]


def _objects(wrap: _Wrap, objects: Objects) -> list[web.RouteDef]:
    return [
        web.get(CLUSTERS + r"/{cluster:\d+}", wrap.numbered(objects.cluster)),
        web.get(HOSTS + r"/{host:\d+}", wrap.numbered(objects.host)),
        web.get(TASK, wrap.numbered(objects.task)),
        web.get(SUBTASK + "/log", wrap.numbered(objects.log)),
    ]


def _actions(wrap: _Wrap, world: World, username: str) -> list[web.RouteDef]:
    actions = Actions(world)
    return [
        web.post(CLUSTERS, wrap.creating(actions.create, username)),
        web.post(TASK + "/retry", wrap.numbered(actions.retry)),
        web.post(TASK + "/rollback", wrap.numbered(actions.rollback)),
        web.post(SUBTASK + "/retry", wrap.numbered(actions.retry_subtask)),
        web.post(SUBTASK + "/skip", wrap.numbered(actions.skip)),
        web.post(SUBTASK + "/cancel", wrap.numbered(actions.cancel)),
    ]


def _bare(world: World) -> list[web.RouteDef]:
    async def info(_: web.Request) -> web.Response:
        return web.json_response(render_inventory.info(world.version))

    async def time(_: web.Request) -> web.Response:
        return web.Response(text=stamp(world.now()))

    async def status(_: web.Request) -> web.Response:
        return web.Response(text="okay")

    return [web.get("/api/v2/info", info), web.get("/api/v2/time", time), web.get("/api/status", status)]
