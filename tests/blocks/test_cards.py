"""The card says what is so now, and offers only what can be done now."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from gettext import NullTranslations
from typing import Any

import pytest

from bot.blocks import ids
from bot.blocks.bare import bare
from bot.blocks.cards import card
from bot.domain.request import ASKED_AGAIN_AFTER, State
from bot.domain.sheet import Environment, Names, Sheet, Unapproved
from bot.operations.create_cluster import CreateCluster
from bot.ports import Message
from tests.builders import (
    DANA,
    INES,
    NOW,
    OMAR,
    PAYLOAD,
    TASK_ID,
    a_mark,
    a_pause,
    a_request,
    a_sheet,
    a_task,
    an_event,
)

T = NullTranslations()
S, R, F = "SUCCESSFUL", "RUNNING", "FAILED"


def drawn(sheet: Sheet, *, asks_approvers: bool = True) -> Message:
    return card(sheet, CreateCluster(), T, asks_approvers=asks_approvers)


def read(sheet: Sheet, *, asks_approvers: bool = True) -> str:
    return bare(drawn(sheet, asks_approvers=asks_approvers).blocks, T, most=5_000)


def elements(value: object) -> Iterator[Mapping[str, Any]]:
    """Yield every object in *value* that has a type."""
    if isinstance(value, Mapping):
        if "type" in value:
            yield value
        for item in value.values():
            yield from elements(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from elements(item)


def buttons_of(sheet: Sheet) -> list[Mapping[str, Any]]:
    return [each for each in elements(drawn(sheet).blocks) if each["type"] == "button"]


def actions(sheet: Sheet) -> list[str]:
    return [button["action_id"] for button in buttons_of(sheet)]


def test_a_pending_card_asks_the_approvers() -> None:
    """Who decides is mentioned where approvers are asked, and only there; elsewhere the channel is linked."""
    assert "⏳ Waiting for approval, 0 of 1: <@U0OMAR>, <@U0INES>" in read(a_sheet())

    elsewhere = drawn(a_sheet(), asks_approvers=False)

    assert {"type": "channel", "channel_id": "C0DBA"} in list(elements(elsewhere.blocks))
    assert {"type": "user", "user_id": "U0OMAR"} not in list(elements(elsewhere.blocks))


def test_a_pending_card_that_nobody_who_decides_can_see_says_so() -> None:
    """Only its requester reads it; once it is decided that matters no more."""
    unseen = a_sheet(approvals_channel="")

    assert "so nobody is asked. Admin: invite it there" in read(unseen, asks_approvers=False)
    assert "<@U0OMAR>" not in read(unseen, asks_approvers=False)
    assert "nobody is asked" not in read(unseen, asks_approvers=True)
    assert "nobody is asked" not in read(a_sheet(State.APPROVED, approvals_channel=""), asks_approvers=False)


def test_the_buttons_of_a_pending_card_carry_the_revision() -> None:
    """Approve asks once more, naming the effect; every value is the revision that the card shows."""
    buttons = [each for each in elements(drawn(a_sheet()).blocks) if each["type"] == "button"]

    assert [button["action_id"] for button in buttons] == [ids.APPROVE, ids.REJECT, ids.SHOW_JSON]
    assert {"revision-1"} == {button["value"] for button in buttons}
    assert buttons[0]["confirm"]["title"]["text"] == "Approve in prod?"
    assert buttons[0]["confirm"]["text"]["text"] == "Create pay_01 on 3 hosts. The name cannot be changed later."


ASKING = {State.PENDING, State.HELD, State.UNCERTAIN}


@pytest.mark.parametrize("state", sorted(set(State) - ASKING - ASKED_AGAIN_AFTER))
def test_a_decided_card_only_opens_the_task(state: State) -> None:
    """After the decision nothing can be pressed but the way into OCP's console."""
    assert actions(a_sheet(state, tasks=[a_task()])) == [ids.OPEN_IN_OCP]
    assert actions(a_sheet(state)) == []


