"""What the core needs from the outside, and what an OCP operation is: protocols only."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bot.domain.anchor import Anchor, AnchorRow, Head
from bot.domain.answer import Answer, Call
from bot.domain.entry import Entry
from bot.domain.event import Event, Fact
from bot.domain.form import Field
from bot.domain.inventory import Cluster, ClusterList, Host, ObCluster, Package
from bot.domain.pace import Allowance
from bot.domain.person import Person
from bot.domain.records import Act, EnvironmentRow, Thread, Watch
from bot.domain.request import Place, Request, RequestId, Revision, RevisionId, UserId
from bot.domain.sheet import Names
from bot.domain.task import Task
from bot.domain.texts import Text


class Clock(Protocol):
    """Time, passed in so that tests and the story can move it."""

    def now(self) -> datetime:
        """Return the present as an aware UTC datetime."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never run backwards."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after *seconds* of this clock."""
        ...


NewId = Callable[[], str]
"""Returns a random id that was never given before."""


# ---------------------------------------------------------------- OCP


class Ocp(Protocol):
    """
    One OceanBase Cloud Platform.

    `send` never raises for what OCP answers. The reads raise OcpUnavailable (repeat later), OcpStopped (do not call
    on) or OcpRefused.
    """

    @property
    def allowance(self) -> Allowance | None:
        """What OCP said last of its rate limit."""
        ...

    async def send(self, call: Call) -> Answer:
        """Send a write once: no resending, no redirects, one total time-out."""
        ...

    async def clusters(self) -> ClusterList:
        """Read the whole list of OBProxy clusters, all pages."""
        ...

    async def cluster(self, cluster_id: int) -> Cluster:
        """Read one OBProxy cluster."""
        ...

    async def task(self, task_id: int) -> Task:
        """Read the detail of a task; raises TaskGone for one that OCP does not know (any more)."""
        ...

    async def tasks(self, *, name: str = "", statuses: Sequence[str] = ()) -> tuple[Task, ...]:
        """Read the task list, all pages; *name* is exact here, although OCP's own filter is fuzzy. No edges."""
        ...

    async def hosts(self) -> tuple[Host, ...]:
        """Read all hosts."""
        ...

    async def packages(self) -> tuple[Package, ...]:
        """Read all OBProxy packages."""
        ...

    async def ob_clusters(self) -> tuple[ObCluster, ...]:
        """Read all OceanBase clusters."""
        ...

    async def version(self) -> str:
        """Read OCP's build version, "" if it answers and does not tell it."""
        ...

    async def time(self) -> datetime:
        """Read OCP's clock."""
        ...


# ---------------------------------------------------------------- operations


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """
    What a look for a lost create found.

    `tasks` started since the create was sent; those whose id is in `bound` belong to a request. `account` is the
    name under which we call, `dedicated` whether nobody else uses it, `alone` whether no other request's create is
    unsettled: while one is, a task that belongs to nobody may be that one's.
    """

    clusters: tuple[Cluster, ...]
    tasks: tuple[Task, ...]
    bound: frozenset[int]
    account: str
    dedicated: bool
    alone: bool


@dataclass(frozen=True, slots=True)
class Detail:
    """One line of a card: a label (message id) and what stands behind it."""

    label: str
    values: tuple[Text, ...]


class Operation(Protocol):
    """One thing that OCP can be asked to do; pure."""

    @property
    def key(self) -> str:
        """Its name in the database."""
        ...

    @property
    def title(self) -> str:
        """A message id with %(name)s: what is done to which object."""
        ...

    @property
    def task_name(self) -> str:
        """What OCP calls its task."""
        ...

    @property
    def form(self) -> tuple[Field, ...]:
        """The fields of its modal."""
        ...

    def read(self, typed: Mapping[str, object]) -> tuple[str, str, Mapping[str, Any]]:
        """Return (object's name, reason, payload) of what was typed; raises FormRefused with every mistake."""
        ...

    def typed(self, reason: str, payload: Mapping[str, Any]) -> Mapping[str, str]:
        """Return what can be typed into the form to get *reason* and *payload*, by field id: the inverse of `read`."""
        ...

    def call(self, payload: Mapping[str, Any]) -> Call:
        """Return the call that does it."""
        ...

    def wanted(self, payload: Mapping[str, Any]) -> frozenset[str]:
        """Return the keys (see Names) of what the payload names by id."""
        ...

    def details(self, payload: Mapping[str, Any], names: Names) -> tuple[Detail, ...]:
        """Return what a card says of the payload."""
        ...

    def recognise(self, payload: Mapping[str, Any], evidence: Evidence) -> int | None:
        """Return the id of the task that surely is this payload's, or None."""
        ...


