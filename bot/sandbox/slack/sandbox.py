"""The sandbox Slack: what tests, stories and the demo hold."""

import secrets
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self, Unpack

from .delivery import Ack
from .faults import Fault
from .model import Json, Room, Usergroup
from .parts import join
from .person import Marks, Person
from .posts import Posts
from .watching import Watching


class SandboxSlack(Watching):
    """
    A Slack workspace with one app, served on loopback.

    *speed* is how many seconds pass on the clock of rate limits and event retries in one real
    second; deadlines of acks and trigger ids stay real. *now* gives message timestamps and the
    life of response URLs (Unix seconds).
    """

    def __init__(self, speed: float = 1.0, *, now: Callable[[], float] = time.time, ack_seconds: float = 3.0) -> None:
        super().__init__(join(speed=speed, now=now, ack_seconds=ack_seconds))
        identity = self._parts.workspace.identity
        self.team_id, self.bot_user_id = identity.team_id, identity.bot_user_id
        self.signing_secret = identity.signing_secret
        self._ack_seconds = ack_seconds

    @property
    def bot_token(self) -> str:
        """The app's bot token."""
        return self._parts.workspace.identity.bot_token

    @property
    def app_token(self) -> str:
        """The app's app-level token."""
        return self._parts.workspace.identity.app_token

    @property
    def url(self) -> str:
        """The base URL of the Web API."""
        return self._parts.server.absolute("api/")

    async def start(self, port: int = 0) -> None:
        """Serve on *port* of 127.0.0.1; 0 takes a free one."""
        await self._parts.server.start(self._parts.api, self._parts.sockets, port)

    async def stop(self) -> None:
        """Close every connection and the port."""
        await self._parts.courier.stop()
        await self._parts.server.stop()

    async def down(self) -> None:
        """Refuse connections and drop those that are open; the state stays."""
        self._parts.sockets.open.clear()
        await self._parts.server.down()

    async def up(self) -> None:
        """Come back on the same port."""
        await self._parts.server.up()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def deliver_by_http(self, url: str) -> None:
        """Send everything as signed requests to *url* from now on, instead of through the socket."""
        now, secret = self._parts.workspace.now, self.signing_secret
        self._parts.courier.delivery = Posts(url, secret, now, ack_seconds=self._ack_seconds)

    async def send_event(self, event: Json) -> Ack:
        """Send any Events API event, with retries in the background while it is not acked."""
        return await self._parts.courier.send_event(event)

    async def verify_url(self) -> bool:
        """Do the handshake of HTTP mode; tells whether the bot echoed the challenge."""
        challenge = secrets.token_hex(16)
        payload = {"type": "url_verification", "token": "verification-token-unused", "challenge": challenge}
        ack = await self._parts.courier.delivery.send("events_api", payload)
        return challenge in (ack.payload or {}).values()

    def person(
        self, name: str, *, team_id: str | None = None, enterprise_id: str | None = None, **marks: Unpack[Marks]
    ) -> Person:
        """
        Create somebody: a full member, unless *marks* make a guest or a bot of them, or deactivate them.

        With another *team_id* they come from elsewhere, of our organization only if *enterprise_id* says so.
        """
        workspace = self._parts.workspace
        ours = workspace.identity.enterprise_id if team_id in {None, self.team_id} else ""
        person = Person(
            id=workspace.ids.next("U"),
            name=name,
            team_id=team_id or self.team_id,
            enterprise_id=ours if enterprise_id is None else enterprise_id,
            stage=self._parts.stage,
            **marks,
        )
        workspace.people[person.id] = person
        return person

    def room(self, name: str, *, bot_is_member: bool = True, private: bool = False) -> Room:
        """Create a channel that everybody is in."""
        return self._parts.workspace.add_room(name, private=private, bot_is_member=bot_is_member)

    def usergroup(self, handle: str, members: list[Person], *, id: str | None = None) -> Usergroup:  # noqa: A002
        """Create a user group, with an *id* (S...) if one is wanted; it may be changed and disabled afterwards."""
        workspace = self._parts.workspace
        ids = [person.id for person in members]
        group = Usergroup(id=id or workspace.ids.next("S"), handle=handle, members=ids)
        workspace.groups[group.id] = group
        return group

    @property
    def rate_limits(self) -> bool:
        """Whether Slack's rate limits apply."""
        return self._parts.api.rate_limits

    @rate_limits.setter
    def rate_limits(self, on: bool) -> None:
        self._parts.api.rate_limits = on

    def add_fault(self, fault: Fault) -> None:
        """Make calls fail."""
        self._parts.api.faults.append(fault)

    def remove_faults(self) -> None:
        """Let calls succeed again."""
        self._parts.api.faults.clear()

    def revoke_tokens(self) -> None:
        """Answer every call with `token_revoked` from now on."""
        self._parts.workspace.identity.revoked = True

    def reissue_tokens(self) -> None:
        """Install the app again: new tokens, and the old ones are worth nothing."""
        self._parts.workspace.identity.reissue()

    def withdraw_scope(self, scope: str) -> None:
        """Let the app be without *scope*: what needs it answers `missing_scope`."""
        self._parts.workspace.identity.scopes.discard(scope)

    def join_enterprise(self, enterprise_id: str) -> None:
        """Make the workspace part of an organization on Enterprise Grid; who is created from now on is of it."""
        self._parts.workspace.identity.enterprise_id = enterprise_id

    def refuse_sockets(self) -> None:
        """Answer each handshake of a socket with 503 from now on; the Web API and what is connected stay."""
        self._parts.sockets.is_away = True

    def accept_sockets(self) -> None:
        """Let sockets connect again."""
        self._parts.sockets.is_away = False

    def disable_home(self) -> None:
        """Switch the Home tab off: views.publish answers `not_enabled`."""
        self._parts.workspace.home_enabled = False

    async def disconnect_sockets(self, reason: str = "refresh_requested") -> None:
        """Send a disconnect frame to every connection, and close it unless *reason* is `warning`."""
        await self._parts.sockets.disconnect(reason)
