"""Somebody was faster: who, when and what, read from the event that has answered what a card asked."""

from collections.abc import Collection, Mapping
from types import MappingProxyType

from .errors import RanUnapproved, TooLate
from .event import BOT, Event, Kind
from .request import State
from .texts import N_, People, Text, When

ASKED_BY: Mapping[State, Kind] = MappingProxyType(
    {State.PENDING: Kind.ASKED, State.HELD: Kind.HELD, State.UNCERTAIN: Kind.UNCERTAIN}
)
"""The states in which a card asks people something, and the kind of event that led there."""

_ENDS = frozenset({Kind.REJECTED, Kind.CLOSED, Kind.REFUSED, Kind.WITHDRAWN, Kind.EXPIRED})

ANSWERS = _ENDS | {Kind.APPROVED, Kind.UNAPPROVED, Kind.RUNNING}
"""The kinds of event that answer it, by a person or by themselves."""

ENDS_WITHDRAWAL = _ENDS | {Kind.SUBMITTING}
"""The kinds of event after which nothing can be taken back."""

_APPROVED: Mapping[object, str] = {
    State.HELD: N_('chose "Send now" for'),
    State.UNCERTAIN: N_('chose "Send again" for'),
}
_RUNNING: Mapping[object, str] = {
    "attached": N_("attached task %(task)s to"),
    "adopted": N_("found task %(task)s of"),
    "answered": N_("named task %(task)s for"),
}
_OTHERS: Mapping[str, str] = {
    Kind.REJECTED: N_("rejected"),
    Kind.CLOSED: N_("closed"),
    Kind.REFUSED: N_("refused"),
    Kind.WITHDRAWN: N_("withdrew"),
    Kind.EXPIRED: N_("ran out for"),
    Kind.SUBMITTING: N_("began to send"),
}


def asked_by(states: Collection[State]) -> tuple[Kind, ...]:
    """Return the kinds of event that put a request into one of *states*."""
    return tuple(kind for state, kind in ASKED_BY.items() if state in states)


def too_late(number: int, answer: Event) -> TooLate:
    """Return what whoever clicked on #*number* after *answer* is told."""
    detail = f"#{number} is past that: {answer.kind} at {answer.at}"
    if answer.kind == Kind.UNAPPROVED:
        return RanUnapproved(detail, number=number, who=_who(answer), when=When(answer.time))
    return TooLate(detail, number=number, who=_who(answer), when=When(answer.time), what=_what(answer))


def who_did(event: Event) -> People:
    """Return the person who did it, with their name for places where Slack draws no mention."""
    name = event.content.get("actor_name")
    return People([event.actor], [str(name)] if name else [])


def _who(answer: Event) -> People | Text:
    """Return a person, or else the bot or OCP."""
    if answer.actor != BOT:
        return who_did(answer)
    if answer.kind == Kind.EXPIRED:
        return Text(N_("The time"))
    is_adopted = answer.kind == Kind.RUNNING and answer.content.get("how") == "adopted"
    is_ours = is_adopted or answer.kind in {Kind.SUBMITTING, Kind.APPROVED}
    return Text(N_("The bot") if is_ours else N_("OCP"))


def _what(answer: Event) -> Text:
    data = answer.content
    if answer.kind == Kind.APPROVED:
        return Text(_APPROVED.get(data.get("after"), N_("approved")))
    if answer.kind == Kind.RUNNING:
        return Text(_RUNNING.get(data.get("how"), _RUNNING["answered"]), {"task": data.get("task", "?")})
    return Text(_OTHERS[answer.kind])
