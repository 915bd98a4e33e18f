"""The contract's samples of Slack's payloads, and how the sandbox's are compared with them."""

import json
from pathlib import Path
from typing import Any

FIXTURES = Path(__file__).parents[2] / "contract" / "fixtures" / "slack"


def sample(name: str) -> Any:
    return json.loads((FIXTURES / f"{name}.json").read_text())


def same_shape(sent: Any, expected: Any) -> bool:
    """Lists and free texts aside, both have the same keys all the way down."""
    if isinstance(sent, dict) and isinstance(expected, dict):
        return sent.keys() == expected.keys() and all(same_shape(sent[key], expected[key]) for key in sent)
    return isinstance(sent, type(expected))


def without(payload: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in payload.items() if name not in names}
