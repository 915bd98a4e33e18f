"""Secrets are taken out of words, and nothing else is."""

import html
import json
import time
import uuid
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.domain.redaction import MARK, Redactor, each_text, shows_secret
from bot.domain.secret_spellings import SHORTEST_SECRET

pytestmark = pytest.mark.invariant(7)

FIXTURES = Path(__file__).parents[1] / "contract" / "fixtures" / "ocp"
HARMLESS = r"""
Set super user password
Set obproxy user and password for connect
check directory /home/admin/logs/obproxy permission failed
Access denied for user 'proxyro' (using password: YES)
Access denied for user 'proxyro'@'10.0.0.1' (using password: NO)
Wrong username or password. You have 4 tries left.
password: must not be blank
Token is expired
max_tokens=3
work_thread_num=128
Duplicate entry 'pay_01' for key 'PRIMARY'
obproxy -p2883 -c obcluster -r 10.0.0.1:2881 -o enable_cluster_checkout=false
http://ocp.example:8080/task/31257?mail=a@b.example
jdbc:oceanbase://10.0.0.1:2883/oceanbase?useSSL=false
2025-03-11T10:00:00.123456+08:00
traceId 5f0c2b71d9aa4e36, COM10006
8d777f385d3dfec8815d20f7496026dc da39a3ee5e6b4b0d3255bfef95601890afd80709
PWD=/home/admin/obproxy
{'token': {'kind': 'STRING'}, 'password': None}
basic authentication of obproxy-ce-4.2.1.0-11.el7.x86_64.rpm
bypass: on, monkey: yes, keys: 3
"""
SHAPED = [
    ("password=hunter2", "password=***"),
    ("password: hunter2, next", "password: ***, next"),
    ("observer_sys_password1 = 'hunter 2'", "observer_sys_password1 = '***'"),
    ("password=a,b;c)d e", "password=*** e"),
    ("user=bot,password=hunter2,traceId=5f0c", "user=bot,password=***,traceId=5f0c"),
    ("Login(user=bot, password=hunter2), retry", "Login(user=bot, password=***), retry"),
    (r'{"password":"hun\"ter2","port":2883}', '{"password":"***","port":2883}'),
    (r"{\"password\":\"hunter2\",\"port\":2883}", r"{\"password\":\"***\",\"port\":2883}"),
    ("{'db_password': 'hunter2'}", "{'db_password': '***'}"),
    ("accessKeySecret=hunter2;host=a", "accessKeySecret=***;host=a"),
    ("access key: hunter2", "access key: ***"),
    ("client_secret => hunter2", "client_secret => ***"),
    ("?user=a&token=hunter2&x=1", "?user=a&token=***&x=1"),
    ("密码：hunter2", "密码：***"),
    ("postgresql://bot:hun@ter2@db/bot", "postgresql://bot:***@db/bot"),
    ("redis://:hunter2@cache", "redis://:***@cache"),
    ("Authorization: Basic Ym90Omh1bnRlcjI=", "Authorization: Basic ***"),
    ('"authorization": "Bearer hunter2"', '"authorization": "Bearer ***"'),
    ("sent Basic Ym90Omh1bnRlcjI= to it", "sent Basic *** to it"),
    ("xoxb-12-34-hunter2", MARK),
    ("token xapp-1-A12-34-hunter2 is bad", "token *** is bad"),
    ("key AKIAIOSFODNN7EXAMPLE.", "key ***."),
    ("mysql -h127.1 -P2883 -uroot@proxysys -phunter2 -A", "mysql -h127.1 -P2883 -uroot@proxysys -p*** -A"),
    ("obclient -p'hunter 2' -c", "obclient -p'***' -c"),
    ("obd --password hunter2 --force", "obd --password *** --force"),
    ("create user a identified by 'hunter2'", "create user a identified by '***'"),
    ("set password = password('hunter2')", "set password = password('***')"),
    ("-----BEGIN RSA PRIVATE KEY-----\nhunter2\n-----END RSA PRIVATE KEY-----\nend", "***\nend"),
    ("-----BEGIN PRIVATE KEY-----\nhunter2", MARK),
]
LONG = [
    *("a", "password", "password=", "password='\\", "password=a,", "://", "://a:", "\\", "token ", "basic "),
    *("basic a", "bearer a1", "authorization:", "mysql -p", "--pass", "xoxb-", "eyJaaaaaaaaa.", ",", "%25", "&amp;"),
    *("-----BEGIN ", "-----BEGIN PRIVATE KEY-----", "identified by ", "pwd:", "secret key ", '"', "'", "{password:"),
]
SECRETS = st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"]), min_size=SHORTEST_SECRET, max_size=24)
ENCODINGS: list[Callable[[str], str]] = [
    str,
    quote,
    quote_plus,
    lambda secret: quote(secret, safe=""),
    lambda secret: quote(quote(secret, safe=""), safe=""),
    lambda secret: quote(secret, safe="").replace("%2F", "%2f").replace("%3A", "%3a"),
    json.dumps,
    lambda secret: json.dumps({"error": json.dumps(secret)}),
    lambda secret: json.dumps(secret, ensure_ascii=False),
    lambda secret: json.dumps(secret).replace("/", r"\/"),
    html.escape,
    repr,
    ascii,
]


