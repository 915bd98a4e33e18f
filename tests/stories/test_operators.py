"""What nobody knows, a person decides: attach the task, send again, close; each once, and never a second create."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.sandbox.ocp import Fault
from bot.sandbox.ocp.faults import Kind as FaultKind
from bot.sandbox.slack import Message, Person
from bot.sandbox.slack.results import Submission

from .locks import locked
from .world import INSTALL, World, answers

CLUSTERS = "/api/v2/obproxy/clusters"
CREATE = rf"{CLUSTERS}$"
DETAIL = r"/api/v2/tasks/instances/\d+$"


def both(world: World) -> str:
    """Return the operators: who approves, too."""
    return f"{world.ines.id},{world.omar.id}"


async def lost(world: World, kind: FaultKind, **changes: str) -> Message:
    """Let the answer to a create be lost; return the card, on which looking has begun."""
    await world.start_bot(**{"OPERATORS": both(world), **changes})
    world.ocp.add_fault(Fault(method="POST", path=CREATE, kind=kind))
    card = await world.asks()
    await world.omar.clicks(card, "request.approve")
    await shows(world, card, "[Attach task]")
    return card


async def unclear(world: World, kind: FaultKind, **changes: str) -> Message:
    """The same, and looking has cleared nothing: the card asks an operator."""
    card = await lost(world, kind, **changes)
    await world.looking_ends()
    await shows(world, card, "[Send again]")
    return card


async def shows(world: World, message: Message, words: str, *, seconds: float = 30.0) -> str:
    """Wait until the card itself says *words*; return all that it says."""
    await world.slack.wait_for(lambda: words in world.slack.rendered(message), timeout=seconds)
    return world.slack.rendered(message)


async def attaches(world: World, person: Person, card: Message, **given: str) -> Submission:
    """Let *person* open the form and name a task."""
    await person.clicks(card, "request.attach")
    return await person.submits(await person.modal(), given)


async def closes(world: World, person: Person, card: Message, why: str) -> Submission:
    """Let *person* close the request."""
    await person.clicks(card, "request.close")
    return await person.submits(await person.modal(), {"reason": why})


def newest_task(world: World) -> int:
    """Return the id of OCP's newest task."""
    return max(world.ocp.tasks)


def calls_since(world: World, first: int) -> list[tuple[str, str]]:
    """Return (method, path) of OCP's calls from the *first*-th on."""
    return [(record.method, record.path) for record in world.ocp.records[first:]]


# ---------------------------------------------------------------- attach


@pytest.mark.invariant(1)
async def test_an_attached_task_is_followed_to_its_end(world: World) -> None:
    """The account is not ours alone: an operator chooses among what the look has found; nothing is sent again."""
    world.ocp.slow(INSTALL, 90.0)
    card = await unclear(world, "lost_after", OCP_ACCOUNT_DEDICATED="0")
    task = newest_task(world)

    await world.ines.clicks(card, "request.attach")
    form = await world.ines.modal()
    neither = await world.ines.submits(form, {})
    both = await world.ines.submits(form, {"candidate": str(task), "task": str(task)})
    attached = await world.ines.submits(form, {"task": None})

    assert neither.errors == {"task": "Give one task: choose it, or write its id."}
    assert both.errors == {"task": "A task is chosen above. Empty this field, or take the choice back."}
    assert attached.closed
    text = await world.reads(card, "✅ Done")
    assert f"🔄 Task {task} attached by ines, " in text
    await world.shows_everything_once()
    assert len(world.creates()) == 1
    [event] = [event for event in await world.timeline() if event.kind == "request.running"]
    assert (event.actor, event.role) == (world.ines.id, "operator")
    assert (event.content["how"], event.content["task"], event.content["creator"]) == ("attached", task, "obproxy-bot")


