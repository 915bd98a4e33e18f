"""Run without approval: off unless the settings say otherwise; every approver is called, and it is never forgotten."""

import pytest

from bot.domain.event import Kind
from bot.sandbox.slack import Message, Person
from bot.sandbox.slack.results import Submission

from .world import World, answers, chosen

WHY = "the primary is down"


async def starts(world: World, *lines: str, approvers: list[str] | None = None) -> None:
    """Start the bot with a file in which the glass may be broken, by omar."""
    file = world.folder / "bot.toml"
    environment = [
        "[environments.prod]",
        f'url = "{world.ocp.url}"',
        f'username = "{world.ocp.username}"',
        'password_env = "OCP_PASSWORD"',
        f'approvals_channel = "{world.approvals.id}"',
        f"approvers = {approvers or [world.omar.id, world.ines.id]}",
        f'admins = ["{world.omar.id}"]',
        "account_dedicated = true",
        "look_seconds = 2",
        "break_glass = true",
    ]
    file.write_text("\n".join([*environment, *lines]))
    await world.start_bot(POLICY_FILE=str(file), OCP_PASSWORD=world.ocp.password)


async def runs(world: World, person: Person, card: Message, name: str = "pay_01", why: str = WHY) -> Submission:
    """Let *person* choose it in the menu of the card, and send the form."""
    await world.chooses(person, card, "glass")
    return await person.submits(await person.modal(), {"name": name, "reason": why})


@pytest.mark.invariant(4)
async def test_it_is_off_by_default(world: World) -> None:
    """The menu does not offer it; whoever has the choice of another version is told what turns it on."""
    await world.start_bot(ADMINS=world.omar.id)
    card = await world.asks()
    edit = chosen(card.blocks, "edit")
    controls = [each for block in card.blocks for each in block.get("elements", ())]
    [menu] = [each for each in controls if each.get("action_id") == "request.more"]
    offered = [option["text"]["text"] for option in menu["options"]]
    option = {"text": {"type": "plain_text", "text": "Run"}, "value": edit.replace("edit:", "glass:")}
    old = [{"type": "actions", "block_id": "old", "elements": [menu | {"options": [option]}]}]

    await world.omar.clicks_old(card, "request.more", blocks=old, value=option["value"])
    told = await world.told(world.omar, "is off in prod")

    assert offered == ["Edit", "Remind approvers", "Withdraw"]
    assert told.startswith("Running without approval is off in prod; the settings' break_glass turns it on.")
    assert await world.kinds() == ["request.asked"]


@pytest.mark.invariant(4)
async def test_an_admin_runs_it_every_approver_is_called_and_the_card_never_forgets(world: World) -> None:
    """More approvers than a message calls of anybody else; who has no role gets no form; a wrong name is no name."""
    others = [world.slack.person(f"dba{number}") for number in range(12)]
    leads = world.slack.usergroup("dba-leads", others[:1], id="S0DBALEADS")
    approvers = [each.id for each in (world.omar, world.ines, *others)]
    await starts(world, "approvals_required = 2", f'second_group = ["{leads.id}"]', approvers=approvers)
    card = await world.asks()
    home = await world.card(room=world.home)

    await world.chooses(world.ines, card, "glass")
    refused = await world.told(world.ines, "needs the admin role")
    wrong = await runs(world, world.omar, card, name="pay_1", why="  x")
    right = await runs(world, world.omar, card)
    answer = await world.told(world.omar, "needs no approval")
    for each in (card, home):
        await world.reads(each, "✅ Done")
    await world.shows_everything_once()

    assert refused.startswith("In prod that needs the admin role")
    assert wrong.errors == {
        "name": '"pay_1" is not its name. Type it exactly as it stands on the card: pay_01',
        "reason": "Give a reason of 3 to 200 characters; 1 are given.",
    }
    assert right.closed
    assert answer == "#1 needs no approval any more. Sending to OCP. The approvers are told."
    first = next(line for line in world.thread_without_card(card).splitlines() if "without approval" in line)
    names = ", ".join(f"@{each.name}" for each in (world.ines, *others))
    assert first.startswith("🟠 omar ran #1 without approval, ")
    assert first.endswith(f': "{WHY}" {names}, @dba-leads')
    assert "@" not in next(line for line in world.thread_without_card(home).splitlines() if "without approval" in line)
    assert "Nobody has approved it. Sending to OCP." in world.thread_without_card(card)
    for each in (card, home):
        text = world.slack.rendered(each)
        assert "🟠 Run without approval by @omar, " in text
        assert " · run without approval by @omar " in text
        assert "pproved by" not in text
    assert len(world.creates()) == 1


async def test_the_record_tells_it_for_good(world: World) -> None:
    """Also that omar ran what he had asked for himself."""
    await starts(world)
    await world.omar.types("/obproxy create", world.approvals)
    form = await world.omar.modal()
    assert (await world.omar.submits(form, answers())).closed
    card = await world.card()
    await runs(world, world.omar, card)
    await world.reads(card, "✅ Done")

    await world.dana.types("/obproxy history 1", world.approvals)
    told = await world.told(world.dana, "The whole record of #1:")

    assert ", omar (admin): 🟠 omar ran their own #1 without approval, " in told
    assert f': "{WHY}" Nobody has approved it. Sending to OCP. · payload ' in told


@pytest.mark.long
async def test_what_was_run_so_and_held_is_run_again_by_a_decision_of_its_own(world: World) -> None:
    """Nothing goes out by itself; the button stands on the held card, and there are two events."""
    await starts(world, 'send_within = "60s"')
    card = await world.asks()
    await world.ocp.down()
    await runs(world, world.omar, card)
    held = await world.reads(card, "✋ Run without approval, not sent: ")
    await world.ocp.up()
    await world.caught_up()

    await world.omar.clicks(card, "request.break_glass")
    form = await world.omar.modal()
    await world.omar.submits(form, {"name": "pay_01", "reason": "still down"})
    await world.reads(card, "✅ Done")

    assert "Approved, not sent" not in held
    assert [event.content["was"] for event in await world.timeline() if event.kind == Kind.UNAPPROVED] == [
        "PENDING",
        "HELD",
    ]
    assert '"still down"' in world.slack.rendered(card)
    await world.shows_everything_once()
    assert len(world.creates()) == 1
