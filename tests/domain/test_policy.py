"""Who may do what; whoever may not reads who may."""

from dataclasses import replace
from gettext import NullTranslations

import pytest

from bot.domain.errors import NotAllowed
from bot.domain.request import UserId
from tests.builders import DANA, INES, OMAR, a_policy

T = NullTranslations()
EVE = UserId("U0EVE")
POLICY = a_policy(operators=(EVE, INES))


@pytest.mark.invariant(4)
def test_operators_and_approvers_operate() -> None:
    """Until roles exist approvers are operators, but operators are no approvers."""
    for user in (EVE, INES, OMAR):
        POLICY.must_operate(user)
    with pytest.raises(NotAllowed):
        POLICY.must_approve(EVE)


@pytest.mark.invariant(4)
def test_anybody_else_is_told_who_may() -> None:
    """Each name once."""
    with pytest.raises(NotAllowed) as refused:
        POLICY.must_operate(DANA)

    assert refused.value.text.render(T) == (
        "Attaching a task, closing a request, pausing and resuming in prod need the operator role. "
        f"Operators: @{EVE}, @{INES}, @{OMAR}."
    )
    with pytest.raises(NotAllowed):
        replace(POLICY, operators=(), approvers=()).must_operate(OMAR)
