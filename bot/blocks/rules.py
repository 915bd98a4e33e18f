"""What to say of the rules of an environment."""

from bot.domain.event import Event
from bot.domain.texts import N_, Text, Words

from .kit import literal

MOST_NAMED = 20


def loaded(event: Event, environment: str) -> list[Words]:
    """A start has loaded the rules."""
    fields = {"environment": literal(environment), "hash": literal(event.content["hash"], 64)}
    return [Text(N_("The rules of %(environment)s were loaded at a start: hash %(hash)s."), fields)]


def gone(_event: Event, environment: str) -> list[Words]:
    """A start has found no rules, where the one before had some."""
    message = N_("%(environment)s is not in the bot's settings since this start.")
    return [Text(message, {"environment": literal(environment)})]


def unruled(environment: str) -> Text:
    """Return why nothing happens about a request in *environment*."""
    message = N_(
        "🟠 OCP %(environment)s is not in the bot's settings any more: nothing is decided, sent or watched there. "
        "What OCP has begun goes on."
    )
    return Text(message, {"environment": literal(environment, 40)})


def changed(event: Event, environment: str) -> list[Words]:
    """A start has loaded other rules than the one before."""
    names = [str(name) for name in event.content["changed"]]
    fields = {"environment": literal(environment), "names": literal(", ".join(names[:MOST_NAMED]), 600)}
    return [
        Text(N_("The rules of %(environment)s changed with this start: %(names)s."), fields),
        Text(
            N_(
                "Requests that wait are judged by the new ones, and approvals given before do not count any more. "
                "/obproxy access tells what you may do."
            )
        ),
    ]
