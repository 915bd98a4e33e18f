"""Asks for the error of a call that must fail."""

from collections.abc import Awaitable
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError


async def error_of(call: Awaitable[Any]) -> str:
    """Return Slack's code for the failing *call*."""
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])
