"""Replies: each event in words, progress one line a change."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from gettext import NullTranslations
from typing import Any

import pytest

from bot.blocks import marks
from bot.blocks.bare import bare
from bot.blocks.replies import notice, plain, reply
from bot.domain.audience import MOST_APPROVERS
from bot.domain.diff import Change, diff
from bot.domain.event import Event
from bot.domain.request import State, UserId
from bot.domain.task import Task
from bot.ports import Message
from tests.blocks.limits import complaints
from tests.blocks.strategies import DATA
from tests.builders import DANA, NOW, OMAR, TASK_ID, a_mark, a_sheet, a_task, an_event, stages

T = NullTranslations()
S, R, F, P = "SUCCESSFUL", "RUNNING", "FAILED", "PENDING"


def changed(changes: Sequence[Change]) -> Event:
    data = {"task": TASK_ID, "changes": [change.to_json() for change in changes], "counts": {}}
    return an_event("task.changed", data)


def said(*events: Event, mentions: Sequence[UserId] = ()) -> str:
    return bare(reply(events, a_sheet(), T, mentions=mentions).blocks, T, most=12_000)


def progress(before: Task, after: Task) -> str:
    return said(changed(diff(before, after)))


def test_progress_is_one_line_a_change_and_siblings_are_joined() -> None:
    """Upstream first; branches of one stage that changed alike share a line."""
    text = progress(a_task(R), a_task(R, S, R, R, R))

    assert text.splitlines() == [
        "✅ Prepare obproxy install: PENDING → SUCCESSFUL, 57 s",
        "🔄 Install rpm by package and version, branches 1 to 3: PENDING → RUNNING",
    ]


@pytest.mark.parametrize(
    ("states", "words"),
    [((R, P, P), "branch 1 of 3"), ((R, P, R), "branches 1 and 3"), ((R, R, P), "branches 1, 2")],
)
def test_branches_are_named(states: tuple[str, ...], words: str) -> None:
    """Which siblings are meant is said from one."""
    assert f"Install rpm by package and version, {words}: PENDING → RUNNING" in progress(
        a_task(R), a_task(R, P, *states)
    )


def test_gaps_in_branches_are_named() -> None:
    """Runs of three and more are spans."""
    five = (("Install rpm", 5, 0),)

    text = progress(a_task(R, subtasks=stages(counts=five)), a_task(R, subtasks=stages(R, P, R, R, R, counts=five)))

    assert "Install rpm, branches 1, 3 to 5: PENDING → RUNNING" in text


def test_an_attempt_is_counted() -> None:
    """A second run says so."""
    before = a_task(F, F)
    again = replace(before.known_subtasks[0], mark=a_mark(R, run_time=2))

    assert "FAILED → RUNNING, attempt 2" in progress(
        before, replace(before, subtasks=(again, *before.known_subtasks[1:]))
    )


def test_what_ran_between_two_looks_is_told() -> None:
    """The same state with other times has run again."""
    before = a_task(R, F)
    again = replace(before.known_subtasks[0], mark=a_mark(F, 300, run_time=2))

    text = progress(before, replace(before, subtasks=(again, *before.known_subtasks[1:])))

    assert "❌ Prepare obproxy install: FAILED, ran again between two looks, attempt 2" in text


def test_a_rollback_shows_its_operation() -> None:
    """The task's own change, and that it undoes."""
    text = progress(a_task(F, F), a_task(R, F, mark=a_mark(R, operation="ROLLBACK")))

    assert text == f"🔄 OCP task {TASK_ID}: FAILED → RUNNING, operation ROLLBACK"


def test_nodes_that_come_and_go_are_told() -> None:
    """OCP may change the task's shape."""
    whole, part = a_task(R), a_task(R, subtasks=stages()[:-1])

    assert progress(part, whole) == "⬜ Finish node: new, PENDING"
    assert progress(whole, part) == "❓ Finish node: not there any more, was PENDING"


