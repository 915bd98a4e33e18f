"""Opening, stacking, updating, filling in and closing modals."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import Person, Room, SandboxSlack, View

from .blocks import a_modal, button, field, form, option, plain, section
from .refusal import error_of

Open = Callable[..., Awaitable[View]]


@pytest.fixture
def trigger(slack: SandboxSlack, app: AsyncApp, dana: Person, room: Room) -> Callable[[], Awaitable[str]]:
    async def trigger() -> str:
        await dana.types("/quiet", room)
        return str(slack.interactions[-1].payload["trigger_id"])

    return trigger


@pytest.fixture
def opened(trigger: Callable[[], Awaitable[str]], client: AsyncWebClient, dana: Person) -> Open:
    async def opened(*blocks: dict[str, Any], **more: Any) -> View:
        await client.views_open(trigger_id=await trigger(), view=a_modal(*blocks, **more))
        return await dana.modal()

    return opened


async def test_a_trigger_is_good_for_one_view(
    trigger: Callable[[], Awaitable[str]], client: AsyncWebClient, dana: Person
) -> None:
    trigger_id = await trigger()
    too_long = client.views_open(trigger_id=trigger_id, view=a_modal(section("x"), title=plain("x" * 25)))
    assert await error_of(too_long) == "invalid_arguments"
    await client.views_open(trigger_id=trigger_id, view=a_modal(section("x")))

    again = client.views_open(trigger_id=trigger_id, view=a_modal(section("x")))
    assert await error_of(again) == "exchanged_trigger_id"
    made_up = client.views_open(trigger_id="1.2.3", view=a_modal(section("x")))
    assert await error_of(made_up) == "invalid_trigger_id"


async def test_an_update_keeps_what_was_typed(opened: Open, client: AsyncWebClient, dana: Person) -> None:
    """The same block and action id keep the value; another block id starts anew; the hash changes."""
    name = field("name", {"type": "plain_text_input", "initial_value": "old"}, dispatch_action=True)
    modal = await opened(name, callback_id="mute")
    old_hash = modal.hash
    modal.values["name"]["v"]["value"] = "typed"
    other = field("name2", {"type": "plain_text_input", "initial_value": "old"})

    await client.views_update(view_id=modal.id, hash=old_hash, view=a_modal(name, other))

    assert modal.values["name"]["v"]["value"] == "typed"
    assert modal.values["name2"]["v"]["value"] == "old"
    stale = client.views_update(view_id=modal.id, hash=old_hash, view=a_modal(name))
    assert await error_of(stale) == "hash_conflict"


async def test_a_closed_modal_is_not_found(
    slack: SandboxSlack, opened: Open, client: AsyncWebClient, dana: Person
) -> None:
    modal = await opened(section("x"), notify_on_close=True, callback_id="create", external_id="one")
    duplicate = client.views_update(external_id="one", view=a_modal(section("y"), external_id="one"))
    assert (await duplicate)["ok"]
    await client.views_update(view_id=modal.id, view=a_modal(section("x"), notify_on_close=True, callback_id="create"))
    closed = await dana.closes(modal)

    assert closed is not None
    assert closed.acked
    assert await error_of(client.views_update(view_id=modal.id, view=a_modal(section("x")))) == "not_found"
    with pytest.raises(LookupError):
        await dana.submits(modal)


async def test_three_views_are_the_most(
    slack: SandboxSlack, opened: Open, client: AsyncWebClient, dana: Person
) -> None:
    """A push needs the trigger of a control inside the modal; X closes them all."""
    modals = [await opened(button("mode", "More", "1"))]

    async def push() -> Any:
        await dana.clicks(modals[-1], "mode")
        trigger_id = slack.interactions[-1].payload["trigger_id"]
        return await client.views_push(trigger_id=trigger_id, view=a_modal(button("mode", "More", "1")))

    for _ in range(2):
        await push()
        modals.append(await dana.modal())
    assert await error_of(push()) == "push_limit_reached"

    await dana.closes(modals[2])
    assert [modal.closed for modal in modals] == [False, False, True]
    await dana.closes(modals[1], everything=True)
    assert all(modal.closed for modal in modals)


async def test_an_external_id_is_one_of_its_kind(opened: Open, trigger: Any, client: AsyncWebClient) -> None:
    await opened(section("x"), external_id="one")
    again = client.views_open(trigger_id=await trigger(), view=a_modal(section("x"), external_id="one"))

    assert await error_of(again) == "duplicate_external_id"


@pytest.mark.parametrize(
    ("element", "value", "words"),
    [
        ({"type": "plain_text_input"}, "", "required"),
        ({"type": "plain_text_input", "max_length": 3}, "abcd", "no more than 3"),
        ({"type": "plain_text_input", "min_length": 3}, "ab", "at least 3"),
        ({"type": "number_input", "is_decimal_allowed": False}, "many", "a number"),
        ({"type": "number_input", "is_decimal_allowed": False}, "1.5", "whole"),
        ({"type": "number_input", "is_decimal_allowed": False, "max_value": "9"}, 10, "at most 9"),
        ({"type": "multi_static_select", "options": [option("a"), option("b")], "max_selected_items": 1}, "ab", "1"),
        ({"type": "radio_buttons", "options": [option("a")]}, None, "required"),
    ],
)
async def test_what_slacks_client_does_not_submit(
    slack: SandboxSlack, opened: Open, dana: Person, element: dict[str, Any], value: Any, words: str
) -> None:
    modal = await opened(field("it", element))
    sent = len(slack.interactions)

    result = await dana.submits(modal, {"it": list(value) if "multi" in element["type"] else value})

    assert words in result.refused_by_client["it"]
    assert len(slack.interactions) == sent
    assert not modal.closed


async def test_a_person_can_only_choose_what_is_there(opened: Open, dana: Person) -> None:
    modal = await opened(field("mode", {"type": "static_select", "options": [option("a")]}))

    with pytest.raises(LookupError, match="no option 'b'"):
        await dana.submits(modal, {"mode": "b"})
    with pytest.raises(LookupError, match="0 fields"):
        await dana.submits(modal, {"colour": "red"})


async def test_a_menu_asks_the_bot(slack: SandboxSlack, opened: Open, dana: Person) -> None:
    modal = await opened(field("host", {"type": "external_select", "action_id": "hosts", "min_query_length": 2}))

    assert await dana.searches(modal, "hosts", "d") == []
    assert [found["value"] for found in await dana.searches(modal, "hosts", "db")] == ["db-1", "db-2"]
    with pytest.raises(LookupError):
        await dana.submits(modal, {"host": "db-9"})


@pytest.mark.parametrize("how", ["errors", "update", "push", "clear"])
async def test_answers_to_a_submission(
    slack: SandboxSlack, app: AsyncApp, opened: Open, dana: Person, how: str
) -> None:
    answers: dict[str, dict[str, Any]] = {
        "errors": {"errors": {"name": "No."}},
        "update": {"view": a_modal(section("Thanks"))},
        "push": {"view": a_modal(section("Sure?"))},
        "clear": {},
    }

    async def answer(ack: Any) -> None:
        await ack(response_action=how, **answers[how])

    app.view("asked")(answer)
    modal = await opened(field("name", {"type": "plain_text_input"}), callback_id="asked")
    result = await dana.submits(modal, {"name": "x"})

    assert result.acked
    assert result.errors == answers[how].get("errors", {})
    assert (result.updated is modal) == (how == "update")
    assert (result.pushed is not None) == (how == "push")
    assert modal.closed == result.closed == (how == "clear")


async def test_errors_name_input_blocks(app: AsyncApp, opened: Open, dana: Person) -> None:
    async def answer(ack: Any) -> None:
        await ack(response_action="errors", errors={"intro": "No."})

    app.view("asked")(answer)
    modal = await opened(section("Hi", block_id="intro"), callback_id="asked")
    await dana.submits(modal)

    assert "We had some trouble connecting" in dana.errors[0]
    assert not modal.closed


async def test_a_choice_may_bring_new_fields(app: AsyncApp, opened: Open, dana: Person) -> None:
    """A field that dispatches tells the bot before the next field is filled in."""
    mode = {"type": "static_select", "action_id": "pick", "options": [option("a"), option("b")]}
    pick = field("pick", mode, dispatch_action=True)

    async def more(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        more = field("more", {"type": "plain_text_input"})
        view = a_modal(pick, more, callback_id="obproxy_create")
        await client.views_update(view_id=body["view"]["id"], hash=body["view"]["hash"], view=view)

    app.action("pick")(more)
    modal = await opened(pick, callback_id="obproxy_create")
    result = await dana.submits(modal, {"pick": "b", "more": "x"})

    assert result.closed
    assert modal.values["pick"]["pick"]["selected_option"]["value"] == "b"


async def test_home(slack: SandboxSlack, client: AsyncWebClient, dana: Person, room: Room) -> None:
    view = {"type": "home", "blocks": [section("Hello")]}
    published: Any = await client.views_publish(user_id=dana.id, view=view)
    await client.views_publish(user_id=dana.id, view=view, hash=published["view"]["hash"])

    stale = client.views_publish(user_id=dana.id, view=view, hash=published["view"]["hash"])
    assert await error_of(stale) == "hash_conflict"
    assert await error_of(client.views_publish(user_id=dana.id, view=form(room.id))) == "invalid_arguments"
    slack.disable_home()
    assert await error_of(client.views_publish(user_id=dana.id, view=view)) == "not_enabled"