@pytest.mark.parametrize("state", sorted(ASKED_AGAIN_AFTER))
def test_what_ended_without_effect_can_be_asked_for_again_once(state: State) -> None:
    """Then the card names the request that does, and offers it no more."""
    [button] = buttons_of(a_sheet(state))
    followed = a_sheet(state, asked_again=1043)

    assert (button["action_id"], button["value"]) == (ids.ASK_AGAIN, "revision-1")
    assert button["text"]["text"] == ("Ask again" if state is State.EXPIRED else "Edit and ask again")
    assert actions(followed) == []
    assert "\n#1043 asks again.\n" in read(followed)


def test_a_request_that_asks_again_names_the_old_one() -> None:
    """From each of the two the other is found."""
    assert " · asks again after #1041" in read(a_sheet(again_of=1041))


def test_more_on_a_pending_card_is_for_whoever_asked() -> None:
    """Three choices, each with the revision that the card shows."""
    [menu] = [each for each in elements(drawn(a_sheet()).blocks) if each["type"] == "overflow"]

    assert [(option["text"]["text"], option["value"]) for option in menu["options"]] == [
        ("Edit", "edit:revision-1"),
        ("Remind approvers", "remind:revision-1"),
        ("Withdraw", "withdraw:revision-1"),
    ]


def test_the_glass_is_offered_only_where_it_may_be_broken() -> None:
    """In the menu while the request waits for approval, as a red button once it is held."""
    held = an_event("request.held", {"why": "late", "detail": ""})
    waiting, stuck = a_sheet(break_glass=True), a_sheet(State.HELD, cause=held, break_glass=True)

    [menu] = [each for each in elements(drawn(waiting).blocks) if each["type"] == "overflow"]
    *_, option = menu["options"]
    *_, button = buttons_of(stuck)

    assert (option["text"]["text"], option["value"]) == ("Run without approval", "glass:revision-1")
    assert (button["text"]["text"], button["value"], button["style"]) == (
        "Run without approval",
        "revision-1",
        "danger",
    )
    assert actions(stuck) == [ids.SEND_NOW, ids.CLOSE, ids.BREAK_GLASS]


RUN = Unapproved(OMAR, NOW + timedelta(minutes=5), "the primary is down")
GOES = frozenset(State) - {State.PENDING, State.REJECTED, State.WITHDRAWN, State.EXPIRED}


@pytest.mark.parametrize("state", sorted(GOES))
def test_a_card_says_for_good_that_it_was_run_without_approval(state: State) -> None:
    """With the reason and in the grey line, in every state; nobody is said to have approved it."""
    request = a_request(state=state, decided_by=None)

    text = read(a_sheet(state, request=request, unapproved=RUN))

    assert '\n🟠 Run without approval by <@U0OMAR>, 14:07 UTC: "the primary is down"\n' in text
    assert " · run without approval by <@U0OMAR> " in text
    assert "approved" not in text.casefold()


def test_a_card_of_a_request_that_was_released_after_that_tells_both() -> None:
    """The one is no reason to forget the other."""
    request = a_request(state=State.APPROVED, decided_by=INES)

    text = read(a_sheet(State.APPROVED, request=request, unapproved=RUN))

    assert "📨 Approved by <@U0INES>, " in text
    assert "🟠 Run without approval by <@U0OMAR>, " in text


def test_a_held_card_tells_whether_anybody_had_approved() -> None:
    held = an_event("request.held", {"why": "late", "detail": "", "unapproved": True})

    text = read(a_sheet(State.HELD, request=a_request(state=State.HELD, decided_by=None), cause=held, unapproved=RUN))

    assert "✋ Run without approval, not sent: " in text


def test_outside_production_approving_asks_no_further_question() -> None:
    """Where nothing serious can happen one click is enough."""
    [approve, *_] = buttons_of(a_sheet(is_production=False))

    assert approve["action_id"] == ids.APPROVE
    assert "confirm" not in approve


def test_a_pending_card_says_who_approved_and_whom_it_waits_for() -> None:
    """Neither who has approved nor who asked is asked."""
    sheet = a_sheet(needed=2, approved={OMAR: NOW}, approvers=(OMAR, INES, DANA), expires_at=NOW + timedelta(days=1))

    text = read(sheet)

    assert "⏳ Waiting for approval, 1 of 2: <@U0INES>\nApproved by <@U0OMAR>, 14:02 UTC.\n" in text
    assert "expires <!date^" in text


