"""What came of what a person did."""

from dataclasses import dataclass, field

from .delivery import Ack
from .model import Json
from .views import View


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back for a slash command; `text` and `blocks` are the ack's message, if it had one."""

    ack: Ack
    text: str | None = None
    blocks: list[Json] | None = None

    @property
    def acked(self) -> bool:
        """Whether the bot answered in time."""
        return self.ack.acked

    @property
    def seconds(self) -> float:
        """The time until the ack, or until Slack gave up."""
        return self.ack.seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Click:
    """What came of using a control; `confirm` is the dialog that was shown and agreed to."""

    ack: Ack
    confirm: Json | None = None

    @property
    def acked(self) -> bool:
        """Whether the bot answered in time."""
        return self.ack.acked

    @property
    def seconds(self) -> float:
        """The time until the ack, or until Slack gave up."""
        return self.ack.seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """
    What came of submitting a modal.

    `refused_by_client` (block id -> words) means that nothing was sent. `errors` (block id ->
    words) came from the bot. `updated` and `pushed` are the view that the answer brought.
    """

    closed: bool = False
    acked: bool = False
    seconds: float = 0.0
    errors: dict[str, str] = field(default_factory=dict)
    refused_by_client: dict[str, str] = field(default_factory=dict)
    updated: View | None = None
    pushed: View | None = None
