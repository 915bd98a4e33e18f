"""What Slack sends is read tolerantly: whatever it is, an interaction comes of it."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.listeners.interaction import of_click, of_command, of_submission

FIXTURES = Path(__file__).parents[1] / "contract" / "fixtures" / "slack"
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)


def test_a_submission_tells_what_was_given_and_where() -> None:
    """Values by field, None for what was left empty; where the form was asked for comes from its metadata."""
    body = _fixture("in_view_submission")
    body["view"]["private_metadata"] = json.dumps(
        {"team": "T1", "channel": "C1", "response_url": "https://x", "value": "v"}
    )

    form = of_submission(body)

    assert form.view_id == "V0000000001"
    assert (form.place.team, form.place.channel, form.response_url, form.value) == ("T1", "C1", "https://x", "v")
    assert form.fields[:3] == ("name", "params", "note")
    assert form.typed["mode"] in {"managed", "direct"}
    assert set(form.typed) <= {block["block_id"] for block in body["view"]["blocks"]}


def test_a_click_tells_what_was_clicked_by_whom() -> None:
    """The button's value, the channel, and where to answer."""
    click = of_click(_fixture("in_block_actions_message_button"))

    assert (click.user.id, click.value, click.place.channel) == ("U0000000002", "t-1", "C0000000001")
    assert click.response_url.startswith("https://")


def test_a_choice_in_a_menu_tells_what_was_chosen() -> None:
    """An overflow menu's action has no value of its own, but that of the option (Slack, Overflow menu element)."""
    body = _fixture("in_block_actions_message_button")
    option = {"text": {"type": "plain_text", "text": "Edit"}, "value": "edit:t-1"}
    body["actions"] = [{"type": "overflow", "action_id": "request.more", "selected_option": option}]

    assert of_click(body).value == "edit:t-1"


def test_a_click_outside_a_channel_has_no_channel() -> None:
    """Home tab: no channel, no response_url, no failure."""
    click = of_click(_fixture("in_block_actions_home_button"))

    assert (click.place.channel, click.response_url) == ("", "")


def test_a_command_tells_its_text() -> None:
    """And under which name the command goes here."""
    said = of_command(_fixture("in_socket_slash_commands")["payload"])

    assert (said.value, said.command, said.user.id) == ("create", "/obproxy", "U0000000001")


@pytest.mark.invariant(11)
@given(st.dictionaries(st.sampled_from(["user", "team", "view", "channel", "container", "actions", "text"]), ANYTHING))
def test_nothing_that_arrives_is_fatal(body: dict[str, Any]) -> None:
    """A malformed payload becomes an interaction that says little."""
    for read in (of_command, of_click, of_submission):
        assert isinstance(read(body).value, str)


@pytest.mark.invariant(11)
@given(st.dictionaries(st.text(max_size=5), ANYTHING), ANYTHING)
def test_no_state_of_a_form_is_fatal(values: dict[str, Any], blocks: Any) -> None:
    """Whatever stands where values should."""
    form = of_submission({"view": {"id": "V1", "state": {"values": values}, "blocks": blocks, "private_metadata": "{"}})

    assert all(value is None or isinstance(value, str) for value in form.typed.values())


def _fixture(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((FIXTURES / f"{name}.json").read_text())
    return content
