"""Who approves what: several people, what an edit voids, what withdraws and expires, who is reminded and when."""

import asyncio
import json
from datetime import timedelta
from functools import partial

import pytest

from bot.domain.event import Event
from bot.sandbox.slack import Fault, Message, Person

from .world import World, answers, chosen

BY = "Another approver has to press it."


async def shows(world: World, message: Message, words: str) -> str:
    """Wait until the card itself says *words*; return all that it says."""
    await world.slack.wait_for(lambda: words in world.slack.rendered(message), timeout=30)
    return world.slack.rendered(message)


def _has_been_told(person: Person, times: int) -> bool:
    return len(person.ephemerals) == times


def _is_decided(world: World, *cards: Message) -> bool:
    return not any("[Approve]" in world.slack.rendered(card) for card in cards)


async def second_card(world: World) -> Message:
    """Wait for the second card in the approvals channel."""
    await world.slack.wait_for(lambda: len(world.approvals.messages) == 2, timeout=20)
    return world.approvals.messages[-1]


async def of_kind(world: World, *kinds: str, number: int = 1) -> list[Event]:
    return [event for event in await world.timeline(number) if event.kind in kinds]


# ---------------------------------------------------------------- several approvers


@pytest.mark.invariant(4)
@pytest.mark.invariant(5)
async def test_it_goes_out_once_enough_different_people_have_approved(world: World) -> None:
    """One of two, told so; the same one again does not count, nor does whoever asked; the second one sends it."""
    await world.start_bot(APPROVALS_REQUIRED="2", APPROVERS=f"{world.omar.id},{world.ines.id},{world.dana.id}")
    card = await world.asks()
    home = await world.card(room=world.home)
    assert "⏳ Waiting for approval, 0 of 2: @omar, @ines\n" in await shows(world, card, "Waiting for approval")

    await world.dana.clicks(card, "request.approve")
    own = await world.told(world.dana, "does not count")
    await world.omar.clicks(card, "request.approve")
    one = await shows(world, card, "1 of 2: @ines\nApproved by @omar, ")
    await world.omar.clicks(card, "request.approve")
    again = await world.told(world.omar, "You approved #1 at ")
    await world.ines.clicks(card, "request.approve")
    both = [await shows(world, each, "✅ Done") for each in (card, home)]

    assert own == f"You asked for #1, so your decision does not count. {BY}"
    assert "[Approve]" in one
    assert again.endswith(f" already; it has 1 of 2 approvals. {BY}")
    assert all("@omar, @ines approved " in text for text in both)
    replies = world.thread_without_card(card)
    assert "⏳ Approved by omar, " in replies
    assert ": 1 of 2. Another approver has to approve, too." in replies
    assert ", 2 of 2. Sending to OCP." in replies
    events = await of_kind(world, "approval.counted", "request.approved")
    assert [(event.actor, event.role) for event in events] == [
        (world.omar.id, "approver"),
        (world.ines.id, "approver"),
    ]
    revision = (await world.request()).revision
    assert {event.content["revision"] for event in events} == {revision}
    assert len({event.content["payload_hash"] for event in events}) == 1
    await world.shows_everything_once()
    assert len(world.creates()) == 1


@pytest.mark.invariant(5)
async def test_two_approvals_at_one_moment_both_count(either_world: World) -> None:
    """Neither is lost to the other."""
    world = either_world
    await world.start_bot(APPROVALS_REQUIRED="2")
    card = await world.asks()

    await asyncio.gather(*(person.clicks(card, "request.approve") for person in (world.omar, world.ines)))
    await world.happens("request.approved")

    [first, second] = await of_kind(world, "approval.counted", "request.approved")
    assert {first.actor, second.actor} == {world.omar.id, world.ines.id}
    assert [first.kind, second.kind] == ["approval.counted", "request.approved"]


async def test_where_nobody_has_to_approve_asking_sends(world: World) -> None:
    """The form's button, the answer, the timeline and the thread say so."""
    await world.start_bot(APPROVALS_REQUIRED="0")
    await world.dana.types("/obproxy create", world.home)
    form = await world.dana.modal()
    assert form.content["submit"]["text"] == "Create"

    await world.dana.submits(form, answers())
    card = await world.card()
    told = await world.told(world.dana, "Asked: #1")
    await world.reads(card, "✅ Done")

    assert "Nobody has to approve it." in told
    [approved] = await of_kind(world, "request.approved")
    assert (approved.actor, approved.content["needed"]) == ("bot", 0)
    await world.reads(card, "📨 Nobody has to approve in prod. Sending to OCP.")
    await world.shows_everything_once()


