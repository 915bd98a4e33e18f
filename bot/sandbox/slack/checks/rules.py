"""The pieces that checks are made of: a rule looks at a value and yields Slack's complaints about it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

Rule = Callable[[Any, str], Iterable[str]]  # value, json pointer -> complaints


def complaint(words: str, at: str) -> str:
    """Return *words* the way Slack puts them into ``response_metadata.messages``."""
    return f"[ERROR] {words} [json-pointer:{at}]"


def length(text: str) -> int:
    """Count UTF-16 units: Slack does not say what a character is, and this is the larger number."""
    return len(text.encode("utf-16-le")) // 2


def string(most: int, least: int = 1) -> Rule:
    """A string of *least* to *most* characters."""

    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield complaint("must be a string", at)
        elif length(value) > most:
            yield complaint(f"must be less than {most + 1} characters", at)
        elif length(value) < least:
            yield complaint(f"must be more than {least - 1} characters", at)

    return check


def boolean(value: Any, at: str) -> Iterator[str]:
    """True or false."""
    if not isinstance(value, bool):
        yield complaint("must be a boolean", at)


def integer(least: int, most: int | None = None) -> Rule:
    """A whole number from *least* to *most*."""

    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, int) or isinstance(value, bool):
            yield complaint("must be an integer", at)
        elif value < least or (most is not None and value > most):
            yield complaint(f"must be between {least} and {most}", at)

    return check


def one_of(*allowed: Any) -> Rule:
    """One of these values."""

    def check(value: Any, at: str) -> Iterator[str]:
        if value not in allowed:
            yield complaint(f"must be one of: {', '.join(map(str, allowed))}", at)

    return check


def listed(rule: Rule, least: int = 1, most: int | None = None) -> Rule:
    """A list of *least* to *most* items that all keep *rule*."""

    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield complaint("must be an array", at)
            return
        if len(value) < least:
            yield complaint(f"no less than {least} items allowed", at)
        if most is not None and len(value) > most:
            yield complaint(f"no more than {most} items allowed", at)
        for index, item in enumerate(value):
            yield from rule(item, f"{at}/{index}")

    return check


def record(required: Mapping[str, Rule], optional: Mapping[str, Rule] | None = None) -> Rule:
    """An object with exactly these properties, besides ``type``."""
    known = {**required, **(optional or {})}

    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield complaint("must be an object", at)
            return
        for name in required.keys() - value.keys():
            yield complaint(f"missing required field: {name}", at)
        for name, item in value.items():
            if name in known:
                yield from known[name](item, f"{at}/{name}")
            elif name != "type":
                yield complaint(f"invalid additional property: {name}", at)

    return check


def variants(rules: Mapping[str, Rule]) -> Rule:
    """An object whose ``type`` says which rule it keeps."""

    def check(value: Any, at: str) -> Iterable[str]:
        if not isinstance(value, dict):
            return [complaint("must be an object", at)]
        kind = value.get("type")
        if not isinstance(kind, str):
            return [complaint("missing required field: type", at)]
        rule = rules.get(kind)
        return rule(value, at) if rule else [complaint(f"unsupported type: {kind}", f"{at}/type")]

    return check


def every(*rules: Rule) -> Rule:
    """A value that keeps all these rules; the later ones are asked only when the earlier are content."""

    def check(value: Any, at: str) -> list[str]:
        for rule in rules:
            if complaints := list(rule(value, at)):
                return complaints
        return []

    return check
