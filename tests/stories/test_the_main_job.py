"""The main job: asked, approved, sent once, followed to the end."""

import pytest

from .world import INSTALL, PACKAGE, World


@pytest.mark.invariant(1)
async def test_a_cluster_is_asked_for_approved_and_installed(world: World) -> None:
    """OCP gets the approved body once, and both threads show every change until it is done."""
    await world.start_bot()

    card = await world.asks(
        hosts="11, 12, 14", startup_parameters="work_thread_num=128", parameters="syslog_level=INFO"
    )
    await world.reads(card, "proxy-host-11 (192.0.2.11), proxy-host-12 (192.0.2.12), proxy-host-14 (192.0.2.14)")
    await world.omar.clicks(card, "request.approve")
    await world.reads(card, "✅ Done: pay_01 in prod")

    assert world.creates() == [
        {
            "name": "pay_01",
            "address": "pay.db.example",
            "port": 2883,
            "workMode": "RS_LIST",
            "obproxyInstallParam": {
                "hostIds": [11, 12, 14],
                "sqlPort": 2883,
                "exportPort": 2884,
                "exporterPort": 2884,
                "version": PACKAGE,
            },
            "obLinks": [{"clusterName": "ob_pay", "obClusterId": 1, "username": "proxyro"}],
            "startupParameters": [{"name": "work_thread_num", "value": "128"}],
            "parameters": [{"name": "syslog_level", "value": "INFO"}],
        }
    ]
    assert await world.kinds() == [
        "request.asked",
        "request.approved",
        "request.submitting",
        "request.running",
        "request.succeeded",
    ]
    await world.caught_up()
    assert "obclient -h pay.db.example -P 2883" in world.thread(card)
    assert "[Approve]" not in world.thread(card)


@pytest.mark.invariant(2)
@pytest.mark.invariant(3)
async def test_both_threads_show_every_change_once_and_in_order(world: World) -> None:
    """What the timeline holds is what the threads say, in the approvals channel and where it was asked."""
    await world.start_bot()

    card = await world.asks()
    await world.omar.clicks(card, "request.approve")
    await world.reads(card, "✅ Done")

    await world.shows_everything_once()
    assert {thread.place.channel for thread in await world.threads()} == {world.approvals.id, world.home.id}


@pytest.mark.invariant(2)
@pytest.mark.invariant(3)
async def test_a_failure_is_retried_in_ocps_console_and_the_thread_follows(world: World) -> None:
    """A failed task is told once, to those who can act; a retry in OCP is seen, and the end is told."""
    await world.start_bot()
    world.ocp.fail(INSTALL)
    world.ocp.slow(INSTALL, 90.0)

    card = await world.asks()
    await world.omar.clicks(card, "request.approve")
    await world.reads(card, "❌ Failed")
    await world.slack.wait_for(lambda: "Failed at" in world.thread_without_card(card))
    world.ocp.console.retry(max(world.ocp.tasks))
    await world.reads(card, "Retried in OCP, not from Slack")
    await world.reads(card, "✅ Done")

    await world.shows_everything_once()
    assert [kind for kind in await world.kinds() if kind != "request.asked"] == [
        "request.approved",
        "request.submitting",
        "request.running",
        "request.failed",
        "request.resumed",
        "request.succeeded",
    ]
    failed = [reply for reply in card.replies if "Failed at" in world.slack.rendered(reply)]
    assert [world.slack.mentions_of(reply) for reply in failed] == [{world.ines.id}]
    assert all(reply.broadcast for reply in failed)
    assert len(world.creates()) == 1


@pytest.mark.long
@pytest.mark.invariant(2)
async def test_a_rollback_in_ocps_console_is_told_as_what_it_is(world: World) -> None:
    """OCP calls a rolled-back task SUCCESSFUL; the thread says that nothing is installed."""
    await world.start_bot()
    world.ocp.fail(INSTALL)

    card = await world.asks()
    await world.omar.clicks(card, "request.approve")
    await world.reads(card, "❌ Failed")
    world.ocp.console.rollback(max(world.ocp.tasks))
    await world.reads(card, "🔙 Rolled back")

    assert (await world.kinds())[-2:] == ["request.resumed", "request.rolled_back"]
    await world.shows_everything_once()


@pytest.mark.long
async def test_an_empty_cluster_needs_no_hosts(world: World) -> None:
    """OCP gets no install part, and its two subtasks are followed like any others."""
    await world.start_bot()

    card = await world.asks(install="empty", hosts="", package="", work_mode="CONFIG_URL", ob_links="")
    await world.omar.clicks(card, "request.approve")
    await world.reads(card, "✅ Done")

    [body] = world.creates()
    assert "obproxyInstallParam" not in body
    assert body["obLinks"] == []
    await world.shows_everything_once()
