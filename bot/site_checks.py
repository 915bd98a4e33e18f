"""What no single value of an environment shows to be wrong: values that do not fit each other."""

import re
from collections.abc import Iterable, Iterator

from bot.domain.audience import MOST_APPROVERS
from bot.mistakes import Mistake, quoted
from bot.sites import EnvironmentSettings, RulesSettings


def mistakes(environment: EnvironmentSettings) -> Iterator[Mistake]:
    """Yield what does not fit in *environment*; places are within it, `approvers` and the like at its top."""
    yield from _ticket(environment)
    found = list(_rules(environment, environment.rules))
    yield from found
    for key, rules in environment.operations.items():
        for mistake in _rules(environment, rules):
            if mistake not in found:
                yield mistake.under("operations", key)


def _ticket(environment: EnvironmentSettings) -> Iterator[Mistake]:
    pattern, example = environment.ticket_pattern, environment.ticket_example
    if pattern and not example:
        yield Mistake(("ticket_example",), "is missing", "a ticket that matches ticket_pattern, to show people")
    elif example and not pattern:
        yield Mistake(("ticket_example",), "stands without ticket_pattern", "both, or neither")
    elif pattern and not re.search(pattern, example):
        yield Mistake(("ticket_example",), "does not match ticket_pattern", "a text in which the pattern is found")


def _rules(environment: EnvironmentSettings, rules: RulesSettings) -> Iterator[Mistake]:
    needed, people = rules.approvals_required, {*rules.approvers, *rules.also_approve, *environment.second_group}
    if needed and not people:
        yield Mistake(("approvers",), "names nobody", f"who approves, for approvals_required is {needed}")
    elif needed > len(people) and not any(_is_group(each) for each in people):
        yield Mistake(("approvals_required",), f"is {needed}", f"at most {len(people)}, as many as there are approvers")
    if not rules.operators:
        yield Mistake(("operators",), "names nobody", "who is called when something fails")
    if environment.break_glass and not rules.admins:
        yield Mistake(("admins",), "names nobody", "who may break the glass, for break_glass is true")
    if environment.break_glass and not (needed or people or environment.second_group):
        yield Mistake(("approvers",), "names nobody", "who is called when the glass is broken, here or in second_group")
    if environment.break_glass and len(called := {*people, *environment.second_group}) > MOST_APPROVERS:
        where = f"at most {MOST_APPROVERS} users and groups in approvers, also_approve and second_group, to be called"
        yield Mistake(("break_glass",), f"is true, with {len(called)} approvers", where)


def _is_group(called: str) -> bool:
    return called.startswith("S")


def twice(environments: Iterable[EnvironmentSettings]) -> Iterator[Mistake]:
    """Yield where a name is taken already, in whatever case, or an OCP has an environment already."""
    names: dict[str, str] = {}
    ocps: dict[object, str] = {}
    for each in environments:
        if (first := names.setdefault(each.name.casefold(), each.name)) != each.name:
            yield Mistake((each.name,), f"is {quoted(first)}, but for upper and lower case", "another name")
        if (first := ocps.setdefault(each.ocp, each.name)) != each.name:
            yield Mistake((each.name, "url"), f"is the OCP of {quoted(first)}", "one environment for each OCP")
