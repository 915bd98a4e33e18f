"""Writing to Slack, and finding again what was written."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.domain.errors import FormNotOpened, RootRefused, SlackError
from bot.domain.redaction import Redactor
from bot.domain.request import Place, UserId
from bot.ports import Message

from .client import TIMEOUT_SECONDS
from .redacting import in_message, in_view
from .trouble import translated

EVENT_TYPE = "obproxy_bot"
"""The metadata type of our messages; Slack allows letters, digits and underscores."""

PAGE = 200
GONE = "message_not_found"
CLOCKS_APART = timedelta(minutes=2)
"""How far Slack's clock and ours may differ when a message is looked for by time."""


log = structlog.get_logger()


class SlackMessenger:
    """
    The Messenger of ports.

    `workspace_url` and `team` are the team's address and id, as auth.test tells them. Whatever goes out loses the
    configured secrets that *redact* knows.
    """

    def __init__(self, client: AsyncWebClient, workspace_url: str, team: str, redact: Redactor | None = None) -> None:
        self._redact = redact or Redactor()
        self._client = client
        self._team = team
        self._workspace_url = workspace_url.rstrip("/")

    async def post(self, place: Place, message: Message, *, ident: str, root: str | None, broadcast: bool) -> str:
        """Post *message* with *ident* as metadata and as client_msg_id; return its ts."""
        message = in_message(message, self._redact)
        with translated():
            answer = await self._client.chat_postMessage(
                channel=place.channel,
                text=message.text,
                blocks=[dict(block) for block in message.blocks],
                metadata={"event_type": EVENT_TYPE, "event_payload": {"id": ident}},
                client_msg_id=ident,
                thread_ts=root,
                reply_broadcast=broadcast if root else None,
                unfurl_links=False,
                unfurl_media=False,
            )
        return str(answer["ts"])

    async def update(self, place: Place, ts: str, message: Message) -> None:
        """Replace the message at *ts*; its metadata stays."""
        message = in_message(message, self._redact)
        with translated():
            await self._client.chat_update(
                channel=place.channel, ts=ts, text=message.text, blocks=[dict(block) for block in message.blocks]
            )

    async def delete(self, place: Place, ts: str) -> None:
        """Remove the message at *ts*; one that is gone already is no error."""
        try:
            with translated():
                await self._client.chat_delete(channel=place.channel, ts=ts)
        except RootRefused as error:
            if error.fields["code"] != GONE:
                raise

    async def find(self, place: Place, ident: str, *, root: str | None, since: datetime) -> tuple[str, ...]:
        """Return the ts of our messages that carry *ident*, oldest first."""
        found: list[str] = []
        cursor: str | None = None
        while True:
            page = await self._page(place, root, since, cursor)
            found += [message["ts"] for message in page.get("messages") or () if _ident(message) == ident]
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return tuple(sorted(found))

    async def _page(self, place: Place, root: str | None, since: datetime, cursor: str | None) -> AsyncSlackResponse:
        asked: dict[str, Any] = {
            "channel": place.channel,
            "oldest": f"{(since - CLOCKS_APART).timestamp():.6f}",
            "include_all_metadata": True,
            "limit": PAGE,
            "cursor": cursor,
        }
        with translated():
            if root is None:
                return await self._client.conversations_history(**asked)
            return await self._client.conversations_replies(ts=root, **asked)

    async def tell(self, response_url: str, message: Message) -> None:
        """Show *message* to the person who has just acted: at most once, so a failure is only logged."""
        message = in_message(message, self._redact)
        hook = AsyncWebhookClient(response_url, timeout=TIMEOUT_SECONDS, retry_handlers=[])
        hook.proxy = self._client.proxy
        try:
            with translated():
                answer = await hook.send(
                    text=message.text,
                    blocks=[dict(block) for block in message.blocks],
                    response_type="ephemeral",
                    replace_original=False,
                )
        except SlackError as error:
            log.warning("a private answer was not delivered", error=str(error))
        else:
            if answer.status_code != 200:
                log.warning(
                    "a private answer was refused", status=answer.status_code, body=self._redact(answer.body)[:200]
                )

    async def open_view(self, trigger_id: str, view: Mapping[str, Any]) -> None:
        """Open a modal; raises FormNotOpened when Slack does not."""
        try:
            with translated():
                await self._client.views_open(trigger_id=trigger_id, view=in_view(view, self._redact))
        except SlackError as error:
            raise FormNotOpened(str(error)) from error

    async def direct(self, user: UserId) -> Place:
        """Return the bot's conversation with *user*, opened if need be."""
        with translated():
            answer = await self._client.conversations_open(users=[user])
        return Place(self._team, str(answer["channel"]["id"]))

    def link(self, place: Place, ts: str) -> str:
        """Return the address under which a person opens the message."""
        return f"{self._workspace_url}/archives/{place.channel}/p{ts.replace('.', '')}"


def _ident(message: Mapping[str, Any]) -> str | None:
    """Return the id that one of our messages carries; other apps' metadata has other types."""
    metadata = message.get("metadata") or {}
    payload = metadata.get("event_payload") or {}
    return payload.get("id") if metadata.get("event_type") == EVENT_TYPE else message.get("client_msg_id")