# ---------------------------------------------------------------- Slack


@dataclass(frozen=True, slots=True)
class Message:
    """Blocks, and the text for notifications and screen readers."""

    blocks: tuple[Mapping[str, Any], ...]
    text: str


class Messenger(Protocol):
    """
    Writes to Slack.

    Raises SlackUnsure (look before repeating), SlackLimited, SlackUnreachable, PlaceRefused, RootRefused,
    ContentRefused or TokenRefused.
    """

    async def post(self, place: Place, message: Message, *, ident: str, root: str | None, broadcast: bool) -> str:
        """Post *message*, a reply if *root* is a ts; *ident* goes with it as metadata. Return its ts."""
        ...

    async def update(self, place: Place, ts: str, message: Message) -> None:
        """Replace the message at *ts*."""
        ...

    async def delete(self, place: Place, ts: str) -> None:
        """Remove the message at *ts*; one that is gone already is no error."""
        ...

    async def find(self, place: Place, ident: str, *, root: str | None, since: datetime) -> tuple[str, ...]:
        """Return the ts of our messages that carry *ident*, oldest first: replies of *root*, else the channel's."""
        ...

    async def tell(self, response_url: str, message: Message) -> None:
        """Show *message* to the person who has just acted, and to nobody else; Slack does not promise delivery."""
        ...

    async def open_view(self, trigger_id: str, view: Mapping[str, Any]) -> None:
        """Open a modal; raises FormNotOpened when the trigger's three seconds are over or Slack refuses it."""
        ...

    async def direct(self, user: UserId) -> Place:
        """Return the bot's conversation with *user*, opened if need be."""
        ...

    def link(self, place: Place, ts: str) -> str:
        """Return the address under which a person opens the message."""
        ...


class Directory(Protocol):
    """
    Reads whom Slack knows.

    Raises NotInSlack, SlackLimited (call the same method again after its seconds), TokenRefused (also for a scope that
    the app has not got), or another SlackError (nothing is known).
    """

    async def person(self, user: UserId) -> Person:
        """Read one person, also a bot or one of another organization."""
        ...

    async def members(self, group: str) -> frozenset[UserId]:
        """Read who is in the user group with this id (S...); nobody is in a disabled one."""
        ...


# ---------------------------------------------------------------- the database


class AnchorRows(Protocol):
    """The anchors in one transaction."""

    async def last(self) -> AnchorRow | None:
        """Return the newest anchor."""
        ...

    async def new_heads(self) -> tuple[Head, ...]:
        """Return the present ends of the timelines that no anchor covers yet, in the order that the next one uses."""
        ...

    async def add(self, row: AnchorRow, heads: Sequence[Head]) -> None:
        """Store an anchor with the *heads* that it adds; raises Conflict if another replica has made it already."""
        ...

    async def owed(self) -> tuple[AnchorRow, ...]:
        """Return the anchors that are not in the log yet, or not in their channel, oldest first."""
        ...

    async def save(self, before: AnchorRow, after: AnchorRow) -> None:
        """Write where an anchor was told; raises Conflict if it is not as it was *before*."""
        ...


