"""DESIGN, section 5: what every answer to a write means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.answer import Accepted, Answer, NotSent, Refused, Stopped, Unknown
from bot.ocp.answers import classify
from bot.ocp.heard import Heard, Lost, NeverLeft, Result

from .fixtures import errors, heard, load, refusal, sample

PAGE = "<html><body>Bad Gateway</body></html>"
ID = {"successful": True, "data": {"id": 7, "name": "Install obproxy", "status": "RUNNING"}, "traceId": "t1"}

ROWS: list[tuple[str, Result, type[Answer]]] = [
    ("accepted", sample("seed_create_cluster_response"), Accepted),
    ("accepted by OCP 4.3", sample("doc_create_cluster_4x_response"), Accepted),
    ("accepted with 201", heard(ID, 201), Accepted),
    ("accepted, told as HTML", heard(ID, content_type="text/html"), Accepted),
    ("refused with 200", refusal("COM10001", 200), Refused),
    ("refused with 422", refusal("ODP21010", 422), Refused),
    ("refused with 404", refusal("ODP21001", 404), Refused),
    ("refused with an integer", refusal(0), Refused),
    ("rate limited", heard(PAGE, 429, "text/html"), NotSent),
    ("never left", NeverLeft("ConnectError"), NotSent),
    ("401 without a body", Heard(401), Stopped),
    ("404 of a web server", heard(PAGE, 404, "text/html"), Stopped),
    ("404 of Spring", heard({"status": 404, "error": "Not Found"}, 404), Stopped),
    ("404 without a body", Heard(404), Stopped),
    ("redirect", Heard(302, {"location": "/login"}), Stopped),
    ("moved for good", Heard(308), Stopped),
    ("log-on page", heard(PAGE, 200, "text/html"), Stopped),
    ("page without a type", heard(PAGE, 403, ""), Stopped),
    ("conflict without a body", Heard(409), Unknown),
    ("conflict that OCP calls a success", heard(ID, 409), Unknown),
    ("name taken with 200", refusal("COM10006", 200), Unknown),
    ("competing request with 404", refusal("com10005", 404), Unknown),
    ("time-out inside OCP", refusal("COM10004", 200), Unknown),
    ("unexpected error with 400", refusal("COM10999"), Unknown),
    ("other node busy", refusal("COM20003", 403), Unknown),
    ("lost", Lost("ReadError"), Unknown),
    ("gateway's page", heard(PAGE, 502, "text/html"), Unknown),
    ("gateway's page for a slow answer", heard(PAGE, 408, "text/html"), Unknown),
    ("refused with 500", refusal("COM10001", 500), Unknown),
    ("accepted with 500", heard(ID, 500), Unknown),
    ("name taken with 503", refusal("COM10006", 503), Unknown),
    ("half JSON", heard('{"successful": true, "data": {"id": 7'), Unknown),
    ("empty body", Heard(200), Unknown),
    ("a list", heard([ID]), Unknown),
    ("no id", heard({"successful": True, "data": {"name": "Install obproxy"}}), Unknown),
    ("no data", sample("composed_rollback_no_data"), Unknown),
    ("an id that is none", heard({"successful": True, "data": {"id": True}}), Unknown),
    ("no word of success", heard({"data": {"id": 7}}), Unknown),
    ("refused without a code", heard({"successful": False, "error": {"message": "no"}}, 400), Unknown),
    ("a status nobody uses", refusal("COM10001", 418), Unknown),
    ("method not allowed", Heard(405), Unknown),
    ("early hints", Heard(103), Unknown),
    ("deep nesting", heard(b"[" * 100_000), Unknown),
]

SAMPLES = {
    "error_400_name_conflict": Unknown,
    "error_409_name_conflict": Unknown,
    "error_409_concurrent_request": Unknown,
    "error_500_unexpected": Unknown,
    "error_401_not_logged_in": Stopped,
    "error_401_bad_password_tries_left": Stopped,
    "error_429_rate_limited": NotSent,
}


@pytest.mark.invariant(1)
@pytest.mark.parametrize(("result", "answer"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_each_row_of_the_table(result: Result, answer: type[Answer]) -> None:
    assert isinstance(classify(result), answer)


@pytest.mark.parametrize("name", errors())
def test_each_sample_of_an_error(name: str) -> None:
    assert isinstance(classify(sample(name)), SAMPLES.get(name, Refused))


@pytest.mark.parametrize("name", errors())
def test_no_sample_of_an_error_is_believed_with_a_500(name: str) -> None:
    assert isinstance(classify(sample(name, status=500)), Unknown)


def test_an_accepted_task_is_read_with_its_trace() -> None:
    answer = classify(sample("seed_create_cluster_response"))

    assert isinstance(answer, Accepted)
    assert answer.trace_id == load("seed_create_cluster_response")["traceId"]
    assert answer.task.id == 31257
    assert answer.task.creator == "admin"


def test_an_id_may_come_as_text() -> None:
    answer = classify(heard({"successful": True, "data": {"id": "9007199254740993"}}))

    assert isinstance(answer, Accepted)
    assert answer.task.id == 9007199254740993
    assert answer.task.mark.status == "UNKNOWN"


def test_a_refusal_keeps_ocps_words() -> None:
    answer = classify(sample("error_400_validation_express_style"))

    assert answer == Refused("0", "Validation failed; name: must not be blank", "b7d04c1e55fa4f02", 400)


def test_a_competing_request_is_contested_and_nothing_else_is() -> None:
    contested = {name for name, result, _ in ROWS if classify(result) == Unknown(_why(result), contested=True)}

    assert contested == {
        "conflict without a body",
        "conflict that OCP calls a success",
        "name taken with 200",
        "competing request with 404",
    }


def _why(result: Result) -> str:
    return result.brief if isinstance(result, Heard) else result.why


def test_what_is_unknown_is_told_with_code_message_and_trace() -> None:
    answer = classify(sample("error_409_concurrent_request"))

    assert isinstance(answer, Unknown)
    assert "COM10005" in answer.why
    assert load("error_409_concurrent_request")["traceId"] in answer.why


def test_a_refused_log_on_tells_how_many_attempts_are_left() -> None:
    answer = classify(sample("error_401_bad_password_tries_left"))

    error = load("error_401_bad_password_tries_left")["error"]
    assert answer == Stopped("credentials", f"{error['code']} {error['message']}")


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"ratelimit_reset": "7"}, 7.0),
        ({"ratelimit_reset": "7", "retry_after": "90"}, 7.0),
        ({"retry_after": "90"}, 90.0),
        ({"ratelimit_reset": "1741687200"}, None),
        ({"retry_after": "Wed, 21 Oct 2015 07:28:00 GMT"}, None),
        ({"ratelimit_reset": "-1"}, None),
        ({}, None),
    ],
)
def test_a_rate_limit_says_how_long_if_it_makes_sense(headers: dict[str, str], seconds: float | None) -> None:
    answer = classify(heard(load("error_429_rate_limited"), 429, **headers))

    assert isinstance(answer, NotSent)
    assert answer.seconds == seconds


CODES = st.sampled_from(["COM10001", "COM10004", "COM10005", "COM10006", "COM10999", "COM20003", "", 0, 20000, None])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
ENVELOPES = st.fixed_dictionaries(
    {},
    optional={
        "successful": st.booleans() | JSON,
        "data": st.fixed_dictionaries({"id": st.integers(-3, 99) | st.text(max_size=5)}) | JSON,
        "error": st.fixed_dictionaries({"code": CODES | JSON, "message": JSON, "subErrors": JSON}) | JSON,
        "traceId": JSON,
    },
)
ANSWERS = st.builds(
    heard,
    st.binary(max_size=40) | st.sampled_from([PAGE, '{"succ', ""]) | ENVELOPES | JSON,
    st.integers(100, 599) | st.sampled_from([200, 400, 401, 403, 404, 409, 422, 429, 500, 502]),
    st.sampled_from(["application/json", "text/html;charset=utf-8", "text/plain", ""]),
)


@given(ANSWERS)
@pytest.mark.invariant(11)
def test_whatever_comes_is_exactly_one_answer(result: Heard) -> None:
    answer = classify(result)

    assert isinstance(answer, Accepted | Refused | NotSent | Stopped | Unknown)
    if isinstance(answer, Accepted):
        assert answer.task.id > 0
        assert result.envelope is not None
        assert result.envelope.successful is True
        assert 200 <= result.status < 300
    if isinstance(answer, Refused):
        assert answer.code
        assert result.status in {200, 400, 403, 404, 422}
    if result.status >= 500:
        assert isinstance(answer, Unknown)
    if isinstance(answer, NotSent):
        assert result.status == 429
