"""Two OCPs with rules of their own: who asks, approves and brakes in one has nothing to say in the other."""

from datetime import timedelta

import pytest

from bot.domain.event import Event, Kind
from bot.sandbox.slack import View

from .two import FOR_PROD, FOR_STAGING, TwoOcps
from .world import INSTALL, answers, chosen


def fields_of(form: View) -> list[str]:
    """Return the ids of the inputs of a form."""
    return [block["block_id"] for block in form.blocks if block["type"] == "input"]


def hint(form: View, field: str) -> str:
    """Return the grey line below a field."""
    [found] = [block["hint"]["text"] for block in form.blocks if block.get("block_id") == field]
    return str(found)


async def of_kind(world: TwoOcps, *kinds: str, number: int = 1) -> list[Event]:
    return [event for event in await world.timeline(number) if event.kind in kinds]


# ---------------------------------------------------------------- asking


@pytest.mark.invariant(4)
async def test_a_request_is_decided_and_sent_where_it_belongs(two_ocps: TwoOcps) -> None:
    """One name in both: each channel gets its own card, each OCP its own create, each approver only theirs."""
    world = two_ocps
    await world.start_bot()
    prod, staging = await world.asks_in("prod"), await world.asks_in("staging", hosts="12")

    stranger = await world.presses(world.sam, prod, "request.approve")
    other = await world.presses(world.omar, staging, "request.approve")
    asked = await world.shows(prod, "0 of 2: @dba-oncall\n")
    in_staging = await world.sam.clicks(staging, "request.approve")
    await world.reads(staging, "✅ Done: pay_01 in staging")
    in_prod = await world.omar.clicks(prod, "request.approve")
    await world.shows(prod, "1 of 2: @dba-oncall\nApproved by @omar")
    only_staging = world.names_sent()
    await world.lea.clicks(prod, "request.approve")
    await world.reads(prod, "✅ Done: pay_01 in prod")

    assert stranger == (
        "Approving in prod needs the approver role; you are viewer, requester. "
        "Approvers: @dba-oncall, @lea, @dba-leads."
    )
    assert other == "Approving in staging needs the approver role; you are viewer, requester. Approvers: @dev-leads."
    assert "@lea" not in asked
    assert in_staging.confirm is None
    assert in_prod.confirm is not None
    assert in_prod.confirm["title"]["text"] == "Approve in prod?"
    assert in_prod.confirm["text"]["text"] == "Create pay_01 on 1 host. The name cannot be changed later."
    assert only_staging == ([], ["pay_01"])
    assert world.names_sent() == (["pay_01"], ["pay_01"])
    assert len(world.approvals.messages) == len(world.tests.messages) == 1
    assert [event.actor for event in await of_kind(world, Kind.COUNTED, Kind.APPROVED)] == [world.omar.id, world.lea.id]
    for number in (1, 2):
        await world.shows_everything_once(number)


async def test_the_form_asks_where_only_if_there_are_several(two_ocps: TwoOcps) -> None:
    """In #web-team only staging is possible: the form says so and asks in staging; nobody chooses by default."""
    world = two_ocps
    world.rules["staging"]["requesters"] = [world.dana.id]
    await world.start_bot()

    several, one = await world.form(world.dana), await world.form(world.dana, world.elsewhere)
    unchosen = await world.dana.submits(several, answers())
    asked = await world.dana.submits(one, answers(reason=FOR_STAGING))
    card = await world.card("pay_01", world.tests, "staging")
    nowhere = await world.types(world.eve, "create", world.elsewhere)
    in_prod = await world.form(world.eve)
    told = await world.told(world.dana, "Asked: #1")

    assert fields_of(several)[0] == "environment"
    assert list(unchosen.refused_by_client) == ["environment"]
    assert "environment" not in fields_of(one)
    assert "In OCP staging, at 127.0.0.1." in world.slack.rendered(one)
    assert "In OCP prod, at 127.0.0.1." in world.slack.rendered(in_prod)
    assert asked.closed
    assert "create OBProxy cluster pay_01 in staging" in told
    assert "It waits for @dev-leads." in told
    assert world.slack.rendered(card).startswith("staging: ")
    assert world.approvals.messages == []
    assert nowhere == "For prod, commands are typed in #pay-team. Nothing was done."


