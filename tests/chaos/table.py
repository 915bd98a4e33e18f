"""The table in docs/reliability.md: every point, on both databases, and what became of who died there."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from .campaign import Campaign
from .plan import Result
from .points import SIDES, Point
from .trouble import Trouble
from .verdict import Sort

BEGIN, END = "<!-- chaos: begin -->", "<!-- chaos: end -->"
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def write_table(file: Path, campaigns: Sequence[Campaign], heading: str) -> None:
    """Put the table between its marks in *file*."""
    text = file.read_text()
    tables = [*_totals(campaigns), "", *_troubles(campaigns), "", *_points(campaigns)]
    lines = [BEGIN, heading, "", *tables, *_unproven(campaigns), END]
    file.write_text(re.sub(f"{BEGIN}.*{END}", lambda _: "\n".join(lines), text, flags=re.DOTALL))


COUNTS: Mapping[str, Callable[[Campaign], int]] = {
    "Points (a call or commit, before or after it)": lambda campaign: len(campaign.points),
    "Points where it was killed": lambda campaign: len(campaign.killed),
    "Points where no run has died": lambda campaign: len(campaign.unmet()),
    "Stories": lambda campaign: len(campaign.results),
    "Kills at points": lambda campaign: _deaths(campaign, at_random=False),
    "Kills at random instants": lambda campaign: _deaths(campaign, at_random=True),
    "Questions answered by button": lambda campaign: sum(result.answered for result in campaign.results),
    "Double creates": lambda campaign: _found(campaign, Sort.DOUBLE_CREATE),
    "Lost events": lambda campaign: _found(campaign, Sort.LOST_EVENT),
    "Doubled replies": lambda campaign: _found(campaign, Sort.DOUBLED_REPLY),
    "Wrong cards": lambda campaign: _found(campaign, Sort.WRONG_CARD),
    "Stuck": lambda campaign: _found(campaign, Sort.STUCK),
    "Errors that nobody foresaw": lambda campaign: _found(campaign, Sort.FAULT),
}


def _totals(campaigns: Sequence[Campaign]) -> Iterator[str]:
    yield _row("", *(NAMES[campaign.database] for campaign in campaigns))
    yield _row("---", *("---:" for _ in campaigns))
    for words, count in COUNTS.items():
        yield _row(words, *(str(count(campaign)) for campaign in campaigns))


def _deaths(campaign: Campaign, *, at_random: bool) -> int:
    return sum(result.deaths for result in campaign.results if (result.plan.seed is not None) is at_random)


def _troubles(campaigns: Sequence[Campaign]) -> Iterator[str]:
    """Tell how the stories ended in which something else went wrong than deaths."""
    yield _row("What else went wrong", *(NAMES[campaign.database] for campaign in campaigns))
    yield _row("---", *("---" for _ in campaigns))
    for trouble in Trouble:
        results = ([r for r in campaign.results if r.plan.trouble is trouble] for campaign in campaigns)
        yield _row(trouble, *map(_ended, results))


def _points(campaigns: Sequence[Campaign]) -> Iterator[str]:
    sides = [f"{NAMES[campaign.database]}, {side}" for campaign in campaigns for side in SIDES]
    yield _row("Killed at", *sides)
    yield _row("---", *("---" for _ in sides))
    sites = dict.fromkeys(point.site for campaign in campaigns for point in campaign.points)
    for site in sites:
        yield _row(f"`{site}`", *(_cell(c, Point(site, side)) for c in campaigns for side in SIDES))


def _unproven(campaigns: Sequence[Campaign]) -> Sequence[str]:
    lines = [f"- {line}" for campaign in campaigns for line in unproven(campaign)]
    return ["", "Points where no run has died:", "", *lines] if lines else []


def unproven(campaign: Campaign) -> list[str]:
    """Return a line for each point at which no run has died, with the reason."""
    return [f"{NAMES[campaign.database]}, {point}: {why}" for point, why in campaign.unmet().items()]


def _cell(campaign: Campaign, point: Point) -> str:
    """Return what became of the runs that died there: how many, and how many of them were wrong."""
    if point not in campaign.points:
        return "-"
    results = campaign.killed.get(point, [])
    return _ended(results) if results else "not met again"


def _ended(results: Sequence[Result]) -> str:
    wrong = sum(bool(result.findings) for result in results)
    return f"**{wrong} of {len(results)} wrong**" if wrong else f"{len(results)} ok"


def _found(campaign: Campaign, sort: Sort) -> int:
    return counted(campaign.results)[sort]


def counted(results: Sequence[Result]) -> Counter[Sort]:
    """Return how many findings of each sort there are."""
    return Counter(finding.sort for result in results for finding in result.findings)


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