@pytest.mark.invariant(5)
async def test_all_copies_change_within_five_seconds_and_lose_their_buttons(calm_world: World) -> None:
    """From the click to the last card, in the story's time; with one more approval missing, and with none."""
    world = calm_world
    await world.start_bot(APPROVALS_REQUIRED="2")
    cards = [await world.asks(), await world.card(room=world.home)]
    await world.caught_up()

    began = world.clock.monotonic()
    await world.omar.clicks(cards[0], "request.approve")
    for card in cards:
        await shows(world, card, "1 of 2")
    counted = world.clock.monotonic() - began
    began = world.clock.monotonic()
    await world.ines.clicks(cards[0], "request.approve")
    await world.slack.wait_for(partial(_is_decided, world, *cards), timeout=20)
    decided = world.clock.monotonic() - began

    assert max(counted, decided) < 5.0, (counted, decided)


async def test_show_json_is_the_body_that_ocp_gets(world: World) -> None:
    """Every member and every value, the exporter port under both of its names."""
    await world.start_bot()
    card = await world.asks(hosts="11, 12", startup_parameters="work_thread_num=128", parameters="syslog_level=INFO")

    await world.omar.clicks(card, "request.json")
    view = await world.omar.modal()
    await world.omar.clicks(card, "request.approve")
    await world.reads(card, "✅ Done")

    parts = [part for block in view.blocks for part in block["elements"] if part["type"] == "rich_text_preformatted"]
    shown = json.loads("".join(part["elements"][0]["text"] for part in parts))
    assert world.creates() == [shown]
    assert shown["obproxyInstallParam"]["exportPort"] == shown["obproxyInstallParam"]["exporterPort"] == 2884


# ---------------------------------------------------------------- edit


@pytest.mark.invariant(4)
async def test_an_edit_voids_what_was_approved(world: World) -> None:
    """The form is filled in, the thread tells it; both have to approve anew, and the new body goes out."""
    await world.start_bot(APPROVALS_REQUIRED="2")
    card = await world.asks(parameters="syslog_level=INFO")
    await world.omar.clicks(card, "request.approve")
    await shows(world, card, "1 of 2")

    await world.chooses(world.dana, card, "edit")
    form = await world.dana.modal()
    unchanged = await world.dana.submits(form, {})
    saved = await world.dana.submits(form, {"hosts": "12"})
    text = await shows(world, card, "0 of 2: @omar, @ines")
    await world.reads(card, "Changed by dana")
    await world.omar.clicks(card, "request.approve")
    await shows(world, card, "1 of 2")
    await world.ines.clicks(card, "request.approve")
    await world.reads(card, "✅ Done")

    assert unchanged.errors == {"name": "Nothing is changed. Change a field, or close this form."}
    assert saved.closed
    assert "Approved by" not in text
    replies = world.thread_without_card(card)
    assert ": revision 2. @omar, @ines\n1 approval was of what it asked for before, and counts no more.\n" in replies
    [body] = world.creates()
    assert body["obproxyInstallParam"]["hostIds"] == [12]
    assert body["parameters"] == [{"name": "syslog_level", "value": "INFO"}]
    await world.shows_everything_once()


@pytest.mark.long
async def test_an_edit_gives_the_card_the_new_name_and_ocps_words_for_new_hosts(world: World) -> None:
    """The old cluster name is free at once; the new one is taken."""
    await world.start_bot()
    card = await world.asks()
    await shows(world, card, "proxy-host-11")

    saved = await world.edits(card, name="pay_02", hosts="12")
    await shows(world, card, "proxy-host-12")
    taken = await world.fills_in(name="pay_02")
    free = await world.fills_in(name="pay_01")

    assert saved.closed
    assert world.slack.rendered(card).startswith("prod: create OBProxy cluster pay_02\n")
    assert taken.errors["name"].startswith("#1 asks for pay_02 already.")
    assert free.closed


