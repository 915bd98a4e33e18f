"""What the sandbox sends and answers has the shape of the contract's samples."""

from typing import Any

import pytest
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import Person, Room, SandboxSlack
from bot.sandbox.slack.posts import signed_headers

from .blocks import button, section
from .samples import same_shape, sample, without

pytestmark = pytest.mark.usefixtures("app")


async def test_a_command(slack: SandboxSlack, dana: Person, room: Room) -> None:
    await dana.types("/obproxy create", room)

    assert same_shape(slack.interactions[0].payload, sample("in_socket_slash_commands")["payload"])
    assert slack.interactions[0].payload["text"] == "create"


async def test_a_submission_and_a_closed_view(slack: SandboxSlack, dana: Person, room: Room) -> None:
    await dana.types("/obproxy create", room)
    modal = await dana.modal()
    await dana.submits(modal, {"name": "taken", "hosts": ["db-1"]})
    await dana.closes(modal)

    submission, closed = slack.interactions[-2].payload, slack.interactions[-1].payload
    assert same_shape(without(submission, "view"), without(sample("in_view_submission"), "view"))
    assert submission["view"].keys() == sample("in_view_submission")["view"].keys()
    assert same_shape(closed, sample("in_view_closed") | {"view": closed["view"]})
    assert closed["view"]["state"]["values"] == {}


async def test_a_choice_in_a_modal_and_a_search(slack: SandboxSlack, dana: Person, room: Room) -> None:
    await dana.types("/obproxy create", room)
    modal = await dana.modal()
    await dana.searches(modal, "hosts", "db")
    await dana.clicks(modal, "mode", "direct")

    suggestion, action = slack.interactions[-2].payload, slack.interactions[-1].payload
    assert suggestion.keys() == sample("in_block_suggestion").keys()
    assert action.keys() == sample("in_block_actions_modal_select").keys()
    assert same_shape(action["actions"][0], sample("in_block_actions_modal_select")["actions"][0])


async def test_buttons_in_a_message_and_at_home(
    slack: SandboxSlack, dana: Person, room: Room, client: AsyncWebClient
) -> None:
    metadata = {"event_type": "obproxy_task", "event_payload": {"task_id": "t-1"}}
    blocks = [section("Go?"), button("approve", "Yes", "t-1", style="primary")]
    answer = await client.chat_postMessage(channel=room.id, text="Go?", blocks=blocks, metadata=metadata)
    await client.chat_postMessage(channel=room.id, text="first", thread_ts=answer["ts"])
    await dana.clicks(room.messages[0], "approve")
    await client.views_publish(user_id=dana.id, view={"type": "home", "blocks": [button("mode", "All", "all")]})
    assert dana.home is not None
    await dana.clicks(dana.home, "mode")

    in_message, at_home = (interaction.payload for interaction in slack.interactions[-2:])
    assert same_shape(in_message, sample("in_block_actions_message_button"))
    assert same_shape(without(at_home, "view"), without(sample("in_block_actions_home_button"), "view"))
    assert at_home["view"].keys() == sample("in_block_actions_home_button")["view"].keys()


async def test_the_home_event_has_a_view_once_one_is_published(
    slack: SandboxSlack, dana: Person, client: AsyncWebClient
) -> None:
    first = await dana.opens_home()
    await client.views_publish(user_id=dana.id, view={"type": "home", "blocks": [section("Hello")]})
    await dana.opens_home()

    assert first.acked
    assert same_shape(slack.interactions[0].payload, sample("in_event_app_home_opened_first_time"))
    assert same_shape(slack.interactions[1].payload["event"].keys(), sample("in_event_app_home_opened")["event"].keys())


async def test_every_kind_of_field_keeps_its_own_state(
    slack: SandboxSlack, dana: Person, omar: Person, room: Room, client: AsyncWebClient
) -> None:
    """The state values of the contract's sample come out of the same modal filled in by a person."""
    expected = sample("in_view_submission")["view"]
    await dana.types("/quiet", room)
    trigger_id = slack.interactions[-1].payload["trigger_id"]
    await client.views_open(trigger_id=trigger_id, view={"type": "modal", **form_of(expected)})

    typed: dict[str, Any] = {
        "name": "pay-eu",
        "params": "pool_size=20\nidle_timeout=30s",
        "mode": "direct",
        "version": "4.3.1",
    }
    typed |= {"port": 2883, "tier": "large", "approver": omar, "report": room, "day": "2030-01-31", "time": "09:30"}
    lists = {"zones": ["zone-a", "zone-c"], "hosts": ["db-1", "db-2"]}
    await dana.submits(await dana.modal(), {**typed, **lists})

    submission = slack.interactions[-1].payload
    assert expected["state"]["values"] == submission["view"]["state"]["values"]
    assert room.id == submission["response_urls"][0]["channel_id"]


def form_of(view: dict[str, Any]) -> dict[str, Any]:
    return {name: view[name] for name in ("title", "submit", "close", "callback_id", "blocks")}


def test_the_signature_is_slacks() -> None:
    request = sample("in_http_slash_command")

    headers = signed_headers(
        request["signing_secret"], request["body"], now=1_700_000_000, content_type=request["headers"]["Content-Type"]
    )

    assert request["headers"] == headers


def test_the_sdk_accepts_the_signature() -> None:
    class Clock:
        def now(self) -> float:
            return 1_700_000_000.0

    headers = signed_headers("secret", "a=b", now=1_700_000_000, content_type="text/plain")

    assert SignatureVerifier("secret", clock=Clock()).is_valid_request("a=b", headers)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["chat_postMessage", "chat_update", "conversations_replies", "auth_test"])
async def test_answers_have_the_samples_keys(kind: str, room: Room, client: AsyncWebClient) -> None:
    metadata = {"event_type": "obproxy_task", "event_payload": {"task_id": "t-1"}}
    blocks = [section("Go?")]
    posted = await client.chat_postMessage(channel=room.id, text="Go?", blocks=blocks, metadata=metadata)
    alone = await client.chat_postMessage(channel=room.id, text="Go?", blocks=blocks)
    await client.chat_postMessage(channel=room.id, text="first", thread_ts=posted["ts"])
    calls: dict[str, Any] = {
        "chat_postMessage": lambda: client.chat_postMessage(
            channel=room.id, text="Go?", blocks=blocks, metadata=metadata
        ),
        "chat_update": lambda: client.chat_update(channel=room.id, ts=alone["ts"], text="Go!", blocks=blocks),
        "conversations_replies": lambda: client.conversations_replies(channel=room.id, ts=posted["ts"]),
        "auth_test": client.auth_test,
    }
    answer: Any = await calls[kind]()

    expected = sample(f"out_{kind}_ok")["body"]
    assert answer.data.keys() == expected.keys()
    assert same_shape(answer.data.get("message", {}), expected.get("message", {}))
