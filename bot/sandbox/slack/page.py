"""Draws rooms and modals as self-contained HTML pages, roughly the way Slack does."""

from collections.abc import Callable
from html import escape

from .dates import formatted
from .html_blocks import BlockPainter
from .model import Message, Room
from .style import STYLE
from .views import View

NameOf = Callable[[str], str]


def room_page(room: Room, name_of: NameOf) -> str:
    """Return a page with the messages of *room*, each with its thread."""
    shown = "".join(_thread(message, name_of) for message in room.messages)
    return _page(f"#{room.name}", f"<h1># {escape(room.name)}</h1>{shown}")


def modal_page(modal: View, name_of: NameOf) -> str:
    """Return a page with *modal*: its fields as they are filled in, and the errors it shows."""
    painter = BlockPainter(name_of, modal.values, modal.errors)
    title = modal.content.get("title", {}).get("text", "Home")
    trouble = f'<p class="error">{escape(modal.error)}</p>' if modal.error else ""
    body = f"<h1>{escape(title)}</h1>{trouble}{painter.blocks(modal.blocks)}{_buttons(modal)}"
    return _page(title, f'<div class="modal">{body}</div>')


def _page(title: str, body: str) -> str:
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>{STYLE}</style>'
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{body}</body></html>'


def _thread(root: Message, name_of: NameOf) -> str:
    replies = "".join(_message(reply, name_of) for reply in root.replies)
    thread = f'<div class="thread">{replies}</div>' if replies else ""
    return _message(root, name_of) + thread


def _message(message: Message, name_of: NameOf) -> str:
    name, painter = name_of(message.user), BlockPainter(name_of, {}, {})
    body = painter.blocks(message.blocks) if message.blocks else painter.mrkdwn(message.text, verbatim=True)
    app = '<span class="app">APP</span>' if message.by_app else ""
    edited = ' <span class="quiet">(edited)</span>' if message.edited_at is not None else ""
    when = formatted(message.ts.partition(".")[0], "{time}")
    head = f'<b>{escape(name)}</b> {app} <span class="quiet">{when}</span>{edited}'
    return f'<div class="message"><div class="face">{escape(name[:1].upper())}</div><div>{head}{body}</div></div>'


def _buttons(modal: View) -> str:
    content = modal.content
    close = content.get("close") or {"text": "Cancel"}
    shown = f'<span class="button">{escape(close["text"])}</span>'
    if content.get("submit"):
        shown += f' <span class="button primary">{escape(content["submit"]["text"])}</span>'
    return f'<div class="foot">{shown}</div>' if modal.kind == "modal" else ""