@pytest.mark.invariant(4)
@pytest.mark.invariant(5)
async def test_a_click_on_a_card_that_was_not_redrawn_after_an_edit_does_not_count(world: World) -> None:
    """Slack takes no redraw meanwhile: the approver sees the old card, presses, and is told who changed it and when."""
    await world.start_bot()
    card = await world.asks()
    await world.caught_up()
    old = list(card.blocks)
    redraw = Fault(kind="rate_limited", method="chat.update", seconds=120, times=50)
    world.slack.add_fault(redraw)

    assert (await world.edits(card, hosts="12")).closed
    await world.slack.wait_for(lambda: redraw.has_struck, timeout=20)
    assert card.blocks == old
    await world.omar.clicks(card, "request.approve")
    told = await world.told(world.omar, "was changed by @dana at ")
    await world.omar.clicks(card, "request.reject")
    await world.slack.wait_for(lambda: len(world.omar.ephemerals) == 2, timeout=20)
    before = await world.kinds()
    world.slack.remove_faults()
    await shows(world, card, "host 12" if "host 12" in world.slack.rendered(card) else "proxy-host-12")
    await world.omar.clicks(card, "request.approve")
    await world.reads(card, "✅ Done")

    assert "since you looked, so your click does not count. Its card shows what is asked for now." in told
    assert world.omar.unseen == []
    assert before == ["request.asked", "request.edited"]
    [body] = world.creates()
    assert body["obproxyInstallParam"]["hostIds"] == [12]


@pytest.mark.invariant(5)
async def test_an_edit_that_is_sent_twice_is_saved_once(world: World) -> None:
    """Slack or the person repeats the form; another form on the same card is told of the first."""
    await world.start_bot()
    card = await world.asks()
    await world.chooses(world.dana, card, "edit")
    first = await world.dana.modal()
    await world.chooses(world.dana, card, "edit")
    second = await world.dana.modal()

    results = await asyncio.gather(*(world.dana.submits(first, {"hosts": "12"}) for _ in range(2)))
    late = await world.dana.submits(second, {"hosts": "14"})

    assert [result.errors for result in results] == [{}, {}]
    assert await world.kinds() == ["request.asked", "request.edited"]
    assert "#1 was changed by @dana at " in late.errors["name"]


@pytest.mark.invariant(4)
async def test_only_whoever_asked_may_change_withdraw_or_remind(world: World) -> None:
    """An approver is told whose it is, and no form opens."""
    await world.start_bot()
    card = await world.asks()

    for count, what in enumerate(("edit", "withdraw", "remind"), 1):
        await world.chooses(world.omar, card, what)
        await world.slack.wait_for(partial(_has_been_told, world.omar, count), timeout=20)

    said = {world.slack.rendered(message) for message in world.omar.ephemerals}
    assert said == {"Only @dana, who asked for #1, may change it, withdraw it or remind the approvers."}
    assert world.omar.unseen == []
    assert await world.kinds() == ["request.asked"]


# ---------------------------------------------------------------- withdraw


@pytest.mark.invariant(5)
async def test_a_withdrawn_request_is_over_and_its_name_is_free(world: World) -> None:
    """Both cards say so; the approver who comes later is told who and when, also right after a restart."""
    await world.start_bot()
    card = await world.asks()
    home = await world.card(room=world.home)
    old = list(card.blocks)

    await world.chooses(world.dana, card, "withdraw")
    result = await world.dana.submits(await world.dana.modal(), {"reason": "not needed"})
    texts = [await shows(world, each, "⚪ Withdrawn by dana, ") for each in (card, home)]
    await world.stop_bot()
    await world.start_bot()
    await world.omar.clicks_old(card, "request.approve", blocks=old)
    told = await world.told(world.omar, "@dana withdrew #1 at ")
    await world.dana.clicks_old(card, "request.more", blocks=old, value=chosen(old, "edit"))
    late = await world.told(world.dana, "withdrew #1 at ")

    assert result.closed
    assert all('"not needed"\nNothing was sent to OCP.' in text and "[Approve]" not in text for text in texts)
    assert told.endswith("Nothing is left to do.")
    assert late.endswith("Nothing is left to do.")
    await world.shows_everything_once()
    assert (await world.fills_in()).closed
    assert world.creates() == []


@pytest.mark.long
@pytest.mark.invariant(1)
@pytest.mark.invariant(5)
async def test_withdrawing_and_approving_at_one_moment(either_world: World) -> None:
    """The database decides: either it is withdrawn and nothing went out, or it went out and the loser is told."""
    world = either_world
    await world.start_bot()
    card = await world.asks()
    await world.chooses(world.dana, card, "withdraw")
    form = await world.dana.modal()

    _, withdrawn = await asyncio.gather(world.omar.clicks(card, "request.approve"), world.dana.submits(form, {}))
    if withdrawn.closed:
        await world.happens("request.withdrawn")
        await shows(world, card, "⚪ Withdrawn by dana, ")
        await world.caught_up()
        assert world.creates() == []
    else:
        assert withdrawn.errors["reason"].startswith("The bot began to send #1 at ")
        await world.reads(card, "✅ Done")
        assert len(world.creates()) == 1
    await world.shows_everything_once()


