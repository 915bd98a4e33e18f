"""Reads the elements of rich_text blocks into spans."""

from .model import Json
from .spans import Span


def inline_span(element: Json) -> Span:
    """Return the span of an element that stands in a section, quote or preformatted block."""
    kind = element["type"]
    styles = frozenset(name for name, on in element.get("style", {}).items() if on)
    if kind == "link":
        return Span(kind="link", text=str(element.get("text") or element["url"]), target=element["url"], styles=styles)
    if kind == "broadcast":
        return Span(kind="broadcast", text=f"@{element['range']}", target=element["range"], styles=styles)
    if kind == "date":
        return Span(kind="date", text=element["format"], target=str(element["timestamp"]), styles=styles)
    if kind == "emoji":
        return Span(kind="emoji", text=f":{element['name']}:", target=element.get("unicode", ""), styles=styles)
    return _mention_or_text(kind, element, styles)


def _mention_or_text(kind: str, element: Json, styles: frozenset[str]) -> Span:
    if kind == "user":
        return Span(kind="user", text="", target=element["user_id"], styles=styles)
    if kind == "usergroup":
        return Span(kind="usergroup", text="", target=element["usergroup_id"], styles=styles)
    if kind == "channel":
        return Span(kind="channel", text="", target=element["channel_id"], styles=styles)
    return Span(kind="text", text=str(element.get("text") or element.get("value", "")), styles=styles)
