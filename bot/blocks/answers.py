"""Answers to one person: to a command, to a click, to a form."""

from collections.abc import Sequence

from bot.domain.approvals import Approvals
from bot.domain.errors import FormRefused
from bot.domain.grant import ITSELF, Grant, typed_here
from bot.domain.policy import OPERATOR
from bot.domain.request import Request, State
from bot.domain.texts import N_, Link, People, Text, Translator, When, Words
from bot.ports import Message, Operation

from . import kit, marks
from .escape import DATED, cut, one_line
from .in_short import in_short
from .kit import literal
from .sending import sending

COMMANDS = (
    ("create", N_("ask for a new OBProxy cluster")),
    ("status", N_("my requests")),
    ("status 1042", N_("one request, by its number")),
    ("status pay_01", N_("the requests for a cluster name")),
    ("history 1042", N_("who asked, approved and did what, by a request's number")),
    ("history pay_01", N_("the same for a cluster name, or a person: @name")),
    ("pause {environment} {reason}", N_("send nothing to OCP until it is resumed (operators)")),
    ("resume {environment}", N_("let requests be sent again (operators)")),
    ("access", N_("what you may do here, by which rule, and whom to ask")),
    ("help", N_("this list")),
)
ELSEWHERE = N_('I am not in this channel, so its thread is only there. "/invite @OBProxy Bot" brings it here, too.')
PRIVATE = N_(
    'I am not in this channel, so I tell you of it in our own conversation. "/invite @OBProxy Bot" brings it here, too.'
)
MOST_LISTED = 9_000
LONGEST = 1_000
LONGEST_ERROR = 300


def help_(given: Sequence[Grant], t: Translator, *, command: str) -> Message:
    """Return what the person to whom that is *given* can type here, and what they are."""
    names = {"environments": literal(", ".join(dict.fromkeys(each.policy.environment for each in given)), 200)}
    words = Text(N_("Creates OBProxy clusters in OCP %(environments)s."), names)
    shown = [(word, right) for word, right in COMMANDS if typed_here(given, word.split()[0])]
    operated = next((each.policy.environment for each in given if each.lets(OPERATOR, ITSELF)), "")
    typed = [f"{command} {word}".replace("{environment}", operated) for word, _ in shown]
    width = max(map(len, typed)) + 2
    rows = [f"{left:<{width}}{t.gettext(right)}" for left, (_, right) in zip(typed, shown, strict=True)]
    below = in_short(given)
    list_ = kit.preformatted(cut("\n".join(rows), kit.MOST_TEXT))
    parts = [kit.section([kit.line(words, t)]), list_, kit.section([kit.line(each, t) for each in below])]
    return kit.message([kit.rich(*parts)], [words, *(literal(row, 200) for row in rows), *below], t)


def unknown(word: str, nearest: str, t: Translator) -> Message:
    """Return that *word* is no command, and what may have been meant."""
    fields = {"word": literal(word, 60), "nearest": literal(nearest, 60)}
    return told(Text(N_('No command "%(word)s". Did you mean /obproxy %(nearest)s?'), fields), t)


def decided(request: Request, counted: Approvals, t: Translator, *, barred: str) -> Message:
    """Return what an approver's click on *request* has done; *barred* is what keeps it here, "" if nothing does."""
    fields = {"number": request.number, "given": min(len(counted.given), counted.needed), "needed": counted.needed}
    if not counted.are_enough:
        missing = N_("Your approval of #%(number)s counts, %(given)s of %(needed)s. Others are missing.")
        return told(Text(missing, fields), t)
    enough = N_("Your approval of #%(number)s counts, %(given)s of %(needed)s. %(then)s")
    return told(Text(enough, {**fields, "then": sending(request, barred)}), t)


def ran(request: Request, t: Translator, *, barred: str) -> Message:
    """Return what running *request* without approval has done; *barred* as above."""
    message = N_("#%(number)s needs no approval any more. %(then)s The approvers are told.")
    return told(Text(message, {"number": request.number, "then": sending(request, barred)}), t)


def told(text: Words, t: Translator) -> Message:
    """Return one line or short paragraph."""
    return _lines([text], t)


def asked(
    request: Request,
    operation: Operation,
    t: Translator,
    *,
    approvers: Sequence[str],
    link: str,
    can_post_here: bool,
    can_post_there: bool,
    is_private: bool = False,
) -> Message:
    """
    Return that the request is there, whom it waits for, and where its card is.

    *is_private* if it goes on in the bot's conversation with whoever asked.
    """
    fields = {
        "number": request.number,
        "what": Text(operation.title, {"name": literal(request.name, 64)}),
        "environment": literal(request.environment, 40),
        "who": People(approvers[:10]),
        "card": Link(link, t.gettext(N_("the card"))),
    }
    lines: list[Words] = [Text(N_("Asked: #%(number)s, %(what)s in %(environment)s."), fields)]
    if request.state is not State.PENDING:
        lines.append(Text(N_("Nobody has to approve it.")))
    else:
        lines.append(Text(N_("It waits for %(who)s."), fields) if approvers else Text(N_("It waits for approval.")))
    if link:
        is_seen = can_post_there or not is_private
        lines.append(Text(N_("Where it is decided: %(card)s") if is_seen else N_("Its card: %(card)s"), fields))
    if not can_post_there:
        lines.append(Text(N_("I cannot post in the approvals channel, so nobody is asked there. Admin: invite me.")))
    if not can_post_here:
        lines.append(Text(PRIVATE if is_private else ELSEWHERE))
    return _lines(lines, t)


def status_list(requests: Sequence[tuple[Request, str]], t: Translator, *, heading: Text) -> Message:
    """Return *requests* with the links to their cards, one a line, in their order."""
    lines: list[Words] = [heading, *(_row(request, link) for request, link in requests)]
    if not requests:
        lines.append(Text(N_("None.")))
    return _lines(lines, t)


def _row(request: Request, link: str) -> Text:
    mark, words = marks.of(request)
    number = f"#{request.number}"
    fields = {
        "mark": mark,
        "state": Text(words),
        "number": Link(link, number) if link else number,
        "environment": literal(request.environment, 40),
        "name": literal(request.name, 64),
        "when": When(request.created_at),
    }
    return Text(N_("%(mark)s %(state)s: %(number)s, %(environment)s, %(name)s, asked %(when)s"), fields)


def form_errors(refused: FormRefused, t: Translator) -> dict[str, str]:
    """Return the words for each field that has a mistake, by its block_id."""
    return {field: cut(one_line(text.render(t)), LONGEST_ERROR) for field, text in refused.at.items()}


def _lines(lines: Sequence[Words], t: Translator) -> Message:
    drawn = [kit.line(each, t, time=DATED, most=LONGEST) for each in lines]
    return kit.message([kit.rich(kit.section(kit.fitting(drawn, t, most=MOST_LISTED)))], lines, t)