def test_all_whose_approval_was_needed_stand_on_the_card() -> None:
    """Not only the last one."""
    request = a_request(state=State.APPROVED, decided_by=INES)
    sheet = a_sheet(State.APPROVED, request=request, needed=2, approved={OMAR: NOW, INES: NOW})

    text = read(sheet)

    assert "📨 Approved by <@U0OMAR>, <@U0INES>, 14:07 UTC. Sending to OCP." in text
    assert "<@U0OMAR>, <@U0INES> approved " in text


def test_a_request_that_cannot_be_sent_yet_can_be_withdrawn() -> None:
    """While it waits for OCP, and only then: else it is gone before anybody presses."""
    assert actions(a_sheet(State.APPROVED, cause=an_event("request.delayed", {"why": "limited"}))) == [ids.WITHDRAW]
    assert actions(a_sheet(State.APPROVED, cause=an_event("request.approved"))) == []


def test_a_held_card_says_how_approvals_age_where_several_are_needed() -> None:
    """Send now is one approval more, and the others may be too old by then."""
    held = an_event("request.held", {"why": "late", "detail": ""})

    assert "An approval counts for 24 h, Send now as one; 2 are needed." in read(
        a_sheet(State.HELD, cause=held, needed=2)
    )
    assert "counts for" not in read(a_sheet(State.HELD, cause=held))


def test_a_held_request_can_be_sent_now_or_closed() -> None:
    """Nothing goes out by itself, so the card offers to send it, or to let go of it."""
    sheet = a_sheet(State.HELD, cause=an_event("request.held", {"why": "late", "detail": ""}))

    assert actions(sheet) == [ids.SEND_NOW, ids.CLOSE]
    assert "✋ Approved, not sent: " in read(sheet)
    assert "An earlier try" not in read(sheet)


def test_a_held_request_that_was_tried_before_says_so() -> None:
    """ "Not sent" is true of this approval only."""
    cause = an_event("request.held", {"why": "unreachable", "detail": ""})

    assert "An earlier try had no clear answer: OCP may have got that one." in read(
        a_sheet(State.HELD, cause=cause, tried_before=True)
    )


def test_looking_leaves_the_operator_two_buttons() -> None:
    """Nobody sends again while the first try may still be found."""
    sheet = a_sheet(State.UNCERTAIN, cause=an_event("request.uncertain", {"why": "lost"}))

    assert actions(sheet) == [ids.ATTACH, ids.CLOSE]
    assert {button["value"] for button in buttons_of(sheet)} == {"revision-1"}
    assert "Nobody has to act meanwhile." in read(sheet)
    assert "Send again" not in read(sheet)


def test_an_unclear_card_says_what_each_button_does() -> None:
    """Send again asks once more, and says that OCP is looked at first and what goes out then."""
    data = {"looks": 20, "since": NOW.isoformat(), "clusters": [], "tasks": []}
    sheet = a_sheet(State.UNCERTAIN, cause=an_event("request.unclear", data))

    assert actions(sheet) == [ids.ATTACH, ids.SEND_AGAIN, ids.CLOSE]
    assert buttons_of(sheet)[1]["confirm"]["text"]["text"] == (
        "OCP is looked at once more first. If pay_01 is not there: create pay_01 on 3 hosts. "
        "The name cannot be changed later."
    )
    text = read(sheet)
    for words in (
        "Attach task: the bot follows",
        "Send again (approvers): OCP is looked at once more",
        "Close: the bot",
    ):
        assert f"\n{words}" in text


def test_send_again_points_to_a_task_that_may_be_the_first_tries() -> None:
    """A second create would be wrong if that task is the lost one's."""
    free = {"id": TASK_ID, "status": "RUNNING", "creator": "x", "started": NOW.isoformat(), "bound": False}
    data = {"looks": 20, "since": NOW.isoformat(), "clusters": [], "tasks": [free]}

    [_, again, _] = buttons_of(a_sheet(State.UNCERTAIN, cause=an_event("request.unclear", data)))

    assert again["style"] == "danger"
    assert again["confirm"]["text"]["text"] == (
        "OCP is looked at once more first. If pay_01 is not there: create pay_01 on 3 hosts. "
        f"Task {TASK_ID} belongs to no request: if it is this one's, go back and attach it."
    )