class Tx(Protocol):
    """
    One transaction; leaving it commits, an exception rolls back.

    Every `save` raises Conflict if the row was written since it was read.
    """

    @property
    def anchors(self) -> AnchorRows:
        """The anchors."""
        ...

    async def request(self, request_id: RequestId) -> Request | None:
        """Return a request."""
        ...

    async def request_by_number(self, number: int) -> Request | None:
        """Return a request by the number that people know."""
        ...

    async def request_by_origin(self, origin: str) -> Request | None:
        """Return the request that a form or a command has led to."""
        ...

    async def request_of_revision(self, revision_id: RevisionId) -> Request | None:
        """Return the request that a revision belongs to."""
        ...

    async def open_request_named(self, environment: str, name: str) -> Request | None:
        """Return the open request for a cluster name, case ignored."""
        ...

    async def requests_named(self, name: str, *, most: int) -> tuple[Request, ...]:
        """Return the requests for a cluster name, case ignored, newest first."""
        ...

    async def requests_by(self, requester: str, *, most: int) -> tuple[Request, ...]:
        """Return a person's requests, newest first."""
        ...

    async def requests_about(
        self, *, name: str | None = None, actors: Sequence[str] = (), most: int
    ) -> tuple[tuple[Request, ...], int]:
        """
        Return the newest requests for a cluster name, or those of which one of *actors* has written an event.

        And how many there are.
        """
        ...

    async def actors_called(self, name: str) -> tuple[str, ...]:
        """Return the ids of the people who were called so when they did something."""
        ...

    async def requests_in(self, environment: str, *states: str) -> tuple[Request, ...]:
        """Return the requests in *states*, oldest first."""
        ...

    async def unnamed_requests(self, environment: str) -> tuple[Request, ...]:
        """Return the open requests whose ids OCP was not asked about since they were asked or edited, oldest first."""
        ...

    async def next_number(self) -> int:
        """Return the next number for people, and count on."""
        ...

    async def save(self, request: Request, *facts: Fact, at: datetime) -> Request:
        """Write *request* (a new one if its version is 0) with *facts* as its next events; return it as stored."""
        ...

    async def revision(self, revision_id: RevisionId) -> Revision:
        """Return a revision."""
        ...

    async def authors(self, request_id: RequestId) -> frozenset[UserId]:
        """Return everybody who wrote a revision of a request."""
        ...

    async def add_revision(self, request_id: RequestId, revision: Revision, at: datetime) -> None:
        """Store a revision."""
        ...

    async def events(self, timeline: str, after: int = 0) -> tuple[Event, ...]:
        """Return a timeline's events after seq *after*, in order."""
        ...

    async def latest_event(self, timeline: str, kinds: Sequence[str]) -> Event | None:
        """Return the newest event of one of *kinds*."""
        ...

    async def events_of(self, timeline: str, kinds: Sequence[str]) -> tuple[Event, ...]:
        """Return a timeline's events of *kinds*, in order."""
        ...

    async def changes_in(self, environment: str, since: datetime) -> tuple[Event, ...]:
        """Return the task.changed events since then of all requests of an environment, oldest first."""
        ...

    async def open_act(self, request_id: RequestId) -> Act | None:
        """Return the request's act whose outcome is to be found."""
        ...

    async def save_act(self, act: Act) -> None:
        """Write an act."""
        ...

    async def watches_of(self, request_id: RequestId) -> tuple[Watch, ...]:
        """Return the tasks of a request, in the order in which they were bound."""
        ...

    async def due_watches(self, environment: str, now: datetime) -> tuple[Watch, ...]:
        """Return the watches to look at, the longest waiting first."""
        ...

    async def look_soon(self, environment: str, at: datetime) -> None:
        """Let every task that is watched still be looked at from *at* on, however long it was to wait."""
        ...

    async def bound_tasks(self, environment: str) -> frozenset[int]:
        """Return the ids of all tasks that belong to a request."""
        ...

    async def old_watches(self, ended_before: datetime, *, most: int) -> tuple[Watch, ...]:
        """Return the watches that still have subtasks, of requests that ended before then."""
        ...

    async def save_watch(self, watch: Watch) -> None:
        """Write a watch (a new one if its version is 1); raises Conflict if its snapshot is not the one it was."""
        ...

    async def threads_of(self, request_id: RequestId) -> tuple[Thread, ...]:
        """Return the threads of a request."""
        ...

    async def thread(self, thread_id: str) -> Thread:
        """Return a thread; raises Conflict if it is not shown any more."""
        ...

    async def threads_behind(self) -> tuple[tuple[Thread, int], ...]:
        """
        Return the threads that may have something to show, each with the seq of its timeline's last event.

        That is: no root yet, a cursor behind, a card or a post in flight.
        """
        ...

    async def owe_cards(self, environment: str, at: datetime) -> None:
        """
        Let the cards of the environment's open requests be drawn again; *at* is when their drawing was due.

        A post in flight is not disturbed, and who lands it keeps what is owed. Who is drawing a card right now meets
        a Conflict, and draws it once more.
        """
        ...

    async def owe_other_cards(self, thread: Thread, at: datetime) -> None:
        """Let the cards of the other threads of *thread*'s request be drawn again, as `owe_cards` does."""
        ...

    async def unblock(self, place: Place, at: datetime) -> None:
        """Let the threads that are blocked at *place* be tried again from *at* on; doing it twice changes nothing."""
        ...

    async def save_thread(self, thread: Thread) -> Thread:
        """Write a thread (a new one if its version is 0); return it as stored."""
        ...

    async def environment(self, name: str) -> EnvironmentRow:
        """Return what is stored of an environment; a new one is empty."""
        ...

    async def environments(self) -> tuple[str, ...]:
        """Return the names of all environments that something is stored of."""
        ...

    async def leave_other_places(self, name: str, place: Place) -> int | None:
        """Show the environment's own timeline nowhere but at *place*; return the first cursor left, if there is one."""
        ...

    async def has_thread_of_environment(self, name: str, place: Place) -> bool:
        """Return whether the environment's own timeline is shown at *place* already."""
        ...

    async def save_environment(self, row: EnvironmentRow, *facts: Fact, at: datetime) -> None:
        """Write an environment with *facts* as the next events of its timeline."""
        ...


