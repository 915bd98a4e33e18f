"""What the database keeps beside requests and events: acts, watches, threads, environments."""

from dataclasses import dataclass
from datetime import datetime

from .pause import Paused
from .request import Place, RequestId
from .task import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """
    One call that changes something in OCP for a request.

    `seen` is the fingerprint when the button was drawn ("" for a create). `before` is OCP's time of the check before
    it was sent. `looks` counts the looks for a lost answer.
    `state` is "claimed", "unknown" or an end: "accepted", "refused", "not_sent", "adopted" (by the bot), "attached"
    (by an operator), "given_up" (closed, or sent again by another act), "overtaken" (an earlier try of the same
    request turned out to have arrived).
    """

    id: str
    request: RequestId
    verb: str
    target: str
    payload_hash: str
    state: str
    claimed_until: datetime
    before: str
    seen: str = ""
    looks: int = 0

    @property
    def is_open(self) -> bool:
        """Whether its outcome is still to be found; one open act per request."""
        return self.state in {"claimed", "unknown"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """
    A task that is followed.

    `snapshot` is the last stored look, `version` counts the stored looks. `failed_at` is when a look first showed
    FAILED, None while it does not. `next_look_at` None: it has ended.
    """

    id: str
    environment: str
    task_id: int
    request: RequestId
    snapshot: Task
    version: int
    bound_at: datetime
    next_look_at: datetime | None
    failed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """
    A projection of a timeline into a channel.

    `request` None: the timeline of the environment, whose events are messages of their own. `cursor` is the seq of
    the last event that was shown. `in_flight` (last seq, random id, start) was noted before a post whose outcome
    is not noted yet; `card_in_flight` likewise before an update. `card_hash` is what the root shows.
    """

    id: str
    request: RequestId | None
    environment: str
    place: Place
    is_home: bool
    root_ts: str | None = None
    cursor: int = 0
    in_flight: tuple[int, str, datetime] | None = None
    card_hash: str = ""
    card_in_flight: datetime | None = None
    last_reply_at: datetime | None = None
    blocked: str = ""
    blocked_until: datetime | None = None
    version: int = 0

    @property
    def is_direct(self) -> bool:
        """Whether it is in the bot's conversation with one person, which calls that person with every message."""
        return self.place.channel.startswith("D")


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentRow:
    """
    What is stored of an environment.

    The end of its timeline; why calls to it are stopped, by which digest; since when OCP is told to be silent (None:
    it answers), and the version it had last ("" before the first answer). `paused` is why nothing is sent to it ("" if
    it is not paused), `paused_by` a user id or "bot", `paused_name` what that one was called.
    """

    name: str
    seq: int = 0
    head: str = ""
    version: int = 0
    stopped: str = ""
    stopped_digest: str = ""
    away_since: datetime | None = None
    ocp_version: str = ""
    paused: str = ""
    paused_by: str = ""
    paused_name: str = ""
    paused_at: datetime | None = None

    @property
    def pause(self) -> Paused | None:
        """The pause that stands; None if there is none."""
        if not self.paused:
            return None
        return Paused(why=self.paused, by=self.paused_by, name=self.paused_name, since=self.paused_at)
