"""Arguments of Web API calls, as JSON or as a form."""

import json
from typing import Any

from aiohttp import web

from .checks.rules import complaint
from .errors import Refused
from .model import Json

OBJECTS = {
    "blocks": "invalid_blocks_format",
    "attachments": "invalid_attachments",
    "metadata": "invalid_metadata_format",
    "view": "invalid_arguments",
}


async def read_arguments(request: web.Request) -> Json:
    """Return the arguments of *request*; the query counts as well, as it does with Slack."""
    args: Json = dict(request.query)
    if request.content_type == "application/json":
        body = await request.text()
        args |= _read_json(body) if body else {}
    else:
        args |= {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    return args


def unpacked(args: Json) -> Json:
    """
    Return *args* with the JSON strings of objects read.

    Raises:
        Refused: one of them is no JSON.
    """
    return {name: _unpack(name, value) for name, value in args.items()}


def required(args: Json, name: str) -> str:
    """
    Return a string argument.

    Raises:
        Refused: `invalid_arguments`, it is missing.
    """
    value = args.get(name)
    if value in (None, ""):
        raise Refused("invalid_arguments", [complaint(f"missing required field: {name}", f"/{name}")])
    return str(value)


def flag(args: Json, name: str) -> bool:
    """Return a boolean argument: also ``1`` and ``true``."""
    return str(args.get(name, "")).lower() in {"1", "true"}


def number(args: Json, name: str, default: int, most: int) -> int:
    """
    Return a whole number from 1 to *most*.

    Raises:
        Refused: `invalid_limit`.
    """
    value = str(args.get(name, default))
    if not value.isdigit() or not 1 <= int(value) <= most:
        raise Refused("invalid_limit")
    return int(value)


def _read_json(body: str) -> Json:
    try:
        read: Json = json.loads(body)
    except json.JSONDecodeError as error:
        raise web.HTTPBadRequest(text="invalid_json") from error
    return read


def _unpack(name: str, value: Any) -> Any:
    if name not in OBJECTS or not isinstance(value, str):
        return value
    if not value:
        return None
    try:
        return json.loads(value)
    except json.JSONDecodeError as error:
        raise Refused(OBJECTS[name]) from error
