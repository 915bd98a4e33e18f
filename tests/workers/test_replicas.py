"""Replicas that are stopped at the worst moment: whatever they post late, every message stands there once."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from structlog.testing import capture_logs

from bot.domain.event import Kind
from bot.domain.records import Thread
from bot.domain.request import Place, State
from bot.sandbox.slack import Fault
from bot.workers.gate import DELETE, FIND, POST, UPDATE

from .replicas import TAKEN_OVER, Replica, Scene

HISTORY = "conversations.history"
ODD = "something.new"
"""A kind of event that this version does not know: a reply with one plain line."""

Prepared = Callable[[Scene, Replica], Awaitable[str]]


async def a_card(scene: Scene, _replica: Replica) -> str:
    """A request's card is to be posted next; return how it is looked for."""
    await scene.asked()
    return HISTORY


async def a_reply(scene: Scene, replica: Replica) -> str:
    """A reply is to be posted next, below a card; return how it is looked for."""
    await scene.asked()
    await replica.round()
    await scene.happens(ODD)
    return FIND


both = pytest.mark.parametrize("prepared", [a_card, a_reply])


@pytest.mark.invariant(2)
@both
async def test_a_post_that_slips_through_after_another_replica_posted_is_removed(
    scene: Scene, prepared: Prepared
) -> None:
    """A is stopped in its call, B gives that call up and posts: A's copy is found by A and goes."""
    a, b = scene.replica(), scene.replica()
    await prepared(scene, a)
    posting, held, shown = await _posts(scene, a)

    scene.clock.seconds += TAKEN_OVER
    await b.round()
    held.set()
    await posting
    assert scene.standing() == shown + 2
    await a.tidy()

    assert scene.standing() == shown + 1
    await _uses_what_stands(scene)
    assert a.copies.suspects == {}


@pytest.mark.invariant(2)
@both
async def test_a_post_that_lands_while_another_replica_reads_back_is_the_one(scene: Scene, prepared: Prepared) -> None:
    """B has found nothing, then A's call lands and A notes it: B's own note meets a Conflict, so it posts nothing."""
    a, b = scene.replica(), scene.replica()
    reading = await prepared(scene, a)
    posting, held, shown = await _posts(scene, a)
    scene.clock.seconds += TAKEN_OVER
    answer = scene.holds(reading, after_effect=True)
    looking = asyncio.create_task(b.round())
    await scene.calls(reading, 1)

    held.set()
    await posting
    answer.set()
    await looking

    assert scene.standing() == shown + 1
    await _uses_what_stands(scene)
    assert a.copies.suspects == b.copies.suspects == {}


@pytest.mark.invariant(2)
@both
async def test_two_posts_that_are_under_way_at_once_leave_one(scene: Scene, prepared: Prepared) -> None:
    """B has noted its own post when A's lands: A looks once B's has landed as well, not before."""
    a, b = scene.replica(), scene.replica()
    await prepared(scene, a)
    posting, held, shown = await _posts(scene, a)
    scene.clock.seconds += TAKEN_OVER
    again, held_again, _ = await _posts(scene, b)

    held.set()
    await posting
    await a.tidy()
    assert scene.standing() == shown + 1, "never the only copy"
    held_again.set()
    await again
    scene.clock.seconds += TAKEN_OVER
    await a.tidy()

    assert scene.standing() == shown + 1
    await _uses_what_stands(scene)


@pytest.mark.invariant(2)
@both
async def test_a_post_that_another_replica_has_found_is_kept(scene: Scene, prepared: Prepared) -> None:
    """A's call has landed, A is stopped before its answer; B finds the post and uses it: A removes nothing."""
    a, b = scene.replica(), scene.replica()
    await prepared(scene, a)
    posting, answer, shown = await _posts(scene, a, after_effect=True)
    scene.clock.seconds += TAKEN_OVER

    await b.round()
    answer.set()
    await posting
    await a.tidy()

    assert scene.standing() == shown + 1
    await _uses_what_stands(scene)
    assert scene.count(DELETE) == 0


@pytest.mark.invariant(2)
@both
async def test_replicas_that_look_at_the_same_time_leave_one(scene: Scene, prepared: Prepared) -> None:
    """A and C were both stopped in their calls, B posts: all three agree on the copy that stays."""
    a, b, c = scene.replica(), scene.replica(), scene.replica()
    await prepared(scene, a)
    first, held, shown = await _posts(scene, a)
    scene.clock.seconds += TAKEN_OVER
    second, held_too, _ = await _posts(scene, c)
    scene.clock.seconds += TAKEN_OVER
    held.set()
    await first

    await b.round()
    held_too.set()
    await second
    await asyncio.gather(a.tidy(), b.tidy(), c.tidy())
    scene.clock.seconds += TAKEN_OVER
    await asyncio.gather(a.tidy(), b.tidy(), c.tidy())

    assert scene.standing() == shown + 1
    await _uses_what_stands(scene)


