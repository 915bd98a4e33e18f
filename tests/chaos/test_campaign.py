"""Which deaths are tried, and what the table says of them."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest

from .__main__ import report
from .campaign import TRIES, Campaign
from .plan import Plan, Result
from .points import Kill, Point
from .table import BEGIN, END, write_table
from .trouble import Trouble
from .verdict import Finding, Sort

CLAIM, POST, ADOPT = Point("commit claim", "before"), Point("OCP POST", "after"), Point("commit adopt", "after")


@pytest.fixture
def campaign() -> Campaign:
    """Nothing was tried yet."""
    return Campaign("sqlite", random.Random(1))


def a_result(plan: Plan, *lives: Sequence[Point], deaths: int | None = None) -> Result:
    """Return what became of *plan* when its lives have met these points."""
    died = len(plan.kills) if deaths is None else deaths
    met = [Counter(life) for life in lives]
    return Result(plan=plan, findings=[], met=met, deaths=died, was_unclear=False, seconds=5.0)


def test_every_point_is_tried_once_and_what_is_met_again_also_later(campaign: Campaign) -> None:
    """The recorded run met one point once and another three times."""
    plans = campaign.take(a_result(Plan(), [CLAIM, POST, POST, POST]))

    assert [plan.kills[0].point for plan in plans] == [CLAIM, POST, POST]
    assert [plan.kills[0].nth for plan in plans[:2]] == [1, 1]
    assert plans[2].kills[0].nth in {2, 3}


def test_what_only_a_killed_run_meets_is_tried_after_the_same_death(campaign: Campaign) -> None:
    """Recovery has points of its own, in the life after the death that leads there."""
    first = campaign.take(a_result(Plan(), [CLAIM, POST]))

    plans = campaign.take(a_result(first[1], [CLAIM, POST], [ADOPT]))

    assert [plan.kills for plan in plans] == [(Kill(POST), Kill(ADOPT))]


def test_a_point_that_is_not_met_again_is_waited_for_a_few_times(campaign: Campaign) -> None:
    """Then it is said that it was not."""
    [plan] = campaign.take(a_result(Plan(), [CLAIM]))

    tried = [campaign.take(a_result(plan, [], deaths=0)) for _ in range(TRIES)]

    assert tried == [[plan]] * (TRIES - 1) + [[]]
    assert campaign.killed == {}
    assert campaign.unmet() == {CLAIM: f"not met again, {TRIES} of {TRIES} runs"}


def test_a_point_that_was_missed_is_tried_by_the_way_that_meets_it_most(campaign: Campaign) -> None:
    """A death leads there by chance; the trouble does so in every run, and is tried again after the other ways."""
    away = Plan(trouble=Trouble.OCP_AWAY)
    [first] = campaign.take(a_result(Plan(), [CLAIM]))
    [second] = campaign.take(a_result(first, [CLAIM], [ADOPT]))
    for _ in range(2):
        campaign.take(a_result(away, [ADOPT]))

    [third] = campaign.take(a_result(second, [CLAIM], [], deaths=1))
    [fourth] = campaign.take(a_result(third, [], deaths=0))

    assert third == replace(away, kills=(Kill(ADOPT),))
    assert fourth == third


def test_a_point_where_another_run_has_died_is_proven(campaign: Campaign) -> None:
    """One run missed the later time of it, another died at the first."""
    first, later = campaign.take(a_result(Plan(), [CLAIM, CLAIM]))
    campaign.take(a_result(later, [CLAIM], deaths=0))
    assert campaign.unmet() == {CLAIM: "met 1 of 2 times, 1 of 1 runs"}

    campaign.take(a_result(first, [CLAIM]))

    assert campaign.unmet() == {}


def test_a_point_in_recovery_is_missed_where_the_death_before_it_was(campaign: Campaign) -> None:
    """The reason names what did not happen."""
    [first] = campaign.take(a_result(Plan(), [POST]))
    [second] = campaign.take(a_result(first, [POST], [ADOPT]))

    campaign.take(a_result(second, [CLAIM], deaths=0))

    assert campaign.unmet()[ADOPT] == f"did not die before at {Kill(POST)}, 1 of 1 runs"


def test_a_point_where_no_run_has_died_ends_it_with_an_error(
    campaign: Campaign, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is named with the reason, although no story was wrong."""
    [plan] = campaign.take(a_result(Plan(), [CLAIM]))
    campaign.take(a_result(plan, [], deaths=0))

    assert report([campaign], 1.0) == 1
    assert "SQLite, before commit claim: not met again, 1 of 1 runs" in capsys.readouterr().out

    campaign.take(a_result(plan, [CLAIM]))
    assert report([campaign], 1.0) == 0