def test_many_changes_are_counted_by_state() -> None:
    """Forty are named over all events of the reply, the rest is counted."""
    wide = (("Install rpm", 1, 0),) * 63
    before, after = a_task(R, subtasks=stages(counts=wide)), a_task(R, subtasks=stages(*[S] * 60, R, R, R, counts=wide))
    changes = diff(before, after)

    text = said(changed(changes[:30]), changed(changes[30:]))

    assert text.count("→") == 40
    assert text.endswith("and 23 more: 20 SUCCESSFUL, 3 RUNNING")


def test_only_the_given_people_are_mentioned_in_the_first_line() -> None:
    """The mark stands in front, the people behind it."""
    text = said(an_event("request.failed", DATA["request.failed"]), mentions=[OMAR, DANA])

    first, *others = text.splitlines()
    assert first.startswith("❌ Failed at ")
    assert first.endswith("<@U0OMAR>, <@U0DANA>")
    assert not any("<@" in line for line in others)


def test_every_approver_is_called_where_somebody_runs_without_approval() -> None:
    """However many there are; of anybody else at most ten."""
    many = [UserId(f"U0APPROVER{number:03}") for number in range(MOST_APPROVERS)]
    run = an_event("request.run_unapproved", DATA["request.run_unapproved"], actor=OMAR)
    held = an_event("request.held", DATA["request.held"])

    message = reply([run, held], a_sheet(State.HELD), T, mentions=many)

    drawn = json.dumps(message.blocks)
    assert all(f'"user_id": "{who}"' in drawn for who in many)
    assert all(f"<@{who}>" in text for text in (message.text, plain(message, T).text) for who in many)
    assert complaints(message) == []
    assert sum(f"<@{who}>" in said(held, mentions=many) for who in many) == 10


@pytest.mark.parametrize(
    ("changed", "lines"),
    [
        (
            {},
            [
                '🟠 omar ran #1042 without approval, 14:02 UTC: "the primary is down"',
                "Approvals before that: 1 of 2, <@U0INES>. Sending to OCP.",
            ],
        ),
        (
            {"own": True, "given": 0, "approved_by": []},
            [
                '🟠 omar ran their own #1042 without approval, 14:02 UTC: "the primary is down"',
                "Nobody has approved it. Sending to OCP.",
            ],
        ),
    ],
)
def test_what_runs_without_approval_says_who_why_and_who_had_approved(
    changed: dict[str, Any], lines: list[str]
) -> None:
    """Whoever runs what they asked for themselves is told so."""
    data = DATA["request.run_unapproved"] | changed

    assert said(an_event("request.run_unapproved", data, actor=OMAR)).splitlines() == lines


def test_one_approval_that_is_enough_is_not_counted() -> None:
    """Nobody asks how many there are of one."""
    for data in ({"given": 1, "needed": 1}, {}):
        approved = an_event("request.approved", data, actor=OMAR)
        assert said(approved) == "📨 Approved by <@U0OMAR>, 14:02 UTC. Sending to OCP."


@pytest.mark.parametrize(
    ("then", "words"),
    [
        ({"paused": True}, "Not sent while prod is paused."),
        ({"barred": "stopped"}, "Goes out when calls to OCP prod are let through again."),
        ({"barred": "unreachable"}, "Goes out when OCP prod answers."),
    ],
)
def test_what_could_not_go_out_when_it_was_approved_says_so(then: dict[str, Any], words: str) -> None:
    """The thread does not correct it later."""
    approved = an_event("request.approved", then, actor=OMAR)
    assert said(approved) == f"📨 Approved by <@U0OMAR>, 14:02 UTC. {words}"
    alone = an_event("request.run_unapproved", DATA["request.run_unapproved"] | {"given": 0} | then, actor=OMAR)
    assert f"Nobody has approved it. {words}" in said(alone)


def test_what_needs_no_approval_says_so() -> None:
    """Nobody is named who has done nothing."""
    assert said(an_event("request.approved", {"needed": 0})) == "📨 Nobody has to approve in prod. Sending to OCP."


