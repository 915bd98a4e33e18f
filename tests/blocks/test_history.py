"""/obproxy history: who, in which role, when, what; within Slack's limits, and what does not fit is counted."""

from collections.abc import Sequence
from gettext import NullTranslations

from hypothesis import given
from hypothesis import strategies as st

from bot.blocks.bare import bare
from bot.blocks.history import history
from bot.domain.chapter import Chapter, Told
from bot.domain.event import Event, Fact, Kind, chain
from bot.domain.request import State
from bot.domain.slash import History
from bot.ports import Message
from tests.builders import NOW, a_request, a_sheet

from .limits import complaints

T = NullTranslations()
FACTS = (
    Fact(Kind.ASKED, {"payload_hash": "3f2a9c1b" + "0" * 56, "actor_name": "dana"}, "U0DANA", "requester"),
    Fact(Kind.APPROVED, {"payload_hash": "3f2a9c1b" + "0" * 56, "actor_name": "omar"}, "U0OMAR", "approver"),
    Fact(Kind.RUNNING, {"how": "answered", "task": 41257, "subtasks": 12, "trace_id": "5f0c2b71"}),
    Fact("request.praised", {"by": "everybody"}, "U0EVE", "viewer"),
)


def a_chapter(facts: Sequence[Fact] = FACTS, number: int = 1042) -> Chapter:
    """Return a running request with *facts* as its events."""
    sheet = a_sheet(State.RUNNING, request=a_request(state=State.RUNNING, number=number))
    return Chapter(sheet, tuple(chain("request-1", 0, "", facts, NOW)))


def read(message: Message) -> list[str]:
    return bare(message.blocks, T, most=12_000).splitlines()


def test_every_event_of_a_request_is_told_in_order() -> None:
    """With the short hash of the payload, the task and OCP's traceId; what this version does not know as it is."""
    told = read(history(Told((a_chapter(),), 1), History(number=1042), T))

    assert told == [
        "The whole record of #1042:",
        "🔄 #1042, prod, pay_01: Running",
        "1. 14:02 UTC, dana (requester): ⏳ Asked by dana: CHG0012345, second proxy for payments · payload 3f2a9c1b",
        "2. 14:02 UTC, omar (approver): 📨 Approved by omar, 14:02 UTC. Sending to OCP. · payload 3f2a9c1b",
        "3. 14:02 UTC, bot: 🔄 OCP task 41257 is open: 12 subtasks. Watching it. · task 41257, traceId 5f0c2b71",
        '4. 14:02 UTC, <@U0EVE> (viewer): request.praised: {"by":"everybody"}',
    ]


def test_what_does_not_fit_is_counted_and_the_command_for_it_is_named() -> None:
    """The first events of the newest request come first."""
    facts = [Fact(Kind.DELAYED, {"why": "answer", "detail": "x" * 300})] * 40
    chapters = tuple(a_chapter(facts, number) for number in (1044, 1043))
    message = history(Told(chapters, 14), History(name="pay_01"), T)
    told = read(message)
    shown = sum(line.partition(". ")[0].isdigit() for line in told)

    assert told[:2] == ["14 requests for pay_01, newest first:", "🔄 #1044, prod, pay_01: Running"]
    assert told[-2:] == [
        f"Not shown here: {80 - shown} more events, 13 more requests. Whoever runs the bot gets all of it:",
        "obproxy-bot audit export --cluster pay_01",
    ]
    assert 15 < shown < 40
    assert complaints(message) == []


def test_a_person_without_requests_is_told_so() -> None:
    assert read(history(Told((), 0), History(called="da*na"), T)) == ["No request in which @da*na had a part."]
    assert read(history(Told((), 0), History(name="pay"), T)) == ["No request for pay."]


def test_a_name_that_a_shell_would_read_otherwise_is_not_in_the_command() -> None:
    """It is pasted as it stands."""
    facts = [Fact(Kind.DELAYED, {"why": "answer", "detail": "x" * 300})] * 40

    told = read(history(Told((a_chapter(facts),), 1), History(name="pay; rm"), T))

    assert told[-1] == "obproxy-bot audit export --cluster {name}"


@given(
    st.lists(
        st.builds(
            Fact,
            kind=st.sampled_from(sorted(Kind)) | st.text(max_size=80),
            data=st.dictionaries(
                st.sampled_from(["actor_name", "payload_hash", "task", "trace_id", "changes", "reason", "why"]),
                st.text(max_size=400) | st.integers() | st.none(),
            ),
            actor=st.text(max_size=40) | st.just("U0DANA"),
            role=st.text(max_size=60),
        ),
        max_size=40,
    ),
    st.text(max_size=80),
    st.integers(0, 30),
)
def test_whatever_happened_slack_takes_the_answer(facts: list[Fact], name: str, more: int) -> None:
    events: list[Event] = chain("request-1", 0, "", facts, NOW)
    chapter = Chapter(a_chapter().sheet, tuple(events))
    people = (name,) * (more % 3)

    for wanted in (History(number=1042), History(name=name), History(called=name), History(user="U0DANA")):
        assert complaints(history(Told((chapter,) * 3, 3 + more, people), wanted, T)) == []
