"""Names for the places in the bot's code that commit or call: the functions that led there, no line numbers."""

import dis
import sys
from collections.abc import Iterator
from functools import cache
from types import CodeType, FrameType

from greenlet import getcurrent

DECIDES = ("bot.workflows.", "bot.workers.", "bot.listeners.", "bot.app")
"""Whose functions name a site; the edges below them are only ways to it."""

WAYS = frozenset({"bot.workflows.line"})
"""Modules among them that are only ways to an edge themselves."""

PLUMBING = frozenset({"decide_again", "leased", "_round"})
"""Functions that run whatever they are given."""

MOST_FUNCTIONS = 3


def site() -> str:
    """
    Return the innermost functions of the bot that led here, such as "notes.save < post < catch_up._root".

    One that calls the next in several places has the number of the place, such as "update 2 of 2".
    """
    named: list[str] = []
    module = inner = ""
    for frame in _frames(sys._getframe(1)):
        where, code = str(frame.f_globals.get("__name__", "")), frame.f_code
        if where.startswith(DECIDES) and where not in WAYS and code.co_name not in PLUMBING:
            prefix = "" if where == module else f"{where.rpartition('.')[2]}."
            named.append(f"{prefix}{_function(code)}{_place(code, inner, frame.f_lasti)}")
            module = where
        if where.startswith("bot."):
            inner = code.co_name
        if len(named) == MOST_FUNCTIONS:
            break
    return " < ".join(named)


def _function(code: CodeType) -> str:
    """Return "ask.attempt" for "Ask.ask.<locals>.attempt"."""
    parts = [part for part in code.co_qualname.split(".") if not part.startswith("<")]
    return ".".join(parts[1:] if parts[0][:1].isupper() else parts)


def _place(code: CodeType, inner: str, last: int) -> str:
    """Return which of several places in *code* that name the function *inner* has been reached."""
    places = _places(code, inner)
    number = sum(offset <= last for offset in places)
    return f" {number} of {len(places)}" if len(places) > 1 else ""


@cache
def _places(code: CodeType, name: str) -> tuple[int, ...]:
    return tuple(step.offset for step in dis.get_instructions(code) if step.argval == name and "LOAD" in step.opname)


def _frames(frame: FrameType | None) -> Iterator[FrameType]:
    """Yield the frames from *frame* outwards, and out of SQLAlchemy's greenlets into the coroutines that await them."""
    greenlet = getcurrent()
    while True:
        while frame is not None:
            yield frame
            frame = frame.f_back
        if greenlet.parent is None:
            return
        greenlet = greenlet.parent
        frame = greenlet.gr_frame
