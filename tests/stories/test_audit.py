"""The record leaves the bot's hands every hour; whoever changes it behind its back is found out."""

import asyncio
import os
import sys
from pathlib import Path

import pytest
from sqlalchemy import delete, text
from structlog.testing import capture_logs

from bot.domain.anchor import EVENT, EVERY
from bot.store.database import Database
from bot.store.tables import events, heads, requests, revisions, threads

from .world import DEADLINE, World

KEY = "sixteen letters or more"


async def audit(world: World, *arguments: str) -> tuple[int, str]:
    """Run the auditor's command as a process of its own, beside the bot; return its exit code and what it said."""
    settings = {"DATABASE_URL": world.database_url, "AUDIT_KEY": KEY}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "audit",
        *arguments,
        env=os.environ | settings,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await asyncio.wait_for(process.communicate(), DEADLINE)
    return process.returncode or 0, said.decode()


@pytest.mark.long
async def test_an_anchor_in_the_channel_convicts_who_removes_a_request(world: World) -> None:
    """The auditor copies the channel's text into a file; the bot goes on all the while."""
    room = world.slack.room("audit")
    await world.start_bot(AUDIT_CHANNEL=room.id, AUDIT_KEY=KEY)
    await world.slack.wait_for(lambda: len(room.messages) == 1, timeout=DEADLINE)
    await world.asks()
    await world.asks("pay_02", hosts="12")
    world.moves_on(EVERY)
    await world.slack.wait_for(lambda: len(room.messages) == 2, timeout=DEADLINE)
    file = _copied([world.slack.rendered(message) for message in room.messages], world.folder)

    before = await audit(world, "verify", "--anchors", str(file))
    await _intrudes(world)
    after = await audit(world, "verify", "--anchors", str(file))

    assert "2 requests, signed. Keep it." in world.slack.rendered(room.messages[1])
    assert before[0] == 0, before[1]
    assert "All is well." in before[1]
    assert after[0] == 1
    assert "request #2: removed whole" in after[1]


async def test_an_anchor_that_could_not_be_posted_is_posted_by_the_next_process(either_world: World) -> None:
    """Once, and without another one in the same hour."""
    world = either_world
    room = world.slack.room("audit", bot_is_member=False)
    with capture_logs() as lines:
        await world.start_bot(AUDIT_CHANNEL=room.id)
        await world.slack.wait_for(lambda: any("audit channel" in line["event"] for line in lines), timeout=DEADLINE)
        await world.stop_bot()
    room.invite_bot()

    for _ in range(2):
        await world.start_bot(AUDIT_CHANNEL=room.id)
        await world.slack.wait_for(lambda: room.messages, timeout=DEADLINE)
        await world.stop_bot()

    assert [line["number"] for line in lines if line["event"] == EVENT] == [1]
    assert len(room.messages) == 1
    assert "Anchor 1 of the record" in world.slack.rendered(room.messages[0])


async def test_the_whole_record_is_told_to_whoever_asks(world: World) -> None:
    """Privately, by number, by cluster name and by person, however Slack writes that one."""
    await world.start_bot()
    card = await world.asks()
    await world.omar.clicks(card, "request.approve")
    await world.reads(card, "✅ Done")

    await world.eve.types("/obproxy history 1", world.home)
    told = await world.told(world.eve, "The whole record of #1:")
    await world.eve.types("/obproxy history PAY_01", world.home)
    named = await world.told(world.eve, "1 request for PAY_01")
    await world.eve.types(f"/obproxy history <@{world.omar.id}|omar>", world.home)
    by_id = await world.told(world.eve, "1 request in which @omar had a part")
    await world.eve.types("/obproxy history @dana", world.home)
    by_name = await world.told(world.eve, "1 request in which @dana had a part")
    await world.eve.types("/obproxy history", world.home)
    await world.told(world.eve, "No request in which @eve had a part.")

    timeline = await world.timeline()
    lines = [line for line in told.splitlines() if line.partition(". ")[0].isdigit()]
    assert len(lines) == len(timeline)
    assert timeline[0].content["payload_hash"][:8] in lines[0]
    assert "dana (requester)" in lines[0]
    assert "omar (approver)" in told
    assert "traceId" in told
    assert named.splitlines()[1:] == by_id.splitlines()[1:] == by_name.splitlines()[1:] == told.splitlines()[1:]


async def _intrudes(world: World) -> None:
    """Remove request #2 with all its rows, and set the counter of numbers back."""
    database, gone = Database.at(world.database_url), await world.request(2)
    async with database.engine.begin() as connection:
        owners = (threads.c.request, revisions.c.request, events.c.timeline, heads.c.timeline, requests.c.id)
        for owner in owners:
            await connection.execute(delete(owner.table).where(owner == gone.id))
        await connection.execute(text("UPDATE counters SET value = 1"))
    await database.close()


def _copied(texts: list[str], folder: Path) -> Path:
    file = folder / "copied.txt"
    file.write_text("\n".join(texts))
    return file
