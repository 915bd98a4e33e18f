"""Cases that were found the hard way; each was a bug once."""

import pytest

from bot.sandbox.ocp import Fault
from bot.sandbox.slack import Fault as SlackFault

from .locks import locked
from .world import INSTALL, World, answers

CREATE = r"/api/v2/obproxy/clusters$"
DETAIL = r"/api/v2/tasks/instances/\d+$"
LINK = {"clusterName": "ob_pay", "obClusterId": 1, "username": "proxyro"}


@pytest.mark.invariant(2)
async def test_a_card_whose_post_was_lost_is_drawn_as_it_is_now(world: World) -> None:
    """Slack showed it before anybody knew; rejected meanwhile, it must not keep its buttons."""
    await world.start_bot()
    lost = SlackFault(method="chat.postMessage", kind="lost_after", channel=world.approvals.id)
    world.slack.add_fault(lost)
    assert (await world.fills_in()).closed
    card = await world.card()

    await world.omar.clicks(card, "request.reject")
    await world.omar.submits(await world.omar.modal(), {"reason": "wrong hosts"})
    await world.caught_up()

    assert "⛔ Rejected" in world.slack.rendered(card)
    assert "[Approve]" not in world.slack.rendered(card)
    assert len(world.approvals.messages) == 1
    await world.cards_agree()


@pytest.mark.long
@pytest.mark.invariant(2)
async def test_a_code_of_slacks_that_nobody_has_heard_of_loses_no_reply(fast_world: World) -> None:
    """It says nothing of the content: the place is tried again after five minutes."""
    world = fast_world
    await world.start_bot()
    card = await world.asks()
    await world.caught_up()
    refused = SlackFault(
        method="chat.postMessage", kind="error", error="org_login_required", channel=world.approvals.id
    )
    world.slack.add_fault(refused)

    await world.omar.clicks(card, "request.approve")
    await world.slack.wait_for(lambda: "✅ Done" in world.thread_without_card(card), timeout=15)

    assert "Approved by omar" in world.thread_without_card(card)
    await world.shows_everything_once()


@pytest.mark.long
async def test_a_refused_log_on_with_many_tasks_is_not_tried_by_each(world: World) -> None:
    """The password changes while four tasks run: a handful of calls, one notice."""
    await world.start_bot()
    world.ocp.slow(INSTALL, 300.0)
    for number, host in enumerate((11, 12, 14, 15), 1):
        card = await world.asks(f"pay_0{number}", hosts=str(host))
        await world.omar.clicks(card, "request.approve")
        await world.happens("request.running", number)

    world.ocp.login.password = "another-one"
    await world.slack.wait_for(lambda: [m for m in world.approvals.messages if "log-on" in world.slack.rendered(m)])
    await world.clock.sleep(60)

    refused = [record for record in world.ocp.records if record.status == 401]
    told = [world.slack.rendered(message) for message in world.approvals.messages]
    assert 1 <= len(refused) <= 4
    assert sum("All calls are stopped" in text for text in told) == 1


@pytest.mark.long
async def test_an_ocp_that_is_away_after_a_lost_answer_is_told_and_looked_at_later(fast_world: World) -> None:
    """Ten minutes without OCP: an operator is asked; when it is back, the task is found all the same."""
    world = fast_world
    await world.start_bot()
    world.ocp.add_fault(Fault(method="POST", path=CREATE, kind="lost_after"))
    card = await world.asks()
    await world.omar.clicks(card, "request.approve")
    await world.happens("request.uncertain")
    await world.ocp.down()

    await world.happens("request.unclear")
    assert "OCP did not answer the last look" in await world.reads(card, "waits for an operator")
    await world.ocp.up()
    await world.reads(card, "✅ Done")

    assert len(world.creates()) == 1
    assert (await world.kinds()).count("request.unclear") == 1


@pytest.mark.long
@pytest.mark.parametrize("reset", [0, 3600])
async def test_a_long_or_an_empty_rate_limit_keeps_to_the_time_for_sending(world: World, reset: int) -> None:
    """ "Wait no time" is no busy loop, "wait an hour" does not outlast SEND_WITHIN."""
    await world.start_bot(SEND_WITHIN="60s")
    card = await world.asks()
    await world.caught_up()
    world.ocp.add_fault(
        Fault(method="GET", path=CREATE, kind="status", status=429, body='{"successful":false}', times=None)
    )
    world.ocp.rate_limit.limit = 0 if reset else world.ocp.rate_limit.limit

    await world.omar.clicks(card, "request.approve")
    await world.reads(card, "✋ Approved, not sent")

    asked = [record for record in world.ocp.records if record.path == "/api/v2/obproxy/clusters"]
    assert len(asked) < 40
    assert world.creates() == []