@pytest.mark.long
async def test_what_is_approved_and_cannot_be_sent_can_be_withdrawn(world: World) -> None:
    """OCP is away: the card says so, and offers whoever asked to take it back."""
    await world.start_bot()
    card = await world.asks()
    await world.ocp.down()
    await world.omar.clicks(card, "request.approve")
    await shows(world, card, "[Withdraw]")

    await world.dana.clicks(card, "request.withdraw")
    result = await world.dana.submits(await world.dana.modal(), {})
    text = await shows(world, card, "⚪ Withdrawn by dana, ")
    await world.ocp.up()
    await world.clock.sleep(120)

    assert result.closed
    assert "Nothing was sent to OCP." in text
    assert world.creates() == []


# ---------------------------------------------------------------- reminders, and the end of the time


async def test_approvers_are_reminded_and_a_second_group_is_asked_too(world: World) -> None:
    """After half an hour, two hours and eight, through a restart: each once, and none after the decision."""
    leads = world.slack.usergroup("dba-leads", [world.eve])
    await world.start_bot(APPROVALS_SECOND_GROUP=leads.id)
    card = await world.asks()
    await world.caught_up()

    world.moves_on(timedelta(minutes=31))
    await world.reads(card, "⏳ Waiting for 3")
    await world.stop_bot()
    world.moves_on(timedelta(minutes=95))
    await world.start_bot(APPROVALS_SECOND_GROUP=leads.id)
    await world.reads(card, "a second group is asked, too.")
    world.moves_on(timedelta(hours=6))
    await world.reads(card, "⏳ Waiting for 8 h")
    await world.caught_up()
    reminders = await of_kind(world, "approval.reminded", "approval.escalated")
    await world.shows_everything_once()
    await world.omar.clicks(card, "request.approve")
    await world.reads(card, "✅ Done")
    world.moves_on(timedelta(hours=10))
    await world.clock.sleep(30)

    assert [(event.kind, event.content["after"]) for event in reminders] == [
        ("approval.reminded", 1800.0),
        ("approval.escalated", 7200.0),
        ("approval.escalated", 28800.0),
    ]
    assert await of_kind(world, "approval.reminded", "approval.escalated") == reminders
    called = [world.slack.mentions_of(reply) for reply in card.replies[:3]]
    both = {world.omar.id, world.ines.id}
    assert called[0] == both
    assert [both < mentioned for mentioned in called[1:]] == [True, True]
    assert "0 of 1; a second group is asked, too. Expires " in world.thread_without_card(card)
    assert "@omar, @ines, @dba-leads" in world.thread_without_card(card)
    home = await world.card(room=world.home)
    assert all(not world.slack.mentions_of(reply) for reply in home.replies[:3])


async def test_whoever_asked_reminds_the_approvers_once_in_half_an_hour(world: World) -> None:
    """The thread calls them; too soon it is refused with the time from which it can be done again."""
    await world.start_bot(APPROVALS_REQUIRED="2")
    card = await world.asks()
    await world.omar.clicks(card, "request.approve")
    await shows(world, card, "1 of 2")

    await world.chooses(world.dana, card, "remind")
    done = await world.told(world.dana, "are reminded")
    await world.reads(card, "⏳ dana reminds you: waiting for ")
    await world.chooses(world.dana, card, "remind")
    refused = await world.told(world.dana, "You can remind them again at ")
    world.moves_on(timedelta(minutes=65))
    await world.slack.wait_for(lambda: "⏳ Waiting for " in world.thread_without_card(card))
    world.moves_on(timedelta(minutes=31))
    await world.chooses(world.dana, card, "remind")
    await world.slack.wait_for(lambda: world.thread(card).count("reminds you") == 2, timeout=20)

    assert done == "The approvers of #1 are reminded, in its thread."
    assert refused.startswith("The approvers of #1 were reminded at ")
    [reply] = [each for each in card.replies if "reminds you" in world.slack.rendered(each)][:1]
    assert world.slack.mentions_of(reply) == {world.ines.id}
    await world.caught_up()
    await world.shows_everything_once()


