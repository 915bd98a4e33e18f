"""The card: a request now, at the root of its threads, the only place with buttons."""

from collections.abc import Callable, Mapping, Sequence

from bot.domain.barred import barred
from bot.domain.event import Kind
from bot.domain.request import State
from bot.domain.sheet import Sheet
from bot.domain.texts import N_, Link, People, Text, Translator, When, Words
from bot.ports import Message, Operation

from . import after, approving, before, glass, kit, pausing, rules, running, silence, telling
from .buttons import buttons
from .details import approvers_of, details, footer
from .escape import channel
from .evidence import WAITING, unclear_card
from .facts import connection
from .kit import Block, Line, literal
from .sending import sending

MOST_STATUS = 2_800
LONGEST_STATUS = 800
NOBODY = N_(
    "🟠 The bot cannot post in the approvals channel, so nobody is asked. Admin: invite it there; it goes on by itself."
)


def card(
    sheet: Sheet, operation: Operation, t: Translator, *, asks_approvers: bool, decides_at: str | None = None
) -> Message:
    """
    Return the card; *asks_approvers* if this is where the approvers are mentioned.

    With *decides_at*, the address of the card in the channel ("" if there is none yet), it is a copy for one person,
    without the buttons that change something: nobody could take them away later.
    """
    title = _title(sheet, operation)
    lines = status(sheet)
    blocks = [
        kit.header(title, t),
        _status(sheet, lines, t, asks_approvers=asks_approvers),
        details(sheet, operation, t),
        footer(sheet, t),
        *(buttons(sheet, operation, t) if decides_at is None and sheet.environment.is_configured else []),
        *([kit.rich(kit.section([_elsewhere(decides_at, t)]))] if decides_at else []),
    ]
    summary = lines[: 2 if sheet.environment.pause and sheet.request.is_open else 1]
    return kit.message(blocks, [title, *summary], t)


def _elsewhere(address: str, t: Translator) -> Line:
    where = Link(address, t.gettext(N_("the card")))
    return kit.line(Text(N_("Its buttons and its thread: %(card)s"), {"card": where}), t)


def _title(sheet: Sheet, operation: Operation) -> Text:
    what = Text(operation.title, {"name": literal(sheet.request.name, 64)})
    return Text("%(environment)s: %(what)s", {"environment": literal(sheet.request.environment, 40), "what": what})


def _status(sheet: Sheet, lines: Sequence[Words], t: Translator, *, asks_approvers: bool) -> Block:
    drawn = [kit.line(each, t, most=LONGEST_STATUS) for each in lines]
    if sheet.request.state is State.PENDING:
        drawn[0] = [*drawn[0], *_asked(sheet, sheet.missing_approvers, t, asks_here=asks_approvers)]
        is_asked = asks_approvers or sheet.approvals_channel or not sheet.environment.is_configured
        drawn += [] if is_asked else [kit.line(Text(NOBODY), t)]
    if WAITING in lines:
        at = lines.index(WAITING)
        drawn[at] = [*drawn[at], *_asked(sheet, sheet.operators, t, asks_here=asks_approvers)]
    parts = [kit.section(kit.fitting(drawn, t, most=MOST_STATUS))]
    if sheet.request.state is State.SUCCEEDED:
        parts.append(kit.preformatted(connection(sheet.revision.payload)))
    return kit.rich(*parts)


def _asked(sheet: Sheet, whom: Sequence[str], t: Translator, *, asks_here: bool) -> Line:
    """Return whom the request waits for, or where they were asked."""
    if asks_here and whom:
        return kit.line(Text(": %(who)s", {"who": People(whom[:10])}), t)
    if sheet.approvals_channel:
        return [*kit.line(Text(N_(", in ")), t), channel(sheet.approvals_channel)]
    return []


def status(sheet: Sheet) -> list[Words]:
    """Return what is so now, a line each; the first is the mark of the state with its words."""
    state = sheet.request.state
    lines = _STATUS[state](sheet) if state in _STATUS else _told(sheet)
    if state is State.PENDING and not sheet.environment.is_configured:
        lines = before.plain_state(sheet.request)
    lines = [*lines, *glass.noted(sheet)]
    if sheet.request.is_open:
        return [*lines[:1], *_pause(sheet), *lines[1:], *_trouble(sheet)]
    return [*lines, approving.again(sheet.asked_again)] if sheet.asked_again else lines


