"""What became of one HTTP call, before anybody says what it means."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from bot.domain.redaction import Redactor

from .envelope import Envelope

BY_SHAPE = Redactor()


@dataclass(frozen=True)
class Heard:
    """
    A whole answer: HTTP status, headers by lower-case name, body.

    `redact` is what OCP's words pass on their way out of it. No slots: the envelope is read once and kept.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    redact: Redactor = field(default=BY_SHAPE, repr=False, compare=False)

    @property
    def is_good(self) -> bool:
        """Whether the status is a 2xx; what OCP itself thinks stands in the envelope."""
        return 200 <= self.status < 300

    @property
    def is_redirect(self) -> bool:
        """Whether it points elsewhere, which OCP's API never does."""
        return 300 <= self.status < 400

    @property
    def is_html(self) -> bool:
        """Whether it is a page for a browser; a readable envelope is none, whatever its Content-Type says."""
        says_html = "html" in self.headers.get("content-type", "").lower()
        return (says_html or self.body.lstrip().startswith(b"<")) and self.envelope is None

    @cached_property
    def envelope(self) -> Envelope | None:
        """OCP's envelope; None if the body is no JSON object."""
        return Envelope.of(self.body, self.redact)

    @property
    def brief(self) -> str:
        """Status and OCP's words, or what kind of body it is, for a log line."""
        kind = self.headers.get("content-type", "").partition(";")[0].strip()[:80] or "no content type"
        told = self.envelope.told if self.envelope else ""
        return f"HTTP {self.status} {told or self.redact(kind)}"


@dataclass(frozen=True, slots=True)
class NeverLeft:
    """Not one byte of the call reached OCP."""

    why: str


@dataclass(frozen=True, slots=True)
class Lost:
    """Sending had begun, or may have, and there is no whole answer; `is_late` if the time for one ran out."""

    why: str
    is_late: bool = False


Result = Heard | NeverLeft | Lost
"""Every call ends as exactly one of these."""
