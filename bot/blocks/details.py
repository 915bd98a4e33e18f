"""The facts of a request on its card, one a line, and the line below them."""

from collections.abc import Sequence

from bot.domain.request import State, UserId
from bot.domain.sheet import Sheet
from bot.domain.texts import N_, People, Text, Translator, When, Words
from bot.ports import Detail, Operation

from . import glass
from .escape import units
from .kit import Block, Line, bold, context, fitting, line, literal, more, rich, section
from .running import shown_task
from .telling import UNREADABLE

MOST = 4_500
MOST_VALUES = 450
LONGEST_VALUE = 220


def details(sheet: Sheet, operation: Operation, t: Translator) -> Block:
    """Return who asked, why, and what the operation says of its payload."""
    own = [
        Detail(N_("Asked by"), (Text("%(who)s", {"who": People([sheet.request.requester])}),)),
        Detail(N_("Reason"), (literal(sheet.request.reason, LONGEST_VALUE),)),
    ]
    lines = [_line(each, t) for each in (*own, *_of_operation(sheet, operation)) if each.values]
    return rich(section(fitting(lines, t, most=MOST)))


def _of_operation(sheet: Sheet, operation: Operation) -> Sequence[Detail]:
    """Return the operation's details; a payload that another version wrote is shown on request, as JSON."""
    try:
        return operation.details(sheet.revision.payload, sheet.names)
    except UNREADABLE:
        return (Detail(N_("Payload"), (Text(N_("written by another version of the bot: see Show JSON")),)),)


def _line(detail: Detail, t: Translator) -> Line:
    fields = {"label": Text(detail.label), "n": len(detail.values)}
    label = Text("%(label)s (%(n)s): " if len(detail.values) > 1 else "%(label)s: ", fields)
    return [*bold(label, t), *line(_values(detail.values, t), t, most=2 * MOST_VALUES)]


def _values(values: Sequence[Text], t: Translator) -> Text:
    """Return *values* with commas: as many as there is room for, and how many are left out."""
    kept: list[Words] = []
    room = MOST_VALUES
    for each in values:
        words: Words = each
        length = units(each.render(t))
        if length > LONGEST_VALUE:
            words, length = literal(each.render(t), LONGEST_VALUE), LONGEST_VALUE
        room -= length + 2
        if room < 0:
            kept.append(more(len(values) - len(kept)))
            break
        kept.append(words)
    return _comma(kept)


def _comma(texts: Sequence[Words]) -> Text:
    fields = {f"value_{index}": each for index, each in enumerate(texts)}
    return Text(", ".join(f"%({name})s" for name in fields), fields)


def footer(sheet: Sheet, t: Translator) -> Block:
    """Return the grey line: number, who asked and decided, OCP's task."""
    request, task = sheet.request, shown_task(sheet)
    fields = {"number": request.number, "requester": People([request.requester]), "asked": When(request.created_at)}
    pieces: list[Words] = [
        Text(N_("#%(number)s"), fields),
        Text(N_("%(requester)s asked %(asked)s"), fields),
        *glass.decision(sheet),
        *_decision(sheet),
    ]
    if request.state is State.PENDING and sheet.expires_at:
        pieces.append(Text(N_("expires %(when)s"), {"when": When(sheet.expires_at)}))
    if sheet.again_of:
        pieces.append(Text(N_("asks again after #%(old)s"), {"old": sheet.again_of}))
    if task is not None:
        pieces.append(Text(N_("OCP task %(task)s"), {"task": task.id}))
    joined = {f"piece_{index}": each for index, each in enumerate(pieces)}
    return context(Text(" · ".join(f"%({name})s" for name in joined), joined), t)


def approvers_of(sheet: Sheet) -> list[UserId]:
    """Return who approved what is sent: all whose approval was needed, or who let it be sent after all."""
    last = [sheet.request.decided_by] if sheet.request.decided_by else []
    return list(dict.fromkeys([*sheet.approved, *last]))[-max(sheet.needed, 1) :]


def _decision(sheet: Sheet) -> list[Words]:
    request = sheet.request
    if request.state is State.PENDING or request.decided_by is None or request.decided_at is None:
        return []
    rejected = request.state is State.REJECTED
    who = [request.decided_by] if rejected else approvers_of(sheet)
    fields = {"who": People(who), "when": When(request.decided_at)}
    return [Text(N_("%(who)s rejected %(when)s") if rejected else N_("%(who)s approved %(when)s"), fields)]
