"""What a person reads, whom it mentions, and how it is drawn."""

from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import Message, Person, Room, SandboxSlack
from bot.sandbox.slack.mrkdwn import parse
from bot.sandbox.slack.spans import Span

from .blocks import button, plain, section


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("*bold* _italic_ ~gone~ `code`", "bold italic gone code"),
        ("pay_01_eu 2*3*4", "pay_01_eu 2*3*4"),
        ("*by <@U0000000001>*", "by @dana"),
        ("a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"),
        ("<https://example.com|there> <https://example.com>", "there https://example.com"),
        ("<!date^1700000000^{date_short_pretty} {time}|then>", "Nov 14, 2023 10:13 PM"),
        ("<#C0000000001> <!subteam^S0000000001> <!here>", "#pay-team @dba-oncall @here"),
        ("```\n*log*\n```", "*log*"),
    ],
)
async def test_mrkdwn_as_it_is_read(
    slack: SandboxSlack, client: AsyncWebClient, dana: Person, room: Room, written: str, read: str
) -> None:
    slack.usergroup("dba-oncall", [dana])
    await client.chat_postMessage(channel=room.id, text="x", blocks=[section(written)])

    assert slack.rendered(room.messages[0]) == read


async def test_rich_text_and_plain_text_keep_their_stars(
    slack: SandboxSlack, client: AsyncWebClient, dana: Person, room: Room
) -> None:
    inline = [{"type": "text", "text": "*a* &amp; "}, {"type": "user", "user_id": dana.id}]
    rich_section = {"type": "rich_text_section", "elements": inline}
    listed = {"type": "rich_text_list", "style": "ordered", "elements": [rich_section]}
    blocks: list[Any] = [
        {"type": "header", "text": plain("*b*")},
        {"type": "rich_text", "elements": [rich_section, listed]},
    ]
    await client.chat_postMessage(channel=room.id, text="x", blocks=[*blocks, button("go", "Go", "1")])

    assert slack.rendered(room.messages[0]) == "*b*\n*a* &amp; @dana\n1. *a* &amp; @dana\n[Go]"


def rich(**element: Any) -> dict[str, Any]:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [element]}]}


@pytest.mark.parametrize(
    ("text", "blocks", "mentioned"),
    [
        ("<@U0000000001>", [], {"U0000000001"}),
        ("&lt;@U0000000001&gt; @here", [], set()),
        ("<!channel>", [], {"channel"}),
        ("x", [section("@here")], {"here"}),
        ("x", [section("me@channel.com `@here`")], set()),
        ("x", [{"type": "section", "text": {"type": "mrkdwn", "text": "@here", "verbatim": True}}], set()),
        ("x", [{"type": "section", "text": plain("<@U0000000001> @here")}], set()),
        ("x", [{"type": "context", "elements": [{"type": "mrkdwn", "text": "<!subteam^S1>"}]}], {"S1"}),
        ("x", [rich(type="user", user_id="U0000000001")], {"U0000000001"}),
        ("x", [rich(type="broadcast", range="everyone")], {"everyone"}),
        ("x", [rich(type="text", text="<@U0000000001> @here")], set()),
    ],
)
async def test_what_a_message_mentions(
    slack: SandboxSlack, client: AsyncWebClient, room: Room, text: str, blocks: list[Any], mentioned: set[str]
) -> None:
    await client.chat_postMessage(channel=room.id, text=text, blocks=blocks)

    assert slack.mentions_of(room.messages[0]) == mentioned


async def test_who_is_notified(
    slack: SandboxSlack, client: AsyncWebClient, dana: Person, omar: Person, room: Room
) -> None:
    """One message notifies a person once; an edit notifies nobody; who is not in the room hears nothing."""
    gone = slack.person("gone")
    room.absent.add(gone.id)
    group = slack.usergroup("dba-oncall", [dana])
    text = f"<!subteam^{group.id}> <@{dana.id}> <@{dana.id}> <@{gone.id}>"
    posted = await client.chat_postMessage(channel=room.id, text=text)
    await client.chat_update(channel=room.id, ts=posted["ts"], text=f"<@{omar.id}>")

    assert (len(dana.notified), len(omar.notified), len(gone.notified)) == (1, 0, 0)
    await client.chat_postMessage(channel=room.id, text="<!here>")
    assert (len(dana.notified), len(omar.notified), len(gone.notified)) == (2, 1, 0)


@given(st.text(alphabet="ab *_~`>@#!|&;^\n"))
def test_reading_never_loses_a_letter(text: str) -> None:
    """Markup only ever takes away its own characters."""
    read = "".join(span.text for span in parse(text))

    assert [letter for letter in read if letter in "ab"] == [letter for letter in text if letter in "ab"]


@given(st.text(max_size=80))
def test_escaped_text_mentions_nobody(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    kinds = {span.kind for span in parse(escaped, verbatim=True)}

    assert kinds <= {"text", "code", "pre"}


class Tags(HTMLParser):
    """Collects the tags and the text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


async def test_a_page_escapes_everything(slack: SandboxSlack, client: AsyncWebClient, dana: Person, room: Room) -> None:
    evil = "<script>alert(1)</script>"
    escaped = evil.replace("<", "&lt;").replace(">", "&gt;")
    blocks = [
        section(escaped, fields=[plain(evil)]),
        {"type": "header", "text": plain(evil)},
        rich(type="link", url="https://example.com/\"'", text=evil),
        rich(type="text", text=evil, style={"code": True}),
        button("go", evil, evil, style="primary"),
    ]
    posted = await client.chat_postMessage(channel=room.id, text=escaped, blocks=blocks)
    await client.chat_postMessage(channel=room.id, text="reply", thread_ts=posted["ts"])
    page = Tags(slack.html(room))

    assert "script" not in page.tags
    assert page.text.count(evil) == 6
    assert "reply" in page.text


async def test_a_modal_is_drawn_with_values_hints_and_errors(
    slack: SandboxSlack, app: Any, dana: Person, room: Room
) -> None:
    await dana.types("/obproxy create", room)
    modal = await dana.modal()
    await dana.submits(modal, {"name": "taken", "hosts": ["db-1"]})
    page = Tags(slack.modal_html(modal)).text

    for words in ("Create", "Name", "taken", "This name is taken.", "Managed", "db-1", "Send"):
        assert words in page
        assert words in slack.rendered(modal)


async def test_the_watcher_hears_of_each_change(
    slack: SandboxSlack, client: AsyncWebClient, dana: Person, room: Room
) -> None:
    heard: list[tuple[str, str]] = []
    slack.on_change(lambda kind, thing: heard.append((kind, thing.text if isinstance(thing, Message) else "")))
    posted = await client.chat_postMessage(channel=room.id, text="a")
    await client.chat_update(channel=room.id, ts=posted["ts"], text="b")
    await client.chat_postEphemeral(channel=room.id, user=dana.id, text="c")
    await client.chat_delete(channel=room.id, ts=posted["ts"])

    assert heard == [("posted", "a"), ("updated", "b"), ("ephemeral", "c"), ("deleted", "b")]


async def test_waiting_in_vain_shows_the_rooms(slack: SandboxSlack, client: AsyncWebClient, room: Room) -> None:
    await client.chat_postMessage(channel=room.id, text="all I have")

    with pytest.raises(TimeoutError, match=r"pay-team[\s\S]*all I have"):
        await slack.wait_for(lambda: len(room.messages) > 1, timeout=0.1)


def test_a_date_that_is_none_stays_as_it_is() -> None:
    assert list(parse("<!date^soon^{date}|later>")) == [Span(kind="date", text="{date}", target="soon")]
