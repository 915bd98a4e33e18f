"""What Slack's refusals and silences mean for us (contract: Slack, sections 7 and 8)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

import aiohttp
from slack_sdk.errors import SlackApiError, SlackRequestError

from bot.domain.errors import (
    ContentRefused,
    NotInSlack,
    OddRefusal,
    PlaceRefused,
    RootRefused,
    SlackError,
    SlackLimited,
    SlackUnreachable,
    SlackUnsure,
    TokenRefused,
)

UNSURE = frozenset({"internal_error", "fatal_error", "request_timeout", "service_unavailable", "update_failed"})
PLACE = frozenset(
    {
        "channel_not_found",
        "not_in_channel",
        "is_archived",
        "is_inactive",
        "restricted_action",
        "posting_to_channel_denied",
        "restricted_action_read_only_channel",
        "restricted_action_thread_only_channel",
        "access_denied",
        "missing_scope",
    }
)
ROOT = frozenset(
    {
        "message_not_found",
        "cant_update_message",
        "edit_window_closed",
        "thread_not_found",
        "cannot_reply_to_message",
        "cant_delete_message",
    }
)
CONTENT = frozenset(
    {
        "invalid_blocks",
        "invalid_blocks_format",
        "msg_blocks_too_long",
        "msg_too_long",
        "no_text",
        "invalid_arguments",
        "metadata_too_large",
        "invalid_metadata_format",
        "block_mismatch",
        "too_many_attachments",
    }
)
TOKEN = frozenset(
    {
        "invalid_auth",
        "not_authed",
        "token_revoked",
        "token_expired",
        "account_inactive",
        "not_allowed_token_type",
        "team_added_to_org",
    }
)
UNKNOWN = frozenset({"user_not_found", "user_not_visible", "no_such_subteam", "plan_upgrade_required"})
"""Ids that Slack does not know; a workspace whose plan has no user groups knows none of them."""

LIMITED = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
UNTOLD_WAIT_SECONDS = 30.0
KINDS: Mapping[type[SlackError], frozenset[str]] = MappingProxyType(
    {PlaceRefused: PLACE, RootRefused: ROOT, ContentRefused: CONTENT, TokenRefused: TOKEN, NotInSlack: UNKNOWN}
)


@contextmanager
def translated() -> Iterator[None]:
    """Raise what the library raises as one of our own errors."""
    try:
        yield
    except SlackApiError as error:
        raise _refusal(error) from error
    except aiohttp.ClientConnectorError as error:
        raise SlackUnreachable(f"no connection to Slack: {error.strerror}") from error
    except (aiohttp.ClientError, TimeoutError, SlackRequestError) as error:
        raise SlackUnsure(f"no answer from Slack: {type(error).__name__}") from error


def _refusal(error: SlackApiError) -> SlackError:
    response = error.response
    status: int = getattr(response, "status_code", 0) or getattr(response, "status", 0)
    code = str(response.get("error") or "") if isinstance(getattr(response, "data", None), dict) else ""
    if status == 429 or code in LIMITED:
        return SlackLimited(f"Slack limits calls: {code}", seconds=_retry_after(error))
    if status >= 500 or code in UNSURE or not code:
        return SlackUnsure(f"Slack answered {status} {code}")
    kind = next((kind for kind, codes in KINDS.items() if code in codes), OddRefusal)
    return kind(f"Slack refused: {code}", code=code)


def _retry_after(error: SlackApiError) -> float:
    headers = {name.lower(): value for name, value in dict(error.response.headers or {}).items()}
    try:
        return float(headers["retry-after"])
    except (KeyError, ValueError):
        return UNTOLD_WAIT_SECONDS
