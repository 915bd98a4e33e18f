"""What the bot asked people about a send, and what they answered."""

from collections import Counter
from collections.abc import Sequence

from bot.domain.event import Event, Kind
from bot.domain.request import State


def questions(events: Sequence[Event]) -> Counter[int]:
    """Return how often an operator was asked about each send, counted from 1; 0 is before any send."""
    asked: Counter[int] = Counter()
    sent = 0
    for event in events:
        sent += event.kind == Kind.SUBMITTING
        asked[sent] += event.kind == Kind.UNCLEAR
    return asked


def answers_by_button(events: Sequence[Event]) -> int:
    """Return how many of the bot's questions a person has answered by Attach task or Send again."""
    asked = False
    answered = 0
    for event in events:
        asked = asked or event.kind == Kind.UNCLEAR
        if asked and _is_answer(event):
            asked, answered = False, answered + 1
    return answered


def _is_answer(event: Event) -> bool:
    attached = event.kind == Kind.RUNNING and event.content.get("how") == "attached"
    return attached or (event.kind == Kind.APPROVED and event.content.get("after") == State.UNCERTAIN)
