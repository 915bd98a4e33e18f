"""What somebody may do, by which rule, and whom to ask."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from bot.domain.grant import ITSELF, Grant
from bot.domain.policy import ADMIN, APPROVER, OPERATOR, REQUESTER, ROLES, VIEWER, Policy
from bot.domain.standing import EVERYONE
from bot.domain.texts import N_, Channels, People, Text, Translator, Words
from bot.ports import Message

from . import kit
from .kit import Block, joined, literal

MOST_SHOWN = 45
MOST_CHARACTERS = 8_500
MOST_NAMED = 10

DUTIES: Mapping[str, str] = MappingProxyType(
    {
        VIEWER: N_("you may look at requests"),
        APPROVER: N_("you may approve, reject and send again what others ask for"),
        OPERATOR: N_("you may attach a task to an unclear request, and close one that is unclear or held"),
        ADMIN: N_("you may withdraw what others ask for, and run it without approval where the rules let you"),
    }
)
"""What a role lets somebody do about requests; for asking it depends on the channel."""

BRAKE = N_("you may pause and resume")
BRAKE_TOO = N_(
    "you may attach a task to an unclear request, close one that is unclear or held, pause and resume the environment"
)


def access(given: Sequence[Grant], t: Translator, *, command: str) -> Message:
    """Return what was *given* to one person, as much of it as a message holds, and how the rest can be had."""
    heading = Text(N_("What you may do here, by which rule, and whom to ask:"))
    page = _Page(t)
    blocks = [kit.rich(kit.section([kit.line(heading, t)])), *(block for each in given for block in page.of(each))]
    rest = _rest(page.left, command)
    blocks += [kit.rich(kit.section([kit.line(rest, t)]))] if rest else []
    return kit.message(blocks, [heading, *page.lines, *([rest] if rest else [])], t)


def unknown(groups: Sequence[str]) -> Text | None:
    """Return that nobody has a role by *groups* at present, None if there are none."""
    if not groups:
        return None
    message = N_("Slack does not say who is in %(groups)s now, so you have no role by that. Try again in a minute.")
    return Text(message, {"groups": people(tuple(dict.fromkeys(groups)))})


def approvals(policy: Policy, where: Text | None = None) -> Text:
    """Return who approves in which channel; *where* is in which environments, if that has to be said."""
    fields = {
        "where": Text(N_(" in %(environments)s"), {"environments": where}) if where else "",
        "needed": policy.approvals_required,
        "who": people(policy.approvers),
        "channel": Channels([policy.approvals.channel]),
    }
    if not policy.approvals_required:
        return Text(N_("Approvals%(where)s: not needed; requests are shown in %(channel)s."), fields)
    if policy.approvals_required == 1:
        return Text(N_("Approvals%(where)s: %(who)s in %(channel)s."), fields)
    return Text(N_("Approvals%(where)s, %(needed)s needed: %(who)s in %(channel)s."), fields)


def people(ids: Sequence[str]) -> People | Text:
    """Return the first of those whom *ids* name; a private answer calls nobody."""
    named = [id_ for id_ in ids if id_ != EVERYONE]
    return People(named[:MOST_NAMED]) if named else Text(N_("nobody"))


def places(policy: Policy) -> Channels:
    """Return where commands may be typed."""
    return Channels(policy.places[:MOST_NAMED])


@dataclass(slots=True)
class _Page:
    """What still fits; once something does not, nothing after it is shown, and `left` names it."""

    t: Translator
    room: int = MOST_CHARACTERS
    shown: int = 0
    lines: list[Words] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    def of(self, given: Grant) -> list[Block]:
        """Return the block of *given*, none if there is no room for it."""
        title, lines = _title(given), _lines(given)
        drawn = [] if self.left else [kit.bold(title, self.t), *(kit.line(each, self.t) for each in lines)]
        self.room -= kit.size(drawn) + len(drawn)
        if not drawn or self.room < 0 or self.shown == MOST_SHOWN:
            self.left.append(given.policy.environment)
            return []
        self.shown += 1
        self.lines += [title, *lines]
        return [kit.rich(kit.section(drawn))]


def _rest(left: Sequence[str], command: str) -> Words | None:
    if not left:
        return None
    names = literal(", ".join(dict.fromkeys(left)), 400)
    fields = {"names": names, "command": literal(command, 40)}
    return Text(N_("Not shown here: %(names)s. %(command)s access and a name tells of that one."), fields)


def _title(given: Grant) -> Text:
    """Return whose rules they are: an environment's, or those of operations that have their own."""
    name = literal(given.policy.environment, 40)
    if not given.is_for_requests:
        return Text(N_("%(environment)s itself"), {"environment": name})
    if ITSELF in given.operations:
        return name
    return Text("%(environment)s, %(keys)s", {"environment": name, "keys": literal(", ".join(given.operations), 80)})


def _lines(given: Grant) -> list[Words]:
    roles: list[Words] = [_role(given, role, given.roles[role]) for role in ROLES if role in given.roles]
    silent = unknown(given.unknown)
    return [*(roles or [Text(N_("You have no role."))]), *([silent] if silent else []), *_whom(given)]


def _role(given: Grant, role: str, rule: str) -> Text:
    what = _duty(given, role)
    fields = {"role": role, "rule": _rule(rule), "what": what}
    return Text(N_("%(role)s, %(rule)s: %(what)s.") if what else N_("%(role)s, %(rule)s."), fields)


def _duty(given: Grant, role: str) -> Text | None:
    if role == OPERATOR and ITSELF in given.operations:
        return Text(BRAKE_TOO if given.is_for_requests else BRAKE)
    if not given.is_for_requests:
        return None
    if role != REQUESTER:
        return Text(DUTIES[role])
    if given.is_here:
        return Text(N_("you may ask here"))
    return Text(N_("you may ask in %(channels)s, not here"), {"channels": places(given.policy)})


def _rule(rule: str) -> Text:
    if rule == EVERYONE:
        return Text(N_("as every full member"))
    if rule.startswith("S"):
        return Text(N_("as one of %(group)s"), {"group": People([rule])})
    return Text(N_("by name"))


def _whom(given: Grant) -> list[Words]:
    """Return whom to ask: those who decide, those who help, and those who may ask if the person may not."""
    policy, asks = given.policy, given.is_for_requests and REQUESTER not in given.roles
    roles = {
        N_("Requesters: %(who)s."): policy.requesters if asks else (),
        N_("Operators: %(who)s."): policy.operators,
        N_("Admins: %(who)s."): policy.admins,
    }
    others = [Text(message, {"who": people(ids)}) for message, ids in roles.items() if ids]
    return [
        *([approvals(policy)] if given.is_for_requests else []),
        *([joined(others, " ")] if others else []),
    ]
