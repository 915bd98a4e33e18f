"""Answers to one person."""

from gettext import NullTranslations

import pytest

from bot.blocks import answers
from bot.blocks.bare import bare
from bot.domain.approvals import Approvals
from bot.domain.barred import STOPPED, UNREACHABLE
from bot.domain.pause import PAUSED
from bot.domain.request import State
from bot.domain.texts import Text
from bot.operations.create_cluster import CreateCluster
from bot.ports import Message
from tests.builders import INES, NOW, OMAR, a_request

T = NullTranslations()
LINK = "https://team.slack.com/archives/C0DBA/p1"


def read(message: Message) -> list[str]:
    return bare(message.blocks, T, most=5_000).splitlines()


def test_an_unknown_command_comes_with_a_known_one() -> None:
    assert read(answers.unknown("creat", "create", T)) == ['No command "creat". Did you mean /obproxy create?']


def test_who_asked_is_told_where_it_is_decided() -> None:
    """And that the bot cannot write here, if so."""
    request, approvers = a_request(), [OMAR, INES]
    here = answers.asked(
        request, CreateCluster(), T, approvers=approvers, link=LINK, can_post_here=True, can_post_there=True
    )
    elsewhere = answers.asked(
        request, CreateCluster(), T, approvers=approvers, link=LINK, can_post_here=False, can_post_there=True
    )

    assert read(here) == [
        "Asked: #1042, create OBProxy cluster pay_01 in prod.",
        "It waits for <@U0OMAR>, <@U0INES>.",
        f"Where it is decided: the card: {LINK}",
    ]
    assert "/invite @OBProxy Bot" in read(elsewhere)[-1]


def test_who_asked_where_the_bot_cannot_write_is_told_where_it_goes_on() -> None:
    """In the conversation of the two; a card that no approver sees is not called the place of the decision."""
    told = answers.asked(
        a_request(),
        CreateCluster(),
        T,
        approvers=[OMAR],
        link=LINK,
        can_post_here=False,
        can_post_there=False,
        is_private=True,
    )

    assert read(told)[2:] == [
        f"Its card: the card: {LINK}",
        "I cannot post in the approvals channel, so nobody is asked there. Admin: invite me.",
        'I am not in this channel, so I tell you of it in our own conversation. "/invite @OBProxy Bot" brings it here, '
        "too.",
    ]


def test_a_list_has_a_line_a_request() -> None:
    """Mark and words, number with its link, environment, name, when."""
    requests = [(a_request(number=1043), LINK), (a_request(state=State.FAILED), "")]

    assert read(answers.status_list(requests, T, heading=Text("Yours:"))) == [
        "Yours:",
        f"⏳ Waiting for approval: #1043: {LINK}, prod, pay_01, asked 14:02 UTC",
        "❌ Failed: #1042, prod, pay_01, asked 14:02 UTC",
    ]
    assert read(answers.status_list([], T, heading=Text("Yours:"))) == ["Yours:", "None."]


@pytest.mark.parametrize(
    ("barred", "then"),
    [
        ("", "Sending to OCP."),
        (PAUSED, "Not sent while prod is paused."),
        (STOPPED, "Goes out when calls to OCP prod are let through again."),
        (UNREACHABLE, "Goes out when OCP prod answers."),
    ],
)
def test_who_lets_it_go_is_told_whether_it_goes(barred: str, then: str) -> None:
    """The approver whose approval was the last one needed, and the admin who ran it without."""
    request, counted = a_request(number=7), Approvals(needed=1, given={OMAR: NOW})

    assert read(answers.decided(request, counted, T, barred=barred)) == [f"Your approval of #7 counts, 1 of 1. {then}"]
    assert read(answers.ran(request, T, barred=barred)) == [
        f"#7 needs no approval any more. {then} The approvers are told."
    ]