@pytest.mark.parametrize("text", HARMLESS.strip().splitlines())
def test_ordinary_words_stay(text: str) -> None:
    assert Redactor(["hunter2hunter2"])(text) == text


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*.json")), ids=lambda path: path.stem)
def test_what_ocp_says_stays(path: Path) -> None:
    """Every text in every recorded answer."""
    redact = Redactor(["hunter2hunter2"])

    assert [redact(text) for text in texts(json.loads(path.read_bytes()))] == list(texts(json.loads(path.read_bytes())))


@pytest.mark.parametrize(("text", "left"), SHAPED)
def test_a_secret_is_known_by_its_shape(text: str, left: str) -> None:
    """The name of it stays, and what stands around."""
    assert Redactor()(text) == left
    assert shows_secret(text)


@pytest.mark.parametrize("encode", ENCODINGS)
@given(secret=SECRETS, before=st.text(max_size=8), after=st.text(max_size=8))
def test_a_configured_secret_is_found_in_every_spelling(
    encode: Callable[[str], str], secret: str, before: str, after: str
) -> None:
    """Nothing of it is left, and nothing of what stands around it is lost."""
    assume(not set("*") & set(secret) and "\\" not in before + after)
    written = encode(secret)
    redact = Redactor([secret])

    left = redact.own(f"{before} {written} {after}")

    assert secret not in left
    assert written not in left
    assert len(left) <= len(f"{before} {written} {after}")


@pytest.mark.parametrize("encode", [b64encode, urlsafe_b64encode])
@given(secret=SECRETS.filter(lambda secret: len(secret.encode()) >= 6), user=st.text("abc-:", max_size=9))
def test_a_configured_secret_is_found_in_a_basic_header(
    encode: Callable[[bytes], bytes], secret: str, user: str
) -> None:
    """Whoever's log-on it belongs to: wherever it begins, but for the bits that it shares with its neighbours."""
    written = encode(f"{user}:{secret}".encode()).decode()

    left = Redactor([secret]).own(f"got {written} there")

    assert left.startswith("got ")
    assert left.endswith("*** there")
    assert len(left) <= len("got  there") + len(MARK) + len(encode(f"{user}:".encode()))


@given(st.lists(SECRETS.filter(lambda secret: "*" not in secret), max_size=3), st.text(max_size=80))
def test_redacting_again_changes_nothing(secrets: list[str], text: str) -> None:
    redact = Redactor(secrets)
    once = redact(text + "".join(secrets))

    assert redact(once) == once


PIECES = st.sampled_from(
    [*(text for text, _ in SHAPED), *("password", "=", ": ", '"', "'", "\\", "-p", "mysql ", "a", " ", ",", ")", "://")]
)


@given(st.lists(PIECES, max_size=6).map("".join))
def test_redacting_shapes_again_changes_nothing(text: str) -> None:
    """However they stand together."""
    once = Redactor()(text)

    assert Redactor()(once) == once


@given(st.uuids(), st.integers(0, 2**64), st.binary(min_size=20, max_size=32), st.datetimes())
def test_ids_numbers_hashes_and_times_stay(id_: uuid.UUID, number: int, hash_: bytes, at: Any) -> None:
    text = f"{id_} {number} {number:016x} {hash_.hex()} {at.isoformat()} task {number}"

    assert Redactor(["hunter2-hunter2"])(text) == text


@given(st.text(st.characters(codec="utf-8", exclude_characters="=:：\"'("), max_size=60))
def test_without_a_separator_no_name_makes_a_secret(text: str) -> None:
    """Prose about passwords stays readable."""
    assume(not any(word in text.lower() for word in ("xox", "xapp", "eyj", "akia", "asia", "ltai", "--", "basic")))

    assert Redactor()(f"the password {text}") == f"the password {text}"


@pytest.mark.parametrize("piece", LONG)
def test_a_long_text_takes_no_long_time(piece: str) -> None:
    """A hostile message of 200 kB: seconds would be minutes if a pattern were not linear."""
    redact = Redactor(["p@ss/w\"o\\rd &é'<", "wolf-Moon-41"])
    began = time.process_time()

    redact((piece * 200_000)[:200_000])

    assert time.process_time() - began < 5


def test_a_short_secret_is_no_reason_to_blacken_words() -> None:
    assert Redactor(["", "a", "obp"])("obproxy, a proxy") == "obproxy, a proxy"


def test_the_longer_secret_goes_first() -> None:
    """One may be a part of the other."""
    assert Redactor(["wolf", "wolf-moon"])("a wolf-moon") == "a ***"


def test_every_text_is_reached_with_what_is_around_it() -> None:
    found = []
    value = {"a": "1", "b": [{"c": "2"}, ["3", 4]], "d": None}

    each_text(value, lambda around, key, text: found.append((sorted(around), key, text)) or text)  # type: ignore[func-returns-value]

    assert found == [(["a", "b", "d"], "a", "1"), (["c"], "c", "2"), (["a", "b", "d"], "b", "3")]


def texts(value: object) -> Iterator[str]:
    """Yield every text in JSON."""
    if isinstance(value, dict):
        yield from (text for item in value.values() for text in texts(item))
    elif isinstance(value, list):
        yield from (text for item in value for text in texts(item))
    elif isinstance(value, str):
        yield value
