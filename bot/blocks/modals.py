"""Modals: the form of an operation, why something is rejected or closed, what exactly is sent."""

import json
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from bot.domain.answer import Call
from bot.domain.form import Field, FieldKind, Option, filled
from bot.domain.policy import Policy
from bot.domain.request import Request, Revision
from bot.domain.texts import N_, Text, Translator, Words
from bot.ports import Operation

from . import ids, kit
from .escape import units
from .kit import Block, Element, plain

TICKET = N_("Needs a change ticket, such as %(example)s.")
PAGE = 3_000
MOST_PAGES = 12
"""Together below Slack's 250 kB for a view, even where every character is written as an escape."""


def form(
    operation: Operation,
    t: Translator,
    *,
    heading: Text,
    submit: Text,
    private_metadata: str,
    policies: Sequence[Policy],
    notes: Sequence[Words] = (),
    typed: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, Any]:
    """
    Return the modal that asks for an operation's fields, filled in with what was *typed* before.

    It also asks where, if there are several *policies* under which it can be done, and says where if there is one.
    *notes* stand above all.
    """
    where = [_environment(policies, t)] if len(policies) > 1 else [_said_where(policies[0], t)]
    above = [said(notes, t)] if notes else []
    blocks = [*above, *where, *_fields(operation, typed, t, policies)]
    view = _modal(heading, blocks, t, close=Text(N_("Cancel")))
    return view | {"callback_id": ids.FORM, "submit": plain(submit.render(t), 24), "private_metadata": private_metadata}


def edit(
    request: Request,
    operation: Operation,
    typed: Mapping[str, str],
    t: Translator,
    *,
    private_metadata: str,
    policy: Policy,
) -> dict[str, Any]:
    """Return the same form for a request that still waits for approval."""
    title = Text(N_("Edit #%(number)s"), {"number": request.number})
    what = said([Text(N_("What was approved so far counts no more then; the approvers are asked again."))], t)
    blocks = [what, *_fields(operation, typed, t, [policy])]
    return asking(ids.EDIT_FORM, title, blocks, t, submit=N_("Save"), private_metadata=private_metadata)


def _fields(operation: Operation, typed: Mapping[str, str], t: Translator, policies: Sequence[Policy]) -> list[Block]:
    blocks = [input_of(field, t) for field in filled(operation.form, typed)]
    if blocks:
        blocks[0]["element"]["focus_on_load"] = True
    needed = _tickets(policies)
    return [_hinted(block, needed, t) if block["block_id"] == "reason" else block for block in blocks]


def needs_ticket(reason: Block, ticket: str, t: Translator) -> Block:
    """Return the input of a *reason* that says what a *ticket* looks like, "" if it needs none."""
    return _hinted(reason, [Text(TICKET, {"example": ticket})] if ticket else [], t)


def _hinted(block: Block, more: Sequence[Text], t: Translator) -> Block:
    """Return the input *block* whose hint says *more*."""
    hint = " ".join([block.get("hint", {}).get("text", ""), *(text.render(t) for text in more)]).strip()
    return block | {"hint": plain(hint, 2_000)} if more else block


def _tickets(policies: Sequence[Policy]) -> list[Text]:
    """Return which ticket a reason needs, and where if there are several *policies*."""
    message = N_("In %(environment)s it needs a change ticket, such as %(example)s.")
    return [
        Text(
            message if len(policies) > 1 else TICKET,
            {"environment": each.environment, "example": each.ticket_example},
        )
        for each in policies
        if each.ticket_example
    ]


def _environment(policies: Sequence[Policy], t: Translator) -> Block:
    """Return the choice of the environment; nothing is chosen beforehand, so that nobody creates in the wrong one."""
    options = tuple(Option(each.environment, each.environment, each.host) for each in policies)
    placeholder = N_("Choose an OCP")
    field = Field(
        id=ids.ENVIRONMENT, label=N_("Environment"), kind=FieldKind.CHOICE, options=options, placeholder=placeholder
    )
    return input_of(field, t)


def _said_where(policy: Policy, t: Translator) -> Block:
    where = {"environment": kit.literal(policy.environment), "host": kit.literal(policy.host)}
    return said([Text(N_("In OCP %(environment)s, at %(host)s."), where)], t)


def why(request: Request, t: Translator, *, private_metadata: str) -> dict[str, Any]:
    """Return the modal that asks an approver why they reject."""
    title = Text(N_("Reject #%(number)s"), {"number": request.number})
    return asking(ids.WHY, title, [_reason(t)], t, submit=N_("Reject"), private_metadata=private_metadata)


def close(request: Request, t: Translator, *, in_doubt: bool, private_metadata: str) -> dict[str, Any]:
    """Return the modal that says what closing means, *in_doubt* if OCP may have got the request, and asks why."""
    name = {"name": kit.literal(request.name)}
    message = N_("OCP may have got it. The bot looks for %(name)s no more and follows no task of it.")
    lines: list[Words] = [
        Text(message if in_doubt else N_("Nothing of it was created in OCP, and nothing will be sent."), name),
        Text(N_("The name %(name)s is free for another request then."), name),
    ]
    title = Text(N_("Close #%(number)s"), {"number": request.number})
    blocks = [said(lines, t), _reason(t)]
    return asking(ids.CLOSE_FORM, title, blocks, t, submit=N_("Close"), private_metadata=private_metadata)


