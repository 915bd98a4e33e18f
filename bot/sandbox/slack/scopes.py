"""Which scope of the bot's token lets it call what (contract/slack.md, section 7)."""

from collections.abc import Collection, Mapping

from .errors import Refused

_HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")
_READ = ("channels:read", "groups:read", "im:read", "mpim:read")

METHOD_SCOPES: Mapping[str, tuple[str, ...]] = {
    "chat.delete": ("chat:write",),
    "chat.postEphemeral": ("chat:write",),
    "chat.postMessage": ("chat:write",),
    "chat.update": ("chat:write",),
    "conversations.history": _HISTORY,
    "conversations.info": _READ,
    "conversations.open": ("im:write",),
    "conversations.replies": _HISTORY,
    "usergroups.list": ("usergroups:read",),
    "usergroups.users.list": ("usergroups:read",),
    "users.info": ("users:read",),
}
"""Any one of them is enough; kinds of conversation are not told apart. Methods that are left out need none."""

SCOPES = frozenset(scope for scopes in METHOD_SCOPES.values() for scope in scopes)


def check_scope(method: str, granted: Collection[str]) -> None:
    """
    Let the call through if the app has a scope for it.

    Raises:
        Refused: `missing_scope`.
    """
    wanted = METHOD_SCOPES.get(method, ())
    if wanted and not set(wanted) & set(granted):
        raise Refused("missing_scope", needed=wanted[0], provided=",".join(sorted(granted)))
