"""What was asked for can be typed again: the way back from a body to the form."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import FormRefused
from bot.domain.form import MOST_TYPED, filled
from bot.operations.create_cluster import CreateCluster
from tests.builders import PAYLOAD

NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,63}", fullmatch=True)
WORDS = st.from_regex(r"[^\s,，]{1,12}", fullmatch=True)
IDS = st.integers(1, 10**18 - 1)
PARAMETER = st.tuples(st.from_regex(r"[a-z_][a-z0-9_.]{0,20}", fullmatch=True), st.text(max_size=20))
PORTS = st.integers(1025, 65535).map(str)
EXPORTER_PORT_NAMES = st.sampled_from([("exportPort", "exporterPort"), ("exportPort",), ("exporterPort",)])


def lines(parts: st.SearchStrategy[str], most: int = 5) -> st.SearchStrategy[str]:
    return st.lists(parts, max_size=most).map("\n".join)


TYPED = st.fixed_dictionaries(
    {
        "name": NAMES,
        "reason": st.text(min_size=3, max_size=40),
        "work_mode": st.just("CONFIG_URL"),
        "ob_links": lines(
            st.one_of(
                st.tuples(WORDS, IDS).map(lambda link: f"{link[0]},{link[1]}"),
                st.tuples(WORDS, IDS, WORDS).map(lambda link: " , ".join(map(str, link))),
            )
        ),
        "install": st.sampled_from(["install", "empty"]),
        "hosts": st.lists(IDS, unique=True, max_size=6).map(lambda ids: " ".join(map(str, ids))),
        "package": st.from_regex(r"[A-Za-z0-9._+~-]{1,20}\.rpm", fullmatch=True),
        "sql_port": PORTS,
        "exporter_port": PORTS,
        "address": st.sampled_from(["pay.db.example", "192.0.2.1", "2001:db8::1"]),
        "port": st.integers(1, 65535).map(str),
        "startup_parameters": lines(PARAMETER.map("=".join)),
        "parameters": lines(PARAMETER.map(" = ".join)),
    }
)


@given(TYPED, EXPORTER_PORT_NAMES)
def test_what_was_read_can_be_typed_again(typed: Mapping[str, str], names: tuple[str, ...]) -> None:
    """Reading it again gives the same name, reason and body, and no field holds more than Slack takes."""
    operation = CreateCluster(names)
    try:
        name, reason, payload = operation.read(typed)
    except FormRefused:
        return

    again = operation.typed(reason, payload)

    assert operation.read(again) == (name, reason, payload)
    assert all(len(text) <= MOST_TYPED for text in again.values())


def test_a_full_field_is_not_made_longer() -> None:
    """A link as short as it can be typed stays as short where many stand in one field."""
    operation = CreateCluster()
    links = "\n".join(f"ob{number},{number}" for number in range(100, 390))
    hosts = " ".join(str(number) for number in range(10_000, 10_500))
    _, reason, payload = operation.read(a_form(ob_links=links, hosts=hosts))

    again = operation.typed(reason, payload)

    assert len(again["ob_links"]) == len(links) <= MOST_TYPED
    assert len(again["hosts"]) == len(hosts) <= MOST_TYPED
    assert operation.read(again)[2] == payload


def test_the_fields_start_with_what_was_typed() -> None:
    """What was left empty starts empty, and where nothing is known the form's own value stays."""
    operation = CreateCluster()
    empty = {key: value for key, value in PAYLOAD.items() if key != "obproxyInstallParam"}

    fields = {field.id: field.initial for field in filled(operation.form, operation.typed("why", empty))}

    assert (fields["name"], fields["install"], fields["sql_port"]) == ("pay_01", "empty", "2883")
    assert fields["parameters"] is None


@pytest.mark.parametrize("user", ["proxyro", "reader"])
def test_the_user_of_a_link_is_written_where_it_is_not_the_usual_one(user: str) -> None:
    operation = CreateCluster()
    _, _, payload = operation.read(a_form(ob_links=f"ob_pay, 1, {user}"))

    assert operation.typed("why", payload)["ob_links"] == ("ob_pay, 1" if user == "proxyro" else "ob_pay, 1, reader")


def a_form(**changes: str) -> dict[str, Any]:
    return {
        "name": "pay_01",
        "reason": "CHG0012345",
        "work_mode": "CONFIG_URL",
        "install": "install",
        "hosts": "11",
        "package": "obproxy.rpm",
        "sql_port": "2883",
        "exporter_port": "2884",
        "address": "pay.db.example",
        "port": "2883",
    } | changes