@pytest.mark.long
async def test_a_wrong_app_token_stops_the_start_with_its_name(world: World) -> None:
    """Slack's own client would try for ever."""
    code, said = await world.start_fails(SLACK_APP_TOKEN="xapp-1-wrong")

    assert code != 0
    assert "SLACK_APP_TOKEN is wrong" in said
    assert "xapp-1-wrong" not in said


@pytest.mark.long
async def test_sigterm_ends_a_start_that_waits_for_slack(world: World) -> None:
    """The socket cannot be opened; the end is not ignored."""
    world.slack.add_fault(SlackFault(method="apps.connections.open", kind="status", status=503, times=1000))
    await world.start_process(connected=False)
    await world.slack.wait_for(lambda: [r for r in world.slack.records if r.method == "apps.connections.open"])

    assert await world.ends_cleanly() == 0


@pytest.mark.long
async def test_a_click_that_was_acked_counts_although_the_end_comes(world: World) -> None:
    """Approve is acked, the database is slow, SIGTERM: the decision is made before the process ends."""
    await world.start_process()
    card = await world.asks()
    await world.caught_up()

    async with locked(world, seconds=2):
        click = await world.omar.clicks(card, "request.approve")
        ending = await world.ends_later()
    assert await ending == 0

    assert click.acked
    assert "request.approved" in await world.kinds()


@pytest.mark.long
@pytest.mark.invariant(1)
@pytest.mark.invariant(13)
async def test_a_task_of_another_request_is_never_taken(world: World) -> None:
    """Two answers are lost, one name was taken by hand: nobody follows somebody else's task."""
    await world.start_bot()
    world.ocp.add_fault(Fault(method="POST", path=CREATE, kind="lost_after"))
    first = await world.asks("pay_b")
    await world.omar.clicks(first, "request.approve")
    await world.happens("request.uncertain")
    world.ocp.console.create("pay_a", address="pay.db.example", workMode="RS_LIST", obLinks=[LINK])

    second = await world.asks("pay_a", hosts="12")
    await world.omar.clicks(second, "request.approve")
    await world.happens("request.uncertain", 2)
    await world.clock.sleep(150)

    assert "request.running" not in await world.kinds(2)
    assert len(world.creates()) == 1


@pytest.mark.long
async def test_a_task_id_that_belongs_to_another_request_blocks_nobody(world: World) -> None:
    """OCP was built anew and counts from the start: the request waits for a person, the next one goes out."""
    await world.start_bot(OCP_ACCOUNT_DEDICATED="0")
    first = await world.asks()
    await world.omar.clicks(first, "request.approve")
    await world.reads(first, "✅ Done")
    known = max(world.ocp.tasks)
    answer = f'{{"successful":true,"status":200,"data":{{"id":{known},"name":"Install obproxy","status":"RUNNING"}}}}'
    world.ocp.add_fault(Fault(method="POST", path=CREATE, kind="status", status=200, body=answer, after_effect=False))

    second = await world.asks("pay_02", hosts="12")
    await world.omar.clicks(second, "request.approve")
    await world.happens("request.uncertain", 2)
    third = await world.asks("pay_03", hosts="14")
    await world.omar.clicks(third, "request.approve")
    await world.reads(third, "✅ Done")

    assert "belongs to another request" in world.slack.rendered(second)


@pytest.mark.long
@pytest.mark.invariant(11)
async def test_a_look_that_tells_no_subtasks_ends_nothing(world: World) -> None:
    """SUCCESSFUL without subtasks is not "rolled back", whatever the look before has shown."""
    await world.start_bot()
    world.ocp.slow(INSTALL, 30.0)
    card = await world.asks()
    await world.omar.clicks(card, "request.approve")
    await world.happens("request.running")
    task = max(world.ocp.tasks)
    odd = f'{{"successful":true,"status":200,"data":{{"id":{task},"name":"Install obproxy","status":"SUCCESSFUL"}}}}'
    world.ocp.add_fault(Fault(method="GET", path=DETAIL, kind="status", status=200, body=odd, times=2))

    await world.reads(card, "✅ Done")

    assert "request.rolled_back" not in await world.kinds()


