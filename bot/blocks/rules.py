"""What to say of the rules of an environment."""

from bot.domain.event import Event
from bot.domain.texts import N_, Text, Words

from .kit import literal

MOST_NAMED = 20


def loaded(event: Event, environment: str) -> list[Words]:
    """A start has loaded the rules."""
    fields = {"environment": literal(environment), "hash": literal(event.content["hash"], 64)}
    return [Text(N_("The rules of %(environment)s were loaded at a start: hash %(hash)s."), fields)]


def changed(event: Event, environment: str) -> list[Words]:
    """A start has loaded other rules than the one before."""
    names = [str(name) for name in event.content["changed"]]
    fields = {"environment": literal(environment), "names": literal(", ".join(names[:MOST_NAMED]), 600)}
    return [
        Text(N_("The rules of %(environment)s are others since this start: %(names)s."), fields),
        Text(N_("Requests that wait are judged by the new ones. /obproxy access tells what you may do.")),
    ]