@pytest.mark.long
async def test_a_task_that_is_known_is_attached_while_the_bot_still_looks(world: World) -> None:
    """No candidates yet: the id comes from OCP's task page. Both cards are the same, without the operator's buttons."""
    card = await lost(world, "lost_after", OCP_ACCOUNT_DEDICATED="0")

    attached = await attaches(world, world.omar, card, task=f" {newest_task(world)} ")

    assert attached.closed
    await world.reads(card, "✅ Done")
    assert "[Attach task]" not in world.thread(card)
    await world.shows_everything_once()
    assert len(world.creates()) == 1


@pytest.mark.long
async def test_a_wrong_task_is_refused_at_its_field(world: World) -> None:
    """What is wrong and what to do; nothing is bound, and the right one is taken afterwards."""
    card = await lost(world, "lost_after", OCP_ACCOUNT_DEDICATED="0")
    own = newest_task(world)
    renamed, other = world.ocp.console.create("not_ours"), world.ocp.console.create("pay_02")
    renamed.name = "Restart obproxy"
    world.ocp.world.version = "4.3.0"
    await world.omar.clicks(card, "request.attach")
    form = await world.omar.modal()

    said = [
        (await world.omar.submits(form, {"task": typed})).errors["task"]
        for typed in ("41a57", "999", str(renamed.id), str(other.id))
    ]

    assert said == [
        '"41a57" is not a task id. Example: 31257',
        "OCP prod knows no task 999. Its task page shows the id.",
        f'Task {renamed.id} is "Restart obproxy", and not "Install obproxy".',
        f"Task {other.id} is about cluster pay_02, and not about pay_01.",
    ]
    assert (await world.kinds())[-1] == "request.uncertain"
    assert (await world.omar.submits(form, {"task": str(own)})).closed


@pytest.mark.long
async def test_a_task_of_another_request_is_refused_with_its_number(world: World) -> None:
    """A task belongs to one request."""
    await world.start_bot(OCP_ACCOUNT_DEDICATED="0", OPERATORS=both(world))
    first = await world.asks("pay_02", hosts="12")
    await world.omar.clicks(first, "request.approve")
    await world.reads(first, "✅ Done")
    taken = newest_task(world)
    world.ocp.add_fault(Fault(method="POST", path=CREATE, kind="lost_after"))
    card = await world.asks()
    await world.omar.clicks(card, "request.approve")
    await shows(world, card, "[Attach task]")

    refused = await attaches(world, world.omar, card, task=str(taken))

    assert refused.errors == {"task": f"Task {taken} belongs to #1 already."}


async def test_an_old_task_is_not_taken_for_the_lost_create(world: World) -> None:
    """OCP before 4.3 does not tag its tasks; one that was there before anybody asked would end as a false Done."""
    old = world.ocp.console.create("older")
    old.started_at -= timedelta(minutes=20)
    card = await lost(world, "lost_before")

    refused = await attaches(world, world.omar, card, task=str(old.id))

    assert refused.errors == {"task": f"Task {old.id} was started before #1 was asked for, so it is not its own."}


@pytest.mark.long
async def test_an_ocp_that_cannot_be_asked_attaches_nothing(world: World) -> None:
    """Away, or stopped because it refuses the log-on: it is said at the field, and the form stays."""
    card = await lost(world, "lost_before")
    await world.omar.clicks(card, "request.attach")
    form = await world.omar.modal()

    await world.ocp.down()
    away = await world.omar.submits(form, {"task": "41257"})
    await world.ocp.up()
    world.ocp.login.password = "another-one"
    refused = await world.omar.submits(form, {"task": "41257"})
    first = len(world.ocp.records)
    stopped = await world.omar.submits(form, {"task": "41257"})

    assert "no answer, or none that can be read. Nothing was done." in away.errors["task"]
    assert refused.errors == {"task": "Calls to OCP prod are stopped; the card says why. Nothing was done."}
    assert stopped.errors == refused.errors
    assert calls_since(world, first) == []
    assert "🟠 Calls to OCP prod are stopped" in await shows(world, card, "🟠")