@pytest.mark.long
@pytest.mark.invariant(11)
async def test_a_state_that_nobody_has_heard_of_is_no_retry(world: World) -> None:
    """A failed task shows an unknown state for one look: nobody is told of a retry, nobody is called again."""
    await world.start_bot()
    world.ocp.fail(INSTALL)
    card = await world.asks()
    await world.omar.clicks(card, "request.approve")
    await world.happens("request.failed")

    world.ocp.add_fault(Fault(method="GET", path=DETAIL, kind="unknown_state"))
    await world.clock.sleep(200)

    assert (await world.kinds()).count("request.failed") == 1
    assert "request.resumed" not in await world.kinds()


async def test_without_a_place_for_approvals_the_approvers_are_asked_at_home(slow_world: World) -> None:
    """The bot was not invited: the requester is told, and the copy calls those who may approve."""
    world = slow_world  # whether it can post is known within ten seconds of this clock
    world.approvals.private, world.approvals.bot_is_member = True, False
    await world.start_bot()

    assert (await world.fills_in()).closed
    card = await world.card(room=world.home)
    told = await world.told(world.dana, "Asked: #1")

    assert "I cannot post in the approvals channel" in told
    await world.slack.wait_for(lambda: "0 of 1: @omar, @ines" in world.slack.rendered(card))


@pytest.mark.invariant(5)
@pytest.mark.invariant(6)
async def test_a_reject_that_is_sent_twice_is_no_defeat(world: World) -> None:
    """The database was slow, the form said "press again", and it was saved meanwhile."""
    await world.start_bot()
    card = await world.asks()
    await world.caught_up()
    await world.omar.clicks(card, "request.reject")
    form = await world.omar.modal()

    async with locked(world):
        first = await world.omar.submits(form, {"reason": "wrong hosts"})
    await world.happens("request.rejected")
    second = await world.omar.submits(form, {})

    assert "Not saved yet" in first.errors["reason"]
    assert second.closed


async def test_a_status_card_has_no_buttons_that_change_something(world: World) -> None:
    """Nobody could take them away later; the link leads to the card that has them."""
    await world.start_bot()
    await world.asks()
    await world.caught_up()

    await world.dana.types("/obproxy status 1", world.home)

    shown = await world.told(world.dana, "Waiting for approval")
    assert "[Approve]" not in shown
    assert "Its buttons and its thread: the card" in shown


async def test_the_same_name_again_after_a_rejection(world: World) -> None:
    """An ended request gives its name free."""
    await world.start_bot()
    card = await world.asks()
    await world.omar.clicks(card, "request.reject")
    await world.omar.submits(await world.omar.modal(), {"reason": "wrong hosts"})
    await world.happens("request.rejected")

    result = await world.fills_in(**answers())

    assert result.closed


@pytest.mark.invariant(2)
async def test_a_blocked_thread_does_not_disturb_the_post_of_the_other(slow_world: World) -> None:
    """The bot is not where the command was typed: the card in the approvals channel is noted at once all the same."""
    world = slow_world
    away = world.slack.room("secret-team", bot_is_member=False, private=True)
    slow = SlackFault(method="chat.postMessage", kind="slow", seconds=0.15, channel=world.approvals.id)
    world.slack.add_fault(slow)
    await world.start_bot()
    await world.dana.types("/obproxy create", away)

    assert (await world.dana.submits(await world.dana.modal(), answers())).closed
    told = await world.told(world.dana, "Asked: #1")

    assert "Where it is decided: the card" in told
    assert len(world.approvals.messages) == 1
    assert "conversations.history" not in {record.method for record in world.slack.records}


@pytest.mark.long
async def test_a_card_that_cannot_be_drawn_holds_up_no_reply(world: World) -> None:
    """Slack refuses every update with a code that nobody has heard of; the thread goes on."""
    await world.start_bot()
    card = await world.asks()
    await world.caught_up()
    world.slack.add_fault(SlackFault(method="chat.update", kind="error", error="as_user_not_supported", times=1000))

    await world.omar.clicks(card, "request.approve")
    await world.slack.wait_for(lambda: "✅ Done" in world.thread_without_card(card), timeout=15)


@pytest.mark.long
async def test_an_unclear_request_calls_nobody_because_of_other_work(fast_world: World) -> None:
    """Another create and an outage are no news of the lost one."""
    world = fast_world
    await world.start_bot()
    world.ocp.add_fault(Fault(method="POST", path=CREATE, kind="lost_before"))
    lost = await world.asks()
    await world.omar.clicks(lost, "request.approve")
    await world.happens("request.unclear")

    other = await world.asks("pay_02", hosts="12")
    await world.omar.clicks(other, "request.approve")
    await world.reads(other, "✅ Done")
    await world.ocp.down()
    await world.clock.sleep(660)
    await world.ocp.up()
    await world.clock.sleep(660)

    assert (await world.kinds()).count("request.unclear") == 1
