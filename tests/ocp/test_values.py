"""Times, numbers and the rate limit, as tolerant as OCP is various."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.pace import Allowance
from bot.ocp.allowance import allowance_of
from bot.ocp.times import parse_http_date, parse_time
from bot.ocp.values import ident, integer, text


@pytest.mark.parametrize(
    ("written", "micros"),
    [
        ("2025-03-11T10:15:02Z", 0),
        ("2025-03-11T10:15:02.Z", 0),
        ("2025-03-11T18:15:02+08:00", 0),
        ("2025-03-11T18:15:02.01+0800", 10_000),
        ("2025-03-11T10:15:02.123456789Z", 123_456),
        ("2025-03-11 10:15:02.5z", 500_000),
        ("2025-03-11T04:45:02.5-05:30", 500_000),
    ],
)
def test_one_moment_in_many_spellings(written: str, micros: int) -> None:
    assert parse_time(written) == datetime(2025, 3, 11, 10, 15, 2, micros, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [None, 1741687200, "", "soon", "2025-03-11T10:15:02", "2025-13-11T10:15:02Z", "0001-01-01T00:00:00+08:00"],
)
def test_what_is_no_moment_is_unknown(written: object) -> None:
    assert parse_time(written) is None


@given(st.text(max_size=40))
def test_times_never_raise(written: str) -> None:
    assert parse_time(written) is None or parse_time(written)
    parse_http_date(written)


@given(st.datetimes(timezones=st.just(UTC)))
def test_what_python_writes_is_read(moment: datetime) -> None:
    assert parse_time(moment.isoformat()) == moment


def test_the_date_header_is_read() -> None:
    assert parse_http_date("Tue, 11 Mar 2025 10:15:02 GMT") == datetime(2025, 3, 11, 10, 15, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "number"),
    [(7, 7), ("7", 7), (" 7 ", 7), ("-1", -1), (True, None), (1.0, None), ("--1", None), ("²", None), (2**64, None)],
)
def test_whole_numbers(value: object, number: int | None) -> None:
    assert integer(value) == number
    assert ident(value) == (number if number and number > 0 else None)


@pytest.mark.parametrize(
    ("value", "said"), [("a ", "a "), (" ", None), (None, None), (0, "0"), (True, None), ([], None)]
)
def test_texts(value: object, said: str | None) -> None:
    assert text(value) == said


@pytest.mark.parametrize(
    ("limit", "remaining", "reset", "allowance"),
    [
        ("100", "20", "7", Allowance(100, 20, 7.0)),
        ("100, 100;w=60", "20", "7.5", Allowance(100, 20, 7.0)),
        ("100", "20", "", None),
        ("100", "few", "7", None),
        ("0", "0", "7", None),
        ("100", "20", "1741687200", None),
    ],
)
def test_the_rate_limit_is_read_whole_or_not_at_all(
    limit: str, remaining: str, reset: str, allowance: Allowance | None
) -> None:
    headers = {"ratelimit-limit": limit, "ratelimit-remaining": remaining, "ratelimit-reset": reset}

    assert allowance_of(headers) == allowance