@pytest.mark.parametrize("payload", [PAYLOAD, {key: PAYLOAD[key] for key in PAYLOAD if key != "obproxyInstallParam"}])
def test_the_longest_name_leaves_room_for_all_that_is_asked_before_sending_again(payload: dict[str, Any]) -> None:
    """Slack takes 300 characters; the last words say what to do instead."""
    free = {"id": 9_999_999_999, "status": "RUNNING", "bound": False}
    data = {"looks": 20, "since": NOW.isoformat(), "clusters": [], "tasks": [free]}
    sheet = a_sheet(State.UNCERTAIN, cause=an_event("request.unclear", data))
    request = replace(sheet.request, name="n" * 64)
    named = replace(sheet, request=request, revision=replace(sheet.revision, payload=payload))

    text = buttons_of(named)[1]["confirm"]["text"]["text"]

    assert text.count("n" * 64) == 2
    assert text.endswith("go back and attach it.")


def test_an_unclear_card_names_the_operators_where_they_are_called() -> None:
    """Elsewhere it names the channel; the reply points to the card, the card not to itself."""
    data = {"looks": 20, "since": NOW.isoformat(), "clusters": [], "tasks": []}
    sheet = a_sheet(State.UNCERTAIN, cause=an_event("request.unclear", data), operators=(INES,))

    assert "\nThe request waits for an operator: <@U0INES>\n" in read(sheet)
    elsewhere = drawn(sheet, asks_approvers=False)
    assert {"type": "channel", "channel_id": "C0DBA"} in list(elements(elsewhere.blocks))
    assert {"type": "user", "user_id": "U0INES"} not in list(elements(elsewhere.blocks))
    assert "on its card" not in read(sheet)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ({}, "no cluster pay_01, no task that may be its own."),
        ({"tasks": [{"id": 1, "bound": True}]}, "no cluster pay_01, no task that may be its own."),
        ({"tasks": [{"id": 1}]}, "no cluster pay_01, 1 task that belongs to no request."),
        ({"tasks": [{"id": 1}, {"id": 2}]}, "no cluster pay_01, 2 tasks that belong to no request."),
        ({"clusters": [{"id": 12}]}, "cluster pay_01 is there, no task that may be its own."),
        ({"unread": True}, "OCP did not answer the last look."),
    ],
)
def test_an_unclear_card_begins_with_what_was_found(found: dict[str, object], words: str) -> None:
    """Facts first, then what can be done about them."""
    cause = an_event("request.unclear", {"looks": 20, "since": NOW.isoformat(), **found})

    assert f"❓ Looked 20 times since 14:02 UTC: {words}\n" in read(a_sheet(State.UNCERTAIN, cause=cause))


def test_what_is_sent_again_says_who_decided_and_what_comes_first() -> None:
    """Not that it was approved, which it was before."""
    cause = an_event("request.approved", {"after": "UNCERTAIN", "actor_name": "ines"}, actor=INES)

    text = read(a_sheet(State.APPROVED, cause=cause))

    assert "📨 To be sent again, decided by ines, 14:02 UTC.\nOCP is looked at once more first; if pay_01 " in text


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"was": "UNCERTAIN", "in_doubt": True}, "OCP may have got it, and the bot does not follow it: OCP's console"),
        ({"was": "UNCERTAIN"}, "OCP may have got it, and the bot does not follow it"),
        ({"was": "HELD", "in_doubt": True}, "OCP may have got it, and the bot does not follow it"),
        ({"was": "HELD", "in_doubt": False}, "Nothing was created in OCP."),
    ],
)
def test_a_closed_card_says_why_and_what_is_not_known(data: dict[str, object], words: str) -> None:
    """Closing changes nothing in OCP."""
    cause = an_event("request.closed", {"reason": "made by hand", "actor_name": "omar", **data}, actor=OMAR)
    sheet = a_sheet(State.CLOSED, cause=cause)

    assert f'⚪ Closed by omar, 14:02 UTC: "made by hand"\n{words}' in read(sheet)
    assert actions(sheet) == []


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"found": {"id": 12, "name": "pay_01"}}, "⛔ Not sent again: OCP has pay_01 already (id 12)"),
        ({"code": "COM10001", "message": "no"}, "This try created nothing; an earlier one had no clear answer"),
    ],
)
def test_a_second_try_that_is_refused_does_not_speak_for_the_first(data: dict[str, object], words: str) -> None:
    """ "Nothing was created" is not known."""
    text = read(a_sheet(State.OCP_REFUSED, cause=an_event("request.refused", data), tried_before=True))

    assert words in text
    assert "Nothing was created" not in text