def test_a_run_that_became_unclear_is_played_with_a_person_who_decides(campaign: Campaign) -> None:
    """Once, for one death; not for the run in which the person has decided."""
    [plan] = campaign.take(a_result(Plan(), [POST]))

    again = campaign.take(replace(a_result(plan, [POST]), was_unclear=True))

    assert again == [replace(plan, is_dedicated=False)]
    assert campaign.take(replace(a_result(again[0], [POST]), was_unclear=True)) == []


def test_a_run_in_which_a_person_has_decided_is_not_played_again_for_that(campaign: Campaign) -> None:
    """Nothing had arrived at OCP, so the bot had to ask already."""
    result = replace(a_result(Plan(trouble=Trouble.CREATE_LOST)), was_unclear=True)

    assert campaign.take(replace(result, answered=1)) == []
    assert campaign.take(result) == [replace(result.plan, is_dedicated=False)]


def test_deaths_in_trouble_that_make_a_send_unclear_are_not_played_again(campaign: Campaign) -> None:
    """The trouble alone is: two things that go wrong for each point would take too long."""
    [plan] = campaign.take(a_result(Plan(trouble=Trouble.SLOW_DATABASE), [POST]))

    assert campaign.take(replace(a_result(plan, [POST]), was_unclear=True)) == []


def test_every_trouble_is_recorded_before_anybody_dies(campaign: Campaign) -> None:
    """All is well in the first run, so what every story has is tried without trouble; what only one meets, in that."""
    plans = campaign.first()

    asked = [
        plan for number, plan in enumerate(plans) for plan in campaign.take(a_result(plan, [CLAIM, *[POST][:number]]))
    ]

    assert [plan.trouble for plan in plans] == list(Trouble)
    assert plans[0] == Plan()
    assert asked == [Plan().dying_at(CLAIM), plans[1].dying_at(POST)]


def test_random_deaths_go_on_until_there_were_enough(campaign: Campaign) -> None:
    """Each story with another seed; they add no points, because nobody can repeat them."""
    seeds = []
    for plan in campaign.random(10):
        seeds.append(plan.seed)
        assert campaign.take(a_result(plan, [CLAIM], deaths=4)) == []

    assert len(set(seeds)) == 3


def test_random_deaths_come_in_every_trouble(campaign: Campaign) -> None:
    """On an account for the bot alone and on a shared one."""
    plans = list(islice(campaign.random(1), 100))

    assert {plan.trouble for plan in plans} == set(Trouble)
    assert {plan.is_dedicated for plan in plans} == {True, False}


def test_the_table_tells_what_was_found_where(campaign: Campaign, tmp_path: Path) -> None:
    """Between its marks, whatever was there; the text around it stays."""
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    first, second = campaign.take(a_result(Plan(), [CLAIM, POST]))
    wrong = [Finding(Sort.DOUBLE_CREATE, "two"), Finding(Sort.STUCK, "still")]
    campaign.take(replace(a_result(first, [CLAIM]), findings=wrong))
    campaign.take(replace(a_result(second, [CLAIM, POST, ADOPT]), answered=3))
    campaign.take(a_result(replace(next(campaign.random(1)), trouble=Trouble.OCP_AWAY), [CLAIM], deaths=4))

    write_table(page, [campaign], "Commit 1234567")

    text = page.read_text()
    assert text.startswith(f"before\n{BEGIN}\nCommit 1234567\n")
    assert text.endswith(f"{END}\nafter\n")
    assert "old" not in text
    assert "| `commit claim` | **1 of 1 wrong** | - |" in text
    assert "| `OCP POST` | - | 1 ok |" in text
    assert "| nothing else | **1 of 3 wrong** |" in text
    assert "| OCP is away for a while | 1 ok |" in text
    assert "| Double creates | 1 |" in text
    assert "| Kills at points | 2 |" in text
    assert "| Points where no run has died | 1 |" in text
    assert "- SQLite, after commit adopt: no run was to die there" in text
    assert "| Questions answered by button | 3 |" in text
    assert "| Kills at random instants | 4 |" in text


def test_the_page_has_a_place_for_the_table() -> None:
    """`make chaos` would write nothing without its marks."""
    page = (Path(__file__).parents[2] / "docs" / "reliability.md").read_text()

    assert page.count(BEGIN) == page.count(END) == 1
