"""The Web API methods, each a function from arguments to Slack's answer."""

from collections.abc import Mapping

from . import chat, conversations, groups, people, views
from .desk import Desk, Method

__all__ = ["APP_TOKEN_METHODS", "METHODS", "Desk", "Method"]

APP_TOKEN_METHODS = frozenset({"apps.connections.open"})
METHODS: Mapping[str, Method] = {
    "apps.connections.open": people.connections_open,
    "auth.test": people.auth_test,
    "chat.delete": chat.delete,
    "chat.postEphemeral": chat.post_ephemeral,
    "chat.postMessage": chat.post_message,
    "chat.update": chat.update,
    "conversations.history": conversations.history,
    "conversations.info": conversations.info,
    "conversations.open": conversations.open_direct,
    "conversations.replies": conversations.replies,
    "usergroups.list": groups.list_groups,
    "usergroups.users.list": groups.list_members,
    "users.info": people.user_info,
    "views.open": views.open_view,
    "views.publish": views.publish,
    "views.push": views.push,
    "views.update": views.update,
}
