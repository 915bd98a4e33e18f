"""One OCP, as the core sees it: a write that ends as exactly one Answer, and typed reads."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote, urlencode

from bot.domain.answer import Answer, Call
from bot.domain.errors import OcpRefused, OcpUnavailable
from bot.domain.inventory import Cluster, ClusterList, Host, ObCluster, Package
from bot.domain.pace import Allowance
from bot.domain.redaction import Redactor
from bot.domain.task import Task
from bot.ports import Clock

from .answers import classify
from .heard import Heard
from .pacing import Pacing
from .pages import Listing, whole_list
from .reading import OBPROXY_PACKAGE, UNKNOWN, read_cluster, read_host, read_ob_cluster, read_package, read_task
from .reads import answered, as_gone, opened
from .times import parse_time
from .values import parse, text
from .wire import Limits, Wire
from .writes import content_of, log_write

CLUSTERS = "/api/v2/obproxy/clusters"
TASKS = "/api/v2/tasks/instances"
HOSTS = "/api/v2/compute/hosts"
PACKAGES = "/api/v2/software-packages"
OB_CLUSTERS = "/api/v2/ob/clusters"
PAGE, TASK_PAGE = 200, 500
USUAL_LIMITS = Limits()


class OcpClient:
    """
    Implements `ports.Ocp` over HTTP with Basic authentication.

    *ca_file* holds the certificates to trust instead of the usual ones.
    """

    def __init__(
        self,
        *,
        base_url: str,
        username: str,
        password: str,
        ca_file: Path | None = None,
        clock: Clock,
        limits: Limits = USUAL_LIMITS,
        redact: Redactor | None = None,
    ) -> None:
        """Prepare; nothing connects yet. OCP's words pass *redact*, without one a redactor that knows *password*."""
        self._wire = Wire(
            base_url=base_url,
            username=username,
            password=password,
            ca_file=ca_file,
            limits=limits,
            redact=redact or Redactor([password]),
        )
        self._clock = clock
        self._pacing = Pacing(clock)

    async def __aenter__(self) -> Self:
        """Return the client; leaving closes it."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close, whatever happened inside."""
        await self.aclose()

    async def aclose(self) -> None:
        """Close all connections."""
        await self._wire.aclose()

    @property
    def allowance(self) -> Allowance | None:
        """What OCP said last of its rate limit."""
        return self._pacing.allowance

    async def send(self, call: Call) -> Answer:
        """Send a write once and return what became of it; only a cancellation is raised."""
        began = self._clock.monotonic()
        content = content_of(call)
        result = answer = None
        try:
            result = await self._wire.write(call.method, call.path, content)
            self._pacing.note(result)
            answer = classify(result)
            return answer
        finally:
            log_write(call, result, answer, seconds=self._clock.monotonic() - began)

    async def clusters(self) -> ClusterList:
        """Read the whole list of OBProxy clusters, all pages."""
        listing = await self._list(CLUSTERS, PAGE)
        at = parse_time(listing.at or "") or await self.time()
        return ClusterList(listing.read(read_cluster), at)

    async def cluster(self, cluster_id: int) -> Cluster:
        """Read one OBProxy cluster."""
        data = opened(await self._get(f"{CLUSTERS}/{cluster_id}")).data
        found = read_cluster(data) if isinstance(data, dict) else None
        if found is None or found.id != cluster_id:
            raise OcpUnavailable(f"asked for cluster {cluster_id}, answered for another one or none")
        return found

    async def task(self, task_id: int) -> Task:
        """Read the detail of a task; raises TaskGone for one that OCP does not know (any more)."""
        try:
            found = read_task(opened(await self._get(f"{TASKS}/{task_id}")).data)
        except OcpRefused as refused:
            raise as_gone(refused) from None
        if found is None:
            raise OcpUnavailable(f"asked for task {task_id}, the answer holds no task")
        if found.id != task_id:
            raise OcpUnavailable(f"asked for task {task_id}, answered for another task, {found.id}")
        if found.mark.status == UNKNOWN:
            raise OcpUnavailable(f"asked for task {task_id}, the answer does not tell its status")
        return found

    async def tasks(self, *, name: str = "", statuses: Sequence[str] = ()) -> tuple[Task, ...]:
        """Read the task list, all pages; *name* is exact here, although OCP's own filter is fuzzy. No edges."""
        listing = await self._list(TASKS, TASK_PAGE, name=name.strip(), status=",".join(sorted(set(statuses))))
        found = listing.read(read_task)
        return tuple(task for task in found if not name.strip() or task.name.strip() == name.strip())

    async def hosts(self) -> tuple[Host, ...]:
        """Read all hosts."""
        return (await self._list(HOSTS, PAGE)).read(read_host)

    async def packages(self) -> tuple[Package, ...]:
        """Read all OBProxy packages."""
        return (await self._list(PACKAGES, PAGE, type=OBPROXY_PACKAGE)).read(read_package)

    async def ob_clusters(self) -> tuple[ObCluster, ...]:
        """Read all OceanBase clusters."""
        return (await self._list(OB_CLUSTERS, PAGE)).read(read_ob_cluster)

    async def version(self) -> str:
        """Read OCP's build version, from an answer without an envelope; "" if it tells none."""
        envelope = (await self._get("/api/v2/info")).envelope
        if envelope is None:
            raise OcpUnavailable("/api/v2/info is no JSON object")
        return text(envelope.body.get("buildVersion")) or ""

    async def time(self) -> datetime:
        """Read OCP's clock: bare text, or the same as a quoted JSON string."""
        heard = await self._get("/api/v2/time")
        quoted = heard.envelope.data if heard.envelope else parse(heard.body)
        found = parse_time(quoted if isinstance(quoted, str) else heard.body.decode(errors="replace"))
        if found is None:
            raise OcpUnavailable("/api/v2/time tells no time")
        return found

    async def _get(self, path: str, **query: str) -> Heard:
        await self._pacing.before_read()
        filled = {name: value for name, value in sorted(query.items()) if value}
        result = await self._wire.read(f"{path}?{urlencode(filled, quote_via=quote, safe='')}" if filled else path)
        self._pacing.note(result)
        return answered(result)

    async def _list(self, path: str, size: int, **query: str) -> Listing:
        async def fetch(number: int) -> Heard:
            return await self._get(path, page=str(number), size=str(size), **query)

        return await whole_list(fetch, size=size)
