"""Look-ups: what OCP calls the hosts, clusters and packages that a request names by id."""

from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from bot.domain.errors import OcpError, OcpRefused
from bot.domain.event import Fact, Kind
from bot.domain.inventory import Host, Package
from bot.domain.policy import Policy
from bot.domain.request import Request
from bot.ports import Clock, Ocp, Operation, Store, Tx, Wake

from .again import unless_raced
from .stop import Brake

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Lookups:
    """Put OCP's names on the cards of requests that have none yet."""

    store: Store
    ocp: Ocp
    clock: Clock
    operations: Mapping[str, Operation]
    policy: Policy
    brake: Brake
    wake: Wake

    async def round(self) -> None:
        """Ask OCP once for all requests whose names are not known."""
        async with self.store.reading() as tx:
            unnamed = await tx.unnamed_requests(self.policy.environment)
            wanted = {request.id: await self._wanted(tx, request) for request in unnamed}
        if not unnamed or await self.brake.is_on():
            return
        try:
            names, unread = await self._names(frozenset().union(*wanted.values()))
        except OcpError as error:
            log.warning("names could not be read; the next round repeats it", error=str(error))
            await self.brake.heed(error)
        else:
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