def test_reminders_say_how_long_it_waits_and_until_when() -> None:
    """By the clock; from the second one on a second group is asked, too."""
    since, later = NOW - timedelta(hours=2, seconds=3), NOW + timedelta(hours=22)
    data = {"after": 7200.0, "since": since.isoformat(), "until": later.isoformat(), "given": 0, "needed": 2}
    sheet = a_sheet(expires_at=later)

    by_the_clock = reply([an_event("approval.reminded", data)], sheet, T, mentions=[OMAR]).text
    to_all = reply([an_event("approval.escalated", data)], sheet, T, mentions=[OMAR, UserId("S0LEADS")]).text

    assert by_the_clock == "⏳ Waiting for 2 h, 0 of 2. Expires 12:02 UTC. <@U0OMAR>"
    assert to_all == (
        "⏳ Waiting for 2 h, 0 of 2; a second group is asked, too. Expires 12:02 UTC. <@U0OMAR>, <!subteam^S0LEADS>"
    )


def test_nobody_decided_in_time() -> None:
    """The plain case of an end, and what is not known of an earlier try."""
    data = {"since": NOW.isoformat(), "until": (NOW + timedelta(hours=24)).isoformat(), "given": 0, "needed": 1}
    expired = an_event("request.expired", data)

    assert said(expired) == "⚪ Expired: nobody decided in 24 h.\nNothing was sent to OCP."


def test_what_is_withdrawn_after_an_unclear_try_does_not_say_that_nothing_was_sent() -> None:
    """OCP may have got that one."""
    event = an_event("request.withdrawn", {"reason": "", "actor_name": "dana"}, actor=DANA)

    text = bare(reply([event], a_sheet(tried_before=True), T, mentions=[]).blocks, T, most=5_000)

    assert text.startswith("⚪ Withdrawn by dana, 14:02 UTC.\nAn earlier try had no clear answer")


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("request.approved", "📨 Approved by <@U0OMAR>, 14:02 UTC, 2 of 2. Sending to OCP."),
        ("approval.counted", "⏳ Approved by omar, 14:02 UTC: 1 of 2. Another approver has to approve, too."),
        (
            "request.edited",
            "⏳ Changed by dana, 14:02 UTC: revision 2.\n1 approval was of what it asked for before, and",
        ),
        ("request.withdrawn", '⚪ Withdrawn by dana, 14:02 UTC: "not needed"\nNothing was sent to OCP.'),
        ("request.expired", "⚪ Expired: only 1 of 2 approved in 0 s.\nNothing was sent to OCP."),
        ("approval.reminded", "⏳ dana reminds you: waiting for 0 s, 0 of 1. Expires 14:02 UTC."),
        ("again.asked", "#1043 asks again."),
        ("request.rejected", '⛔ Rejected by <@U0OMAR>, 14:02 UTC: "wrong hosts, take IDC 2"'),
        ("request.running", "🔄 OCP task 41257 is open: 12 subtasks. Watching it."),
        ("request.resumed", "🔄 Retried in OCP, not from Slack; OCP does not say by whom. Watching goes on."),
        ("request.succeeded", "✅ Done: pay_01 in prod, 6 min 12 s"),
        ("request.rolled_back", "🔙 Rolled back: nothing of pay_01 is installed."),
        ("request.uncertain", "Nothing is sent again until this is clear."),
        ("request.unclear", "The request waits for an operator, on its card:"),
        ("request.closed", '⚪ Closed by omar, 14:02 UTC: "made by hand"'),
        ("task.gone", '❓ OCP does not know task 41257 any more: TSK10001 "Task does not exist."'),
    ],
)
def test_an_event_in_words(kind: str, words: str) -> None:
    """What happened, in the product's voice."""
    assert words in said(an_event(kind, DATA[kind], actor=OMAR))


@pytest.mark.parametrize("kind", sorted(DATA))
def test_every_kind_is_told_in_words_of_its_own(kind: str) -> None:
    """Data as this version writes it is never shown raw."""
    assert not said(an_event(kind, DATA[kind])).startswith(kind)


