"""The Slack edge against the sandbox: what is written is found again, and every refusal is named."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.errors import (
    ContentRefused,
    FormNotOpened,
    NotInSlack,
    OddRefusal,
    PlaceRefused,
    RootRefused,
    SlackError,
    SlackLimited,
    SlackUnreachable,
    SlackUnsure,
    TokenRefused,
)
from bot.domain.redaction import Redactor
from bot.domain.request import Place, UserId
from bot.ports import Message
from bot.sandbox.slack import Fault, SandboxSlack
from bot.slack.client import web_client
from bot.slack.messenger import SlackMessenger
from bot.slack.trouble import CONTENT, LIMITED, PLACE, ROOT, TOKEN, UNKNOWN, UNSURE

OWN = "wolf/Moon+41&x"
HELLO = Message(({"type": "header", "text": {"type": "plain_text", "text": "hello"}},), "hello")


@pytest.fixture
async def slack() -> AsyncIterator[SandboxSlack]:
    async with SandboxSlack() as slack:
        slack.rate_limits = False
        yield slack


@pytest.fixture
def messenger(slack: SandboxSlack) -> SlackMessenger:
    client = web_client(slack.bot_token, base_url=slack.url, proxy=None)
    return SlackMessenger(client, "https://team.example/", slack.team_id, Redactor([OWN, "text", "button"]))


@pytest.fixture
def place(slack: SandboxSlack) -> Place:
    return Place(slack.team_id, slack.room("dba-approvals").id)


@pytest.mark.invariant(2)
async def test_what_was_posted_is_found_by_its_id(slack: SandboxSlack, messenger: SlackMessenger, place: Place) -> None:
    """Roots in the channel, replies in their thread, each under its own id, over several pages."""
    since = datetime.now(UTC)
    root = await messenger.post(place, HELLO, ident="root", root=None, broadcast=False)
    reply = await messenger.post(place, HELLO, ident="reply", root=root, broadcast=True)
    for number in range(205):
        await messenger.post(place, HELLO, ident=f"later-{number}", root=root, broadcast=False)

    assert await messenger.find(place, "root", root=None, since=since) == (root,)
    assert await messenger.find(place, "reply", root=root, since=since) == (reply,)
    assert len(await messenger.find(place, "later-204", root=root, since=since)) == 1
    assert await messenger.find(place, "never", root=root, since=since) == ()
    assert await messenger.find(place, "root", root=None, since=since + timedelta(hours=1)) == ()


async def test_a_card_is_replaced_and_keeps_its_id(
    slack: SandboxSlack, messenger: SlackMessenger, place: Place
) -> None:
    """The metadata that a root is found by survives every update."""
    since = datetime.now(UTC)
    ts = await messenger.post(place, HELLO, ident="root", root=None, broadcast=False)

    await messenger.update(place, ts, Message((), "plain now"))

    assert await messenger.find(place, "root", root=None, since=since) == (ts,)


@pytest.mark.invariant(7)
async def test_a_secret_of_ours_leaves_in_no_message_and_no_form(
    slack: SandboxSlack, messenger: SlackMessenger, place: Place
) -> None:
    """Wherever it came from, in every spelling; ids and kinds of blocks stay, whatever a short secret is."""
    words = f"{OWN} or wolf%2FMoon%2B41%26x or wolf/Moon+41&amp;x"
    label = {"type": "plain_text", "text": words}
    button = {"type": "button", "action_id": "a", "text": label, "url": f"http://x/{OWN}"}
    quote = {"type": "rich_text_quote", "elements": [{"type": "text", "text": words}]}
    message = Message(({"type": "actions", "elements": [button]}, {"type": "rich_text", "elements": [quote]}), words)
    field = {"type": "plain_text_input", "action_id": "a", "initial_value": words, "placeholder": label}
    view = {"type": "modal", "title": label, "blocks": [{"type": "input", "label": label, "element": field}]}

    ts = await messenger.post(place, message, ident="x", root=None, broadcast=False)
    await messenger.update(place, ts, message)
    with pytest.raises(FormNotOpened):
        await messenger.open_view("1.2.3", view)

    [shown] = slack.rooms[0].messages
    assert "*** or *** or ***" in slack.rendered(shown)
    assert [record.method for record in slack.records] == ["chat.postMessage", "chat.update", "views.open"]
    sent = repr([record.args for record in slack.records])
    assert not any(spelling in sent for spelling in words.split(" or "))


async def test_deleting_what_is_gone_is_no_error(messenger: SlackMessenger, place: Place) -> None:
    """Removing an extra copy twice is fine."""
    ts = await messenger.post(place, HELLO, ident="x", root=None, broadcast=False)

    await messenger.delete(place, ts)
    await messenger.delete(place, ts)


KINDS: list[tuple[str, type[SlackError]]] = [
    *((code, SlackUnsure) for code in UNSURE),
    *((code, PlaceRefused) for code in PLACE),
    *((code, RootRefused) for code in ROOT),
    *((code, ContentRefused) for code in CONTENT),
    *((code, TokenRefused) for code in TOKEN),
    *((code, NotInSlack) for code in UNKNOWN),
    *((code, SlackLimited) for code in LIMITED),
    ("an_error_nobody_has_heard_of", OddRefusal),
]


@pytest.mark.invariant(12)
@pytest.mark.parametrize(("code", "kind"), sorted(KINDS, key=str))
async def test_every_refusal_of_slack_is_named(
    slack: SandboxSlack, messenger: SlackMessenger, place: Place, code: str, kind: type[SlackError]
) -> None:
    """Slack's code decides what may be done next."""
    slack.add_fault(Fault(method="chat.postMessage", kind="error", error=code))

    with pytest.raises(SlackError) as raised:
        await messenger.post(place, HELLO, ident="x", root=None, broadcast=False)

    assert type(raised.value) is kind
    assert slack.bot_token not in str(raised.value)


