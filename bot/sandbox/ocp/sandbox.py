"""The sandbox as tests, stories and the demo use it."""

import random
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from .clusters import Cluster
from .console import Console
from .envelope import Envelopes
from .faults import Fault, Faults
from .gate import Login, RateLimit
from .graph import TIMEOUT_SECONDS
from .inventory import Inventory
from .listening import LOOPBACK, Listening
from .middlewares import Middlewares
from .records import Record
from .routes import routes
from .script import Failure, Script
from .task import Task
from .times import SimulatedClock
from .world import World

USERNAME, PASSWORD = "obproxy-bot", "sandbox-password"


class SandboxOcp:
    """
    OCP's REST API on loopback, with an engine that simulates installs.

    State outlives `down` and `up`. `world`, `login` and `rate_limit` may be changed while it runs.
    """

    def __init__(
        self,
        *,
        speed: float = 1.0,
        seed: int = 1,
        version: str = "4.0.3",
        subtask_seconds: float = 6.0,
        seconds_by_name: Mapping[str, float] | None = None,
        keeps_record_after_rollback: bool = False,
        conflict_status: int = 400,
        enforces_timeouts: bool = False,
        rate_limit: int = 100_000,
        rate_window_seconds: float = 10.0,
        username: str = USERNAME,
        password: str = PASSWORD,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare an OCP that is down; *subtask_seconds* and *seconds_by_name* are simulated time."""
        dice = random.Random(seed + 1)
        clock = SimulatedClock(speed=speed, monotonic=monotonic)
        self.script = Script(
            default_seconds=subtask_seconds,
            seconds_by_name=dict(seconds_by_name or {}),
            enforces_timeouts=enforces_timeouts,
        )
        self.world = World(
            now=clock.now,
            rng=random.Random(seed),
            dice=dice,
            script=self.script,
            version=version,
            keeps_record_after_rollback=keeps_record_after_rollback,
            conflict_status=conflict_status,
        )
        self.console = Console(self.world)
        self.login = Login(username, password)
        self.rate_limit = RateLimit(rate_limit, rate_window_seconds)
        self.records: list[Record] = []
        self._faults = Faults()
        self._envelopes = Envelopes(clock.now, dice)
        self._listening = Listening(self._application)

    @property
    def url(self) -> str:
        """Where it listens, without a slash at the end; known after `start`."""
        return f"http://{LOOPBACK}:{self._listening.port}"

    @property
    def username(self) -> str:
        """The user it accepts."""
        return self.login.username

    @property
    def password(self) -> str:
        """The password it accepts."""
        return self.login.password

    @property
    def inventory(self) -> Inventory:
        """Hosts, packages and OceanBase clusters; add what a test needs."""
        return self.world.inventory

    @property
    def tasks(self) -> dict[int, Task]:
        """Task id -> engine task, at the present time."""
        self.world.advance()
        return self.world.tasks

    @property
    def clusters(self) -> dict[int, Cluster]:
        """Cluster id -> OBProxy cluster, at the present time."""
        self.world.advance()
        return self.world.clusters

    @property
    def accepted_creates(self) -> list[Any]:
        """Bodies of the creates that came over HTTP and had their effect, in order."""
        return self.world.accepted_creates

    async def start(self, port: int = 0) -> None:
        """Listen on *port* of loopback; 0 picks a free one."""
        self._listening.port = port
        await self._listening.up()

    async def stop(self) -> None:
        """Stop listening for good."""
        await self._listening.down()

    async def down(self) -> None:
        """Refuse connections until `up`; tasks go on meanwhile."""
        await self._listening.down()

    async def up(self) -> None:
        """Listen again on the same port, with the state kept."""
        await self._listening.up()

    def fail(self, subtask_name: str, branch: int | None = None, times: int = 1, *, undo: bool = False) -> None:
        """Let the next *times* runs fail as they end; *branch* is a parallelIdx, *undo* means runs of a rollback."""
        _known(subtask_name)
        self.script.failures.append(Failure(name=subtask_name, branch=branch, times=times, undo=undo))

    def slow(self, subtask_name: str, seconds: float) -> None:
        """Let runs that begin from now on take that many simulated seconds."""
        _known(subtask_name)
        self.script.seconds_by_name[subtask_name] = seconds

    def retries_itself(self, subtask_name: str, times: int = 1) -> None:
        """Let OCP run a failed subtask of that name again by itself, up to *times*."""
        _known(subtask_name)
        self.script.retries_by_name[subtask_name] = times

    def add_fault(self, fault: Fault) -> None:
        """Let *fault* hit requests from now on."""
        self._faults.add(fault)

    def remove_faults(self) -> None:
        """Answer normally again."""
        self._faults.clear()

    async def __aenter__(self) -> Self:
        """Start on a free port."""
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop, whatever happened inside."""
        await self.stop()

    def _application(self) -> web.Application:
        shared = (self.records, self.rate_limit, self._faults, self.login, self._envelopes)
        app = web.Application(middlewares=Middlewares(*shared).in_order())
        app.add_routes(routes(self.world, self._envelopes, username=self.username))
        return app


def _known(subtask_name: str) -> None:
    if subtask_name not in TIMEOUT_SECONDS:
        raise ValueError(f"no subtask is called {subtask_name}; there are {', '.join(TIMEOUT_SECONDS)}")