def test_a_release_is_not_a_second_approval() -> None:
    """Somebody let a held request be sent after all."""
    assert said(an_event("request.approved", {"after": "HELD"}, actor=OMAR)).startswith("📨 Released by <@U0OMAR>")


def test_an_attached_task_names_who_attached_it() -> None:
    """By name: a mention would call them."""
    data = {"how": "attached", "task": 41257, "subtasks": 12, "actor_name": "omar"}

    assert said(an_event("request.running", data, actor=OMAR)) == (
        "🔄 Task 41257 attached by omar, 14:02 UTC. Watching it."
    )


def test_sending_again_says_what_comes_first() -> None:
    """A look, which may end it."""
    data = {"after": "UNCERTAIN", "actor_name": "omar"}

    assert said(an_event("request.approved", data, actor=OMAR)).splitlines() == [
        "📨 To be sent again, decided by omar, 14:02 UTC.",
        "OCP is looked at once more first; if pay_01 is there, nothing is sent.",
    ]


def test_a_failure_is_dated_by_ocp() -> None:
    """When the subtask ended, not when it was noticed."""
    data = DATA["request.failed"]
    failed = [{**data["failed"][0], "finish": "2026-11-24T21:58:00+08:00"}]

    assert said(an_event("request.failed", {**data, "failed": failed})).startswith(
        "❌ Failed at 13:58 UTC: Install rpm"
    )


def test_a_run_of_events_is_one_message() -> None:
    """Oldest first."""
    text = said(an_event("request.running", DATA["request.running"]), an_event("request.succeeded", {"seconds": 1}))

    assert text.index("41257") < text.index("✅ Done")
    assert text.endswith("-u {user}@{tenant}#ob_pay -p")


def test_an_environment_stops_once_for_all() -> None:
    """Why, what follows, and who acts."""
    text = bare(notice(an_event("environment.stopped", DATA["environment.stopped"]), "prod", T).blocks, T, most=3_000)

    assert text.splitlines() == [
        "🟠 OCP prod refuses the bot's log-on (IAM10004).",
        "All calls are stopped, so the account is not locked.",
        "Admin: renew the password and restart, or, if OCP takes the old one again: obproxy-bot resume.",
    ]


def noticed(kind: str, data: Mapping[str, Any], *, actor: str = "bot", at: datetime = NOW) -> list[str]:
    return bare(notice(an_event(kind, data, actor=actor, at=at), "prod", T).blocks, T, most=3_000).splitlines()


def test_an_ocp_that_is_silent_is_told_with_what_follows() -> None:
    """Since when, what goes on all the same, and what does not."""
    assert noticed("environment.away", DATA["environment.away"]) == [
        "🟠 OCP prod has not answered since 14:02 UTC.",
        "A running task goes on there. Nothing is sent from here until it answers.",
    ]


BACK = {"since": NOW.isoformat(), "seconds": 2880, "version": "4.0.3", "counts": {S: 4}, "left": 0}


@pytest.mark.parametrize(
    ("changed", "lines"),
    [
        ({}, ["after 48 min.", "Meanwhile: 4 subtasks SUCCESSFUL, none FAILED."]),
        (
            {"version": "4.3.2", "was_version": "4.0.3"},
            ["after 48 min, now version 4.3.2 (was 4.0.3).", "Meanwhile: 4 subtasks SUCCESSFUL, none FAILED."],
        ),
        ({"counts": {}}, ["after 48 min.", "Meanwhile: no subtask changed."]),
        ({"counts": {S: 1}}, ["after 48 min.", "Meanwhile: 1 subtask SUCCESSFUL, none FAILED."]),
        (
            {"counts": {F: 2, P: 1, R: 3, S: 4}},
            ["after 48 min.", "Meanwhile: 4 subtasks SUCCESSFUL, 1 PENDING, 3 RUNNING, 2 FAILED."],
        ),
        ({"counts": {F: 1}}, ["after 48 min.", "Meanwhile: 1 subtask FAILED."]),
        (
            {"left": 2},
            [
                "after 48 min.",
                "Meanwhile: 4 subtasks SUCCESSFUL, none FAILED.",
                "2 tasks are not looked at yet.",
            ],
        ),
    ],
)
def test_an_ocp_that_is_back_is_told_with_what_happened_meanwhile(changed: dict[str, Any], lines: list[str]) -> None:
    """How long it was away, another version if it has one, the subtasks by OCP's names of their states."""
    first, *rest = noticed("environment.back", {**BACK, **changed})

    assert [first.removeprefix("🔄 OCP prod answers again "), *rest] == lines


