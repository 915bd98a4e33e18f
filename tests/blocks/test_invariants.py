"""What holds for every surface, whatever people, hosts and OCP write."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from gettext import NullTranslations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.blocks import answers, glass, modals
from bot.blocks.access import access
from bot.blocks.attaching import attach
from bot.blocks.cards import card
from bot.blocks.replies import notice, plain, reply
from bot.domain import errors
from bot.domain.approvals import Approvals
from bot.domain.barred import STOPPED, UNREACHABLE
from bot.domain.candidate import Candidate, candidates
from bot.domain.diff import diff
from bot.domain.errors import BotError, FormRefused
from bot.domain.event import Event
from bot.domain.form import Mistake
from bot.domain.grant import CREATE, Grant
from bot.domain.pause import PAUSED
from bot.domain.policy import OPERATOR, ROLES
from bot.domain.request import State, UserId
from bot.domain.sheet import Names, Sheet
from bot.domain.task import Task
from bot.domain.texts import Text
from bot.operations.create_cluster import CreateCluster
from bot.ports import Message
from tests.builders import (
    DANA,
    INES,
    NOW,
    OMAR,
    PAYLOAD,
    a_mark,
    a_policy,
    a_request,
    a_sheet,
    a_task,
    an_event,
    stages,
)

from .limits import complaints, complaints_of_view, tokens
from .strategies import HOSTILE, WORDS, events, sheets

T = NullTranslations()
OPERATION = CreateCluster()
OURS = {DANA, OMAR, INES, "S0GROUP"}
PAYLOAD_REASON = "r" * 200
LINK = "https://team.slack.com/archives/C0DBA/p1"
often = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def messages(sheet: Sheet, happened: list[Event], words: str) -> Iterator[Message]:
    """Yield every kind of message that can hold what people, hosts and OCP wrote."""
    for asks in (True, False):
        yield card(sheet, OPERATION, T, asks_approvers=asks)
    yield card(replace(sheet, approvals_channel=""), OPERATION, T, asks_approvers=False)
    yield reply(happened, sheet, T, mentions=[OMAR])
    yield notice(happened[0], words, T)
    yield from allowed(words, environments=1)
    yield answers.unknown(words, words, T)
    yield answers.decided(sheet.request, Approvals(needed=1, given={}), T, barred="")
    for why in ("", PAUSED, STOPPED, UNREACHABLE):
        yield answers.decided(sheet.request, Approvals(needed=1, given={OMAR: NOW}), T, barred=why)
        yield answers.ran(sheet.request, T, barred=why)
    yield answers.told(Text("%(words)s", {"words": words}), T)
    for here in (True, False):
        yield answers.asked(
            sheet.request, OPERATION, T, approvers=[OMAR], link=LINK, can_post_here=here, can_post_there=True
        )
    yield answers.status_list([(sheet.request, LINK), (sheet.request, words)] * 20, T, heading=Text("Yours"))


def allowed(words: str, *, environments: int) -> Iterator[Message]:
    """Yield what somebody is told of what they may do in so many environments."""
    given_there = granted(words, environments)
    yield answers.help_(given_there, T, command="/obproxy")
    yield access(given_there, T, command=words)


def granted(words: str, environments: int) -> list[Grant]:
    """Return what somebody has in so many environments of hostile names, each with all that can be said of it."""
    ids = (OMAR, "S0GROUP", words)
    rules = a_policy(requesters=ids, approvers=ids * 4, operators=ids, admins=ids, channels=("C0DBA",) * 20)
    kinds = [(("", CREATE), dict.fromkeys(ROLES, "S0GROUP")), ((CREATE, words), {}), (("",), {OPERATOR: words})]
    return [
        Grant(
            policy=replace(rules, environment=f"{number}{words}", approvals_required=number),
            operations=operations,
            roles=roles,
            unknown=ids,
            is_here=False,
        )
        for number in range(environments)
        for operations, roles in kinds
    ]


def views(sheet: Sheet) -> Iterator[dict[str, Any]]:
    """Yield every modal."""
    here = a_policy(environment="x" * 40, host=sheet.request.name, ticket_example=sheet.request.reason)
    heading, submit = Text("Create OBProxy cluster"), Text("Ask")
    for policies in ([here], [here, a_policy()]):
        yield modals.form(OPERATION, T, heading=heading, submit=submit, private_metadata="{}", policies=policies)
    yield modals.why(sheet.request, T, private_metadata="{}")
    yield modals.withdraw(sheet.request, T, private_metadata="{}")
    typed = OPERATION.typed(PAYLOAD_REASON, PAYLOAD)
    yield modals.edit(sheet.request, OPERATION, typed, T, private_metadata="{}", policy=here)
    for in_doubt in (True, False):
        yield modals.close(sheet.request, T, in_doubt=in_doubt, private_metadata="{}")
    for voices, ticket in (({}, ""), ({OMAR: NOW}, sheet.request.reason)):
        approvals = Approvals(needed=2, given=voices)
        yield glass.form(sheet.request, approvals, T, private_metadata="{}", ticket=ticket)
    yield attach(sheet.request, candidates(sheet.cause), T, private_metadata="{}")
    yield attach(sheet.request, named(sheet, 1), T, private_metadata="{}")


def named(sheet: Sheet, most: int) -> list[Candidate]:
    """Return candidates whose texts are the words of *sheet*."""
    request = sheet.request
    words = {"status": request.name, "creator": request.reason, "started": request.environment}
    return [Candidate(id=number, **words) for number in range(1, most + 1)]


def objects(value: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        yield value
    for item in value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ():
        yield from objects(item)


@pytest.mark.invariant(10)
@often
@given(sheets(), st.lists(events(), min_size=1, max_size=12), WORDS)
def test_every_surface_stays_within_slacks_limits(sheet: Sheet, happened: list[Event], words: str) -> None:
    """Endless and empty words, any state, any event: nothing that Slack would refuse."""
    for message in messages(sheet, happened, words):
        assert complaints(message) == []
        assert complaints(plain(message, T)) == []
    for view in views(sheet):
        assert complaints_of_view(view) == []


@pytest.mark.invariant(8)
@often
@given(sheets(), st.lists(events(), min_size=1, max_size=6), WORDS)
def test_nobodys_words_become_markup_or_a_mention(sheet: Sheet, happened: list[Event], words: str) -> None:
    """Whoever is mentioned was put there by us; mrkdwn holds nothing but our own words."""
    for message in messages(sheet, happened, words):
        for each in objects(message.blocks):
            assert each.get("user_id", each.get("usergroup_id", DANA)) in OURS
            assert each.get("type") != "broadcast"
            assert each.get("channel_id", "C0DBA") == "C0DBA"
        for text in (message.text, plain(message, T).text):
            assert {token for token in tokens(text) if not token.startswith("<!date")} <= {
                "<@U0DANA>",
                "<@U0OMAR>",
                "<@U0INES>",
                "<!subteam^S0GROUP>",
                "<#C0DBA>",
            }


@pytest.mark.invariant(10)
@pytest.mark.parametrize("words", [HOSTILE, "", "x" * 5_000, "🎉" * 300])
def test_any_number_of_environments_fits(words: str) -> None:
    """A hundred with three sets of rules each, and every name as long as it gets."""
    for message in allowed(words, environments=100):
        assert complaints(message) == []
        assert complaints(plain(message, T)) == []


def hostile_sheet(state: State) -> Sheet:
    """Return a sheet in which everything that somebody else wrote is hostile."""
    request = a_request(state=state, name=HOSTILE, reason=HOSTILE)
    link = {"clusterName": HOSTILE, "obClusterId": 1, "username": HOSTILE}
    parameter = {"name": HOSTILE, "value": HOSTILE}
    payload = {**PAYLOAD, "address": HOSTILE, "obLinks": [link], "parameters": [parameter]}
    subtasks = tuple(replace(each, name=HOSTILE) for each in stages("RUNNING", HOSTILE, "FAILED"))
    sheet = a_sheet(state, request=request, tasks=[a_task(HOSTILE, subtasks=subtasks)])
    labels = {"host:11": HOSTILE, "host:12": None}
    return replace(sheet, revision=replace(sheet.revision, payload=payload), names=Names(labels))


@pytest.mark.invariant(8)
@pytest.mark.parametrize("state", sorted(State))
def test_hostile_words_stand_as_they_were_written(state: State) -> None:
    """They are there, whole, as plain text: in text elements and plain_text, never in mrkdwn."""
    message = card(hostile_sheet(state), OPERATION, T, asks_approvers=True)

    holding = [each for each in objects(message.blocks) if "<!channel>" in str(each.get("text", ""))]
    assert any(HOSTILE in each["text"] for each in holding if each["type"] == "text")
    assert {each["type"] for each in holding if isinstance(each["text"], str)} <= {"text", "plain_text"}
    assert not any("evil" in each["text"] for each in objects(message.blocks) if each.get("type") == "mrkdwn")


@pytest.mark.invariant(8)
def test_a_line_break_in_a_name_forges_no_line() -> None:
    """A reason cannot look like a state of its own."""
    request = a_request(reason="x\n✅ Done: approved by everybody")

    message = card(a_sheet(request=request), OPERATION, T, asks_approvers=True)

    texts = [each["text"] for each in objects(message.blocks) if each.get("type") == "text"]
    assert not any("\n✅" in text for text in texts)
    told = answers.told(Text("%(reason)s", {"reason": request.reason}), T)
    assert "\n" not in told.text


def vast(states: str, name: str) -> Task:
    """Return a task of 300 subtasks with names of 200 characters."""
    return a_task("RUNNING", subtasks=stages(*[states] * 300, counts=[(name, 3, 3600)] * 100))


@pytest.mark.invariant(10)
@pytest.mark.parametrize(
    ("state", "name"),
    [
        *((state, "<&>" * 70) for state in sorted(State)),
        *((State.RUNNING, name) for name in ("n" * 200, "节点" * 100, "🎉" * 200)),
    ],
)
def test_the_vastest_request_fits(state: State, name: str) -> None:
    """300 subtasks, 100 hosts, every text as long as it gets."""
    install = {**PAYLOAD["obproxyInstallParam"], "hostIds": list(range(100))}
    parameters = [{"name": name, "value": name}] * 100
    links = [{"clusterName": name, "obClusterId": 1, "username": name}] * 50
    payload = {
        **PAYLOAD,
        "obproxyInstallParam": install,
        "parameters": parameters,
        "startupParameters": parameters,
        "obLinks": links,
    }
    request = a_request(state=state, name=name, reason=name)
    approved = {UserId(f"U0APPROVER{number}"): NOW for number in range(30)}
    sheet = a_sheet(state, request=request, tasks=[vast("RUNNING", name)], approvers=(OMAR,) * 100)
    sheet = replace(sheet, approved=approved, needed=40, again_of=10**9, asked_again=10**9, expires_at=NOW)
    sheet = replace(sheet, revision=replace(sheet.revision, payload=payload))
    changes = diff(vast("PENDING", name), replace(vast("FAILED", name), mark=a_mark(name)))
    happened = an_event("task.changed", {"task": 1, "changes": [each.to_json() for each in changes], "counts": {}})

    for message in messages(sheet, [happened] * 5, name):
        assert complaints(message) == []
    for view in (*views(sheet), attach(request, named(sheet, 150), T, private_metadata="{}")):
        assert complaints_of_view(view) == []


@pytest.mark.invariant(11)
def test_an_unknown_kind_is_one_plain_line() -> None:
    """A later version wrote it; this one shows it."""
    message = reply([an_event("task.sneezed", {"loud": True})], a_sheet(), T, mentions=[])

    assert message.text == 'task.sneezed: {"loud":true}'


@pytest.mark.invariant(11)
@pytest.mark.parametrize("operation", [["a"], {"a": 1}, 7])
def test_changes_of_another_shape_are_one_plain_line(operation: object) -> None:
    """Members that are there, but hold something else than this version writes."""
    was = {"status": "RUNNING", "operation": "EXECUTE", "run_time": 1}
    change = {
        "subtask": 1,
        "name": "x",
        "was": was,
        "now": {**was, "operation": operation, "run_time": "2"},
        "branch": 1,
    }

    message = reply([an_event("task.changed", {"task": 1, "changes": [change]})], a_sheet(), T, mentions=[])

    assert message.text.startswith("task.changed: {")


@pytest.mark.invariant(11)
@often
@given(events())
def test_an_event_that_cannot_be_read_is_shown(event: Event) -> None:
    """Nothing that is stored keeps a thread from going on."""
    assert reply([event], a_sheet(), T, mentions=[]).text


@pytest.mark.invariant(11)
def test_an_unknown_state_is_shown_as_ocp_spells_it() -> None:
    """With the mark of what is not known."""
    task = a_task("SLEEPING", "SNORING")

    text = json.dumps(
        card(a_sheet(State.RUNNING, tasks=[task]), OPERATION, T, asks_approvers=False).blocks, ensure_ascii=False
    )

    assert "❓ OCP task 41257: SLEEPING" in text
    assert "❓ Prepare obproxy install: SNORING" in text


def error_classes(base: type[BotError] = BotError) -> Iterator[type[BotError]]:
    yield base
    for each in base.__subclasses__():
        if each.__module__ == errors.__name__:
            yield from error_classes(each)


@pytest.mark.invariant(12)
@pytest.mark.parametrize("error", list(error_classes()), ids=lambda error: str(error.__name__))
def test_every_error_has_words_for_the_person(error: type[BotError]) -> None:
    """The words name their fields, and none is left over."""
    fields = (
        "reference",
        "environment",
        "approvers",
        "operators",
        "number",
        "who",
        "when",
        "what",
        "until",
        "why",
        "environments",
        "example",
        "state",
        "given",
        "needed",
    )
    text = Text(error.user_message, {name: f"[{name}]" for name in fields})

    message = answers.told(text, T)

    assert len(message.text) > 10
    assert "%(" not in message.text
    assert error.user_message.endswith(".")


@often
@given(st.dictionaries(st.sampled_from([field.id for field in OPERATION.form]), WORDS, min_size=1))
def test_form_errors_stand_at_their_fields(typed: dict[str, str]) -> None:
    """Whatever was typed, each mistake is at the block that has it, short enough to be read."""
    refused = FormRefused({field: Mistake('"%(value)s" is wrong.', value=value).text for field, value in typed.items()})

    shown = answers.form_errors(refused, T)

    assert shown.keys() == typed.keys()
    assert all(1 <= len(text) <= 300 for text in shown.values())
