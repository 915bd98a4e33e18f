"""The ids, tokens and secrets of one sandbox workspace."""

import itertools
import secrets
from collections import defaultdict
from collections.abc import Iterator

from .scopes import SCOPES


class Ids:
    """Hands out ids that look like Slack's, counted per kind: the first user is U0000000001."""

    def __init__(self) -> None:
        self._counters: defaultdict[str, Iterator[int]] = defaultdict(lambda: itertools.count(1))

    def next(self, prefix: str) -> str:
        """Return the next id with *prefix*, as in ``C0000000001``."""
        return f"{prefix}{next(self._counters[prefix]):010d}"


class Identity:
    """Who the app is in this workspace, and what it shows to prove it."""

    team_id = "T0000000001"
    team_domain = "sandbox"
    app_id = "A0000000001"
    bot_id = "B0000000001"
    bot_user_id = "U000000000B"
    bot_name = "obproxy"
    enterprise_id = ""
    verification_token = "verification-token-unused"

    def __init__(self) -> None:
        self.signing_secret = secrets.token_hex(16)
        self.scopes = set(SCOPES)
        self.reissue()

    def reissue(self) -> None:
        """Make new tokens."""
        self.bot_token = f"xoxb-{secrets.token_hex(12)}"
        self.app_token = f"xapp-{secrets.token_hex(12)}"
        self.revoked = False
