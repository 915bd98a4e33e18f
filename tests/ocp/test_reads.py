"""What an answer to a read means."""

import pytest
from hypothesis import given

from bot.domain.errors import OcpError, OcpLimited, OcpRefused, OcpStopped, OcpUnavailable, TaskGone
from bot.ocp.heard import Heard, Lost, NeverLeft, Result
from bot.ocp.reads import answered, as_gone, opened

from .fixtures import errors, heard, load, refusal, sample
from .test_answers import ANSWERS, PAGE

ROWS: list[tuple[str, Result, type[OcpError], str]] = [
    ("never left", NeverLeft("ConnectError"), OcpUnavailable, ""),
    ("lost", Lost("ReadError"), OcpUnavailable, ""),
    ("rate limited", sample("error_429_rate_limited"), OcpLimited, ""),
    ("unexpected", sample("error_500_unexpected"), OcpUnavailable, ""),
    ("time-out inside OCP with 200", refusal("COM10004", 200), OcpUnavailable, ""),
    ("gateway's page", heard(PAGE, 502, "text/html"), OcpUnavailable, ""),
    ("half JSON", heard('{"successful": tr'), OcpUnavailable, ""),
    ("a list", heard([]), OcpUnavailable, ""),
    ("no word of success", heard({"data": {}}), OcpUnavailable, ""),
    ("method not allowed", Heard(405), OcpUnavailable, ""),
    ("not logged in", sample("error_401_not_logged_in"), OcpStopped, "credentials"),
    ("401 without a body", Heard(401), OcpStopped, "credentials"),
    ("redirect", Heard(302), OcpStopped, "address"),
    ("404 of a web server", heard(PAGE, 404, "text/html"), OcpStopped, "address"),
    ("404 of Spring", heard({"status": 404, "error": "Not Found"}, 404), OcpStopped, "address"),
    ("log-on page", heard(PAGE, 200, "text/html"), OcpStopped, "address"),
    ("no permission", sample("error_403_no_permission"), OcpRefused, ""),
    ("no cluster", sample("error_404_cluster_not_found"), OcpRefused, ""),
    ("no with 200", refusal("COM10001", 200), OcpRefused, ""),
]


@pytest.mark.parametrize(("result", "error", "reason"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_each_row(result: Result, error: type[OcpError], reason: str) -> None:
    with pytest.raises(error) as raised:
        opened(result)

    assert type(raised.value) is error
    assert getattr(raised.value, "reason", "") == reason


@pytest.mark.parametrize("name", errors())
def test_every_sample_of_an_error_raises_a_declared_one(name: str) -> None:
    with pytest.raises((OcpRefused, OcpStopped, OcpUnavailable)):
        answered(sample(name))


def test_a_rate_limit_tells_how_long() -> None:
    with pytest.raises(OcpLimited) as raised:
        opened(heard(load("error_429_rate_limited"), 429, ratelimit_reset="7"))

    assert raised.value.seconds == 7.0


@pytest.mark.parametrize(("headers", "seconds"), [({"retry_after": "7"}, 7.0), ({"ratelimit_reset": "86400"}, None)])
def test_trouble_waits_for_what_it_asks_itself_not_for_the_end_of_a_rate_limits_window(
    headers: dict[str, str], seconds: float | None
) -> None:
    """OCP tells its rate limit with every answer, also with a 500 in the middle of a day's window."""
    with pytest.raises(OcpUnavailable) as raised:
        opened(heard(PAGE, 503, "text/html", **headers))

    assert raised.value.seconds == seconds


def test_a_stopped_log_on_carries_ocps_code() -> None:
    with pytest.raises(OcpStopped) as raised:
        opened(sample("error_401_not_logged_in"))

    assert raised.value.code == load("error_401_not_logged_in")["error"]["code"]


@pytest.mark.parametrize(
    ("code", "status", "gone"),
    [
        ("TSK10001", 404, True),
        ("TSK10001", 400, True),
        (20000, 404, True),
        (20000, 400, False),
        ("COM10002", 404, False),
    ],
)
def test_a_task_is_gone_only_if_ocp_says_so(code: object, status: int, gone: bool) -> None:
    with pytest.raises(OcpRefused) as raised:
        opened(refusal(code, status))

    assert isinstance(as_gone(raised.value), TaskGone) is gone


@given(ANSWERS)
@pytest.mark.invariant(11)
def test_a_read_is_an_envelope_or_a_declared_error(result: Heard) -> None:
    try:
        envelope = opened(result)
    except (OcpUnavailable, OcpRefused, OcpStopped):
        return
    assert envelope.successful is True
    assert result.is_good
