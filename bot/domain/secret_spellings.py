"""How a configured secret may be spelt in other people's words: as it is, in a URL, in JSON, in HTML, in Base64."""

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator

SHORTEST_SECRET = 4
"""Shorter ones would blacken ordinary words."""

SHORTEST_BASE64 = 5
"""Characters that belong to the secret alone; fewer would be found by chance."""

_ENTITIES = {"&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos"}
_BASE64 = {"+": "[+-]", "/": "[/_]"}


class Spellings:
    """
    Finds configured *secrets* in every spelling, longer ones first.

    `anchors` are the parts that no encoding changes, one for each spelling: a text with none of them holds no secret.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        known = sorted({each for each in secrets if len(each) >= SHORTEST_SECRET}, key=lambda each: (-len(each), each))
        cores = {core for secret in known for core in _cores(secret)}
        self.anchors = sorted({_anchor(each) for each in (*known, *cores)})
        self._pattern = re.compile("|".join((*map(_written, known), *map(_in_base64, sorted(cores)))))

    def replaced(self, text: str, mark: str) -> str:
        """Return *text* with *mark* for each secret in it."""
        return self._pattern.sub(mark, text) if any(anchor in text for anchor in self.anchors) else text


def _anchor(spelling: str) -> str:
    return max(re.findall("[A-Za-z0-9]+", spelling), key=len, default="")


def _written(secret: str) -> str:
    """Return the regex for *secret*, any character of which may be encoded."""
    return "".join(_unit(*part) for part in re.findall(r"(\\*)(.?)", secret, re.DOTALL))


def _unit(backslashes: str, character: str) -> str:
    """Return the regex for one character and the backslashes before it, which more of them may join; no way back."""
    if not backslashes:
        return _character(character)
    count = len(backslashes)
    encoded = rf"(?:{_percent(backslashes[0])}){{{count}}}|(?:{_numeric(backslashes[0])}){{{count}}}"
    return rf"(?>(?:\\{{{count},{8 * count}}}|{encoded}){_character(character)})"


def _character(character: str) -> str:
    is_plain = not character or (character.isascii() and character.isalnum())
    return character if is_plain else f"(?:{'|'.join(_encoded(character))})"


def _encoded(character: str) -> Iterator[str]:
    """Yield what may stand for one character; encodings may be nested a few times."""
    yield rf"\\{{0,7}}+{re.escape(character)}" if character in "\"'/" else re.escape(character)
    yield _percent(character)
    yield _escaped(character)
    yield _numeric(character)
    if character in _ENTITIES:
        yield f"&(?:amp;){{0,2}}{_ENTITIES[character]};"
    if character == " ":
        yield r"\+"


def _percent(character: str) -> str:
    codes = character.encode(errors="replace")
    return "".join(f"%(?:25){{0,2}}{_hex(f'{code:02x}')}" for code in codes)


def _escaped(character: str) -> str:
    r"""Return the regex for \u in JSON, and \x and \U in Python."""
    units = character.encode("utf-16-be", "surrogatepass").hex()
    long = "".join(rf"\\{{1,7}}+u{_hex(units[at : at + 4])}" for at in range(0, len(units), 4))
    if len(units) > 4:
        return rf"{long}|\\{{1,7}}+U{_hex(f'{ord(character):08x}')}"
    return rf"{long}|\\{{1,7}}+x{_hex(units[2:])}" if units.startswith("00") else long


def _numeric(character: str) -> str:
    code = ord(character)
    return f"&(?:amp;){{0,2}}#(?:0{{0,4}}{code}|[xX]0{{0,4}}{_hex(f'{code:x}')});"


def _hex(digits: str) -> str:
    return "".join(f"[{digit}{digit.upper()}]" if digit.isalpha() else digit for digit in digits)


def _cores(secret: str) -> Iterator[str]:
    """
    Yield what *secret* is inside a longer text in Base64, as in a Basic header, at each of the three offsets.

    The characters at its ends hold bits of what stands beside it, and are left out.
    """
    raw = secret.encode(errors="replace")
    for offset, shared in enumerate((0, 2, 3)):
        whole = 8 * (offset + len(raw)) // 6
        core = b64encode(b"\0" * offset + raw).decode()[shared:whole]
        if len(core) >= SHORTEST_BASE64:
            yield core


def _in_base64(core: str) -> str:
    """Return the regex for *core* in either alphabet; the character after it goes with it."""
    return "".join(_BASE64.get(each, each) for each in core) + r"[A-Za-z0-9+/_-]?={0,2}"
