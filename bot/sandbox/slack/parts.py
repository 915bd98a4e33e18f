"""Joins the parts of the sandbox."""

from collections.abc import Callable
from dataclasses import dataclass

from .api import Api
from .courier import Courier
from .hooks import Hooks
from .limits import Limits
from .methods import Desk
from .screens import Screens
from .server import Server
from .sockets import Sockets
from .stage import Stage
from .triggers import Triggers
from .workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The sandbox's parts, joined."""

    workspace: Workspace
    server: Server
    sockets: Sockets
    courier: Courier
    api: Api
    stage: Stage


def join(*, speed: float, now: Callable[[], float], ack_seconds: float) -> Parts:
    """Build a workspace with everything around it; nothing listens yet."""
    workspace, server = Workspace(now), Server()
    sockets = Sockets(workspace.identity.app_id, workspace.changes.ring, ack_seconds=ack_seconds)
    courier = Courier(workspace, sockets, speed=speed)
    triggers, screens, hooks = Triggers(), Screens(workspace), Hooks(workspace)

    def socket_url() -> str:
        ticket = sockets.issue_ticket()
        return server.absolute(f"link/?ticket={ticket}&app_id={workspace.identity.app_id.lower()}", "ws")

    desk = Desk(workspace=workspace, triggers=triggers, screens=screens, socket_url=socket_url)
    stage = Stage(
        workspace=workspace,
        courier=courier,
        triggers=triggers,
        screens=screens,
        hooks=hooks,
        absolute=server.absolute,
    )
    api = Api(desk, hooks, Limits(speed))
    return Parts(workspace=workspace, server=server, sockets=sockets, courier=courier, api=api, stage=stage)
