"""An anchor, as the audit channel gets it: words for people, and the line that `audit verify` reads."""

from bot.domain.anchor import Anchor
from bot.domain.texts import N_, Counted, Text, Translator, When
from bot.ports import Message

from . import kit
from .escape import DATED


def anchor(found: Anchor, t: Translator) -> Message:
    """Return the message for an anchor."""
    fields = {
        "number": found.number,
        "when": When(found.time),
        "requests": Counted("%(n)s request", "%(n)s requests", found.requests),
        "signed": Text(N_("signed") if found.mac else N_("not signed")),
    }
    words = Text(N_("Anchor %(number)s of the record, %(when)s: %(requests)s, %(signed)s. Keep it."), fields)
    section = kit.section([kit.line(words, t, time=DATED)])
    return kit.message([kit.rich(section, kit.preformatted(found.line))], [words], t)
