"""Redaction: secrets are taken out of words before anybody reads, logs or stores them."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from .secret_shapes import MARK, without_shapes
from .secret_spellings import Spellings

__all__ = ["MARK", "Redactor", "each_text", "shows_secret"]

EMPTY: Mapping[str, Any] = MappingProxyType({})
Change = Callable[[Mapping[str, Any], str, str], str]
"""Returns what stands for a text: given the nearest object around it, its key there, and the text."""


class Redactor:
    """
    Takes out the configured *secrets* in every spelling, and what is a secret by its shape.

    What it returns, it returns unchanged when asked again. Configured secrets of up to three characters stay.
    """

    def __init__(self, secrets: Sequence[str] = ()) -> None:
        self._own = Spellings(secrets)

    def __call__(self, text: str) -> str:
        """Return *text* without any secret."""
        return without_shapes(self.own(text))

    def own(self, text: str) -> str:
        """Return *text* without the configured secrets; it never gets longer."""
        return self._own.replaced(text, MARK)

    def holds_own(self, text: str) -> bool:
        """Whether a configured secret is in *text*."""
        return self.own(text) != text


def shows_secret(text: str) -> bool:
    """Whether *text* holds what is a secret by its shape, whoever's it is."""
    return without_shapes(text) != text


def each_text(value: Any, change: Change, around: Mapping[str, Any] = EMPTY, key: str = "") -> Any:
    """
    Return the JSON *value* with every text changed by *change*.

    Raises:
        RecursionError: it is nested too deeply.
    """
    if isinstance(value, str):
        return change(around, key, value)
    if isinstance(value, dict):
        return {name: each_text(item, change, value, name) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [each_text(item, change, around, key) for item in value]
    return value
