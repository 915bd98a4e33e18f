"""Whoever was not the first is told who, when and what, in words that are true."""

from collections.abc import Mapping
from gettext import NullTranslations
from typing import Any

import pytest

from bot.domain.event import BOT
from bot.domain.late import ANSWERS, ASKED_BY, asked_by, too_late
from bot.domain.request import State
from tests.builders import INES, an_event

T = NullTranslations()
AFTER = " at 14:02:00 UTC. Nothing is left to do."


@pytest.mark.invariant(5)
@pytest.mark.parametrize(
    ("kind", "data", "actor", "words"),
    [
        ("request.approved", {}, INES, "@ines approved #1042"),
        ("request.approved", {"after": "HELD"}, INES, '@ines chose "Send now" for #1042'),
        ("request.approved", {"after": "UNCERTAIN"}, INES, '@ines chose "Send again" for #1042'),
        ("request.run_unapproved", {"reason": "it burns"}, INES, "@ines ran #1042 without approval"),
        ("request.rejected", {"reason": "wrong hosts"}, INES, "@ines rejected #1042"),
        ("request.closed", {"reason": "by hand"}, INES, "@ines closed #1042"),
        ("request.running", {"how": "attached", "task": 41257}, INES, "@ines attached task 41257 to #1042"),
        ("request.running", {"how": "adopted", "task": 41257}, BOT, "The bot found task 41257 of #1042"),
        ("request.running", {"how": "answered", "task": 41257}, BOT, "OCP named task 41257 for #1042"),
        ("request.running", {}, BOT, "OCP named task ? for #1042"),
        ("request.refused", {"code": "COM10001"}, BOT, "OCP refused #1042"),
        ("request.withdrawn", {"reason": ""}, INES, "@ines withdrew #1042"),
        ("request.expired", {"given": 0}, BOT, "The time ran out for #1042"),
        ("request.submitting", {}, BOT, "The bot began to send #1042"),
        ("request.approved", {"needed": 0}, BOT, "The bot approved #1042"),
    ],
)
def test_the_loser_reads_who_when_and_what(kind: str, data: Mapping[str, Any], actor: str, words: str) -> None:
    """A person by name, the bot and OCP as what they are."""
    told = {**data, "actor_name": "ines"} if actor == INES else data

    assert too_late(1042, an_event(kind, told, actor=actor)).text.render(T) == words + AFTER


def test_a_person_without_a_name_is_mentioned_by_id() -> None:
    """Slack draws the mention; elsewhere the id has to do."""
    assert too_late(7, an_event("request.closed", {}, actor=INES)).text.render(T).startswith(f"@{INES} closed #7")


def test_every_answer_has_words() -> None:
    """A kind that answers a card and has none would fail where somebody was too late."""
    for kind in ANSWERS:
        assert "#1" in too_late(1, an_event(kind)).text.render(T)


def test_a_button_on_two_cards_asks_for_either() -> None:
    """Close stands on held and on unclear cards."""
    assert set(asked_by({State.HELD, State.UNCERTAIN})) == {"request.held", "request.uncertain"}
    assert asked_by({State.PENDING}) == ("request.asked",)
    assert asked_by(set(State)) == tuple(ASKED_BY.values())
