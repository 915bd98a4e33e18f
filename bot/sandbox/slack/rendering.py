"""Writes messages and views as the plain text that a person reads."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from .dates import formatted
from .fields import SLOTS
from .model import Json, Message
from .mrkdwn import parse
from .richtext import inline_span
from .spans import Span
from .views import Values, View


class Renderer:
    """Knows how people and channels are called; *name_of* takes an id."""

    def __init__(self, name_of: Callable[[str], str]) -> None:
        self._name_of = name_of

    def message(self, message: Message) -> str:
        """Return the blocks of *message*, or its text when it has none."""
        text = self.spans(parse(message.text, verbatim=True))
        lines = self._blocks(message.blocks, {}) if message.blocks else [text]
        for attachment in message.attachments:
            lines += self._blocks(attachment.get("blocks", []), {})
        return "\n".join(line for line in lines if line)

    def view(self, view: View) -> str:
        """Return a modal with its title, fields, errors and buttons, or a Home tab."""
        content = view.content
        lines = [content["title"]["text"]] if "title" in content else []
        lines += [view.error] if view.error else []
        for block in view.blocks:
            lines += self._block(block, view.values)
            lines += [f"! {view.errors[block['block_id']]}"] if block["block_id"] in view.errors else []
        lines += [f"[{content[name]['text']}]" for name in ("submit", "close") if content.get(name)]
        return "\n".join(lines)

    def spans(self, spans: Iterable[Span]) -> str:
        """Return *spans* as one text."""
        return "".join(map(self.span, spans))

    def span(self, span: Span) -> str:
        """Return one span: mentions as names, dates in UTC."""
        if span.kind in {"user", "usergroup"}:
            return f"@{self._name_of(span.target)}"
        if span.kind == "channel":
            return f"#{self._name_of(span.target)}"
        return formatted(span.target, span.text) if span.kind == "date" else span.text

    def text(self, value: Json) -> str:
        """Return a text object."""
        if value["type"] == "mrkdwn":
            return self.spans(parse(value["text"], verbatim=bool(value.get("verbatim"))))
        return str(value["text"])

    def _blocks(self, blocks: list[Json], values: Values) -> list[str]:
        return [line for block in blocks for line in self._block(block, values)]

    def _block(self, block: Json, values: Values) -> Iterator[str]:
        kind = block["type"]
        if kind == "section":
            yield from self._section(block, values)
        elif kind == "header":
            yield self.text(block["text"])
        elif kind == "context":
            yield " ".join(self.text(item) if "text" in item else item["alt_text"] for item in block["elements"])
        elif kind == "actions":
            yield " ".join(self._element(block, element, values) for element in block["elements"])
        elif kind == "input":
            optional = " (optional)" if block.get("optional") else ""
            yield f"{self.text(block['label'])}{optional}: {self._element(block, block['element'], values)}"
            yield from [self.text(block["hint"])] if "hint" in block else []
        else:
            yield from self._other(block)

    def _section(self, block: Json, values: Values) -> Iterator[str]:
        for text in [block["text"]] if "text" in block else []:
            yield self.text(text)
        yield from map(self.text, block.get("fields", []))
        if "accessory" in block:
            yield self._element(block, block["accessory"], values)

    def _other(self, block: Json) -> Iterator[str]:
        kind = block["type"]
        if kind == "rich_text":
            yield from self.rich(block["elements"])
        elif kind == "divider":
            yield "---"
        elif kind == "image":
            yield block["alt_text"]
        elif kind == "markdown":
            yield block["text"]
        elif kind == "table":
            for row in block["rows"]:
                yield " | ".join(self._cell(cell) for cell in row)

    def rich(self, elements: list[Json]) -> Iterator[str]:
        """Yield the lines of a rich_text block's elements."""
        for element in elements:
            if element["type"] == "rich_text_list":
                for number, item in enumerate(element["elements"], element.get("offset", 0) + 1):
                    mark = f"{number}." if element["style"] == "ordered" else "•"
                    yield "  " * element.get("indent", 0) + f"{mark} {self._inline(item)}"
            else:
                yield self._inline(element).rstrip("\n")

    def _inline(self, element: Json) -> str:
        return self.spans(map(inline_span, element["elements"]))

    def _cell(self, cell: Json) -> str:
        return "\n".join(self.rich(cell["elements"])) if cell["type"] == "rich_text" else str(cell.get("text", ""))

    def _element(self, block: Json, element: Json, values: Values) -> str:
        kind = element["type"]
        if kind == "button":
            return f"[{element['text']['text']}]"
        if kind == "image":
            return str(element["alt_text"])
        if kind in SLOTS:
            state = values.get(block["block_id"], {}).get(element["action_id"], {}).get(SLOTS[kind].state)
            return self._state(element, state)
        return "[...]"

    def _state(self, element: Json, state: Any) -> str:
        if state in (None, "", []):
            return f"<{element['placeholder']['text']}>" if "placeholder" in element else "<>"
        items = state if isinstance(state, list) else [state]
        return ", ".join(item["text"]["text"] if isinstance(item, dict) else self._name_of(str(item)) for item in items)
