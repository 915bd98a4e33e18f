"""HTTP mode: Bolt verifies the signatures of what the sandbox sends."""

from aiohttp.test_utils import TestServer

from bot.sandbox.slack import Person, Room, SandboxSlack

from .app import bolt


async def test_from_the_command_to_the_approval_by_http(slack: SandboxSlack, dana: Person, room: Room) -> None:
    async with TestServer(bolt(slack).web_app("/slack/events")) as server:
        slack.deliver_by_http(str(server.make_url("/slack/events")))
        await dana.types("/obproxy create", room)
        submission = await dana.submits(await dana.modal(), {"name": "pay_01", "hosts": ["db-1"]})
        [message] = await slack.wait_for(lambda: room.messages)
        await dana.clicks(message, "approve")
        await slack.wait_for(lambda: message.edits)
        event = await dana.opens_home()

        assert await slack.verify_url()
    assert submission.closed
    assert event.acked
    assert message.text == "Approved"


async def test_a_wrong_secret_is_refused(slack: SandboxSlack, dana: Person, room: Room) -> None:
    async with SandboxSlack() as other, TestServer(bolt(other).web_app("/slack/events")) as server:
        slack.deliver_by_http(str(server.make_url("/slack/events")))
        answer = await dana.types("/obproxy create", room)

    assert answer.ack.problem == "http_service_error"


async def test_nobody_listens(slack: SandboxSlack, dana: Person, room: Room) -> None:
    async with TestServer(bolt(slack).web_app("/slack/events")) as server:
        url = str(server.make_url("/slack/events"))
    slack.deliver_by_http(url)

    assert (await dana.types("/obproxy", room)).ack.problem == "dispatch_failed"