def _trouble(sheet: Sheet) -> list[Words]:
    """Return why nothing goes on now although the request is open: no settings, calls are stopped, or OCP is silent."""
    environment, name = sheet.environment, sheet.request.environment
    if not environment.is_configured:
        return [rules.unruled(name)]
    if environment.stopped:
        return [before.stopped(environment.stopped, name)]
    return [silence.silent(name, When(environment.away_since))] if environment.away_since else []


def _pause(sheet: Sheet) -> list[Words]:
    """Return that nothing is sent now; near the top, so that no long card leaves it out."""
    pause = sheet.environment.pause
    return [pausing.is_paused(sheet.request.environment, pause)] if pause else []


def _sending(sheet: Sheet) -> list[Words]:
    request, delay = sheet.request, []
    if _is_again(sheet):
        return telling.told(sheet.cause, sheet)
    if sheet.cause.kind == Kind.DELAYED:
        delay = telling.told(sheet.cause, sheet)
    if request.decided_at is None:
        return [*before.plain_state(request), *delay]
    why = barred(sheet.environment) if request.state is State.APPROVED else ""
    then = sending(request, why)
    if sheet.runs_unapproved:
        return [Text("📨 %(then)s", {"then": then}), *delay]
    if request.decided_by is None:
        return [before.unasked(sheet, why), *delay]
    fields = {"who": People(approvers_of(sheet)), "when": When(request.decided_at), "then": then}
    return [Text(N_("📨 Approved by %(who)s, %(when)s. %(then)s"), fields), *delay]


def _is_again(sheet: Sheet) -> bool:
    """Whether it was approved because its first send is unclear."""
    try:
        return sheet.cause.kind == Kind.APPROVED and sheet.cause.content.get("after") == State.UNCERTAIN
    except telling.UNREADABLE:
        return False


def _held(sheet: Sheet) -> list[Words]:
    told = _told(sheet)
    if sheet.environment.pause and sheet.environment.pause.holds(sheet.cause):  # which stands on the card itself
        told[:1] = before.plain_state(sheet.request)
    return [*told, *approving.aging(sheet)]


def _uncertain(sheet: Sheet) -> list[Words]:
    try:
        return unclear_card(sheet.cause, sheet) if sheet.cause.kind == Kind.UNCLEAR else _told(sheet)
    except telling.UNREADABLE:
        return _told(sheet)


def _failed(sheet: Sheet) -> list[Words]:
    try:
        return running.failed(sheet)
    except telling.UNREADABLE:
        return _told(sheet)


def _done(sheet: Sheet) -> list[Words]:
    return [after.done_line(sheet)]


_TELLS: Mapping[State, frozenset[str]] = {
    State.HELD: frozenset({Kind.HELD}),
    State.UNCERTAIN: frozenset({Kind.UNCERTAIN, Kind.UNCLEAR}),
    State.OCP_REFUSED: frozenset({Kind.REFUSED}),
    State.REJECTED: frozenset({Kind.REJECTED}),
    State.ROLLED_BACK: frozenset({Kind.ROLLED_BACK}),
    State.CLOSED: frozenset({Kind.CLOSED}),
    State.WITHDRAWN: frozenset({Kind.WITHDRAWN}),
    State.EXPIRED: frozenset({Kind.EXPIRED}),
}


def _told(sheet: Sheet) -> list[Words]:
    """Return what the state's cause tells; the state alone, where the cause is another or cannot be read."""
    if sheet.cause.kind in _TELLS.get(sheet.request.state, frozenset()):
        return telling.told(sheet.cause, sheet)
    return before.plain_state(sheet.request)


_STATUS: Mapping[State, Callable[[Sheet], list[Words]]] = {
    State.PENDING: approving.pending,
    State.HELD: _held,
    State.APPROVED: _sending,
    State.SUBMITTING: _sending,
    State.UNCERTAIN: _uncertain,
    State.RUNNING: running.running,
    State.FAILED: _failed,
    State.SUCCEEDED: _done,
}
