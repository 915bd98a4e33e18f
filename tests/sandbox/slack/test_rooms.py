"""What the bot is told of channels: invited, and archived no more."""

import pytest
from slack_bolt.async_app import AsyncApp

from bot.sandbox.slack import Person, SandboxSlack


@pytest.mark.parametrize(("private", "kind"), [(False, "C"), (True, "G")])
async def test_the_bot_hears_that_it_was_invited(
    slack: SandboxSlack, app: AsyncApp, dana: Person, *, private: bool, kind: str
) -> None:
    """Once, although somebody invites it again; with who did it."""
    room = slack.room("elsewhere", bot_is_member=False, private=private)

    room.invite_bot(dana.id)
    room.invite_bot(dana.id)

    [sent] = await slack.wait_for(lambda: [each for each in slack.interactions if each.kind == "events_api"])
    event = sent.payload["event"]
    assert event.pop("event_ts")
    assert event == {
        "type": "member_joined_channel",
        "user": slack.bot_user_id,
        "channel": room.id,
        "channel_type": kind,
        "team": slack.team_id,
        "inviter": dana.id,
    }


async def test_an_invitation_that_nobody_acks_is_told_again() -> None:
    """At once, after a minute, after five: three times, with a count and a reason."""
    async with SandboxSlack(speed=10_000) as slack:
        room = slack.room("elsewhere", bot_is_member=False)

        room.invite_bot()
        sent = await slack.wait_for(lambda: slack.interactions if len(slack.interactions) == 4 else None)

    assert sent is not None
    assert {each.payload["event_id"] for each in sent} == {sent[0].payload["event_id"]}
    assert not any(each.ack and each.ack.acked for each in sent)


@pytest.mark.parametrize(("private", "kind"), [(False, "channel_unarchive"), (True, "group_unarchive")])
async def test_the_bot_hears_that_a_channel_is_archived_no_more(
    slack: SandboxSlack, app: AsyncApp, dana: Person, *, private: bool, kind: str
) -> None:
    """A private one under another name, and without who did it."""
    room = slack.room("elsewhere", private=private)
    room.unarchive(dana.id)
    room.archive()

    room.unarchive(dana.id)

    [sent] = await slack.wait_for(lambda: [each for each in slack.interactions if each.kind == "events_api"])
    event = sent.payload["event"]
    assert (event["type"], event["channel"], event.get("user")) == (kind, room.id, None if private else dana.id)
