"""Requests in every state, with the events that lead there."""

from datetime import timedelta

from bot.domain.event import BOT, Fact, Kind
from bot.domain.records import Act
from bot.domain.request import Request, RequestId, RevisionId, State, UserId
from bot.ports import Tx
from tests.builders import NOW, OMAR, a_request, a_revision

HAPPENED: dict[State, tuple[Kind, ...]] = {
    State.PENDING: (),
    State.APPROVED: (Kind.APPROVED,),
    State.SUBMITTING: (Kind.APPROVED, Kind.SUBMITTING),
    State.RUNNING: (Kind.APPROVED, Kind.SUBMITTING, Kind.RUNNING),
    State.SUCCEEDED: (Kind.APPROVED, Kind.SUBMITTING, Kind.RUNNING, Kind.SUCCEEDED),
    State.FAILED: (Kind.APPROVED, Kind.SUBMITTING, Kind.RUNNING, Kind.FAILED),
    State.ROLLED_BACK: (Kind.APPROVED, Kind.SUBMITTING, Kind.RUNNING, Kind.ROLLED_BACK),
    State.WITHDRAWN: (Kind.WITHDRAWN,),
    State.EXPIRED: (Kind.EXPIRED,),
    State.REJECTED: (Kind.REJECTED,),
    State.HELD: (Kind.APPROVED, Kind.HELD),
    State.OCP_REFUSED: (Kind.APPROVED, Kind.SUBMITTING, Kind.REFUSED),
    State.UNCERTAIN: (Kind.APPROVED, Kind.SUBMITTING, Kind.UNCERTAIN, Kind.UNCLEAR),
    State.CLOSED: (Kind.APPROVED, Kind.SUBMITTING, Kind.UNCERTAIN, Kind.UNCLEAR, Kind.CLOSED),
}
"""What happened to a request since it was asked for, by the state that it is in."""

DECIDED_BY_OMAR = {Kind.APPROVED, Kind.REJECTED, Kind.CLOSED}
ACTS = {State.SUBMITTING: "claimed", State.UNCERTAIN: "unknown"}


async def stands_at(tx: Tx, state: State, requester: UserId) -> Request:
    """Store a request of *requester*'s to which happened what leads to *state*; Omar decided it."""
    number = await tx.next_number()
    revision = RevisionId(f"revision-{number}")
    request = a_request(
        id=RequestId(f"request-{number}"),
        number=number,
        name=f"stands_{number}",
        origin=f"view-{number}",
        requester=requester,
        revision=revision,
        state=state,
    )
    stored = await tx.save(request, *_facts(request), at=NOW)
    await tx.add_revision(request.id, a_revision(id=revision, author=requester), NOW)
    if state in ACTS:
        await tx.save_act(_an_act(request.id, ACTS[state]))
    return stored


def _an_act(request: RequestId, state: str) -> Act:
    return Act(
        id=f"act of {request}",
        request=request,
        verb="create",
        target="",
        payload_hash="",
        state=state,
        claimed_until=NOW - timedelta(minutes=1),
        before=NOW.isoformat(),
    )


def _facts(request: Request) -> list[Fact]:
    """Return the facts of a request that got where it is; whoever asked has withdrawn it themselves."""
    asked, about = Fact(Kind.ASKED, actor=request.requester), {"revision": request.revision}
    actors = dict.fromkeys(DECIDED_BY_OMAR, str(OMAR)) | {Kind.WITHDRAWN: str(request.requester)}
    return [asked, *(Fact(kind, about, actor=actors.get(kind, BOT)) for kind in HAPPENED[request.state])]