@pytest.mark.long
@pytest.mark.invariant(5)
async def test_two_requests_cannot_get_the_same_task(either_world: World) -> None:
    """Two operators name it at the same moment for two lost creates: one gets it, the other reads which request has."""
    world = either_world
    await world.start_bot(OCP_ACCOUNT_DEDICATED="0", OPERATORS=both(world))
    world.ocp.add_fault(Fault(method="POST", path=CREATE, kind="lost_before", times=2))
    cards = [await world.asks(name, hosts=host) for name, host in (("pay_01", "11"), ("pay_02", "12"))]
    forms = []
    for card, person in zip(cards, (world.omar, world.ines), strict=True):
        await world.omar.clicks(card, "request.approve")
        await shows(world, card, "[Attach task]")
        await person.clicks(card, "request.attach")
        forms.append(await person.modal())
    task = world.ocp.console.create("by_hand").id

    results = await asyncio.gather(
        world.omar.submits(forms[0], {"task": str(task)}), world.ines.submits(forms[1], {"task": str(task)})
    )

    winner = next(number for number, result in enumerate(results, 1) if result.closed)
    [refused] = [result.errors for result in results if not result.closed]
    assert refused == {"task": f"Task {task} belongs to #{winner} already."}
    assert (await world.kinds(3 - winner))[-1] == "request.uncertain"


@pytest.mark.long
@pytest.mark.invariant(5)
async def test_a_form_that_is_sent_again_meets_its_own_success(world: World) -> None:
    """OCP is slow to show the task: "press again"; meanwhile it was attached, which is no defeat."""
    card = await lost(world, "lost_after", OCP_ACCOUNT_DEDICATED="0")
    world.ocp.slow(INSTALL, 300.0)
    world.ocp.add_fault(Fault(method="GET", path=DETAIL, kind="slow", seconds=3.0))
    task = str(newest_task(world))
    await world.omar.clicks(card, "request.attach")
    form = await world.omar.modal()

    first = await world.omar.submits(form, {"task": task})
    await world.happens("request.running")
    second = await world.omar.submits(form, {"task": task})

    assert first.errors == {
        "task": "Not attached yet: OCP or the bot's database is slow. Nothing typed is lost. Press again."
    }
    assert second.closed
    assert (await world.kinds()).count("request.running") == 1


@pytest.mark.long
@pytest.mark.invariant(5)
async def test_who_attaches_what_the_bot_has_found_meanwhile_is_told_so(world: World) -> None:
    """The form was open while the bot adopted the task by itself: true words, one binding."""
    world.ocp.add_fault(Fault(method="GET", path=r"/tasks/instances$", kind="status", status=502, times=None))
    card = await lost(world, "lost_after")
    task = newest_task(world)
    await world.omar.clicks(card, "request.attach")
    form = await world.omar.modal()
    world.ocp.remove_faults()
    await world.happens("request.running")

    late = await world.omar.submits(form, {"task": str(task)})

    assert late.errors["task"].startswith(f"The bot found task {task} of #1 at ")
    await world.reads(card, "✅ Done")
    assert (await world.kinds()).count("request.running") == 1


# ---------------------------------------------------------------- send again


@pytest.mark.invariant(1)
async def test_send_again_looks_once_more_and_sends(world: World) -> None:
    """The first call never arrived: the second is the only one that OCP accepts, after its list was read anew."""
    card = await unclear(world, "lost_before")
    first = len(world.ocp.records)

    click = await world.omar.clicks(card, "request.send_again")
    text = await world.reads(card, "✅ Done")

    assert click.confirm is not None
    assert click.confirm["text"]["text"] == (
        "OCP is looked at once more first. If pay_01 is not there: create pay_01 on 1 host. "
        "The name cannot be changed later."
    )
    assert "📨 To be sent again, decided by omar, " in text
    calls = calls_since(world, first)
    assert ("GET", CLUSTERS) in calls[: calls.index(("POST", CLUSTERS))]
    assert calls.count(("POST", CLUSTERS)) == 1
    assert len(world.ocp.accepted_creates) == 1
    await world.shows_everything_once()
    [_, again] = [event for event in await world.timeline() if event.kind == "request.approved"]
    assert (again.actor, again.role, again.content["after"]) == (world.omar.id, "approver", "UNCERTAIN")
    assert again.content["payload_hash"] == (await world.timeline())[0].content["payload_hash"]


