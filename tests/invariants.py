"""
`make invariants`: every promise of the design, the tests that prove it, and what they say now.

    python -m tests.invariants [what pytest is to run]

Also a plugin of pytest's, which carries the numbers of a test's markers to whoever counts.
"""

import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pytest
import typer

INVARIANTS: Mapping[int, str] = {
    1: "For one decision to send at most one create starts; OCP accepts at most one for a request.",
    2: "An event reaches its threads in order, once where the bot may read the place, at least once elsewhere.",
    3: "Whatever differs between two stored looks is in an event of the transaction that stored the second.",
    4: "Nobody acts beyond their role; who asked or wrote the present revision never counts as an approver.",
    5: "A decision is made once; the loser is told who, when and what.",
    6: "With OCP and the database answering after 10 s every ack is out within 2.5 s and nothing typed is lost.",
    7: "Configured credentials appear nowhere; a parameter that is a secret by its name is refused at the form.",
    8: "Text from people or OCP never becomes markup or a mention.",
    9: "No call to Slack or OCP goes out while a transaction is open.",
    10: "Every surface stays within Slack's limits.",
    11: "Unknown fields, kinds and states are shown, not fatal.",
    12: "Every error has words for the person and detail for the log.",
    13: "The bot writes only to OCP objects of its own requests.",
}
DUE = tuple(INVARIANTS)
"""Those that must be proven now: all of them."""

NUMBER = "invariant"


@pytest.hookimpl(tryfirst=True)
def pytest_itemcollected(item: pytest.Item) -> None:
    """Let a test's report say which invariants it proves."""
    for marker in item.iter_markers(NUMBER):
        item.user_properties.append((NUMBER, marker.args[0]))


@dataclass(slots=True)
class Outcomes:
    """What became of each test: number of an invariant -> test -> "ok", "failed" or "skipped"."""

    proven: dict[int, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take the call's outcome, and that of set-up and end if they failed."""
        if report.when != "call" and report.passed:
            return
        for name, number in report.user_properties:
            if name == NUMBER:
                told = "ok" if report.passed else str(report.outcome)
                if self.proven[int(str(number))].get(report.nodeid, "ok") == "ok":
                    self.proven[int(str(number))][report.nodeid] = told

    def missing(self) -> list[int]:
        """Return the invariants that are due and not proven."""
        return [number for number in DUE if set(self.proven[number].values()) != {"ok"}]

    def lines(self) -> Iterator[str]:
        """Yield what is told of all invariants."""
        for number, words in INVARIANTS.items():
            tests = self.proven[number]
            yield f"{self._word(number):>7} {number:>2} {words}"
            for name, told in sorted(tests.items()):
                yield f"{told if told == 'ok' else told.upper():>20}  {name}"

    def _word(self, number: int) -> str:
        if number in self.missing():
            return "FAILED" if self.proven[number] else "NO TEST"
        return "ok"


def main(arguments: Sequence[str]) -> int:
    """Run the tests that are marked, tell of all invariants, and return 1 if one that is due is not proven."""
    outcomes = Outcomes()
    ended = pytest.main(
        ["-m", f"{NUMBER} and not long", "-p", "tests.invariants", "--no-header", *arguments], plugins=[outcomes]
    )
    for line in outcomes.lines():
        typer.echo(line)
    missing, was_run = outcomes.missing(), ended in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}
    typer.echo(f"Not proven: {', '.join(map(str, missing))}" if missing else "All that are due are proven.")
    if not was_run:
        typer.echo("Not all tests could be run.")
    return 1 if missing or not was_run else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
