"""Text as Slack's three languages take it: cut and cleaned, as rich_text people, as mrkdwn without markup."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC
from typing import Any
from urllib.parse import urlsplit

from bot.domain.texts import Channels, Part, People, When

TIME = "{time}"
DATED = "{date_short_pretty} {time}"
FALLBACK: Mapping[str, str] = {TIME: "%H:%M", DATED: "%Y-%m-%d %H:%M"}
LONGEST_URL = 3_000

_PERSON = re.compile(r"[UW][A-Z0-9]{1,30}")
_GROUP = re.compile(r"S[A-Z0-9]{1,30}")
_CHANNEL = re.compile(r"[CGD][A-Z0-9]{1,30}")
_NOT_IN_A_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_ENTITIES: Mapping[str, str] = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_MARKS = re.compile(r"`|[*_~](?![A-Za-z0-9])|(?<![A-Za-z0-9])[*_~]")
"""What Slack may take for the begin or end of formatting; inside a word, as in pay_01, it does not."""


def units(text: str) -> int:
    """Return the length of *text* in UTF-16 units: Slack does not say what a character is, and this is the most."""
    return len(text) + sum(character > "\uffff" for character in text)


def clean(text: str) -> str:
    """Return *text* without halves of characters, which no JSON and no UTF-8 can carry."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def cut(text: str, most: int) -> str:
    """Return *text*, of more than *most* characters only the beginning and "…"."""
    whole = clean(text)
    if units(whole) <= most:
        return whole
    kept, room = [], most - 1
    for character in whole[:most]:
        room -= units(character)
        if room < 0:
            break
        kept.append(character)
    return "".join(kept) + "…"


def one_line(text: str) -> str:
    """Return *text* without line breaks, control characters and what turns the direction of writing."""
    return _NOT_IN_A_LINE.sub(" ", text)


def is_url(text: str) -> bool:
    """Whether Slack takes *text* as the address of a link or a button."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and units(text) <= LONGEST_URL


def person(id_: str) -> dict[str, Any]:
    """Return the element that mentions a user or a user group; what is not the id of one is text."""
    if _PERSON.fullmatch(id_):
        return {"type": "user", "user_id": id_}
    if _GROUP.fullmatch(id_):
        return {"type": "usergroup", "usergroup_id": id_}
    return {"type": "text", "text": cut(one_line(f"@{id_}"), 40)}


def channel(id_: str) -> dict[str, Any]:
    """Return the element that links a channel; what is not the id of one is text."""
    if _CHANNEL.fullmatch(id_):
        return {"type": "channel", "channel_id": id_}
    return {"type": "text", "text": cut(one_line(f"#{id_}"), 40)}


def in_utc(when: When, time: str) -> str:
    """Return what stands for a moment where Slack does not write it in the reader's zone."""
    return f"{when.at.astimezone(UTC):{FALLBACK[time]}} UTC"


def marked_up(parts: Iterable[Part], *, most: int, dates: bool = False, bare: bool = False) -> str:
    """
    Return *parts* as mrkdwn of at most *most* characters, in which only people (and *dates*) are markup.

    What is cut is cut before escaping and between tokens, so no entity and no `<...>` is ever broken. *bare* is for
    text that Slack formats: it keeps `*`, `_`, `~` and the backtick, which have no escape, from meaning anything.
    """
    kept: list[str] = []
    room = most - 1
    for token in (token for part in parts for token in _tokens(part, dates=dates, bare=bare)):
        room -= units(token)
        if room < 0:
            return "".join(kept) + "…"
        kept.append(token)
    return "".join(kept)


def _tokens(part: Part, *, dates: bool, bare: bool) -> Iterator[str]:
    if isinstance(part, People):
        for index, id_ in enumerate(part.ids):
            yield from ", " if index else ""
            yield from _mention(id_)
    elif isinstance(part, Channels):
        for index, id_ in enumerate(part.ids):
            yield from ", " if index else ""
            yield f"<#{id_}>" if "channel_id" in channel(id_) else f"#{id_}"
    elif isinstance(part, When):
        written = in_utc(part, DATED if dates else TIME)
        yield f"<!date^{int(part.at.timestamp())}^{DATED}|{written}>" if dates else written
    else:
        yield from _escaped(str(part), bare=bare)


def _mention(id_: str) -> Iterator[str]:
    match person(id_):
        case {"user_id": str(user)}:
            yield f"<@{user}>"
        case {"usergroup_id": str(group)}:
            yield f"<!subteam^{group}>"
        case element:
            yield from _escaped(str(element["text"]), bare=True)


def _escaped(text: str, *, bare: bool) -> Iterator[str]:
    whole = clean(text)
    for character in _MARKS.sub(_inert, whole) if bare else whole:
        yield _ENTITIES.get(character, character)


def _inert(mark: re.Match[str]) -> str:
    return f"{mark.group()}\u2060"