@pytest.mark.invariant(2)
@both
async def test_two_copies_that_nobody_has_noted_are_found_later(scene: Scene, prepared: Prepared) -> None:
    """Both answers were lost: the next read-back sees two copies, uses the older one and removes the other."""
    a, b, c = scene.replica(), scene.replica(), scene.replica()
    await prepared(scene, a)
    first, held, shown = await _posts(scene, a, kind="lost_after")
    scene.clock.seconds += TAKEN_OVER
    second, held_too, _ = await _posts(scene, b, kind="lost_after")
    held.set()
    held_too.set()
    await asyncio.gather(first, second)
    assert scene.standing() == shown + 2

    scene.clock.seconds += TAKEN_OVER
    await c.round()
    await asyncio.gather(a.tidy(), b.tidy(), c.tidy())
    scene.clock.seconds += TAKEN_OVER
    await asyncio.gather(a.tidy(), b.tidy(), c.tidy())

    assert scene.standing() == shown + 1
    await _uses_what_stands(scene)


@pytest.mark.invariant(2)
@both
async def test_a_late_post_without_an_answer_is_looked_for_too(scene: Scene, prepared: Prepared) -> None:
    """A never learns whether its call landed, but it took longer than its note holds: A looks."""
    a, b = scene.replica(), scene.replica()
    await prepared(scene, a)
    posting, held, shown = await _posts(scene, a, kind="lost_after")
    scene.clock.seconds += TAKEN_OVER
    await b.round()

    held.set()
    await posting
    assert scene.standing() == shown + 2
    scene.clock.seconds += TAKEN_OVER
    await a.tidy()

    assert scene.standing() == shown + 1
    await _uses_what_stands(scene)


@pytest.mark.invariant(2)
@both
@pytest.mark.parametrize("refusal", ["ratelimited", "token_revoked", "is_archived"])
async def test_a_refused_second_try_does_not_forget_the_first(scene: Scene, prepared: Prepared, refusal: str) -> None:
    """B takes over and is refused, then A's call lands: it is found under the id that both have used."""
    a, b = scene.replica(), scene.replica()
    await prepared(scene, a)
    posting, held, shown = await _posts(scene, a, kind="lost_after")
    scene.clock.seconds += TAKEN_OVER
    scene.slack.add_fault(Fault(method=POST, kind="error", error=refusal))
    await b.round()

    held.set()
    await posting
    scene.clock.seconds += 400
    await b.round()
    await a.tidy()

    assert scene.standing() == shown + 1
    await _uses_what_stands(scene)


@both
async def test_an_outage_while_copies_are_looked_for_loses_nothing(scene: Scene, prepared: Prepared) -> None:
    """Slack is away when A wants to look, and again when it wants to remove: it tries until it is done."""
    a, b = scene.replica(), scene.replica()
    reading = await prepared(scene, a)
    posting, held, shown = await _posts(scene, a)
    scene.clock.seconds += TAKEN_OVER
    await b.round()
    held.set()
    await posting

    for method in (reading, DELETE):
        scene.slack.add_fault(Fault(method=method, kind="status", status=503))
        await a.tidy()
        assert scene.standing() == shown + 2
        scene.clock.seconds += TAKEN_OVER
    await a.tidy()

    assert scene.standing() == shown + 1
    await _uses_what_stands(scene)
    assert a.copies.suspects == {}


@both
async def test_a_copy_that_slack_does_not_let_go_is_logged_and_left(scene: Scene, prepared: Prepared) -> None:
    """Nothing is tried for ever; the thread is not held up by it."""
    a, b = scene.replica(), scene.replica()
    await prepared(scene, a)
    posting, held, shown = await _posts(scene, a)
    scene.clock.seconds += TAKEN_OVER
    await b.round()
    held.set()
    await posting

    scene.slack.add_fault(Fault(method=DELETE, kind="error", error="cant_delete_message"))
    with capture_logs() as logs:
        await a.tidy()

    assert "a second copy of a post may stay" in [entry["event"] for entry in logs]
    assert a.copies.suspects == {}
    await scene.happens(ODD)
    await b.round()
    assert (await scene.thread()).in_flight is None
    assert scene.standing() == shown + 3


@pytest.mark.invariant(2)
@both
async def test_a_note_that_has_grown_old_is_not_acted_upon(scene: Scene, prepared: Prepared) -> None:
    """A is stopped between its note and its call, B posts meanwhile: A, awake again, calls nobody."""
    a, b = scene.replica(), scene.replica()
    await prepared(scene, a)
    shown, before = scene.standing(), scene.count(POST)

    async def stopped() -> None:
        scene.clock.seconds += TAKEN_OVER
        await b.round()

    a.database.when_committed = stopped
    await a.round()

    assert scene.count(POST) == before + 1
    assert scene.standing() == shown + 1
    await _uses_what_stands(scene)


@both
async def test_a_note_that_took_too_long_to_commit_is_withdrawn(scene: Scene, prepared: Prepared) -> None:
    """The database was slow: nothing is posted under that note, and nothing has to be looked for."""
    a = scene.replica()
    reading = await prepared(scene, a)
    shown, before = scene.standing(), scene.count(POST)

    async def slow() -> None:
        scene.clock.seconds += 6

    a.database.when_committed = slow
    await a.round()
    assert scene.count(POST) == before
    assert (await scene.thread()).in_flight is None
    scene.clock.seconds += 2
    await a.round()

    assert scene.standing() == shown + 1
    assert scene.count(reading) == 0