@pytest.mark.invariant(2)
@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault(method="chat.postMessage", kind="status", status=503), SlackUnsure),
        (Fault(method="chat.postMessage", kind="lost_before"), SlackUnsure),
        (Fault(method="chat.postMessage", kind="lost_after"), SlackUnsure),
        (Fault(method="chat.postMessage", kind="rate_limited", seconds=7), SlackLimited),
    ],
    ids=lambda value: getattr(value, "kind", ""),
)
async def test_every_silence_of_slack_is_named(
    slack: SandboxSlack, messenger: SlackMessenger, place: Place, fault: Fault, kind: type[SlackError]
) -> None:
    """Nothing is repeated by the library itself: one call, one outcome."""
    slack.add_fault(fault)

    with pytest.raises(kind) as raised:
        await messenger.post(place, HELLO, ident="x", root=None, broadcast=False)

    assert [record.method for record in slack.records] == ["chat.postMessage"]
    assert getattr(raised.value, "seconds", 7) == 7


async def test_a_slack_that_is_not_there_was_not_reached(
    slack: SandboxSlack, messenger: SlackMessenger, place: Place
) -> None:
    """Refused connections had no effect."""
    await slack.down()

    with pytest.raises(SlackUnreachable):
        await messenger.post(place, HELLO, ident="x", root=None, broadcast=False)


async def test_a_modal_without_a_good_trigger_is_told_as_such(messenger: SlackMessenger) -> None:
    """The person types the command again."""
    title = {"type": "plain_text", "text": "Title"}

    with pytest.raises(FormNotOpened):
        await messenger.open_view("1.2.3", {"type": "modal", "title": title, "blocks": []})


def test_a_link_leads_to_the_message(messenger: SlackMessenger) -> None:
    """As Slack writes them."""
    assert (
        messenger.link(Place("T1", "C1"), "1700000002.000100") == "https://team.example/archives/C1/p1700000002000100"
    )


async def test_a_persons_conversation_is_opened_once(slack: SandboxSlack, messenger: SlackMessenger) -> None:
    """Asked for twice it is the same place."""
    dana = slack.person("dana")

    first, second = await messenger.direct(UserId(dana.id)), await messenger.direct(UserId(dana.id))

    assert first == second
    assert first.channel.startswith("D")