PAUSE = {"reason": "OCP is upgraded.", "actor_name": "omar"}
RESUME = {"reason": "OCP is upgraded.", "since": NOW.isoformat(), "actor_name": "ines"}


def test_a_pause_is_told_in_one_line() -> None:
    """Who, when, why, what that means, who may resume, and how."""
    rest = (
        "Nothing is sent to OCP: what is approved is held, watching goes on. Operators resume it: /obproxy resume prod"
    )

    assert noticed("environment.paused", PAUSE, actor=OMAR) == [
        f"✋ prod is paused by omar since 14:02 UTC: OCP is upgraded. {rest}"
    ]
    assert noticed("environment.paused", {"reason": "START_PAUSED=1"}) == [
        f"✋ prod is paused by the bot since 14:02 UTC: START_PAUSED=1. {rest}"
    ]


@pytest.mark.parametrize(
    ("held", "words"),
    [
        (0, "No request is held."),
        (1, "1 request is held and does not go out by itself: its card has Send now, for approvers."),
        (2, "2 requests are held and do not go out by themselves: each card has Send now, for approvers."),
    ],
)
def test_a_resume_is_told_with_what_is_held(held: int, words: str) -> None:
    later = NOW + timedelta(minutes=68, seconds=9)

    told = noticed("environment.resumed", {**RESUME, "held": held}, actor=OMAR, at=later)

    assert told == [f"🔄 prod is resumed by ines at 15:10 UTC, after 1 h 8 min. {words}"]


@pytest.mark.parametrize("data", [{}, {"given": 2, "needed": 2}, {"after": "HELD"}])
def test_what_is_approved_during_a_pause_is_not_said_to_be_sent(data: dict[str, Any]) -> None:
    """By people, or by nobody because nobody has to; what stands in the event is so at any later time."""
    for actor in (OMAR, "bot"):
        event = an_event("request.approved", {**data, "paused": True}, actor=actor)

        assert said(event).endswith(" Not sent while prod is paused.")


def test_what_a_pause_holds_says_whose_pause_it_is() -> None:
    data = {"why": "paused", "detail": "OCP is upgraded", "paused_by": OMAR, "paused_name": "omar"}
    event = an_event("request.held", {**data, "since": NOW.isoformat()})

    assert said(event).splitlines() == [
        "✋ Approved, not sent: prod was paused by omar at 14:02 UTC: OCP is upgraded.",
        "Nothing goes out by itself, not after the resume either.",
        "Send now (approvers): OCP is looked at once more, then it is sent. Close: it is not sent.",
    ]


def test_plain_text_says_the_same_without_blocks() -> None:
    """For when Slack has refused the blocks; a name inside a word stays as it is."""
    message = reply([an_event("request.succeeded", {"seconds": 5})], a_sheet(), T, mentions=[DANA])

    assert plain(message, T) == Message(
        (),
        "✅ Done: pay_01 in prod, 5 s <@U0DANA>\nobclient -h pay.db.example -P 2883 -u {user}@{tenant}#ob_pay -p",
    )


def test_a_state_has_one_mark() -> None:
    """PENDING in a rollback is what was undone."""
    assert marks.of_subtask(a_mark(P)) == "⬜"
    assert marks.of_subtask(a_mark(P, operation="ROLLBACK")) == "🔙"
    assert marks.of_subtask(a_mark("SLEEPING")) == "❓"
