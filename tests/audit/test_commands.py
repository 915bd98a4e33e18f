"""`obproxy-bot audit`: what an auditor types, beside a bot that runs."""

import asyncio
import csv
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.domain.entry import trace_of
from bot.domain.event import Event, Fact, Kind, hash_of
from bot.workflows.export import COLUMNS, harmless
from tests.builders import NOW

from .record import KEY, Kept


@pytest.fixture(autouse=True)
def only_what_an_auditor_needs(monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    """Neither Slack's tokens nor OCP's password are there."""
    monkeypatch.setenv("DATABASE_URL", database_url)


async def audit(*arguments: str) -> Result:
    """Type a command; it has an event loop of its own."""
    return await asyncio.to_thread(lambda: CliRunner().invoke(app, ["audit", *arguments]))


async def exported(*arguments: str) -> list[dict[str, Any]]:
    """Return the rows of an export."""
    result = await audit("export", *arguments)
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


# ---------------------------------------------------------------- verify


async def test_all_is_well(kept: Kept) -> None:
    """And it is said what was checked, and what was not."""
    result = await audit("verify")

    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "Checked 4 timelines with 11 events, of 3 requests.",
        "Anchors in the database: 2, their signatures not checked: AUDIT_KEY is not set, "
        f"the newest is number 2 of {NOW.isoformat()}.",
        "Anchors kept elsewhere: none given. Whoever can write the database can write its anchors, too.",
        "All is well.",
    ]


async def test_anchors_are_read_from_a_log_and_from_text_of_slack(kept: Kept, tmp_path: Path) -> None:
    """Whatever else stands there."""
    first, second = kept.anchors
    logged = json.dumps({**json.loads(first.line), "level": "info", "timestamp": "2026-11-24T14:02:00Z"})
    file = tmp_path / "anchors.txt"
    file.write_text(f'{{"event": "running"}}\n{logged}\nnot JSON {{\nOBProxy Bot 14:02\n  {second.line}\n')

    result = await audit("verify", "--anchors", str(file))

    assert result.exit_code == 0, result.output
    when = NOW.isoformat()
    assert f"Anchors in anchors.txt: 2, number 1 of {when} to number 2 of {when}." in result.stdout


async def test_what_is_found_is_a_line_each_and_the_exit_code_says_so(kept: Kept, tmp_path: Path) -> None:
    file = tmp_path / "anchors.txt"
    file.write_text("\n".join(anchor.line for anchor in kept.anchors))
    await kept.removed(3, with_heads=True)
    await kept.tampered("UPDATE counters SET value = 2")
    await kept.anchored_anew()

    without, with_anchors = await audit("verify"), await audit("verify", "--anchors", str(file))

    assert without.exit_code == 0
    assert with_anchors.exit_code == 1
    lines = with_anchors.stdout.splitlines()
    assert any(line.startswith("request #3: removed whole") for line in lines)
    assert lines[-1] == f"{len(lines) - 4} findings."


@pytest.mark.parametrize("text", ["", "no anchor here\n"])
async def test_a_file_without_anchors_proves_nothing(kept: Kept, tmp_path: Path, text: str) -> None:
    file = tmp_path / "anchors.txt"
    file.write_text(text)

    result = await audit("verify", "--anchors", str(file))

    assert result.exit_code == 1
    assert "anchors.txt: holds no anchor" in result.stdout


async def test_a_line_that_was_cut_is_told(kept: Kept, tmp_path: Path) -> None:
    file = tmp_path / "anchors.txt"
    file.write_text(f"{kept.anchors[0].line}\n{kept.anchors[1].line[:100]}\n")

    result = await audit("verify", "--anchors", str(file))

    assert result.exit_code == 1
    assert "anchors.txt, line 2: no whole anchor" in result.stdout