async def test_a_missing_ticket_is_told_with_all_other_mistakes(two_ocps: TwoOcps) -> None:
    """Only prod needs one: the same answers, without the other mistakes, go through in staging."""
    world = two_ocps
    await world.start_bot()
    form = await world.form(world.dana)
    wrong = {"environment": "prod", **answers(name="pay 01", reason=FOR_STAGING, hosts="eleven")}

    refused = await world.dana.submits(form, wrong)
    ticketless = await world.dana.submits(form, {"name": "pay_01", "hosts": "11"})
    asked = await world.dana.submits(form, {"environment": "staging"})
    alone = await world.form(world.dana, world.elsewhere)

    assert set(refused.errors) == {"name", "reason", "hosts"}
    assert refused.errors["reason"] == "A reason in prod needs a change ticket, such as CHG0012345."
    assert ticketless.errors == {"reason": refused.errors["reason"]}
    assert "In prod it needs a change ticket, such as CHG0012345." in hint(form, "reason")
    assert "ticket" not in hint(alone, "reason")
    assert asked.closed


@pytest.mark.invariant(4)
async def test_what_nobody_could_approve_is_refused_when_it_is_asked(two_ocps: TwoOcps) -> None:
    """Authors do not count, those of the request before neither: Omar asks, Ines asks again, only Lea would be left."""
    world = two_ocps
    world.rules["staging"] |= {"approvers": [world.dana.id], "operators": [world.sam.id]}
    await world.start_bot()

    alone = await world.submits("staging", world.dana)
    card = await world.asks_in("prod", by=world.omar)
    own = await world.presses(world.omar, card, "request.approve")
    await world.lea.clicks(card, "request.reject")
    assert (await world.lea.submits(await world.lea.modal(), {"reason": "wrong hosts"})).closed
    await world.shows(card, "[Edit and ask again]")
    await world.ines.clicks(card, "request.ask_again")
    again = await world.ines.submits(await world.ines.modal(), {"hosts": "14"})

    assert list(alone.errors) == ["name"]
    assert alone.errors["name"] == (
        "Approvals that a request in staging needs: 1. Others who may give one: 0. Admin: name more approvers."
    )
    assert own.startswith("You asked for #1, so your decision does not count.")
    assert "needs: 2. Others who may give one: 1." in again.errors["name"]
    assert world.tests.messages == []


@pytest.mark.long
@pytest.mark.invariant(4)
async def test_who_wrote_part_of_it_before_does_not_approve(two_ocps: TwoOcps) -> None:
    """Ines asks again for what Dana asked; neither may approve, also after an edit, which voids what was approved."""
    world = two_ocps
    world.rules["prod"]["also_approve"] = [world.lea.id, world.dana.id]
    world.rules["prod"]["approvals_required"] = 1
    await world.start_bot()
    first = await world.asks_in("prod")
    await world.omar.clicks(first, "request.reject")
    await world.omar.submits(await world.omar.modal(), {"reason": "wrong hosts"})
    await world.shows(first, "[Edit and ask again]")
    await world.ines.clicks(first, "request.ask_again")
    assert (await world.ines.submits(await world.ines.modal(), {"hosts": "14", "name": "pay_02"})).closed
    card = await world.card("pay_02")

    before = await world.presses(world.dana, card, "request.approve")
    await world.ines.clicks(card, "request.more", value=chosen(card.blocks, "edit"))
    assert (await world.ines.submits(await world.ines.modal(), {"hosts": "12"})).closed
    await world.shows(card, "proxy-host-12")
    after = await world.presses(world.dana, card, "request.approve")
    own = await world.presses(world.ines, card, "request.approve")
    await world.lea.clicks(card, "request.approve")
    await world.reads(card, "✅ Done")

    words = "You wrote part of what #2 asks for, so your decision does not count. Another approver has to press it."
    assert before == after == words
    assert own.startswith("You asked for #2")
    assert "asks again after #1" in world.slack.rendered(card)
    assert await world.shows(first, "#2 asks again.")
    assert [body["obproxyInstallParam"]["hostIds"] for body in world.creates()] == [[12]]


