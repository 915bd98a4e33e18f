"""Every person gets an answer, whatever a listener does."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from gettext import NullTranslations
from typing import Any, cast

import pytest
from slack_bolt.async_app import AsyncAck
from structlog.testing import capture_logs

from bot.domain.errors import Gone, NotAttached, StoreUnavailable
from bot.domain.redaction import Redactor
from bot.listeners.answering import Answering, Listener
from bot.listeners.interaction import Interaction, of_click, of_submission
from bot.operations.create_cluster import CreateCluster
from bot.ports import Message, Messenger


@dataclass
class Told:
    """A messenger that keeps private answers."""

    messages: list[str] = field(default_factory=list)

    async def tell(self, response_url: str, message: Message) -> None:
        """Keep it."""
        self.messages.append(message.text)


@dataclass
class Ack:
    """Bolt's ack, as far as listeners see it."""

    answers: list[dict[str, Any]] = field(default_factory=list)

    async def __call__(self, **answer: Any) -> None:
        """Keep it."""
        self.answers.append(answer)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def answering(told: Told) -> Answering:
    return Answering(cast(Messenger, told), NullTranslations(), lambda: "0123456789abcdef", Redactor([OWN]))


OWN = "wolf-Moon-41/x"
CLICK = {"user": {"id": "U1"}, "response_url": "https://hooks.example/1", "actions": [{"value": "v"}]}


@pytest.mark.invariant(12)
async def test_a_known_error_is_told_in_its_words(answering: Answering, told: Told) -> None:
    """Acked first, then told; nothing reaches Bolt."""

    async def handler(_click: Interaction) -> None:
        raise Gone("nothing there", reference="#7")

    ack = await _run(answering.at_once(of_click, handler), CLICK)

    assert ack.answers == [{}]
    assert told.messages == ['There is no request "#7" here. /obproxy status lists yours.']


@pytest.mark.invariant(12)
async def test_an_unforeseen_error_leads_to_the_log_and_says_nothing_of_it(answering: Answering, told: Told) -> None:
    """The person gets a reference, not the exception."""

    async def handler(_click: Interaction) -> None:
        raise RuntimeError("password=hunter2")

    ack = await _run(answering.at_once(of_click, handler), CLICK)

    assert ack.answers == [{}]
    assert told.messages == ["That did not work. It is in the log under 01234567."]


@pytest.mark.invariant(6)
@pytest.mark.parametrize("state", [None, {}, {"values": {}}, {"values": {"name": {"answer": {"value": 7}}}}, "odd"])
async def test_a_malformed_form_is_answered_at_its_fields(answering: Answering, state: object) -> None:
    """Whatever is missing or odd counts as not given; the form stays open."""

    async def handler(form: Interaction) -> None:
        CreateCluster().read(form.typed)

    ack = await _run(answering.when_done(of_submission, handler), _form(state))

    [answer] = ack.answers
    assert answer["response_action"] == "errors"
    assert set(answer["errors"]) == {"name", "port"}


@pytest.mark.invariant(7)
@pytest.mark.parametrize("typed", [OWN, f"it is {OWN}!", "wolf-Moon-41%2Fx"])
async def test_a_secret_of_ours_is_refused_where_it_was_typed(answering: Answering, typed: str) -> None:
    """No handler ever sees it, and neither the words at the field nor the log repeat it."""
    handled: list[Interaction] = []

    async def handler(form: Interaction) -> None:
        handled.append(form)

    with capture_logs() as logs:
        state = {"values": {"port": {"a": {"value": typed}}, "name": {"a": {"value": "pay_01"}}}}
        ack = await _run(answering.when_done(of_submission, handler), _form(state))

    [answer] = ack.answers
    assert list(answer["errors"]) == ["port"]
    assert answer["errors"]["port"].startswith("This holds one of the bot's own passwords or tokens.")
    assert typed not in f"{ack.answers} {logs}"
    assert handled == []


async def test_an_oversized_answer_is_refused_at_its_field(answering: Answering) -> None:
    """More than a field can carry: words, no failure."""

    async def handler(form: Interaction) -> None:
        CreateCluster().read(form.typed)

    ack = await _run(
        answering.when_done(of_submission, handler), _form({"values": {"name": {"a": {"value": "x" * 99_999}}}})
    )

    [answer] = ack.answers
    assert answer["errors"]["name"] == "Use at most 64 characters; 99999 are given."


@pytest.mark.parametrize(
    ("error", "level"), [(StoreUnavailable("locked"), "warning"), (RuntimeError("unforeseen"), "error")]
)
async def test_an_event_that_fails_is_logged_for_nobody_is_there_to_be_told(
    answering: Answering, told: Told, error: Exception, level: str
) -> None:
    """Nothing reaches Bolt."""

    async def handler(_body: Mapping[str, Any]) -> None:
        raise error

    with capture_logs() as logs:
        ack = await _run(answering.heard(handler), {"event": {"type": "channel_unarchive"}})

    assert ack.answers == [{}]
    assert told.messages == []
    assert [(entry["event"], entry["log_level"]) for entry in logs] == [("an event was not acted upon", level)]


@pytest.mark.invariant(12)
async def test_what_belongs_to_no_field_stands_at_the_first(answering: Answering) -> None:
    """Slack refuses errors for fields that the form does not have."""

    async def handler(_form: Interaction) -> None:
        raise RuntimeError("anything")

    ack = await _run(answering.when_done(of_submission, handler), _form({}))

    assert ack.answers == [
        {"response_action": "errors", "errors": {"name": "That did not work. It is in the log under 01234567."}}
    ]


@pytest.mark.invariant(6)
async def test_a_slow_submission_is_answered_and_its_work_goes_on(answering: Answering, told: Told) -> None:
    """The ack leaves before Slack's three seconds; the end of the program waits for the work."""
    release, done = asyncio.Event(), asyncio.Event()

    async def handler(_form: Interaction) -> None:
        await release.wait()
        done.set()

    ack = await _run(answering.when_done(of_submission, handler), _form({}))
    release.set()
    await answering.finish(5.0)

    assert "Not saved yet" in ack.answers[0]["errors"]["name"]
    assert done.is_set()


async def test_a_slow_submission_says_what_is_slow(answering: Answering) -> None:
    """A form whose work is not the database's alone has words of its own."""
    release = asyncio.Event()

    async def handler(_form: Interaction) -> None:
        await release.wait()

    ack = await _run(answering.when_done(of_submission, handler, late=NotAttached), _form({}))
    release.set()
    await answering.finish(5.0)

    assert ack.answers[0]["errors"]["name"].startswith("Not attached yet: OCP or the bot's database is slow.")


async def _run(listener: Listener, body: dict[str, Any]) -> Ack:
    ack = Ack()
    await listener(cast(AsyncAck, ack), body)
    return ack


def _form(state: object) -> dict[str, Any]:
    inputs = [{"type": "input", "block_id": name} for name in ("name", "port")]
    return {"user": {"id": "U1"}, "view": {"id": "V1", "blocks": inputs, "state": state}}
