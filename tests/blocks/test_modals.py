"""Modals: what is asked, and what exactly is sent."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from gettext import NullTranslations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blocks import ids, modals
from bot.blocks.attaching import attach
from bot.domain.candidate import CHOSEN, TYPED, Candidate
from bot.domain.form import FieldKind
from bot.domain.texts import Text
from bot.operations.create_cluster import CreateCluster
from tests.builders import PAYLOAD, a_policy, a_request, a_revision

T = NullTranslations()
OPERATION = CreateCluster()


def pages(payload: Mapping[str, Any]) -> str:
    """Return the JSON that the modal shows, its pages joined."""
    view = modals.payload(a_request(), replace(a_revision(), payload=payload), OPERATION.call(payload), T)
    parts = [part for block in view["blocks"] for part in block["elements"] if part["type"] == "rich_text_preformatted"]
    return "".join(part["elements"][0]["text"] for part in parts)


def test_every_field_has_its_input() -> None:
    """The block is the field, so a mistake can stand at it; every answer has one action."""
    view = modals.form(
        OPERATION, T, heading=Text("Create"), submit=Text("Ask"), private_metadata="{}", policies=[a_policy()]
    )

    _, *inputs = view["blocks"]
    assert [block["block_id"] for block in inputs] == [field.id for field in OPERATION.form]
    assert {block["element"]["action_id"] for block in inputs} == {ids.FORM_ANSWER}
    assert [block["optional"] for block in inputs] == [not field.required for field in OPERATION.form]
    assert view["callback_id"] == ids.FORM


def test_a_form_for_several_environments_asks_which_and_guesses_none() -> None:
    """The reason says what a ticket looks like, and in which of several environments it needs one."""
    prod, staging = (
        a_policy(host="ocp.example", ticket_example="CHG0012345"),
        a_policy(environment="staging", host="o2"),
    )
    asks, *inputs = modals.form(
        OPERATION, T, heading=Text("Create"), submit=Text("Ask"), private_metadata="{}", policies=[prod, staging]
    )["blocks"]
    says, *alone = modals.form(
        OPERATION, T, heading=Text("Create"), submit=Text("Ask"), private_metadata="{}", policies=[prod]
    )["blocks"]

    assert asks["block_id"] == ids.ENVIRONMENT
    assert [option["value"] for option in asks["element"]["options"]] == ["prod", "staging"]
    assert [option["description"]["text"] for option in asks["element"]["options"]] == ["ocp.example", "o2"]
    assert "initial_option" not in asks["element"]
    assert " In prod it needs a change ticket, such as CHG0012345." in hint_of(inputs, "reason")
    assert " Needs a change ticket, such as CHG0012345." in hint_of(alone, "reason")
    assert "prod" in str(says)
    assert "ocp.example" in str(says)


def hint_of(inputs: Sequence[Mapping[str, Any]], field: str) -> str:
    """Return the grey line below a field."""
    return next(str(each["hint"]["text"]) for each in inputs if each["block_id"] == field)


def test_what_a_field_starts_with_is_one_of_its_answers() -> None:
    """Slack refuses an initial option that is not listed."""
    view = modals.form(
        OPERATION, T, heading=Text("Create"), submit=Text("Ask"), private_metadata="{}", policies=[a_policy()]
    )
    elements = {block["block_id"]: block["element"] for block in view["blocks"][1:]}

    for field in OPERATION.form:
        if field.kind is FieldKind.CHOICE and field.initial:
            assert elements[field.id]["initial_option"]["value"] == field.initial
        if field.kind is FieldKind.NUMBER:
            assert elements[field.id]["initial_value"] == field.initial


def test_a_rejection_needs_a_reason() -> None:
    """3 to 200 characters, as the rule for reasons says."""
    view = modals.why(a_request(), T, private_metadata="{}")

    [block] = view["blocks"]
    assert (view["callback_id"], block["block_id"], block["optional"]) == (ids.WHY, "reason", False)
    assert (block["element"]["min_length"], block["element"]["max_length"]) == (3, 200)


@pytest.mark.parametrize(("in_doubt", "words"), [(True, "OCP may have got it."), (False, "Nothing of it was created")])
def test_closing_says_what_it_means_and_asks_why(in_doubt: bool, words: str) -> None:
    """The same reason as for a rejection, below what closing does and does not do."""
    view = modals.close(a_request(), T, in_doubt=in_doubt, private_metadata="{}")

    [said, reason] = view["blocks"]
    assert (view["callback_id"], reason["block_id"], reason["optional"]) == (ids.CLOSE_FORM, "reason", False)
    assert words in json.dumps(said)
    assert "pay_01 is free for another request" in json.dumps(said)


def test_attaching_asks_for_one_of_what_was_found_or_an_id() -> None:
    """Each candidate with what tells it from the others; either field may stay empty, for one is enough."""
    found = [Candidate(id=41257, status="RUNNING", creator="obproxy-bot", started="2026-11-24T22:07:29+08:00")]

    [_, chosen, typed] = attach(a_request(), found, T, private_metadata="{}")["blocks"]

    assert (chosen["block_id"], chosen["optional"]) == (CHOSEN, True)
    assert (typed["block_id"], typed["optional"]) == (TYPED, True)
    [option] = chosen["element"]["options"]
    assert (option["value"], option["text"]["text"]) == ("41257", "Task 41257: RUNNING")
    assert option["description"]["text"] == "by obproxy-bot, started 2026-11-24 14:07 UTC"


def test_without_anything_found_the_id_is_required() -> None:
    """Slack refuses a menu without options."""
    view = attach(a_request(), [], T, private_metadata="{}")

    [_, typed] = view["blocks"]
    assert (view["callback_id"], typed["block_id"], typed["optional"]) == (ids.ATTACH_FORM, TYPED, False)


def test_more_candidates_than_a_menu_holds_are_cut_to_the_newest() -> None:
    """The others are attached by id."""
    found = [Candidate(id=id_) for id_ in range(300, 0, -1)]

    [_, chosen, _] = attach(a_request(), found, T, private_metadata="{}")["blocks"]

    assert [option["value"] for option in chosen["element"]["options"]] == [str(id_) for id_ in range(300, 200, -1)]
    assert chosen["element"]["options"][0]["description"]["text"] == "by ?, started ?"


def test_show_json_shows_exactly_what_is_sent() -> None:
    assert json.loads(pages(PAYLOAD)) == PAYLOAD


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=200), max_size=40))
def test_whatever_is_in_the_payload_it_reads_back(payload: dict[str, str]) -> None:
    """What cannot be seen is written as an escape, so nothing hides in it."""
    text = pages(payload)

    assert json.loads(text) == payload
    assert all(each.isprintable() or each == "\n" for each in text)


def test_a_huge_payload_is_cut_with_words() -> None:
    """How much is left out is said."""
    payload = {"parameters": [{"name": f"parameter_{n}", "value": "v" * 50} for n in range(1000)]}
    view = modals.payload(a_request(), replace(a_revision(), payload=payload), OPERATION.call(payload), T)

    whole = json.dumps(payload, ensure_ascii=False, indent=2)
    left = len(whole) - len(pages(payload))
    assert whole.startswith(pages(payload))
    assert f"the last {left} characters are left out" in json.dumps(view["blocks"][0])
