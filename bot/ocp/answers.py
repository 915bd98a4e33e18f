"""What an answer to a write means (DESIGN, section 5); pure."""

from bot.domain.answer import Accepted, Answer, NotSent, Refused, Stopped, Unknown

from .allowance import wait_of
from .envelope import Envelope
from .heard import Heard, Lost, NeverLeft, Result
from .reading import read_task

CONTESTED = frozenset({"COM10005", "COM10006"})
"""A competing request, a name that exists: perhaps our own first attempt."""
UNSURE = frozenset({"COM10004", "COM10999", "COM20003"})
"""Time-out, unexpected error, other node busy: OCP itself does not know."""
REFUSING = frozenset({200, 400, 403, 404, 422})
"""With these an envelope that says no means that nothing was done."""


def classify(result: Result) -> Answer:
    """
    Return what *result* means for the write; for every input exactly one answer.

    The order is what makes it safe: nothing below 500 is looked at before 5xx is Unknown, and no status is read as
    "no effect" before the codes that mean a second look.
    """
    if isinstance(result, NeverLeft):
        return NotSent(result.why)
    if isinstance(result, Lost):
        return Unknown(result.why, cause="late" if result.is_late else "lost")
    envelope = result.envelope
    return _by_status(result, envelope) or _by_envelope(result, envelope) or _strange(result)


def _by_status(heard: Heard, envelope: Envelope | None) -> Answer | None:
    """Return what the status alone decides."""
    if heard.status >= 500:
        return Unknown(heard.brief)
    if heard.status == 429:
        return NotSent(heard.brief, wait_of(heard.headers), cause="limited")
    if heard.status == 401:
        detail = f"{envelope.code} {envelope.message}".strip() if envelope else ""
        return Stopped("credentials", detail or heard.brief)
    if heard.status == 409 or (envelope is not None and envelope.code.upper() in CONTESTED):
        return Unknown(heard.brief, contested=True)
    return Stopped("address", heard.brief) if heard.is_redirect else None


def _by_envelope(heard: Heard, envelope: Envelope | None) -> Answer | None:
    """Return what OCP's own words decide."""
    if envelope is None:
        return None
    if envelope.says_no and heard.status in REFUSING and envelope.code.upper() not in UNSURE:
        return Refused(envelope.code, envelope.message, envelope.trace_id, heard.status)
    task = read_task(envelope.data) if envelope.successful and heard.is_good else None
    return Accepted(task, envelope.trace_id) if task else None


def _strange(heard: Heard) -> Answer:
    """Return what an answer means that is not OCP's, or not whole."""
    if heard.status == 404 and not (heard.envelope and heard.envelope.says_no):
        return Stopped("address", heard.brief)
    # A gateway's 408 page may stand for an answer of OCP that came too late, so it says nothing of the effect.
    if heard.is_html and heard.status != 408:
        return Stopped("address", heard.brief)
    return Unknown(heard.brief)
