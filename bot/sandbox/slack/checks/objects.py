"""Composition objects: texts, options, confirmation dialogs."""

from collections.abc import Iterator
from typing import Any

from .rules import Rule, boolean, complaint, every, listed, one_of, record, string, variants

IDENTIFIER = string(255)
URL = string(3000)


def plain(most: int) -> Rule:
    """A ``plain_text`` object of 1 to *most* characters."""
    return variants({"plain_text": record({"text": string(most)}, {"emoji": boolean})})


def rich(most: int) -> Rule:
    """A ``plain_text`` or ``mrkdwn`` object of 1 to *most* characters."""
    return variants({
        "plain_text": record({"text": string(most)}, {"emoji": boolean}),
        "mrkdwn": record({"text": string(most)}, {"verbatim": boolean}),
    })  # fmt: skip


CONFIRM = record(
    {"title": plain(100), "text": rich(300), "confirm": plain(30), "deny": plain(30)},
    {"style": one_of("primary", "danger")},
)
OPTION = record({"text": plain(75), "value": string(150)}, {"description": plain(75)})
RICH_OPTION = record({"text": rich(75), "value": string(150)}, {"description": rich(75)})
OVERFLOW_OPTION = record({"text": plain(75), "value": string(150)}, {"description": plain(75), "url": URL})
GROUP = record({"label": plain(75), "options": listed(OPTION, 1, 100)})


def same(one: Any, other: Any) -> bool:
    """Compare options as Slack does: entirely, apart from what it fills in itself."""
    if isinstance(one, dict) and isinstance(other, dict):
        keys = (one.keys() | other.keys()) - {"emoji", "verbatim"}
        return all(same(one.get(key), other.get(key)) for key in keys)
    return bool(one == other)


def all_options(element: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the options of a menu, also out of its groups."""
    groups = element.get("option_groups") or []
    return [*(element.get("options") or []), *(option for group in groups for option in group["options"])]


def initial_is_listed(element: dict[str, Any], at: str) -> Iterator[str]:
    """An initial option equals a listed one, description included."""
    initials = list(element.get("initial_options") or [])
    if "initial_option" in element:
        initials.append(element["initial_option"])
    for initial in initials:
        if not any(same(initial, option) for option in all_options(element)):
            yield complaint("initial option must match a listed option", at)


def options_or_groups(element: dict[str, Any], at: str) -> Iterator[str]:
    """A static menu has options or groups, never both."""
    if ("options" in element) == ("option_groups" in element):
        yield complaint("exactly one of options and option_groups is required", at)


def menu(rule: Rule) -> Rule:
    """A static menu: *rule*, and the facts that hold between its properties."""
    return every(rule, options_or_groups, initial_is_listed)


def choice(rule: Rule) -> Rule:
    """Checkboxes or radio buttons: *rule*, and an initial option that exists."""
    return every(rule, initial_is_listed)