class Store(Protocol):
    """The database; both kinds of transaction raise StoreUnavailable when it does not answer."""

    def transaction(self) -> AbstractAsyncContextManager[Tx]:
        """Open a transaction that may write."""
        ...

    def reading(self) -> AbstractAsyncContextManager[Tx]:
        """Open a transaction that only reads, all of it as of one moment; it waits for no writer."""
        ...

    async def lease(self, names: Sequence[str], holder: str, seconds: float) -> frozenset[str]:
        """Take or renew leases for *seconds* of the database's clock; return those that *holder* has now."""
        ...

    async def give_back(self, holder: str) -> None:
        """Let others have the leases of *holder* at once."""
        ...


@dataclass(frozen=True, slots=True)
class Which:
    """
    Which part of the record: events from `since` until before `until`, of one environment.

    Of one request, of the requests for a cluster name, or of those in which a person had a part.
    """

    since: datetime | None = None
    until: datetime | None = None
    environment: str | None = None
    number: int | None = None
    name: str | None = None
    actor: str | None = None


class Record(Protocol):
    """The whole record as of one moment, for an auditor: whatever may be long is streamed."""

    def timelines(self) -> AsyncIterator[Entry]:
        """Yield every event, timeline by timeline, in the order of seq."""
        ...

    def in_time(self, which: Which) -> AsyncIterator[Entry]:
        """Yield the events of *which*, oldest first."""
        ...

    def empty(self) -> AsyncIterator[tuple[str, int | None]]:
        """Yield (timeline, request's number) of requests and environments whose events are all gone."""
        ...

    def numbers(self) -> AsyncIterator[int]:
        """Yield the numbers of all requests, ascending."""
        ...

    async def counted(self) -> int:
        """Return the last number that was given to a request."""
        ...

    def loose_revisions(self) -> AsyncIterator[tuple[int, int]]:
        """Yield (request's number, revision's number) of payloads that are not the ones that an event names."""
        ...

    def anchors(self) -> AsyncIterator[Anchor]:
        """Yield the stored anchors in their order."""
        ...

    def heads(self) -> AsyncIterator[tuple[int, Head, str | None]]:
        """Yield (position, head as it was noted, hash that its event has now: None if it is gone), in their order."""
        ...


Wake = Callable[[], None]
"""Tells the sender of this process that something was committed."""

Work = Callable[[], Awaitable[None]]
"""One round of a worker."""
