"""Reading people and user groups (Slack: users.info, usergroups.users.list)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import NotInSlack, PlaceRefused, SlackUnsure, TokenRefused
from bot.domain.person import Person
from bot.domain.request import UserId

from .trouble import translated

SLACKBOT = "USLACKBOT"
BOTS = ("is_bot", "is_workflow_bot", "is_connector_bot")
"""The marks of bots. Slackbot has none of them; `is_app_user` says something else: that somebody uses the app."""

GUESTS = ("is_restricted", "is_ultra_restricted")


class SlackDirectory:
    """The Directory of ports."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client

    async def person(self, user: UserId) -> Person:
        """Read one person."""
        with _read():
            answer = await self._client.users_info(user=user)
        told = answer.get("user")
        if not isinstance(told, dict):
            raise SlackUnsure("Slack answered users.info without a user")
        return _person(user, told)

    async def members(self, group: str) -> frozenset[UserId]:
        """
        Read who is in the user group.

        Slack's reference does not say how a disabled group is told from one that never was; so where Slack knows none,
        it is asked for a disabled one.
        """
        try:
            return await self._users(group, include_disabled=False)
        except NotInSlack:
            await self._users(group, include_disabled=True)
            return frozenset()

    async def _users(self, group: str, *, include_disabled: bool) -> frozenset[UserId]:
        with _read():
            answer = await self._client.usergroups_users_list(usergroup=group, include_disabled=include_disabled)
        users = answer.get("users")
        if not isinstance(users, list):
            raise SlackUnsure("Slack answered usergroups.users.list without users")
        return frozenset(UserId(str(user)) for user in users)


@contextmanager
def _read() -> Iterator[None]:
    """Raise the library's errors as ours; no place is read here, so a missing scope is the token's fault."""
    try:
        with translated():
            yield
    except PlaceRefused as error:
        raise TokenRefused(str(error), **error.fields) from error


def _person(user: UserId, told: Mapping[str, Any]) -> Person:
    """
    Return *told* (Slack: user object) as a person.

    `is_stranger` is not looked at: Slack leaves it out for people of other organizations who share a channel with us.
    """
    profile = told.get("profile") or {}
    names = (profile.get("display_name"), profile.get("real_name"), told.get("real_name"), told.get("name"), user)
    return Person(
        id=user,
        name=next(str(name) for name in names if name),
        team=str(told.get("team_id") or ""),
        enterprise=str((told.get("enterprise_user") or {}).get("enterprise_id") or ""),
        is_guest="is_restricted" not in told or any(told.get(mark) for mark in GUESTS),
        is_bot=user == SLACKBOT or any(told.get(mark) for mark in BOTS),
        is_deleted=bool(told.get("deleted")),
    )