def withdraw(request: Request, t: Translator, *, private_metadata: str) -> dict[str, Any]:
    """Return the modal that says what withdrawing means, and asks why; that may stay empty."""
    message = N_("Nothing is sent to OCP then, and the name %(name)s is free for another request.")
    title = Text(N_("Withdraw #%(number)s"), {"number": request.number})
    label, hint = N_("Why? The approvers and the record get your words."), N_("May stay empty; up to 200 characters.")
    why_ = input_of(Field(id="reason", label=label, hint=hint, longest=200, required=False), t)
    blocks = [said([Text(message, {"name": kit.literal(request.name)})], t), why_]
    return asking(ids.WITHDRAW_FORM, title, blocks, t, submit=N_("Withdraw"), private_metadata=private_metadata)


def _reason(t: Translator) -> Block:
    label = N_("Why? Whoever asked and the record get your words.")
    block = input_of(Field(id="reason", label=label, hint=N_("3 to 200 characters."), longest=200), t)
    block["element"] |= {"min_length": 3, "focus_on_load": True}
    return block


def said(lines: Sequence[Words], t: Translator) -> Block:
    """Return what a modal says above its fields."""
    return kit.rich(kit.section([kit.line(each, t) for each in lines]))


def asking(
    callback_id: str, title: Text, blocks: Sequence[Block], t: Translator, *, submit: str, private_metadata: str
) -> dict[str, Any]:
    """Return a modal that asks for something before it does what *submit* says."""
    view = _modal(title, blocks, t, close=Text(N_("Back")))
    sent = {"callback_id": callback_id, "submit": plain(t.gettext(submit), 24), "private_metadata": private_metadata}
    return view | sent


def payload(request: Request, revision: Revision, call: Call, t: Translator) -> dict[str, Any]:
    """Return the modal that shows what exactly is sent: *call*, the one that *revision* asks for."""
    text = _readable(call.body)
    pages = _pages(text)
    is_present = revision.id == request.revision
    what = N_("Exactly this is sent to OCP %(environment)s.")
    other = N_("The request was changed since. This is not sent to OCP %(environment)s; its card shows what is.")
    words: list[Words] = [
        Text(what if is_present else other, {"environment": kit.literal(request.environment)}),
        Text(
            N_("Revision %(number)s, hash %(hash)s."), {"number": revision.number, "hash": kit.literal(revision.hash)}
        ),
    ]
    left = len(text) - sum(map(len, pages[:MOST_PAGES]))
    if left:
        words.append(Text(N_("Too long for Slack: the last %(n)s characters are left out."), {"n": left}))
    blocks = [kit.rich(kit.section([kit.line(each, t) for each in words]))]
    blocks += [kit.rich(kit.preformatted(page)) for page in pages[:MOST_PAGES]]
    return _modal(Text(N_("#%(number)s as JSON"), {"number": request.number}), blocks, t, close=Text(N_("Close")))


def _readable(payload: Mapping[str, Any]) -> str:
    """Return *payload* as JSON of the same content, in which what cannot be seen is written as an escape."""
    text = json.dumps(payload, ensure_ascii=False, indent=2)
    return "".join(each if each.isprintable() or each == "\n" else json.dumps(each)[1:-1] for each in text)


def _pages(text: str) -> list[str]:
    """Return *text* in pieces of at most a page, parted between lines where there is a line end to part at."""
    pages: list[str] = []
    page: list[str] = []
    room = PAGE
    for piece in _pieces(text):
        if units(piece) > room and page:
            pages.append("".join(page))
            page, room = [], PAGE
        page.append(piece)
        room -= units(piece)
    return [*pages, "".join(page)]


def _pieces(text: str) -> list[str]:
    """Return the lines of *text* with their ends; a line too long for a page is cut into halves of one."""
    half = PAGE // 2
    return [line[at : at + half] for line in text.splitlines(keepends=True) for at in range(0, len(line), half)]


def _modal(title: Words, blocks: Sequence[Block], t: Translator, *, close: Text) -> dict[str, Any]:
    return {
        "type": "modal",
        "title": plain(title.render(t), 24),
        "close": plain(close.render(t), 24),
        "blocks": list(blocks),
    }


def input_of(field: Field, t: Translator) -> Block:
    """Return the input of a field."""
    element = {"action_id": ids.FORM_ANSWER, **_ELEMENTS[field.kind](field, t)}
    if field.placeholder:
        element["placeholder"] = plain(t.gettext(field.placeholder), 150)
    block = {"type": "input", "block_id": field.id, "label": plain(t.gettext(field.label), 2_000), "element": element}
    hint = {"hint": plain(t.gettext(field.hint), 2_000)} if field.hint else {}
    return {**block, **hint, "optional": not field.required}


def _text(field: Field, _t: Translator) -> Element:
    return {"type": "plain_text_input", "max_length": field.longest, **_initial(field)}


def _lines(field: Field, t: Translator) -> Element:
    return _text(field, t) | {"multiline": True}


def _number(field: Field, _t: Translator) -> Element:
    limits = {"min_value": str(field.lowest), "max_value": str(field.highest)}
    return {"type": "number_input", "is_decimal_allowed": False, **limits, **_initial(field)}


def _choice(field: Field, t: Translator) -> Element:
    options = {option.value: _option(option, t) for option in field.options}
    initial = {"initial_option": options[field.initial]} if field.initial in options else {}
    return {"type": "static_select", "options": list(options.values()), **initial}


def _option(option: Option, t: Translator) -> Element:
    described = {"description": plain(t.gettext(option.description), 75)} if option.description else {}
    return {"text": plain(t.gettext(option.label), 75), "value": option.value, **described}


def _initial(field: Field) -> Element:
    return {} if field.initial is None else {"initial_value": field.initial}


_ELEMENTS: Mapping[FieldKind, Callable[[Field, Translator], Element]] = {
    FieldKind.TEXT: _text,
    FieldKind.LINES: _lines,
    FieldKind.NUMBER: _number,
    FieldKind.CHOICE: _choice,
}
