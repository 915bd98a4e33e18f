"""What somebody may do, in the few lines below the help."""

from collections.abc import Sequence

from bot.domain.grant import CREATE, Grant
from bot.domain.policy import REQUESTER, ROLES, VIEWER
from bot.domain.texts import N_, Link, Text, Words

from . import kit
from .access import approvals, places, unknown
from .kit import joined, literal

MOST_LISTED = 5


def in_short(given: Sequence[Grant]) -> list[Words]:
    """Return the roles, where else may be asked, what is not known, who approves where, and what OCP is for."""
    lines = [_roles(given), _elsewhere(given), unknown([id_ for each in given for id_ in each.unknown])]
    return [*(each for each in lines if each is not None), *_approvals(given), _in_ocp(given)]


def _roles(given: Sequence[Grant]) -> Text:
    """Return "You are requester in prod, operator in staging."; whoever has another role is a viewer anyway."""
    found: dict[str, set[str]] = {}
    for each in given:
        found.setdefault(each.policy.environment, set()).update(each.roles)
    phrases = [_phrase(name, roles) for name, roles in found.items() if roles]
    return Text(N_("You are %(what)s."), {"what": _some(phrases)}) if phrases else Text(N_("You have no role."))


def _phrase(environment: str, roles: set[str]) -> Text:
    *others, last = [Text(role) for role in ROLES if role in (roles - {VIEWER} or roles)]
    names = Text(N_("%(others)s and %(last)s"), {"others": joined(others), "last": last}) if others else last
    return Text(N_("%(roles)s in %(environment)s"), {"roles": names, "environment": literal(environment, 40)})


def _elsewhere(given: Sequence[Grant]) -> Text | None:
    """Return where the person may ask although they may not ask for that here, None if there is no such place."""
    there = [each.policy for each in given if each.lets(REQUESTER, CREATE) and not each.is_here]
    fields = [{"environment": literal(policy.environment, 40), "channels": places(policy)} for policy in there]
    phrases = [Text(N_("%(environment)s in %(channels)s"), each) for each in fields]
    return Text(N_("To ask in other channels: %(what)s."), {"what": _some(phrases, "; ")}) if phrases else None


def _approvals(given: Sequence[Grant]) -> list[Words]:
    """Return who approves, and where: once for all environments in which that is the same."""
    found: dict[tuple[object, ...], list[Grant]] = {}
    for each in (each for each in given if each.is_for_requests):
        policy = each.policy
        found.setdefault((policy.approvers, policy.approvals, policy.approvals_required), []).append(each)
    where = [_names(same) if len(found) > 1 else None for same in found.values()]
    lines = [approvals(same[0].policy, names) for same, names in zip(found.values(), where, strict=True)]
    return [*lines[:MOST_LISTED], *([kit.more(len(lines) - MOST_LISTED)] if len(lines) > MOST_LISTED else [])]


def _names(given: Sequence[Grant]) -> Text:
    names = dict.fromkeys(each.policy.environment for each in given)
    return _some([literal(name, 40) for name in names])


def _in_ocp(given: Sequence[Grant]) -> Text:
    consoles = dict.fromkeys((each.policy.console, each.policy.environment) for each in given)
    links = [Text("%(link)s", {"link": Link(url, name[:40])}) for url, name in consoles]
    return Text(N_("Adding nodes, upgrades, deletion: in OCP, %(links)s."), {"links": _some(links)})


def _some(texts: Sequence[Text], by: str = ", ") -> Text:
    """Return the first of *texts* as one, and how many more there are."""
    rest = len(texts) - MOST_LISTED
    return joined([*texts[:MOST_LISTED], *([kit.more(rest)] if rest > 0 else [])], by)
