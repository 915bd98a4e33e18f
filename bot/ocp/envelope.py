"""The envelope around every JSON answer of OCP (OCP API, 返回结构)."""

from dataclasses import dataclass
from typing import Any, Self

from bot.domain.redaction import Redactor

from .redacting import redacted
from .values import Json, objects, parse, text

MOST_WORDS = 2000
"""Characters of OCP's message that are kept; nobody reads on, and a row need not hold a stack trace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """
    `successful` None: the answer does not say.

    `data` None: there is none. `code` is "" without an error of OCP's own; integers come from OCP Express.
    """

    successful: bool | None
    data: Any = None
    code: str = ""
    message: str = ""
    trace_id: str = ""
    timestamp: str = ""
    body: Json

    @classmethod
    def of(cls, body: bytes, redact: Redactor) -> Self | None:
        """Read *body*, all texts of which pass *redact*; None unless it is a JSON object."""
        found = redacted(parse(body), redact)
        return cls.read(found) if isinstance(found, dict) else None

    @classmethod
    def read(cls, found: Json) -> Self:
        """Read a JSON object, whatever it holds."""
        error = found.get("error")
        error = error if isinstance(error, dict) else {}
        successful = found.get("successful")
        return cls(
            successful=successful if isinstance(successful, bool) else None,
            data=found.get("data"),
            code=(text(error.get("code")) or "").strip(),
            message=_message(error),
            trace_id=text(found.get("traceId")) or "",
            timestamp=text(found.get("timestamp")) or "",
            body=found,
        )

    @property
    def says_no(self) -> bool:
        """Whether OCP itself refused: it says so, with a code."""
        return self.successful is False and bool(self.code)

    @property
    def told(self) -> str:
        """Code, message and traceId in one line; empty if OCP told none of them."""
        trace = f"(traceId {self.trace_id})" if self.trace_id else ""
        return " ".join(part for part in (self.code, self.message, trace) if part)


def _message(error: Json) -> str:
    """Return the message with what OCP Express says of single fields."""
    parts = [text(error.get("message"))]
    for sub in objects(error.get("subErrors")):
        said = [text(sub.get("field")), text(sub.get("message"))]
        parts.append(": ".join(part for part in said if part))
    return "; ".join(part for part in parts if part)[:MOST_WORDS]