@pytest.mark.long
@pytest.mark.invariant(4)
async def test_an_admin_withdraws_in_their_own_environment_only(two_ocps: TwoOcps) -> None:
    """Ada is prod's admin: her word counts there, in her role, and the record says so."""
    world = two_ocps
    await world.start_bot()
    prod, staging = await world.asks_in("prod"), await world.asks_in("staging")
    old = list(prod.blocks)

    refused = await world.presses(world.ada, staging, "request.more", chosen(staging.blocks, "withdraw"))
    await world.chooses(world.ada, prod, "withdraw")
    assert (await world.ada.submits(await world.ada.modal(), {"reason": "the change is off"})).closed
    await world.shows(prod, "⚪ Withdrawn by ada, ")
    await world.stop_bot()
    await world.start_bot()
    late = await world.answer(world.omar, world.omar.clicks_old(prod, "request.approve", blocks=old))

    [withdrawn] = await of_kind(world, Kind.WITHDRAWN)
    assert (withdrawn.actor, withdrawn.role) == (world.ada.id, "admin")
    assert refused.startswith("Only @dana, who asked for #2, may change it, withdraw it")
    assert late.startswith("@ada withdrew #1 at ")
    assert (await world.request(2)).state == "PENDING"


# ---------------------------------------------------------------- time, the brake, and the rules themselves


@pytest.mark.long
async def test_each_environment_reminds_and_expires_by_its_own_rules(two_ocps: TwoOcps) -> None:
    """Half an hour, two hours, three: only prod has a second group, only staging gives up so early."""
    world = two_ocps
    world.rules["staging"]["approvals_last"] = "3h"
    await world.start_bot()
    prod, staging = await world.asks_in("prod"), await world.asks_in("staging")
    await world.omar.clicks(prod, "request.approve")
    await world.shows(prod, "1 of 2")

    world.moves_on(timedelta(minutes=31))
    for card in (prod, staging):
        await world.reads(card, "⏳ Waiting for 3")
    too_soon = await world.presses(world.dana, staging, "request.more", chosen(staging.blocks, "remind"))
    world.moves_on(timedelta(minutes=92))
    await world.reads(prod, "1 of 2; a second group is asked, too.")
    await world.reads(staging, "⏳ Waiting for 2 h")
    world.moves_on(timedelta(minutes=60))
    await world.reads(staging, "⚪ Expired: nobody decided in 3 h.")
    for number in (1, 2):
        await world.shows_everything_once(number)

    assert too_soon.startswith("The approvers of #2 were reminded at ")
    assert "a second group" not in world.thread(staging)
    assert world.slack.mentions_of(staging.replies[0]) == {world.leads.id}
    second = next(reply for reply in prod.replies if "a second group" in world.slack.rendered(reply))
    assert world.slack.mentions_of(second) == {world.on_call.id, world.chiefs.id}
    assert "[Approve]" in world.slack.rendered(prod)


@pytest.mark.long
@pytest.mark.invariant(1)
async def test_a_pause_of_prod_leaves_staging_going(two_ocps: TwoOcps) -> None:
    """Only prod's operators brake prod; its cards say so, staging's do not, and staging's request runs to its end."""
    world = two_ocps
    world.rules["prod"]["approvals_required"] = 1
    await world.start_bot()
    prod, staging = await world.asks_in("prod"), await world.asks_in("staging")

    stranger = await world.types(world.sam, "pause prod OCP is upgraded")
    elsewhere = await world.types(world.omar, "pause prod OCP is upgraded", world.elsewhere)
    paused = await world.types(world.omar, "pause prod OCP is upgraded")
    await world.shows(prod, "✋ prod is paused by omar since ")
    await world.ines.clicks(prod, "request.approve")
    await world.sam.clicks(staging, "request.approve")
    await world.reads(staging, "✅ Done: pay_01 in staging")
    await world.shows(prod, "✋ Approved, not sent")
    held = world.names_sent()
    resumed = await world.types(world.ines, "resume prod")
    await world.is_told("prod is resumed by")
    await world.ines.clicks(prod, "request.send_now")
    await world.reads(prod, "✅ Done")

    assert stranger == "In prod that needs the operator role; you are viewer, requester. Operators: @dba-oncall."
    assert elsewhere == "For prod, commands are typed in #pay-team. Nothing was done."
    assert paused.startswith("✋ prod is paused: ")
    assert "1 request is held" in resumed
    assert held == ([], ["pay_01"])
    assert "paused" not in "".join(map(world.thread, world.tests.messages))
    assert world.names_sent() == (["pay_01"], ["pay_01"])
    await world.shows_everything_once(2)