@pytest.mark.parametrize("url", ["", "ftp://ocp.example/{id}", "javascript:alert({id})", "https://x/" + "y" * 3000])
def test_a_bad_task_address_gives_no_button(url: str) -> None:
    """A button that Slack would refuse would cost the whole card."""
    assert actions(a_sheet(State.RUNNING, tasks=[a_task()], environment=Environment("prod", url))) == []


def test_names_that_were_not_read_are_said_to_be_missing() -> None:
    """An id without a name never looks like a name."""
    assert "host 11 (OCP's name not read yet)" in read(a_sheet(names=Names()))


def test_a_delay_is_explained() -> None:
    """An approved request that cannot be sent says why and when the next try is."""
    data = {"why": "unreachable", "detail": "connect error", "until": (NOW + timedelta(minutes=30)).isoformat()}

    text = read(a_sheet(State.APPROVED, cause=an_event("request.delayed", data)))

    assert "📨 Approved by <@U0OMAR>, 14:07 UTC. Sending to OCP." in text
    assert "🟠 Not sent yet: OCP could not be reached: connect error." in text
    assert "It is tried again until 14:32 UTC." in text


def test_a_stopped_environment_is_on_every_open_card() -> None:
    """Who waits is told that nothing goes out, and why."""
    stopped = Environment("prod", "", stopped="credentials: IAM10004")

    assert "Calls to OCP prod are stopped: OCP refuses the bot's log-on: IAM10004." in read(
        a_sheet(environment=stopped)
    )
    assert "stopped" not in read(a_sheet(State.REJECTED, environment=stopped))


@pytest.mark.parametrize("state", sorted(State))
def test_a_silent_ocp_is_on_every_open_card(state: State) -> None:
    """Who waits sees since when nothing is known; what has ended waits for nothing."""
    silent = Environment("prod", "", away_since=NOW)

    assert ("🟠 OCP prod has not answered since 14:02 UTC." in read(a_sheet(state, environment=silent))) == (
        a_request(state=state).is_open
    )
    assert "has not answered since" not in read(a_sheet(state))


def test_a_stop_is_told_instead_of_a_silence() -> None:
    """One reason is enough, and an operator can lift this one."""
    both = Environment("prod", "", stopped="credentials: IAM10004", away_since=NOW)

    text = read(a_sheet(environment=both))

    assert "are stopped" in text
    assert "has not answered since" not in text


@pytest.mark.parametrize("state", sorted(State))
def test_a_card_of_an_environment_that_is_not_configured_offers_nothing(state: State) -> None:
    """Nobody acts on it: an open one says why, and none counts approvals by rules that are not there."""
    gone = Environment("prod", "", is_configured=False)

    text = read(a_sheet(state, environment=gone), asks_approvers=False)

    says = "🟠 OCP prod is not in the bot's settings any more: nothing is decided, sent or watched there." in text
    assert says == a_request(state=state).is_open
    assert actions(a_sheet(state, environment=gone)) == []
    assert "0 of " not in text
    assert "cannot post" not in text


@pytest.mark.parametrize("state", sorted(State))
def test_a_pause_is_on_every_open_card(state: State) -> None:
    """Right below the state: by whom, by name so that no card calls them, since when and why."""
    paused = Environment("prod", "", stopped="credentials: IAM10004", pause=a_pause(why="OCP is upgraded."))

    text = read(a_sheet(state, environment=paused))

    says = "✋ prod is paused by omar since 14:02 UTC: OCP is upgraded. Nothing is sent.\n" in text
    assert says == a_request(state=state).is_open
    assert "is paused" not in read(a_sheet(state))


