"""What every request passes on its way in: the record, the rate limit, a fault, the log-on."""

from dataclasses import dataclass

from aiohttp import web
from aiohttp.typedefs import Middleware

from .envelope import Envelopes
from .fault_effects import LOST, Handler, answer
from .faults import Faults
from .gate import Login, RateLimit
from .records import RECORD, Record, record_of
from .states import Refused

OPEN_TO_ALL = frozenset({"/api/v2/time", "/api/status"})


@dataclass(frozen=True, slots=True)
class Middlewares:
    """The parts they share with the test, which reads records and adds faults."""

    records: list[Record]
    rate_limit: RateLimit
    faults: Faults
    login: Login
    envelopes: Envelopes

    def in_order(self) -> list[Middleware]:
        """Return them outermost first."""
        return [self._recorded(), self._limited(), self._faulty(), self._refusing(), self._authenticated()]

    def _recorded(self) -> Middleware:
        @web.middleware
        async def recorded(request: web.Request, handler: Handler) -> web.StreamResponse:
            record = request[RECORD] = record_of(request, await request.read())
            self.records.append(record)
            response = await handler(request)
            record.status = None if request.get(LOST) else response.status
            return response

        return recorded

    def _limited(self) -> Middleware:
        @web.middleware
        async def limited(request: web.Request, handler: Handler) -> web.StreamResponse:
            allowed = self.rate_limit.takes()
            response = await handler(request) if allowed else self.envelopes.too_many()
            for name, value in self.rate_limit.headers().items():
                response.headers.setdefault(name, value)
            return response

        return limited

    def _faulty(self) -> Middleware:
        @web.middleware
        async def faulty(request: web.Request, handler: Handler) -> web.StreamResponse:
            fault = self.faults.take(request.method, request.path)
            return await (answer(fault, request, handler, self.envelopes) if fault else handler(request))

        return faulty

    def _refusing(self) -> Middleware:
        @web.middleware
        async def refusing(request: web.Request, handler: Handler) -> web.StreamResponse:
            try:
                return await handler(request)
            except Refused as refused:
                return self.envelopes.failure(refused)
            except web.HTTPClientError as error:
                return self.envelopes.failure(Refused(error.status, "COM10002", f"No {request.method} {request.path}."))

        return refusing

    def _authenticated(self) -> Middleware:
        @web.middleware
        async def authenticated(request: web.Request, handler: Handler) -> web.StreamResponse:
            if request.path not in OPEN_TO_ALL:
                self.login.check(request.headers.get("Authorization"))
            return await handler(request)

        return authenticated