@pytest.mark.invariant(1)
async def test_send_again_sends_nothing_where_the_name_is_there(world: World) -> None:
    """Somebody made the cluster in the console while the request waited."""
    card = await unclear(world, "lost_before")
    world.ocp.console.create("pay_01")

    await world.omar.clicks(card, "request.send_again")
    text = await shows(world, card, "⛔")

    assert "⛔ Not sent again: OCP has pay_01 already" in text
    assert "Nothing was created" not in text
    assert len(world.creates()) == 1
    assert (await world.kinds())[-1] == "request.refused"


@pytest.mark.long
@pytest.mark.invariant(1)
async def test_send_again_finds_the_first_try_and_asks_anew(world: World) -> None:
    """OCP had it all the same: nothing is sent, the card asks once more, and the task is attached."""
    card = await unclear(world, "lost_after", OCP_ACCOUNT_DEDICATED="0")
    task = newest_task(world)

    click = await world.omar.clicks(card, "request.send_again")
    await shows(world, card, "the cluster was there before the send")
    attached = await attaches(world, world.omar, card, task=str(task))

    assert click.confirm is not None
    assert f"Task {task} belongs to no request" in click.confirm["text"]["text"]
    assert attached.closed
    await world.reads(card, "✅ Done")
    assert len(world.creates()) == 1


@pytest.mark.invariant(1)
async def test_send_again_waits_until_looking_is_over(world: World) -> None:
    """Only an old card's button comes so early: while the first try may be under way, and while it is looked for."""
    card = await lost(world, "lost_before")
    old = await button(world, "request.send_again")

    await world.claim_ends(in_minutes=5)
    await world.omar.clicks_old(card, "request.send_again", blocks=old)
    under_way = await world.told(world.omar, "first try")
    await world.claim_ends(in_minutes=-2)
    await world.ines.clicks_old(card, "request.send_again", blocks=old)
    looking = await world.told(world.ines, "#1")

    assert under_way.startswith("The first try may still be under way until ")
    assert looking == "These buttons are old. The card of #1 shows what can be done now."
    assert len(world.creates()) == 1
    assert (await world.kinds()).count("request.approved") == 1


@pytest.mark.long
async def test_a_second_try_that_is_held_and_closed_does_not_forget_the_first(world: World) -> None:
    """OCP went away after the decision: "not sent" is true of the second try only, and both cards say so."""
    card = await unclear(world, "lost_before", SEND_WITHIN="60s")
    await world.ocp.down()

    await world.omar.clicks(card, "request.send_again")
    held = await shows(world, card, "[Send now]")
    assert (await closes(world, world.omar, card, "not wanted any more")).closed
    closed = await shows(world, card, "⚪ Closed by omar, ")

    assert "An earlier try had no clear answer: OCP may have got that one." in held
    assert "OCP may have got it, and the bot does not follow it" in closed


# ---------------------------------------------------------------- close


@pytest.mark.long
async def test_a_closed_request_gives_its_name_free_and_says_what_is_not_known(world: World) -> None:
    """Both cards lose their buttons; the requester is told why, and that OCP may have it."""
    card = await unclear(world, "lost_before")
    home = await world.card(room=world.home)

    result = await closes(world, world.omar, card, "made by hand in the console")

    assert result.closed
    for shown in (card, home):
        text = await shows(world, shown, "⚪ Closed by omar, ")
        assert '"made by hand in the console"' in text
        assert "OCP may have got it, and the bot does not follow it" in text
        assert "[" not in text
    await world.caught_up()
    assert "@dana" in world.slack.rendered(home.replies[-1])
    assert (await world.fills_in(name="pay_01")).closed
    assert await world.open_act() is None