async def test_the_signatures_are_checked_with_the_key(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDIT_KEY", KEY)
    await kept.anchored(KEY)

    result = await audit("verify")

    assert result.exit_code == 0, result.output
    assert "Anchors in the database: 3, 1 of them signed" in result.stdout


async def test_a_database_that_cannot_be_read_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Exit code 2, and no file is made."""
    odd = tmp_path / "odd.db"
    odd.write_text("no database at all, but long enough to be looked at " * 10)
    before = _files(tmp_path)

    for name, why in (("none.db", f"there is no file {tmp_path}/none.db"), ("odd.db", "file is not a database")):
        monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/{name}")
        for result in (await audit("verify"), await audit("export")):
            assert result.exit_code == 2
            assert result.output == f"obproxy-bot: the database cannot be read: {why}\n"

    assert _files(tmp_path) == before


# ---------------------------------------------------------------- export


async def test_every_event_is_one_line_with_whose_it_is(kept: Kept) -> None:
    """As it is stored, so that its hash can be checked from the export alone."""
    rows = await exported()

    assert len(rows) == 11
    assert [list(row) for row in rows] == [sorted(COLUMNS)] * 11
    [asked] = [row for row in rows if row["number"] == 2 and row["kind"] == Kind.ASKED]
    assert (asked["environment"], asked["cluster"], asked["actor"]) == ("prod", "pay_02", "U0DANA")
    assert (asked["actor_name"], asked["role"], len(asked["payload_hash"])) == ("dana", "requester", 64)
    [refused] = [row for row in rows if row["number"] == 2 and row["kind"] == Kind.REFUSED]
    assert (refused["trace_id"], refused["actor_name"]) == ("b7d04c1e", "bot")
    events = [Event(**{name: row[name] for name in Event.__dataclass_fields__}) for row in rows]
    assert [event.hash for event in events] == [hash_of(event) for event in events]


async def test_only_what_is_asked_for_is_exported(kept: Kept) -> None:
    """By time, environment, request, cluster and person."""
    later = Fact(Kind.CLOSED, {}, "U0INES", "operator")
    async with kept.database.transaction() as tx:
        request = await tx.request_by_number(1)
        assert request is not None
        await tx.save(request, later, at=NOW + timedelta(days=1, microseconds=5))

    assert len(await exported("--since", "2026-11-24")) == 12
    assert [row["kind"] for row in await exported("--since", "2026-11-25T14:02:00")] == [Kind.CLOSED]
    assert await exported("--since", "2026-11-25T14:02:01") == []
    assert len(await exported("--until", "2026-11-25T14:02:00")) == 11
    assert await exported("--until", "2026-11-24T14:02:00") == []
    assert len(await exported("--environment", "prod")) == 12
    assert await exported("--environment", "staging") == []
    assert {row["number"] for row in await exported("--request", "3")} == {3}
    assert {row["number"] for row in await exported("--cluster", "PAY_02")} == {2}
    assert [row["number"] for row in await exported("--actor", "U0INES")] == [1, 1, 1, 1]


async def test_a_table_is_read_back_as_it_was(kept: Kept, tmp_path: Path) -> None:
    """Line breaks and quotes in data included."""
    file = tmp_path / "record.csv"

    result = await audit("export", "--format", "csv", "--output", str(file))

    assert result.exit_code == 0
    with file.open(newline="") as lines:
        table = list(csv.DictReader(lines))
    expected = [{name: "" if row[name] is None else str(row[name]) for name in COLUMNS} for row in await exported()]
    assert table == expected


@given(st.text(max_size=20))
def test_no_cell_of_a_table_is_a_formula(text: str) -> None:
    """Whatever a person is called, or names a cluster."""
    cell = harmless(text)

    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert cell in {text, f"'{text}"}


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"])
def test_what_a_spreadsheet_would_run_is_text(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize(
    ("data", "trace"),
    [
        ({"trace_id": "5f0c"}, "5f0c"),
        ({"traceId": "b7d0"}, "b7d0"),
        ({"why": "answer", "detail": "503 COM10999 odd (traceId 77aa-b.c)"}, "77aa-b.c"),
        ({"why": "refused", "detail": "COM1 no, traceId "}, ""),
        ({}, ""),
    ],
)
def test_ocps_trace_id_is_found_wherever_an_event_keeps_it(data: dict[str, str], trace: str) -> None:
    assert trace_of(data) == trace


def _files(folder: Path) -> list[Path]:
    return list(folder.iterdir())
