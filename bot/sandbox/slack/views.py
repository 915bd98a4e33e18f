"""A modal or Home tab as one person has it on screen."""

from dataclasses import dataclass, field

from .model import Json

Values = dict[str, dict[str, Json]]  # block_id -> action_id -> state, as in Slack's view.state.values

FIXED = {
    "callback_id": "",
    "private_metadata": "",
    "external_id": "",
    "clear_on_close": False,
    "notify_on_close": False,
    "close": None,
    "submit": None,
}


@dataclass(slots=True, kw_only=True, eq=False)
class View:
    """
    An open or closed view; `blocks` and `hash` follow every update.

    `values` is what the fields hold at the moment, `errors` what the last submission was
    refused with (block id -> words), `error` the line that Slack itself shows in the modal.
    """

    id: str
    user: str
    team_id: str
    app_id: str
    bot_id: str
    content: Json
    hash: str
    root_id: str
    previous_id: str | None = None
    values: Values = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    error: str | None = None
    closed: bool = False

    @property
    def blocks(self) -> list[Json]:
        """The blocks on screen now."""
        blocks: list[Json] = self.content["blocks"]
        return blocks

    @property
    def on_screen(self) -> list[Json]:
        """All blocks, as `Message.on_screen`."""
        return self.blocks

    @property
    def kind(self) -> str:
        """`modal` or `home`."""
        return str(self.content["type"])

    @property
    def view(self) -> Json:
        """The view in Slack's spelling, with the present state."""
        return self.as_json()

    def as_json(self, *, with_values: bool = True) -> Json:
        """Return what Slack sends as ``view``; ``view_closed`` and method answers carry no values."""
        title = {"type": "plain_text", "text": "View Title", "emoji": True}
        return {"title": title} | FIXED | self.content | {
            "id": self.id,
            "team_id": self.team_id,
            "state": {"values": self.values if with_values else {}},
            "hash": self.hash,
            "previous_view_id": self.previous_id,
            "root_view_id": self.root_id,
            "app_id": self.app_id,
            "app_installed_team_id": self.team_id,
            "bot_id": self.bot_id,
        }  # fmt: skip

    def __repr__(self) -> str:
        return f"<View {self.id} {self.content.get('callback_id', '')!r}{' closed' if self.closed else ''}>"
