"""Rights by user groups, and who people are: what Slack does not say gives nobody a right, and everybody words."""

from collections.abc import Callable

import pytest

from bot.domain.event import Kind
from bot.sandbox.slack import Fault, Message, Person

from .two import TwoOcps
from .world import answers

MEMBERS, PEOPLE = "usergroups.users.list", "users.info"
UNKNOWN = (
    "Slack does not say who is in @dba-oncall, @dba-leads now, so your click was not counted. Try again in a minute."
)
OVER_A_MINUTE = 61.0
"""After so many seconds of the story nothing that Slack has told before counts any more."""


async def approvers_of(world: TwoOcps, number: int = 1) -> list[str]:
    """Return the ids of those whose approval the timeline holds."""
    kinds = {Kind.COUNTED, Kind.APPROVED}
    return [event.actor for event in await world.timeline(number) if event.kind in kinds]


@pytest.mark.invariant(4)
async def test_who_leaves_the_group_decides_no_more_within_a_minute(two_ocps: TwoOcps) -> None:
    """Omar approves and leaves; a minute later Eve, who came, may approve, and he may not; what he gave counts."""
    world = two_ocps
    await world.start_bot()
    first, second = await world.asks_in("prod"), await world.asks_in("prod", "pay_02", hosts="12")
    await world.omar.clicks(first, "request.approve")
    await world.shows(first, "1 of 2")

    world.on_call.members[:] = [world.ines.id, world.eve.id]
    await world.clock.sleep(OVER_A_MINUTE)
    approve = await world.presses(world.omar, second, "request.approve")
    reject = await world.presses(world.omar, second, "request.reject")
    pause = await world.types(world.omar, "pause prod OCP is upgraded")
    await world.eve.clicks(first, "request.approve")
    await world.reads(first, "✅ Done")

    refused = "needs the approver role; you are viewer, requester. Approvers: @dba-oncall, @lea, @dba-leads."
    assert approve == reject == f"Approving in prod {refused}"
    assert world.omar.unseen == []
    assert pause.startswith("In prod that needs the operator role; you are viewer, requester.")
    assert await approvers_of(world) == [world.omar.id, world.eve.id]
    assert await approvers_of(world, 2) == []


def _withdrawn(world: TwoOcps) -> None:
    world.slack.withdraw_scope("usergroups:read")


def _limited(world: TwoOcps) -> None:
    world.slack.add_fault(Fault(kind="rate_limited", method=MEMBERS, seconds=600, times=1000))


@pytest.mark.invariant(4)
@pytest.mark.parametrize("fails", [_withdrawn, _limited])
async def test_while_slack_does_not_say_who_is_in_a_group_its_members_decide_nothing(
    two_ocps: TwoOcps, fails: Callable[[TwoOcps], None]
) -> None:
    """Each click of a member is answered; Lea, named by her id, approves all the same, and so does another like her."""
    world = two_ocps
    world.rules["prod"]["also_approve"] = [world.lea.id, world.ada.id]
    await world.start_bot()
    card = await world.asks_in("prod")

    fails(world)
    await world.clock.sleep(OVER_A_MINUTE)
    told = [await world.presses(world.omar, card, f"request.{what}") for what in ("approve", "reject")]
    told.append(await world.types(world.ines, "pause prod OCP is upgraded"))
    outsider = await world.presses(world.eve, card, "request.approve")
    before = await world.kinds()
    await world.lea.clicks(card, "request.approve")
    await world.shows(card, "1 of 2")
    await world.ada.clicks(card, "request.approve")
    await world.reads(card, "✅ Done")

    approves, rejects, pauses = told
    assert approves == rejects == outsider == UNKNOWN
    assert pauses == UNKNOWN.replace(", @dba-leads", "")  # who only may approve is not asked about
    assert world.omar.unseen == []
    assert before == ["request.asked"]
    assert await approvers_of(world) == [world.lea.id, world.ada.id]
    assert await world.told_of_ocp() == ()


@pytest.mark.long
@pytest.mark.invariant(4)
async def test_a_click_counts_once_slack_tells_again(two_ocps: TwoOcps) -> None:
    """Nobody who could approve is known: nothing is asked, and the form keeps what was typed; then all goes on."""
    world = two_ocps
    world.slack.add_fault(Fault(kind="error", method=MEMBERS, error="internal_error", times=1000))
    await world.start_bot()

    form = await world.form(world.dana)
    unasked = await world.dana.submits(form, {"environment": "prod", **answers()})
    world.slack.remove_faults()
    asked = await world.dana.submits(form, {})
    card = await world.card()
    world.slack.add_fault(Fault(kind="error", method=MEMBERS, error="internal_error", times=1000))
    await world.clock.sleep(OVER_A_MINUTE)
    silent = await world.presses(world.omar, card, "request.approve")
    world.slack.remove_faults()
    counted = await world.presses(world.omar, card, "request.approve")

    assert unasked.errors == {
        "name": "Slack does not say now who is in the approvers' user groups, so nothing was asked. "
        "Try again in a minute."
    }
    assert asked.closed
    assert silent == UNKNOWN
    assert counted.startswith("Your approval of #1 counts, 1 of 2.")
    assert await approvers_of(world) == [world.omar.id]


@pytest.mark.invariant(4)
async def test_who_is_no_full_member_does_nothing_whatever_the_rules_name(two_ocps: TwoOcps) -> None:
    """A guest, a bot, somebody of another organization and somebody who left are approvers by id, and are refused."""
    world = two_ocps
    outside = {
        "you are a guest": world.slack.person("gus", is_restricted=True),
        "you are an app or a bot": world.slack.person("robo", is_workflow_bot=True),
        "you are of another organization": world.slack.person("fay", team_id="T0ELSEWHERE"),
        "your account is deactivated": world.slack.person("lou", deleted=True),
    }
    world.rules["prod"]["also_approve"] = [person.id for person in outside.values()]
    world.leads.members += [person.id for person in outside.values()]
    await world.start_bot()
    prod, staging = await world.asks_in("prod"), await world.asks_in("staging")

    for why, person in outside.items():
        refused = f"Nothing was done: {why}. This bot is for full members of the organization."
        assert await _all_answers(world, person, prod, staging) == {refused}
        assert person.unseen == []
    world.slack.add_fault(Fault(kind="error", method=PEOPLE, error="internal_error", times=1000))
    await world.clock.sleep(OVER_A_MINUTE)
    unknown = await world.presses(world.omar, prod, "request.approve")

    assert unknown == "Slack does not say who you are now, so nothing was done. Try again in a minute."
    assert await world.kinds(1) == await world.kinds(2) == ["request.asked"]
    assert await approvers_of(world) == []


async def _all_answers(world: TwoOcps, person: Person, prod: Message, staging: Message) -> set[str]:
    """Return all that *person* is told who tries one thing after the other."""
    told = [await world.presses(person, card, f"request.{what}") for card in (prod, staging) for what in DECIDING]
    return {*told, *[await world.types(person, line) for line in ("create", "status 1", "pause staging disk full")]}


DECIDING = ("approve", "reject", "json")
