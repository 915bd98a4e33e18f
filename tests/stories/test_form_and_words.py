"""The form and the questions: mistakes at their fields, hostile text, status and help."""

import pytest

from .world import INSTALL, World

HOSTILE = "<!channel> *x* & @here"


@pytest.mark.invariant(6)
@pytest.mark.invariant(12)
async def test_all_mistakes_are_shown_at_once_and_nothing_typed_is_lost(world: World) -> None:
    """Every wrong field says what to write instead; the form stays as it was."""
    await world.start_bot()
    await world.dana.types("/obproxy create", world.home)
    modal = await world.dana.modal()
    typed = {
        "name": "pay-01",
        "reason": "as CHG0012345 says",
        "work_mode": "RS_LIST",
        "ob_links": "ob_pay, 1\nob_orders, 2",
        "hosts": "11, twelve",
        "package": "4.2.1.0",
        "exporter_port": "2883",
        "address": "pay db",
        "startup_parameters": "work_thread_num 128",
        "parameters": "syslog_level=INFO\nobserver_sys_password=hunter2",
    }

    result = await world.dana.submits(modal, typed)

    assert not result.closed
    assert result.errors == {
        "name": 'Use letters, digits and underscore, starting with a letter. "-" is not allowed.',
        "ob_links": "RS_LIST takes exactly one OB cluster; 2 are given. Remove 1, or choose CONFIG_URL.",
        "hosts": '"twelve" is not a host id. Example: 11, 12, 14',
        "package": '"4.2.1.0" is not a file name as in OCP, Software Packages. '
        "Example: obproxy-ce-4.2.1.0-11.el7.x86_64.rpm",
        "exporter_port": "The SQL port is 2883 already. Choose another port.",
        "address": '"pay db" is not a host name or an IP address.',
        "startup_parameters": 'Line 1: "work_thread_num 128" has no "=".',
        "parameters": "Line 2: observer_sys_password is a password or another secret. Secrets do not go through Slack: "
        "leave it out and set it in OCP.",
    }
    mended = await world.dana.submits(modal, {"name": "pay_01", "ob_links": "ob_pay, 1"})
    assert set(mended.errors) == set(result.errors) - {"name", "ob_links"}


@pytest.mark.invariant(7)
async def test_a_password_is_refused_before_anything_is_stored(world: World) -> None:
    """What was typed into a parameter that says password is in no row and in no message."""
    await world.start_bot()

    result = await world.fills_in(parameters="proxyro_password=Hunter2Hunter2")

    assert "parameters" in result.errors
    stored = b"".join(path.read_bytes() for path in world.folder.iterdir())
    assert b"Hunter2" not in stored


@pytest.mark.invariant(8)
async def test_hostile_text_mentions_nobody_and_shows_literally(world: World) -> None:
    """A subtask and a reason that look like markup are shown as they were written."""
    await world.start_bot()
    card = await world.asks(reason=HOSTILE)
    await world.omar.clicks(card, "request.approve")
    await world.slack.wait_for(lambda: world.ocp.tasks)
    for subtask in world.ocp.tasks[max(world.ocp.tasks)].subtasks.values():
        if subtask.name == INSTALL:
            subtask.name = HOSTILE

    await world.reads(card, "✅ Done")
    await world.caught_up()

    assert f"{HOSTILE}: " in world.thread_without_card(card)
    assert HOSTILE in world.slack.rendered(card)
    everything = [message for room in (world.approvals, world.home) for message in room.everything()]
    mentioned = {who for message in everything for who in world.slack.mentions_of(message)}
    assert mentioned <= {world.dana.id, world.omar.id, world.ines.id}


async def test_status_and_help_answer_privately(world: World) -> None:
    """By number, by name, one's own; an unknown word is answered with the nearest command."""
    await world.start_bot()
    await world.asks()

    await world.dana.types("/obproxy status 1", world.home)
    assert "Waiting for approval" in await world.told(world.dana, "prod: create OBProxy cluster pay_01")
    await world.dana.types("/obproxy status PAY_01", world.home)
    assert "#1" in await world.told(world.dana, "Requests for PAY_01")
    await world.dana.types("/obproxy status", world.home)
    assert "#1" in await world.told(world.dana, "Your requests")
    await world.eve.types("/obproxy status 77", world.home)
    await world.told(world.eve, 'There is no request "#77" here')
    await world.eve.types("/obproxy creat", world.home)
    await world.told(world.eve, 'No command "creat". Did you mean /obproxy create?')
    await world.eve.types("/obproxy", world.home)
    await world.told(world.eve, "/obproxy create")
    assert [message for message in world.home.messages if message.user != world.slack.bot_user_id] == []


async def test_show_json_shows_the_body_that_is_sent(world: World) -> None:
    """What an approver sees as JSON is what OCP gets."""
    await world.start_bot()
    card = await world.asks()

    await world.omar.clicks(card, "request.json")
    shown = world.slack.rendered(await world.omar.modal())
    await world.omar.clicks(card, "request.approve")
    await world.reads(card, "✅ Done")

    [body] = world.creates()
    assert all(f'"{name}"' in shown for name in body)
    assert '"exporterPort": 2884' in shown
