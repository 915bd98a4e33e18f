"""The buttons of a card: only what can be done now."""

from collections.abc import Sequence

from bot.domain.candidate import Candidate, candidates
from bot.domain.event import Kind
from bot.domain.request import ASKED_AGAIN_AFTER, State
from bot.domain.sheet import Sheet
from bot.domain.texts import N_, Counted, Text, Translator, Words
from bot.ports import Operation

from . import ids
from .escape import is_url
from .facts import hosts_in
from .kit import Block, Element, literal, plain
from .running import shown_task

IRREVOCABLE = N_("The name cannot be changed later.")
UNAPPROVED = N_("Run without approval")
LONGEST_NAME = 64


def buttons(sheet: Sheet, operation: Operation, t: Translator) -> list[Block]:
    """Return the actions block, none if there is nothing to press."""
    match sheet.request.state:
        case State.PENDING:
            return [_block("decide", sheet, _deciding(sheet, operation, t))]
        case State.HELD:
            return [_block("held", sheet, _held(sheet, operation, t))]
        case State.UNCERTAIN:
            return [_block("unclear", sheet, _operating(sheet, operation, t))]
        case State.APPROVED if sheet.cause.kind == Kind.DELAYED:
            return [_block("delayed", sheet, [_opens(ids.WITHDRAW, N_("Withdraw"), sheet, t)])]
        case state if state in ASKED_AGAIN_AFTER and not sheet.asked_again:
            words = N_("Ask again") if state is State.EXPIRED else N_("Edit and ask again")
            return [_block("ended", sheet, [_opens(ids.ASK_AGAIN, words, sheet, t), *_link(sheet, t)])]
    link = _link(sheet, t)
    return [_block("open", sheet, link)] if link else []


def _block(what: str, sheet: Sheet, elements: Sequence[Element]) -> Block:
    return {"type": "actions", "block_id": f"{what}.{sheet.revision.id}"[:255], "elements": list(elements)}


def _deciding(sheet: Sheet, operation: Operation, t: Translator) -> list[Element]:
    value = str(sheet.revision.id)
    approve = _button(ids.APPROVE, N_("Approve"), value, t)
    question = Text(N_("Approve in %(environment)s?"), {"environment": literal(sheet.request.environment)})
    approve |= {"style": "primary"}
    if sheet.is_production:
        approve |= {"confirm": _confirm(question, _effect(sheet, operation), N_("Approve"), t)}
    reject = _button(ids.REJECT, N_("Reject"), value, t) | {"style": "danger"}
    return [approve, reject, _button(ids.SHOW_JSON, N_("Show JSON"), value, t), _more(sheet, value, t)]


def _more(sheet: Sheet, value: str, t: Translator) -> Element:
    """Return the menu of what whoever asked can do, and an admin where the rules allow it."""
    choices = (
        (ids.EDIT_CHOICE, N_("Edit")),
        (ids.REMIND_CHOICE, N_("Remind approvers")),
        (ids.WITHDRAW_CHOICE, N_("Withdraw")),
        *(((ids.GLASS_CHOICE, UNAPPROVED),) if sheet.break_glass else ()),
    )
    options = [{"text": plain(t.gettext(words), 75), "value": f"{what}:{value}"} for what, words in choices]
    return {"type": "overflow", "action_id": ids.MORE, "options": options}


def _held(sheet: Sheet, operation: Operation, t: Translator) -> list[Element]:
    glass = [_opens(ids.BREAK_GLASS, UNAPPROVED, sheet, t) | {"style": "danger"}] if sheet.break_glass else []
    return [_send_now(sheet, operation, t), _opens(ids.CLOSE, N_("Close"), sheet, t), *glass]


def _send_now(sheet: Sheet, operation: Operation, t: Translator) -> Element:
    question = Text(N_("Send to %(environment)s now?"), {"environment": literal(sheet.request.environment)})
    button = _button(ids.SEND_NOW, N_("Send now"), str(sheet.revision.id), t)
    return button | {"style": "primary", "confirm": _confirm(question, _effect(sheet, operation), N_("Send now"), t)}


def _operating(sheet: Sheet, operation: Operation, t: Translator) -> list[Element]:
    """Return what an operator can do; sending again is offered once looking is over."""
    again = [_send_again(sheet, operation, t)] if sheet.cause.kind == Kind.UNCLEAR else []
    return [_opens(ids.ATTACH, N_("Attach task"), sheet, t), *again, _opens(ids.CLOSE, N_("Close"), sheet, t)]


def _opens(action: str, words: str, sheet: Sheet, t: Translator) -> Element:
    """Return a button whose form says what happens and asks for more."""
    return _button(action, words, str(sheet.revision.id), t)


def _send_again(sheet: Sheet, operation: Operation, t: Translator) -> Element:
    question = Text(N_("Send to %(environment)s again?"), {"environment": literal(sheet.request.environment)})
    free = candidates(sheet.cause)
    name = literal(sheet.request.name, LONGEST_NAME)
    fields = {"name": name, "what": _what(sheet, operation), "last": _warning(free)}
    effect = Text(N_("OCP is looked at once more first. If %(name)s is not there: %(what)s. %(last)s"), fields)
    style = {"style": "danger"} if free else {}
    button = _button(ids.SEND_AGAIN, N_("Send again"), str(sheet.revision.id), t) | style
    return button | {"confirm": _confirm(question, effect, N_("Send again"), t)}


def _what(sheet: Sheet, operation: Operation) -> Words:
    """Return what is sent, as the end of a sentence."""
    hosts, name = hosts_in(sheet.revision.payload), literal(sheet.request.name, LONGEST_NAME)
    if hosts is None:
        return Text(operation.title, {"name": name})
    return Counted("create %(name)s on %(n)s host", "create %(name)s on %(n)s hosts", hosts, {"name": name})


def _warning(free: Sequence[Candidate]) -> Text:
    """Return what to think of before sending again: a task that may be the first try's, if there is one."""
    if not free:
        return Text(IRREVOCABLE)
    message = N_("Task %(task)s belongs to no request: if it is this one's, go back and attach it.")
    return Text(message, {"task": free[0].id})


def _effect(sheet: Sheet, operation: Operation) -> Words:
    """Return what pressing the button will do."""
    hosts, name = hosts_in(sheet.revision.payload), literal(sheet.request.name)
    last = Text(IRREVOCABLE)
    if hosts is None:
        return Text("%(title)s. %(last)s", {"title": Text(operation.title, {"name": name}), "last": last})
    fields = {"name": name, "last": last}
    return Counted("Create %(name)s on %(n)s host. %(last)s", "Create %(name)s on %(n)s hosts. %(last)s", hosts, fields)


def _button(action: str, words: str, value: str, t: Translator) -> Element:
    return {"type": "button", "action_id": action, "text": plain(t.gettext(words), 75), "value": value}


def _confirm(title: Words, effect: Words, yes: str, t: Translator) -> Element:
    return {
        "title": plain(title.render(t), 100),
        "text": plain(effect.render(t), 300),
        "confirm": plain(t.gettext(yes), 30),
        "deny": plain(t.gettext(N_("Back")), 30),
    }


def _link(sheet: Sheet, t: Translator) -> list[Element]:
    """Return the button that opens the task in OCP's console, if there is a task and a usable address."""
    task = shown_task(sheet)
    if task is None:
        return []
    url = sheet.environment.task_url.replace("{id}", str(task.id))
    button = {"type": "button", "action_id": ids.OPEN_IN_OCP, "text": plain(t.gettext(N_("Open in OCP")), 75)}
    return [button | {"url": url}] if is_url(url) else []
