"""Typing a slash command, posting as a person, opening the app's Home."""

from typing import TYPE_CHECKING

from .delivery import Ack
from .errors import Refused
from .model import Json, Message, Room
from .payloads import command_payload
from .posting import parent_of, post
from .results import Answer
from .stage import Stage

if TYPE_CHECKING:
    from .person import Person


async def type_command(stage: Stage, person: "Person", line: str, room: Room) -> Answer:
    """Send the command and show its answer, or Slack's own error."""
    payload = command_payload(stage.workspace, person, line, room)
    payload["response_url"] = stage.response_url(person.id, room)
    payload["trigger_id"] = stage.triggers.issue(person.id)
    ack = await stage.courier.send("slash_commands", person.id, payload)
    if ack.problem:
        person.sees_error(f'{payload["command"]} failed with the error "{ack.problem}"')
        return Answer(ack=ack)
    return _show(stage, person, room, ack, payload["response_url"])


def say(stage: Stage, person: "Person", text: str, room: Room, thread: Message | None) -> Message:
    """Post as a person; no event is sent to the bot."""
    message = Message(
        ts=stage.workspace.next_ts(),
        room=room,
        user=person.id,
        text=text,
        thread_ts=thread.ts if thread else None,
        by_app=False,
    )
    post(stage.workspace, message, parent_of(room, message.thread_ts))
    return message


async def open_home(stage: Stage, person: "Person", tab: str) -> Ack:
    """Send ``app_home_opened``, with the view that was published last."""
    channel = stage.workspace.direct_room(person.id).id
    event: Json = {"type": "app_home_opened", "user": person.id, "channel": channel, "tab": tab}
    if person.home is not None:
        event |= {"view": person.home.as_json()}
    return await stage.courier.send_event(event, person.id)


def _show(stage: Stage, person: "Person", room: Room, ack: Ack, url: str) -> Answer:
    payload = ack.payload or {}
    if not payload.get("text") and not payload.get("blocks"):
        return Answer(ack=ack)
    try:
        message = stage.hooks.answer(person.id, room, payload, hook=stage.hooks.at(url))
    except Refused as refused:
        person.sees_error(f"the command's answer was refused: {refused}")
        return Answer(ack=ack)
    return Answer(ack=ack, text=message.text, blocks=message.blocks) if message else Answer(ack=ack)
