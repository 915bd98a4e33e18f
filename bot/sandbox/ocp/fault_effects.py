"""What each kind of fault does to one request."""

import asyncio
import json
import math
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from aiohttp import web

from .envelope import Envelopes
from .faults import Fault

LOST = web.RequestKey("lost", bool)
GATEWAY_PAGE = "<html><head><title>{0}</title></head><body><h1>{0}</h1><hr>gateway</body></html>"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def answer(fault: Fault, request: web.Request, handler: Handler, envelopes: Envelopes) -> web.StreamResponse:
    """Return what the client gets instead of *handler*'s own answer."""
    if fault.kind == "rate_limited":
        response = envelopes.too_many()
        response.headers["RateLimit-Remaining"] = "0"
        response.headers["RateLimit-Reset"] = str(max(1, math.ceil(fault.seconds)))
        return response
    if fault.kind == "redirect":
        return web.Response(status=302, headers={"Location": "/login"})
    if fault.kind in {"lost_before", "lost_after"}:
        return await _lost(fault, request, handler)
    if fault.kind in {"status", "html"}:
        return await _instead(fault, request, handler)
    if fault.kind == "slow":
        return await _slow(fault, request, handler)
    return _spoilt(fault, await handler(request))


async def _slow(fault: Fault, request: web.Request, handler: Handler) -> web.StreamResponse:
    if not fault.after_effect:
        await asyncio.sleep(fault.seconds)
        return await handler(request)
    response = await handler(request)
    await asyncio.sleep(fault.seconds)
    return response


async def _lost(fault: Fault, request: web.Request, handler: Handler) -> web.StreamResponse:
    if fault.kind == "lost_after":
        await handler(request)
    if request.transport:
        request.transport.abort()
    request[LOST] = True
    return web.Response()


async def _instead(fault: Fault, request: web.Request, handler: Handler) -> web.StreamResponse:
    if fault.after_effect:
        await handler(request)
    if fault.kind == "html":
        title = f"{fault.status} {HTTPStatus(fault.status).phrase}"
        return web.Response(status=fault.status, text=GATEWAY_PAGE.format(title), content_type="text/html")
    text = fault.body if isinstance(fault.body, str) else json.dumps(fault.body)
    return web.Response(status=fault.status, text=text, content_type=fault.content_type)


def _spoilt(fault: Fault, response: web.StreamResponse) -> web.StreamResponse:
    if not isinstance(response, web.Response) or response.status != 200 or not response.text:
        return response
    if fault.kind == "half_json":
        return web.Response(text=response.text[: len(response.text) // 2], content_type="application/json")
    body = json.loads(response.text)
    change = _without_id if fault.kind == "no_id" else _in_unknown_state
    change(body.get("data") or {})
    return web.json_response(body)


def _without_id(data: dict[str, Any]) -> None:
    data.pop("id", None)


def _in_unknown_state(data: dict[str, Any]) -> None:
    for entry in data.get("contents", [data]):
        entry["status"] = "HIBERNATING"
