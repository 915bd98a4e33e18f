"""What an answer to a read means: the envelope, or one of the declared errors; pure."""

from bot.domain.errors import OcpLimited, OcpRefused, OcpStopped, OcpUnavailable, TaskGone

from .allowance import retry_after, wait_of
from .answers import UNSURE
from .envelope import Envelope
from .heard import Heard, Result

TASK_GONE = "TSK10001"
TASK_GONE_EXPRESS = "20000"  # OCP Express, with HTTP 404


def answered(result: Result) -> Heard:
    """
    Return a whole 2xx answer in which OCP says no "no".

    Raises:
        OcpUnavailable: nothing, half or trouble came back; the read may be repeated. OcpLimited: after a while.
        OcpStopped: the log-on is refused, or the address is not an OCP's.
        OcpRefused: OCP said no.
    """
    if not isinstance(result, Heard):
        raise OcpUnavailable(result.why)
    _raise_trouble(result)
    _raise_refusal(result)
    _raise_stranger(result)
    if not result.is_good:
        raise OcpUnavailable(result.brief)
    return result


def opened(result: Result) -> Envelope:
    """Return OCP's envelope of a read that succeeded; raises as `answered` does."""
    heard = answered(result)
    envelope = heard.envelope
    if envelope is None or envelope.successful is not True:
        raise OcpUnavailable(f"{heard.brief}: no whole envelope")
    return envelope


def as_gone(refused: OcpRefused) -> OcpRefused:
    """Return the refusal of a task's detail, as TaskGone if it says that the task does not exist."""
    in_express = refused.code == TASK_GONE_EXPRESS and refused.status == 404
    if refused.code.upper() != TASK_GONE and not in_express:
        return refused
    told = {"code": refused.code, "message": refused.message, "trace_id": refused.trace_id}
    return TaskGone(str(refused), **told, status=refused.status)


def _raise_trouble(heard: Heard) -> None:
    if heard.status == 429:
        raise OcpLimited(heard.brief, seconds=wait_of(heard.headers))
    if heard.status >= 500 or heard.status == 408:
        raise OcpUnavailable(heard.brief, seconds=retry_after(heard.headers))
    if heard.status == 401:
        envelope = heard.envelope
        raise OcpStopped(heard.brief, reason="credentials", code=envelope.code if envelope else "")
    if heard.is_redirect:
        raise OcpStopped(heard.brief, reason="address")


def _raise_refusal(heard: Heard) -> None:
    envelope = heard.envelope
    if envelope is None or not envelope.says_no:
        return
    if envelope.code.upper() in UNSURE:
        raise OcpUnavailable(heard.brief, seconds=retry_after(heard.headers))
    told = {"code": envelope.code, "message": envelope.message, "trace_id": envelope.trace_id}
    raise OcpRefused(heard.brief, **told, status=heard.status)


def _raise_stranger(heard: Heard) -> None:
    if heard.status == 404 or heard.is_html:
        raise OcpStopped(heard.brief, reason="address")