def test_a_pause_whose_maker_has_no_name_is_by_somebody_all_the_same() -> None:
    """By a mention, or by the bot itself."""
    unnamed, own = Environment("prod", "", pause=a_pause(name="")), Environment("prod", "", pause=a_pause(by="bot"))

    assert "prod is paused by <@U0OMAR> since" in read(a_sheet(environment=unnamed))
    assert "prod is paused by the bot since" in read(a_sheet(environment=own))


def test_a_card_that_is_held_by_the_pause_says_it_once() -> None:
    """While that one stands; after it, and in another one, the card keeps what has held it."""
    data = {"why": "paused", "detail": "disk full", "paused_by": "U0INES", "paused_name": "ines"}
    cause = an_event("request.held", {**data, "since": NOW.isoformat()})
    own = a_pause(why="disk full", by="U0INES", name="ines")
    was = "✋ Approved, not sent: prod was paused by ines at 14:02 UTC: disk full."

    held, later = (
        read(a_sheet(State.HELD, cause=cause, environment=Environment("prod", "", pause=pause)))
        for pause in (own, a_pause(since=NOW + timedelta(hours=1)))
    )
    free = a_sheet(State.HELD, cause=cause)

    assert "✋ Approved, not sent\n✋ prod is paused by ines since 14:02 UTC: disk full. Nothing is sent.\n" in held
    assert f"{was}\n✋ prod is paused by omar since 15:02 UTC: " in later
    assert f"{was}\nNothing goes out by itself, not after the resume either.\nSend now (approvers): " in read(free)
    assert actions(free) == [ids.SEND_NOW, ids.CLOSE]


def test_an_approval_is_not_said_to_be_sent_while_nothing_is() -> None:
    paused = Environment("prod", "", pause=a_pause())

    silent, stopped = Environment("prod", "", away_since=NOW), Environment("prod", "", stopped="credentials: 401")

    assert "Not sent while prod is paused." in read(a_sheet(State.APPROVED, environment=paused))
    assert "Goes out when OCP prod answers." in read(a_sheet(State.APPROVED, environment=silent))
    assert "Goes out when calls to OCP prod are let through again." in read(
        a_sheet(State.APPROVED, environment=stopped)
    )
    assert "Sending to OCP." in read(a_sheet(State.SUBMITTING, environment=paused))


def test_a_running_card_shows_what_runs_now() -> None:
    """How far it is, and what runs with its branch and its limit."""
    text = read(a_sheet(State.RUNNING, tasks=[a_task(R, S, S, R, S)]))

    assert "🔄 Running   ▰▰▱▱▱▱▱▱▱▱ 3 of 12 subtasks" in text
    assert "Now: Install rpm by package and version, branch 2 of 3, started 14:08 UTC, limit 60 min" in text


def test_many_running_subtasks_are_counted() -> None:
    """Five are named."""
    text = read(a_sheet(State.RUNNING, tasks=[a_task(R, *[R] * 12)]))

    assert text.count("Now: ") == 5
    assert "and 7 more" in text


def test_a_rollback_counts_what_is_undone() -> None:
    """Going backwards looks like going backwards."""
    undoing = a_task(R, S, S, mark=a_mark(R, operation="ROLLBACK"))

    assert "⏪ Rolling back   ▰▰▰▰▰▰▰▰▱▱ undone 10 of 12 subtasks" in read(a_sheet(State.RUNNING, tasks=[undoing]))


def test_a_failed_card_says_what_failed_and_what_to_do() -> None:
    """The failed subtask, how the others stand, and who acts."""
    text = read(a_sheet(State.FAILED, tasks=[a_task(F, S, S, F, S)], cause=an_event("request.failed")))

    assert "❌ Failed at 14:08 UTC: Install rpm by package and version, branch 2 of 3, attempt 1, after 57 s" in text
    assert (
        "3 of 12 subtasks are SUCCESSFUL, 1 FAILED, 8 not started. OCP waits; nothing more happens by itself." in text
    )
    assert "Retry, skip or roll back in OCP's console" in text


def test_a_forbidden_rollback_is_not_offered() -> None:
    """Only what OCP allows now is shown."""
    text = read(a_sheet(State.FAILED, tasks=[a_task(F, F, prohibit_rollback=True)]))

    assert "Retry or skip in OCP's console, which allows no rollback here" in text