@pytest.mark.long
async def test_a_held_request_can_be_closed(world: World) -> None:
    """It could not be sent in time and nobody wants it any more: nothing of it is in OCP."""
    await world.start_bot(SEND_WITHIN="60s", OPERATORS=both(world))
    card = await world.asks()
    await world.ocp.down()
    await world.omar.clicks(card, "request.approve")
    await shows(world, card, "[Close]")
    await world.ocp.up()

    result = await closes(world, world.ines, card, "no longer wanted")

    assert result.closed
    text = await shows(world, card, "⚪ Closed by ines, ")
    assert "Nothing was created in OCP." in text
    assert "[" not in text
    assert world.creates() == []


async def test_closing_needs_a_reason(world: World) -> None:
    """As a rejection does."""
    card = await lost(world, "lost_before")
    await world.omar.clicks(card, "request.close")
    form = await world.omar.modal()

    short = await world.omar.submits(form, {"reason": "  x  "})

    assert "3 to 200 characters" in short.errors["reason"]
    assert (await world.kinds())[-1] == "request.uncertain"


# ---------------------------------------------------------------- who, and who was faster


async def refusal(world: World, person: Person, card: Message, action: str) -> str:
    """Return what *person* is told who presses a button that is not theirs: one answer, and it is new."""
    before = len(person.ephemerals)
    await person.clicks(card, action)
    await world.slack.wait_for(lambda: len(person.ephemerals) > before)
    [answer] = person.ephemerals[before:]
    return world.slack.rendered(answer)


@pytest.mark.invariant(4)
async def test_who_may_not_is_told_who_may(world: World) -> None:
    """Dana asked, Omar approves, Eve operates: nobody gets a form that is not theirs, and only Omar may send again."""
    card = await unclear(world, "lost_before", OPERATORS=world.eve.id)

    for action in ("request.attach", "request.close"):
        for person in (world.dana, world.omar):
            assert "Operators: @eve." in await refusal(world, person, card, action)
    await world.eve.clicks(card, "request.send_again")
    assert "Approvers: @omar, @ines." in await world.told(world.eve, "needs the approver role")

    assert world.dana.unseen == world.omar.unseen == []
    assert (await world.kinds())[-1] == "request.unclear"
    assert (await closes(world, world.eve, card, "not wanted now")).closed


@pytest.mark.long
@pytest.mark.invariant(4)
async def test_nobody_sends_their_own_request_again(world: World) -> None:
    """Omar may approve, but not what he asked for; Ines may."""
    await world.start_bot()
    world.ocp.add_fault(Fault(method="POST", path=CREATE, kind="lost_before"))
    await world.omar.types("/obproxy create", world.home)
    assert (await world.omar.submits(await world.omar.modal(), own_answers())).closed
    card = await world.card()
    await world.ines.clicks(card, "request.approve")
    await shows(world, card, "[Attach task]")
    await world.looking_ends()
    await shows(world, card, "[Send again]")

    await world.omar.clicks(card, "request.send_again")

    assert "You asked for #1" in await world.told(world.omar, "does not count")
    assert len(world.creates()) == 1
    await world.ines.clicks(card, "request.send_again")
    await world.reads(card, "✅ Done")


