"""Draws blocks as HTML."""

from collections.abc import Callable
from html import escape
from typing import Any

from .fields import SLOTS
from .html_spans import painted, with_emoji
from .model import Json
from .mrkdwn import parse
from .richtext import inline_span
from .views import Values


class BlockPainter:
    """Draws the blocks of one message or view with the values and errors of its fields."""

    def __init__(self, name_of: Callable[[str], str], values: Values, errors: dict[str, str]) -> None:
        self._name_of = name_of
        self._values = values
        self._errors = errors

    def blocks(self, blocks: list[Json]) -> str:
        """Return all *blocks*."""
        return "".join(f'<div class="block">{self._block(block)}</div>' for block in blocks)

    def mrkdwn(self, text: str, *, verbatim: bool) -> str:
        """Return *text* with its markup applied."""
        return f'<div class="block">{painted(parse(text, verbatim=verbatim), self._name_of)}</div>'

    def _block(self, block: Json) -> str:
        kind = block["type"]
        if kind == "section":
            return self._section(block)
        if kind == "header":
            return f"<h2>{self._text(block['text'])}</h2>"
        if kind == "context":
            items = [self._text(item) if "text" in item else escape(item["alt_text"]) for item in block["elements"]]
            return f'<span class="context">{" ".join(items)}</span>'
        if kind == "actions":
            return " ".join(self._element(block, element) for element in block["elements"])
        return self._input(block) if kind == "input" else self._other(block)

    def _section(self, block: Json) -> str:
        text = f"<div>{self._text(block['text'])}</div>" if "text" in block else ""
        fields = "".join(f"<div>{self._text(one)}</div>" for one in block.get("fields", []))
        said = text + (f'<div class="fields">{fields}</div>' if fields else "")
        if "accessory" not in block:
            return said
        return f'<div class="beside"><div>{said}</div><div>{self._element(block, block["accessory"])}</div></div>'

    def _input(self, block: Json) -> str:
        optional = ' <span class="quiet">(optional)</span>' if block.get("optional") else ""
        error = self._errors.get(block["block_id"])
        below = f'<div class="error">{escape(error)}</div>' if error else ""
        below += f'<div class="hint">{self._text(block["hint"])}</div>' if "hint" in block else ""
        return f"<b>{self._text(block['label'])}</b>{optional}{self._element(block, block['element'])}{below}"

    def _other(self, block: Json) -> str:
        if block["type"] == "rich_text":
            return "".join(map(self._rich, block["elements"]))
        if block["type"] == "table":
            rows = ("".join(f"<td>{self._cell(cell)}</td>" for cell in row) for row in block["rows"])
            return f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"
        return "<hr>" if block["type"] == "divider" else escape(str(block.get("alt_text") or block.get("text") or ""))

    def _rich(self, element: Json) -> str:
        if element["type"] == "rich_text_list":
            tag = "ol" if element["style"] == "ordered" else "ul"
            return f"<{tag}>{''.join(f'<li>{self._inline(item)}</li>' for item in element['elements'])}</{tag}>"
        tag = {"rich_text_preformatted": "pre", "rich_text_quote": "blockquote"}.get(element["type"], "div")
        return f"<{tag}>{self._inline(element)}</{tag}>"

    def _inline(self, element: Json) -> str:
        return painted(map(inline_span, element["elements"]), self._name_of)

    def _cell(self, cell: Json) -> str:
        rich = cell["type"] == "rich_text"
        return "".join(map(self._rich, cell["elements"])) if rich else escape(str(cell.get("text", "")))

    def _text(self, value: Json) -> str:
        if value["type"] == "mrkdwn":
            return painted(parse(value["text"], verbatim=bool(value.get("verbatim"))), self._name_of)
        return with_emoji(value["text"])

    def _element(self, block: Json, element: Json) -> str:
        kind = element["type"]
        if kind == "button":
            return f'<span class="button {escape(element.get("style", ""))}">{self._text(element["text"])}</span>'
        if kind == "image":
            return f'<span class="quiet">{escape(element["alt_text"])}</span>'
        if kind not in SLOTS:
            return '<span class="button">⋯</span>'
        if kind in {"radio_buttons", "checkboxes"}:
            return self._choices(element, self._state(block, element))
        return self._field(element, self._state(block, element), inside=block["type"] == "input")

    def _state(self, block: Json, element: Json) -> list[Any]:
        slot = SLOTS[element["type"]]
        held = self._values.get(block["block_id"], {}).get(element["action_id"])
        state = held[slot.state] if held else element.get(slot.initial)
        return state if isinstance(state, list) else [] if state in (None, "") else [state]

    def _choices(self, element: Json, chosen: list[Any]) -> str:
        on, off = ("◉", "○") if element["type"] == "radio_buttons" else ("☑", "☐")
        values = {option["value"] for option in chosen}
        lines = (f"{on if o['value'] in values else off} {self._text(o['text'])}" for o in element["options"])
        return "".join(f"<div>{line}</div>" for line in lines)

    def _field(self, element: Json, state: list[Any], *, inside: bool) -> str:
        shown = ", ".join(one["text"]["text"] if isinstance(one, dict) else self._name_of(str(one)) for one in state)
        inner = escape(shown)
        if not state:
            hint = self._text(element["placeholder"]) if "placeholder" in element else ""
            inner = f'<span class="placeholder">{hint}</span>'
        arrow = " ▾" if "select" in element["type"] else ""
        return f'<div class="field">{inner}{arrow}</div>' if inside else f'<span class="menu">{inner}{arrow}</span>'
