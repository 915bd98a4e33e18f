"""OCP's words pass the redactor here, all of them, before anything else reads them."""

import re
from collections.abc import Mapping
from typing import Any

from bot.domain.redaction import Redactor, each_text

_OWN_MARKS = {
    "code": re.compile(r"[A-Z]{2,10}\d{1,10}|\d{1,10}"),
    "traceId": re.compile(r"[0-9a-fA-F-]{4,64}"),
}
"""How OCP's codes and traceIds look: what has the look stays, whatever digits a short password consists of."""


def redacted(body: Any, redact: Redactor) -> Any:
    """Return the JSON *body* with its texts redacted; None if it is nested too deeply to be read."""

    def change(around: Mapping[str, Any], key: str, text: str) -> str:
        return text if _stays(around, key, text) else redact(text)

    try:
        return each_text(body, change)
    except RecursionError:
        return None


def _stays(around: Mapping[str, Any], key: str, text: str) -> bool:
    """
    Whether a text is kept as OCP wrote it.

    The name of an OBProxy cluster is: a name that is to be created is looked for in OCP's list, and one that was
    changed would look free. It is shown only where it is the request's own.
    """
    mark = _OWN_MARKS.get(key)
    return (mark is not None and mark.fullmatch(text) is not None) or (key == "name" and "workMode" in around)
