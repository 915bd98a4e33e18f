"""What comes after an approval: it goes out now, or what keeps it here."""

from bot.domain.barred import STOPPED, UNREACHABLE
from bot.domain.event import Event
from bot.domain.pause import PAUSED
from bot.domain.request import Request
from bot.domain.texts import N_, Text

from .kit import literal

NOT_YET = {
    PAUSED: N_("Not sent while %(environment)s is paused."),
    STOPPED: N_("Goes out when calls to OCP %(environment)s are let through again."),
    UNREACHABLE: N_("Goes out when OCP %(environment)s answers."),
}


def sending(request: Request, barred: str) -> Text:
    """Return what comes after an approval of *request*; *barred* is what keeps it here, "" if nothing does."""
    return Text(NOT_YET.get(barred, N_("Sending to OCP.")), {"environment": literal(request.environment, 40)})


def barred_then(event: Event) -> str:
    """Return what kept a request here when the approval *event* came, "" if nothing did."""
    return PAUSED if event.content.get("paused") else str(event.content.get("barred") or "")