def test_a_done_card_says_how_to_connect() -> None:
    """The connection string names the one OceanBase cluster."""
    text = read(a_sheet(State.SUCCEEDED))

    assert "✅ Done: pay_01 in prod\nobclient -h pay.db.example -P 2883 -u {user}@{tenant}#ob_pay -p" in text
    assert "✅ Done: pay_01 in prod" in drawn(a_sheet(State.SUCCEEDED)).text


@pytest.mark.parametrize(
    "links",
    [[], [{"clusterName": "a"}, {"clusterName": "b"}], [{"clusterName": "$(reboot)"}]],
)
def test_the_connection_string_is_safe_to_paste(links: list[dict[str, str]]) -> None:
    """None, several or a name that a shell would run: the reader fills it in."""
    sheet = a_sheet(State.SUCCEEDED)
    payload = {**PAYLOAD, "obLinks": [{"obClusterId": 1, "username": "u", **link} for link in links]}
    sheet = replace(sheet, revision=replace(sheet.revision, payload=payload))

    assert "-u {user}@{tenant}#{cluster} -p" in read(sheet)


def test_what_ocp_refused_is_in_ocps_words() -> None:
    """Code, message and traceId are OCP's own."""
    data = {"code": "COM10006", "message": "The name exists.", "traceId": "b7d0", "status": 400}

    text = read(a_sheet(State.OCP_REFUSED, cause=an_event("request.refused", data)))

    assert '⛔ OCP refused it: COM10006 "The name exists."\nNothing was created.\ntraceId b7d0' in text


def test_a_name_that_is_there_already_is_named() -> None:
    """Nothing was sent, because OCP has the name."""
    found = an_event("request.refused", {"found": {"id": 12, "name": "pay_01"}})

    assert "⛔ Not sent: OCP has pay_01 already (id 12). Nothing was created." in read(
        a_sheet(State.OCP_REFUSED, cause=found)
    )


def test_an_unclear_request_shows_the_evidence() -> None:
    """A person decides, so a person sees what was found."""
    clusters = [{"id": 12, "name": "pay_01", "address": "pay.db.example", "work_mode": "RS_LIST"}]
    data = {"looks": 20, "since": NOW.isoformat(), "clusters": clusters, "tasks": []}

    text = read(a_sheet(State.UNCERTAIN, cause=an_event("request.unclear", data)))

    assert "❓ Looked 20 times since 14:02 UTC" in text
    assert "OCP has cluster pay_01: id 12, address pay.db.example, work mode RS_LIST." in text
    assert "waits for an operator" in text


def test_a_rejection_is_quoted() -> None:
    """The reason stands on the card, with who and when."""
    cause = an_event("request.rejected", {"reason": "wrong hosts"}, actor=OMAR)

    assert '⛔ Rejected by <@U0OMAR>, 14:02 UTC: "wrong hosts"' in read(a_sheet(State.REJECTED, cause=cause))


@pytest.mark.parametrize("state", [State.WITHDRAWN, State.EXPIRED, State.CLOSED])
def test_what_ended_otherwise_is_one_word(state: State) -> None:
    """No mark promises more than the word."""
    assert f"⚪ {state.capitalize()}" in read(a_sheet(state))


def test_the_footer_names_who_and_which_task() -> None:
    """Number, who asked and decided, OCP's task."""
    text = read(a_sheet(State.RUNNING, tasks=[a_task()]))

    assert "#1042 · <@U0DANA> asked " in text
    assert "<@U0OMAR> approved " in text
    assert f"OCP task {TASK_ID}" in text


def test_a_payload_of_another_version_is_said_to_be_one() -> None:
    """The card stands even where the operation cannot read its payload."""
    sheet = a_sheet()

    assert "another version" in read(replace(sheet, revision=replace(sheet.revision, payload={"new": 1})))


def test_the_same_sheet_is_the_same_card() -> None:
    """Nothing on a card comes from a clock."""
    sheet = a_sheet(State.RUNNING, tasks=[a_task(R, S, R)], request=a_request(state=State.RUNNING))

    assert json.dumps(drawn(sheet).blocks) == json.dumps(drawn(sheet).blocks)
