"""OCP's samples, with the schema that their README gives them."""

import json
import re
from pathlib import Path
from typing import Any

from bot.ocp.heard import Heard

FOLDER = Path(__file__).parents[1] / "contract" / "fixtures" / "ocp"
_ROW = re.compile(r"^\| `(?P<file>\w+\.json)` \| (?P<http>[^|]+) \| `(?P<schema>\w+)` \|", re.MULTILINE)


def load(name: str) -> Any:
    """Return the JSON of a sample."""
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def answers() -> dict[str, str]:
    """Return name -> schema of every sample that OCP would answer."""
    rows = _ROW.finditer((FOLDER / "README.md").read_text(encoding="utf-8"))
    return {row["file"].removesuffix(".json"): row["schema"] for row in rows if not row["http"].startswith("request")}


def errors() -> list[str]:
    """Return the names of all samples of errors."""
    return sorted(path.stem for path in FOLDER.glob("error_*.json"))


def heard(body: object, status: int = 200, content_type: str = "application/json", **headers: str) -> Heard:
    """Return an answer with *body*: bytes and text as they are, all else as JSON."""
    raw = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Heard(status, {"content-type": content_type} | named, raw)


def sample(name: str, status: int | None = None) -> Heard:
    """Return a sample as an answer, with the status that its envelope names."""
    body = load(name)
    return heard(body, status if status is not None else body.get("status", 200))


def refusal(code: object, status: int = 400) -> Heard:
    """Return an envelope that says no with *code*."""
    error = {"code": code, "message": "no"}
    return heard({"successful": False, "error": error, "traceId": "t1", "status": status}, status)