@pytest.mark.invariant(5)
async def test_nobody_decided_in_time(world: World) -> None:
    """Expired on both cards and told to whoever asked; nothing went out, and a late click is answered."""
    await world.start_bot()
    card = await world.asks()
    home = await world.card(room=world.home)
    await world.caught_up()
    old = list(card.blocks)

    world.moves_on(timedelta(hours=24, minutes=1))
    texts = [await shows(world, each, "⚪ Expired: nobody decided in 24 h.") for each in (card, home)]
    await world.caught_up()
    await world.omar.clicks_old(card, "request.approve", blocks=old)
    told = await world.told(world.omar, "The time ran out for #1 at ")

    assert all("Nothing was sent to OCP." in text and "[Ask again]" in text for text in texts)
    assert "[Approve]" not in "".join(texts)
    assert world.slack.mentions_of(home.replies[-1]) == {world.dana.id}
    assert told.endswith("Nothing is left to do.")
    await world.shows_everything_once()
    assert world.creates() == []


@pytest.mark.long
async def test_an_edit_begins_the_time_anew(world: World) -> None:
    """What is asked for now was asked for only now: not expired with the old one."""
    await world.start_bot()
    card = await world.asks()
    world.moves_on(timedelta(hours=23))
    assert (await world.edits(card, hosts="12")).closed

    world.moves_on(timedelta(hours=23))
    await world.reads(card, "⏳ Waiting for 23 h")

    assert (await world.request()).state == "PENDING"
    world.moves_on(timedelta(hours=1, minutes=1))
    await shows(world, card, "⚪ Expired")


@pytest.mark.long
@pytest.mark.invariant(4)
async def test_old_approvals_do_not_send_a_held_request(world: World) -> None:
    """Held for longer than approvals count: "Send now" is one approval, and another person has to give one, too."""
    await world.start_bot(APPROVALS_REQUIRED="2", SEND_WITHIN="10m")
    card = await world.asks()
    await world.ocp.down()
    for person in (world.omar, world.ines):
        await person.clicks(card, "request.approve")
    await world.happens("request.approved")
    world.moves_on(timedelta(minutes=11))
    await shows(world, card, "An approval counts for 24 h, Send now as one; 2 are needed.")
    world.moves_on(timedelta(hours=25))
    await world.ocp.up()

    await world.omar.clicks(card, "request.send_now")
    await world.happens("approval.counted")
    await world.omar.clicks(card, "request.send_now")
    again = await world.told(world.omar, "You approved #1 at ")
    state = (await world.request()).state
    await world.ines.clicks(card, "request.send_now")
    await world.reads(card, "✅ Done")

    assert again.endswith(f"it has 1 of 2 approvals. {BY}")
    assert state == "HELD"
    await world.shows_everything_once()
    assert len(world.creates()) == 1


# ---------------------------------------------------------------- ask again


async def test_what_was_rejected_is_asked_for_again_changed(world: World) -> None:
    """The form is filled in; the new request names the old one, and the old card the new one, once."""
    await world.start_bot()
    card = await world.asks(hosts="11", parameters="syslog_level=INFO")
    await world.omar.clicks(card, "request.reject")
    await world.omar.submits(await world.omar.modal(), {"reason": "wrong hosts, take IDC 2"})
    await shows(world, card, "[Edit and ask again]")

    await world.dana.clicks(card, "request.ask_again")
    result = await world.dana.submits(await world.dana.modal(), {"hosts": "14", "reason": "IDC 2 it is"})
    new = await second_card(world)
    old = await shows(world, card, "#2 asks again.")
    await world.omar.clicks(new, "request.approve")
    await world.reads(new, "✅ Done")

    assert result.closed
    assert "asks again after #1" in world.slack.rendered(new)
    assert "[" not in old
    assert "⛔ Rejected by omar" in old
    [asked] = await of_kind(world, "request.asked", number=2)
    assert asked.content["again_of"] == 1
    assert {thread.place.channel for thread in await world.threads(2)} == {world.approvals.id, world.home.id}
    [body] = world.creates()
    assert body["obproxyInstallParam"]["hostIds"] == [14]
    assert body["parameters"] == [{"name": "syslog_level", "value": "INFO"}]
    await world.shows_everything_once(1)
    await world.shows_everything_once(2)


@pytest.mark.long
async def test_what_ocp_refused_is_asked_for_again(world: World) -> None:
    """Host 13 runs OBProxy already; the same name with another host goes through."""
    await world.start_bot()
    card = await world.asks(hosts="13")
    await world.omar.clicks(card, "request.approve")
    await shows(world, card, "⛔ OCP refused it")

    await world.dana.clicks(card, "request.ask_again")
    assert (await world.dana.submits(await world.dana.modal(), {"hosts": "12"})).closed
    await shows(world, card, "#2 asks again.")
    new = await second_card(world)
    await world.omar.clicks(new, "request.approve")
    await world.reads(new, "✅ Done")

    assert len(world.creates()) == 2
