"""Answers Web API calls: tokens, limits and faults first, then the method."""

import asyncio
from collections.abc import Callable

from aiohttp import web

from .arguments import read_arguments, unpacked
from .errors import Refused
from .faults import Fault, next_fault
from .hooks import Hooks
from .limits import Limits
from .methods import APP_TOKEN_METHODS, METHODS, Desk
from .model import Json
from .records import Record
from .scopes import check_scope

RESPONSE_URL = "response_url"
Effect = Callable[[], Json]


class Api:
    """The HTTP side of the sandbox."""

    def __init__(self, desk: Desk, hooks: Hooks, limits: Limits) -> None:
        self.rate_limits = True
        self.records: list[Record] = []
        self.faults: list[Fault] = []
        self._desk = desk
        self._hooks = hooks
        self._limits = limits

    async def call(self, request: web.Request) -> web.StreamResponse:
        """Serve ``/api/{method}``."""
        method = request.match_info["method"]
        args = await read_arguments(request)
        in_form = args.pop("token", "")
        token = request.headers.get("Authorization", "").removeprefix("Bearer ") or in_form
        channel = self._place(args)
        return await self._serve(request, method, args, channel, lambda: self._do(method, token, args))

    async def respond(self, request: web.Request) -> web.StreamResponse:
        """Serve a post to a response_url."""
        args, path = await read_arguments(request), request.path.removeprefix("/")

        def effect() -> Json:
            self._hooks.use(path, unpacked(args))
            return {}

        return await self._serve(request, RESPONSE_URL, args, path, effect)

    async def _serve(
        self, request: web.Request, method: str, args: Json, place: str | None, effect: Effect
    ) -> web.StreamResponse:
        record = Record(method=method, args=args, at=self._desk.workspace.now())
        self.records.append(record)
        fault = next_fault(self.faults, method, place)
        if fault is not None:
            response = await self._fail(request, fault, record, effect)
        else:
            response = self._answer(record, place, effect)
        record.status = response.status if request.transport and not request.transport.is_closing() else 0
        self._desk.workspace.changes.ring()
        return response

    async def _hold(self, fault: Fault) -> None:
        if fault.held is not None:
            self._desk.workspace.changes.ring()
            await fault.held.wait()

    async def _fail(self, request: web.Request, fault: Fault, record: Record, effect: Effect) -> web.StreamResponse:
        if not fault.after_effect:
            await self._hold(fault)
        if fault.kind == "rate_limited":
            return _too_many(record, int(fault.seconds))
        if fault.kind in {"lost_after", "slow"} or fault.after_effect:
            answer = self._attempt(record, effect)
        if fault.after_effect:
            await self._hold(fault)
        if fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
            return answer
        if fault.kind in {"lost_before", "lost_after"}:
            _drop(request)
            return web.Response()
        record.error = fault.error
        if fault.kind == "status":
            return web.Response(status=fault.status, text="upstream connect error")
        return web.json_response({"ok": False, "error": fault.error})

    def _answer(self, record: Record, place: str | None, effect: Effect) -> web.Response:
        if self.rate_limits and (wait := self._limits.retry_after(record.method, place)):
            return _too_many(record, wait)
        return self._attempt(record, effect)

    @staticmethod
    def _attempt(record: Record, effect: Effect) -> web.Response:
        try:
            return web.json_response({"ok": True} | effect())
        except Refused as refused:
            record.error, record.messages = refused.error, refused.messages
            body: Json = {"ok": False, "error": refused.error} | refused.fields
            if refused.messages:
                body |= {"errors": refused.messages, "response_metadata": {"messages": refused.messages}}
            return web.json_response(body, status=404 if record.method == RESPONSE_URL else 200)

    def _do(self, method: str, token: object, args: Json) -> Json:
        if method not in METHODS:
            raise Refused("unknown_method")
        self._check_token(method, token)
        check_scope(method, self._desk.workspace.identity.scopes)
        args.update(unpacked(args))  # the record shows them unpacked as well
        return METHODS[method](self._desk, args)

    def _check_token(self, method: str, token: object) -> None:
        identity = self._desk.workspace.identity
        if not token:
            raise Refused("not_authed")
        if token not in {identity.bot_token, identity.app_token}:
            raise Refused("invalid_auth")
        if identity.revoked:
            raise Refused("token_revoked")
        if (token == identity.app_token) != (method in APP_TOKEN_METHODS):
            raise Refused("not_allowed_token_type")

    @staticmethod
    def _place(args: Json) -> str | None:
        channel = args.get("channel")
        return str(channel) if channel else None


def _too_many(record: Record, seconds: int) -> web.Response:
    record.error = "ratelimited"
    headers = {"Retry-After": str(seconds)}
    return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)


def _drop(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()