async def test_each_start_records_the_rules_and_tells_what_is_new(two_ocps: TwoOcps) -> None:
    """Prod asks for one more approval since the second start: its channel and its cards say so, and it counts so."""
    world = two_ocps
    world.rules["prod"]["approvals_required"] = 1
    await world.start_bot()
    card = await world.asks_in("prod")
    form = await world.form(world.dana)
    await world.stop_bot()
    world.rules["prod"] |= {"approvals_required": 2, "channels": [world.elsewhere.id]}

    await world.start_bot()
    await world.is_told("The rules of prod changed with this start: approvals_required, channels.")
    await world.shows(card, "0 of 2: @dba-oncall")
    late = await world.dana.submits(form, {"environment": "prod", **answers(name="pay_02", reason=FOR_PROD)})
    await world.omar.clicks(card, "request.approve")
    await world.shows(card, "1 of 2")
    await world.stop_bot()
    await world.start_bot()

    assert late.errors["environment"].startswith("For prod, commands are typed in #")
    prod, staging = await world.told_of_rules(), await world.told_of_rules("staging")
    assert [event.kind for event in prod] == [
        "policy.loaded",
        "policy.loaded",
        "policy.changed",
        "policy.loaded",
    ]
    assert [event.kind for event in staging] == ["policy.loaded"] * 3
    assert len({event.content["hash"] for event in staging}) == 1
    assert prod[1].content["rules"]["rules"]["approvals_required"] == 2
    [counted] = await of_kind(world, Kind.COUNTED)
    assert counted.content["policy"] == prod[-1].content["hash"] != prod[0].content["hash"]
    assert len(world.notices()) == 1
    assert len(world.tests.messages) == 0


@pytest.mark.long
async def test_an_environment_that_is_not_there_any_more_answers_in_words(two_ocps: TwoOcps) -> None:
    """One waits, one runs, one was rejected: each button of theirs is answered, prod goes on, and nothing crashes."""
    world = two_ocps
    world.staging.slow(INSTALL, 600.0)
    await world.start_bot()
    waiting, running = await world.asks_in("staging"), await world.asks_in("staging", "pay_02", hosts="12")
    rejected = await world.asks_in("staging", "pay_03", hosts="14")
    await world.sam.clicks(running, "request.approve")
    await world.happens("request.running", 2)
    await world.sam.clicks(rejected, "request.reject")
    await world.sam.submits(await world.sam.modal(), {"reason": "not now"})
    await world.shows(rejected, "[Edit and ask again]")
    home, old = await world.card("pay_01", world.home, "staging"), list(waiting.blocks)
    await world.stop_bot()
    world.staging.slow(INSTALL, 3.0)
    kept, world.rules = world.rules, {"prod": world.rules["prod"]}

    await world.start_bot()
    drawn = [await world.shows(card, "not in the bot's settings any more") for card in (waiting, running, home)]
    pressed = [
        await world.answer(world.sam, world.sam.clicks_old(waiting, f"request.{what}", blocks=old))
        for what in ("approve", "reject", "json")
    ]
    for what in ("edit", "remind", "withdraw"):
        doing = world.dana.clicks_old(waiting, "request.more", blocks=old, value=chosen(old, what))
        pressed.append(await world.answer(world.dana, doing))
    pressed.append(await world.presses(world.dana, rejected, "request.ask_again"))
    status = await world.types(world.dana, "status 1")
    strangers = await world.types(world.eve, "status 1")
    listed, told = await world.types(world.dana, "status"), await world.types(world.dana, "history 1")
    form = await world.form(world.dana)
    assert (await world.dana.submits(form, answers(name="pay_04", reason=FOR_PROD))).closed
    card = await world.card("pay_04")
    for person in (world.omar, world.ines):
        await person.clicks(card, "request.approve")
    await world.reads(card, "✅ Done")
    await world.stop_bot()
    world.rules = kept
    await world.start_bot()
    await world.shows(waiting, "[Approve]")
    await world.sam.clicks(waiting, "request.approve")
    await world.reads(waiting, "✅ Done")

    words = "OCP staging is not in the bot's settings any more, so nothing was done."
    assert set(pressed) == {words}
    assert strangers == words
    assert "staging: create OBProxy cluster pay_01" in status
    assert "bot cannot post" not in status + "".join(drawn)
    assert not any(button in "".join(drawn) for button in ("[Approve]", "0 of "))
    assert [event.kind for event in await world.told_of_rules("staging")] == [
        "policy.loaded",
        "policy.gone",
        "policy.loaded",
    ]
    assert "#1, staging, pay_01" in listed
    assert "asked" in told.casefold()