async def test_a_drawing_whose_note_has_grown_old_is_not_made(scene: Scene) -> None:
    """A is stopped before its chat.update, B draws the newest card: A does not paint over it."""
    a, b = scene.replica(), scene.replica()
    await scene.asked()
    await a.round()
    await scene.happens(Kind.APPROVED, State.APPROVED)

    async def stopped() -> None:
        scene.clock.seconds += TAKEN_OVER
        await scene.happens(Kind.HELD, State.HELD)
        await b.round()

    a.database.when_committed = stopped
    await a.round()

    assert scene.count(UPDATE) == 1
    assert "✋" in scene.slack.rendered(scene.roots[0])


@pytest.mark.parametrize("kind", ["slow", "lost_after"])
async def test_a_drawing_that_lands_late_is_drawn_over(scene: Scene, kind: str) -> None:
    """A is stopped in its chat.update, B draws the newest card, then A's lands: the card is owed and drawn again."""
    a, b = scene.replica(), scene.replica()
    await scene.asked()
    await a.round()
    await scene.happens(Kind.APPROVED, State.APPROVED)
    held = scene.holds(UPDATE, kind)
    drawing = asyncio.create_task(a.round())
    await scene.calls(UPDATE, 1)
    scene.clock.seconds += TAKEN_OVER
    await scene.happens(Kind.HELD, State.HELD)
    await b.round()
    assert "✋" in scene.slack.rendered(scene.roots[0])

    held.set()
    await drawing
    assert "✋" not in scene.slack.rendered(scene.roots[0])
    scene.clock.seconds += TAKEN_OVER
    await b.round()

    assert "✋" in scene.slack.rendered(scene.roots[0])
    assert (await scene.thread()).card_in_flight is None


async def test_two_drawings_that_are_under_way_at_once_end_with_the_newest(scene: Scene) -> None:
    """B is drawing when A's older card lands and A owes it again: B notices as well, whoever of them ends last."""
    a, b = scene.replica(), scene.replica()
    await scene.asked()
    await a.round()
    await scene.happens(Kind.APPROVED, State.APPROVED)
    held = scene.holds(UPDATE)
    drawing = asyncio.create_task(a.round())
    await scene.calls(UPDATE, 1)
    scene.clock.seconds += TAKEN_OVER
    await scene.happens(Kind.HELD, State.HELD)
    answer = scene.holds(UPDATE, after_effect=True)
    drawing_too = asyncio.create_task(b.round())
    await scene.calls(UPDATE, 2)

    held.set()
    await drawing
    answer.set()
    await drawing_too
    scene.clock.seconds += TAKEN_OVER
    await b.round()

    assert "✋" in scene.slack.rendered(scene.roots[0])
    assert (await scene.thread()).card_in_flight is None


async def test_a_post_that_was_lost_long_ago_is_found_all_the_same(scene: Scene) -> None:
    """It landed, then Slack was away for an hour of tries: the search goes back to what is surely known."""
    a, b = scene.replica(), scene.replica()
    await a_reply(scene, a)
    posting, answer, shown = await _posts(scene, a, after_effect=True)
    for _ in range(6):
        scene.clock.seconds += 600
        scene.slack.add_fault(Fault(method=FIND, kind="error", error="missing_scope"))
        scene.slack.add_fault(Fault(method=POST, kind="status", status=503))
        await b.round()
    assert scene.standing() == shown + 1

    scene.clock.seconds += 600
    await b.round()
    answer.set()
    await posting

    assert scene.standing() == shown + 1


async def _posts(
    scene: Scene, replica: Replica, kind: str = "slow", *, after_effect: bool = False
) -> tuple[asyncio.Task[None], asyncio.Event, int]:
    """Let *replica* post, held up on the way; return its round, what lets it go on, and how much stood before."""
    shown, calls = scene.standing(), scene.count(POST)
    held = scene.holds(POST, kind, after_effect=after_effect)
    posting = asyncio.create_task(replica.round())
    await scene.calls(POST, calls + 1)
    return posting, held, shown


async def _uses_what_stands(scene: Scene) -> None:
    """The thread has shown everything, and hangs from the card that stands."""
    thread = await scene.thread()
    assert thread.root_ts in {root.ts for root in scene.roots}
    assert len(scene.roots) == 1
    assert thread.in_flight is None


async def test_copies_of_a_notice_that_is_shown_elsewhere_now_are_left(scene: Scene) -> None:
    """Another replica has moved an environment's notices: nobody knows which copy counts, and nobody asks for ever."""
    a = scene.replica()
    place, in_flight = Place("T0TEAM", scene.channel.id), (1, "ident", scene.clock.now())
    gone = Thread(id="gone", request=None, environment="prod", place=place, is_home=False, in_flight=in_flight)
    a.copies.suspect(gone, scene.clock.now())

    with capture_logs() as lines:
        await a.copies.round()

    assert a.copies.suspects == {}
    assert [line["log_level"] for line in lines] == ["warning"]
