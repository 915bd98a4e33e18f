"""Look-ups: what OCP calls the hosts, clusters and packages that a request names by id."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import structlog

from bot.domain.errors import OcpError, OcpRefused
from bot.domain.event import Fact, Kind
from bot.domain.inventory import Host, Package
from bot.domain.pace import backoff
from bot.domain.policy import Policy
from bot.domain.request import Request, RequestId
from bot.ports import Clock, Ocp, Operation, Store, Tx, Wake

from .again import unless_raced
from .reach import Reach

log = structlog.get_logger()


@dataclass(slots=True)
class Lookups:
    """
    Put OCP's names on the cards of requests that have none yet.

    `failures` counts the rounds in a row in which OCP did not answer; it is not asked again before `ask_at`
    (monotonic).
    """

    store: Store
    ocp: Ocp
    clock: Clock
    operations: Mapping[str, Operation]
    policy: Policy
    reach: Reach
    wake: Wake
    jitter: Callable[[], float]
    failures: int = 0
    ask_at: float = 0.0

    async def round(self) -> None:
        """Ask OCP once for all requests whose names are not known."""
        async with self.store.reading() as tx:
            unnamed = await tx.unnamed_requests(self.policy.environment)
            wanted = {request.id: await self._wanted(tx, request) for request in unnamed}
        if not unnamed:
            return
        if await self.reach.barred():
            self.failures, self.ask_at = 0, 0.0  # once calls may go out again, at once
        elif self.clock.monotonic() >= self.ask_at:
            await self._ask(unnamed, wanted)

    async def _ask(self, unnamed: Sequence[Request], wanted: Mapping[RequestId, frozenset[str]]) -> None:
        try:
            names, unread = await self._names(frozenset().union(*wanted.values()))
        except OcpError as error:
            log.warning("names could not be read; they are asked for again", error=str(error))
            self.failures += 1
            self.ask_at = self.clock.monotonic() + backoff(self.failures, jitter=self.jitter())
        else:
            self.failures = 0
            for request in unnamed:
                with unless_raced():
                    told = [key for key in sorted(wanted[request.id]) if _kind(key) not in unread]
                    await self._store(request, {key: names.get(key) for key in told})

    async def _wanted(self, tx: Tx, request: Request) -> frozenset[str]:
        payload = (await tx.revision(request.revision)).payload
        return self.operations[request.operation].wanted(payload)

    async def _names(self, wanted: frozenset[str]) -> tuple[dict[str, str], set[str]]:
        """
        Return (key -> OCP's words for it, for what OCP knows; the kinds of key that OCP does not let us read).

        Only the lists that are needed are read.
        """
        names: dict[str, str] = {}
        unread = set()
        for kind in sorted({_kind(key) for key in wanted}):
            try:
                names |= await self._list(kind)
            except OcpRefused as error:
                log.warning("OCP does not show a list", kind=kind, error=str(error))
                unread.add(kind)
        return names, unread

    async def _list(self, kind: str) -> dict[str, str]:
        if kind == "host":
            return {f"host:{host.id}": _host(host) for host in await self.ocp.hosts()}
        if kind == "ob":
            return {f"ob:{cluster.name}:{cluster.id}": cluster.name for cluster in await self.ocp.ob_clusters()}
        return {f"package:{package.file_name}": _package(package) for package in await self.ocp.packages()}

    async def _store(self, request: Request, labels: Mapping[str, str | None]) -> None:
        now = self.clock.now()
        async with self.store.transaction() as tx:
            await tx.save(request, Fact(Kind.NAMED, {"labels": labels}), at=now)
        self.wake()


def _kind(key: str) -> str:
    return key.partition(":")[0]


def _host(host: Host) -> str:
    return f"{host.name} ({host.ip})" if host.name else host.ip


def _package(package: Package) -> str:
    return " ".join(filter(None, (package.name, f"{package.version}-{package.build}", package.architecture)))