@pytest.mark.long
@pytest.mark.invariant(5)
async def test_two_operators_at_once_make_one_decision(either_world: World) -> None:
    """Both press "Send again", one of them twice: one send, and the losers are told who, when and what."""
    world = either_world
    card = await unclear(world, "lost_before")

    await asyncio.gather(
        world.omar.clicks(card, "request.send_again"),
        world.ines.clicks(card, "request.send_again"),
        world.ines.clicks(card, "request.send_again"),
    )
    await world.reads(card, "✅ Done")

    await world.slack.wait_for(lambda: len(world.omar.ephemerals + world.ines.ephemerals) == 4)
    told = [world.slack.rendered(each) for each in (*world.omar.ephemerals, *world.ines.ephemerals)]
    assert sum('chose "Send again" for #1 at ' in text for text in told) == 2, told
    assert sum("Your approval of #1 counts, 1 of 1." in text for text in told) == 2  # the first send's, and this one
    assert len(world.creates()) == 2
    assert len(world.ocp.accepted_creates) == 1


@pytest.mark.long
@pytest.mark.invariant(5)
async def test_attach_and_close_at_once_are_one_decision(either_world: World) -> None:
    """Two forms are sent at the same moment: the loser reads at the field who was faster, and with what."""
    world = either_world
    card = await lost(world, "lost_after", OCP_ACCOUNT_DEDICATED="0")
    task = str(newest_task(world))
    await world.omar.clicks(card, "request.close")
    await world.ines.clicks(card, "request.attach")
    closing, attaching = await world.omar.modal(), await world.ines.modal()

    closed, attached = await asyncio.gather(
        world.omar.submits(closing, {"reason": "made by hand"}), world.ines.submits(attaching, {"task": task})
    )

    ends = [kind for kind in await world.kinds() if kind in {"request.closed", "request.running"}]
    assert len(ends) == 1
    assert closed.closed is not attached.closed
    expected = {"task": "@omar closed #1 at "} if closed.closed else {"reason": f"@ines attached task {task} to #1 at "}
    [(field, words)] = expected.items()
    assert (attached if closed.closed else closed).errors[field].startswith(words)


@pytest.mark.long
@pytest.mark.invariant(5)
async def test_a_close_that_is_sent_again_is_no_defeat(world: World) -> None:
    """The database was slow, the form said "press again", and it was saved meanwhile."""
    card = await lost(world, "lost_before")
    await world.omar.clicks(card, "request.close")
    form = await world.omar.modal()

    async with locked(world):
        first = await world.omar.submits(form, {"reason": "made by hand"})
    await world.happens("request.closed")
    second = await world.omar.submits(form, {})

    assert "Not saved yet" in first.errors["reason"]
    assert second.closed
    assert (await world.kinds()).count("request.closed") == 1


@pytest.mark.invariant(5)
async def test_the_buttons_of_an_old_card_do_nothing(world: World) -> None:
    """Ines has closed it; Omar's screen has not caught up."""
    card = await lost(world, "lost_before")
    old = card.blocks
    assert (await closes(world, world.ines, card, "made by hand")).closed
    await shows(world, card, "⚪ Closed")

    for action in ("request.attach", "request.close"):
        await world.omar.clicks_old(card, action, blocks=old)
    await world.omar.clicks_old(card, "request.send_again", blocks=await button(world, "request.send_again"))
    await world.omar.clicks_old(card, "request.approve", blocks=await button(world, "request.approve"))
    await world.slack.wait_for(lambda: len(world.omar.ephemerals) == 5)

    told = [world.slack.rendered(message) for message in world.omar.ephemerals]
    assert sum("@ines closed #1 at " in text for text in told) == 3
    assert sum("@omar approved #1 at " in text for text in told) == 1
    assert world.omar.unseen == []
    assert len(world.creates()) == 1


async def button(world: World, action_id: str) -> list[dict[str, Any]]:
    """Return a card's button as an earlier card had it."""
    text = {"type": "plain_text", "text": "Press", "emoji": True}
    pressed = {"type": "button", "action_id": action_id, "text": text, "value": (await world.request()).revision}
    return [{"type": "actions", "block_id": "old", "elements": [pressed]}]


def own_answers() -> dict[str, str]:
    """Return what Omar types."""
    return {**answers(), "reason": "CHG0012345, for Omar himself"}
