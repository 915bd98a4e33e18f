"""What to say of a request that waits for approval, and of one that nobody waits for any more."""

from datetime import timedelta
from typing import Any

from bot.domain.event import BOT, Event
from bot.domain.sheet import Sheet
from bot.domain.texts import N_, Counted, People, Text, When, Words

from .before import who_and_when
from .facts import lasted, moment
from .kit import literal

MOST_NAMED = 10
DOUBT = N_("An earlier try had no clear answer: OCP may have got that one.")


def pending(sheet: Sheet) -> list[Words]:
    """Return how many have approved, for the card to go on with whom it waits for; then who they are."""
    fields = {"given": len(sheet.approved), "needed": max(sheet.needed, 1)}
    return [Text(N_("⏳ Waiting for approval, %(given)s of %(needed)s"), fields), *given(sheet)]


def given(sheet: Sheet) -> list[Words]:
    """Return a line for each approval of the present revision."""
    message = N_("Approved by %(who)s, %(when)s.")
    first = list(sheet.approved.items())[:MOST_NAMED]
    return [Text(message, {"who": People([who]), "when": When(when)}) for who, when in first]


def counted(event: Event, _sheet: Sheet) -> list[Words]:
    """Somebody approved, and more have to."""
    message = N_("⏳ Approved by %(who)s, %(when)s: %(given)s of %(needed)s. Another approver has to approve, too.")
    return [Text(message, who_and_when(event) | how_many(event))]


def edited(event: Event, _sheet: Sheet) -> list[Words]:
    """Whoever asked has changed it: nobody has approved that yet."""
    data = event.content
    fields: dict[str, Any] = {**who_and_when(event), "number": int(data["number"])}
    voided = [str(who) for who in data["voided"]]
    lines: list[Words] = [Text(N_("⏳ Changed by %(who)s, %(when)s: revision %(number)s."), fields)]
    if voided:
        one = "%(n)s approval was of what it asked for before, and counts no more."
        many = "%(n)s approvals were of what it asked for before, and count no more."
        lines.append(Counted(one, many, len(voided)))
    return [*lines, Text(N_("It waits for approval as it is now; buttons of older cards do not count."))]


def withdrawn(event: Event, sheet: Sheet) -> list[Words]:
    """Whoever asked has taken it back."""
    fields = {**who_and_when(event), "reason": literal(event.content.get("reason", ""), 400)}
    message = N_('⚪ Withdrawn by %(who)s, %(when)s: "%(reason)s"')
    first = message if event.content.get("reason") else N_("⚪ Withdrawn by %(who)s, %(when)s.")
    return [Text(first, fields), _nothing_sent(sheet)]


def expired(event: Event, sheet: Sheet) -> list[Words]:
    """The time for deciding is over."""
    data = event.content
    fields: dict[str, Any] = {"lasted": _between(data["since"], data["until"]), **how_many(event)}
    message = N_("⚪ Expired: only %(given)s of %(needed)s approved in %(lasted)s.")
    first = message if int(data["given"]) else N_("⚪ Expired: nobody decided in %(lasted)s.")
    return [Text(first, fields), _nothing_sent(sheet)]


def reminded(event: Event, sheet: Sheet) -> list[Words]:
    """The approvers are called again, by the clock or by whoever asked."""
    fields: dict[str, Any] = {
        **who_and_when(event),
        **how_many(event),
        "lasted": _between(event.content["since"], event.at),
        "until": When(sheet.expires_at) if sheet.expires_at else Text("?"),
    }
    if event.actor == BOT:
        return [Text(N_("⏳ Waiting for %(lasted)s, %(given)s of %(needed)s. Expires %(until)s."), fields)]
    message = N_("⏳ %(who)s reminds you: waiting for %(lasted)s, %(given)s of %(needed)s. Expires %(until)s.")
    return [Text(message, fields)]


def escalated(event: Event, _sheet: Sheet) -> list[Words]:
    """The same, and a second group is asked, too."""
    data = event.content
    fields: dict[str, Any] = {"lasted": _between(data["since"], event.at), **how_many(event), **who_and_when(event)}
    fields["until"] = moment(data["until"]) or Text("?")
    by_clock = N_(
        "⏳ Waiting for %(lasted)s, %(given)s of %(needed)s; a second group is asked, too. Expires %(until)s."
    )
    by_hand = N_(
        "⏳ %(who)s reminds you: waiting for %(lasted)s, %(given)s of %(needed)s; a second group is asked, too. "
        "Expires %(until)s."
    )
    return [Text(by_clock if event.actor == BOT else by_hand, fields)]


def asked_again(event: Event, _sheet: Sheet) -> list[Words]:
    """Another request asks for the same."""
    return [again(int(event.content["number"]))]


def again(number: int) -> Text:
    """Return which request asks for the same anew."""
    return Text(N_("#%(number)s asks again."), {"number": number})


def how_many(event: Event) -> dict[str, int]:
    """Return how many have approved, and how many have to."""
    return {"given": int(event.content["given"]), "needed": int(event.content["needed"])}


def aging(sheet: Sheet) -> list[Words]:
    """Return for how long approvals count, where more than one is needed to send a held request."""
    if sheet.needed < 2:
        return []
    fields = {"needed": sheet.needed, "lasted": lasted(sheet.approvals_last.total_seconds())}
    return [Text(N_("An approval counts for %(lasted)s, Send now as one; %(needed)s are needed."), fields)]


def _between(start: object, end: object) -> Text:
    """Return how long it is from *start* to *end*, in whole minutes once it is one."""
    began, ended = moment(start), moment(end)
    if began is None or ended is None or ended.at < began.at:
        return Text("?")
    seconds = (ended.at - began.at) / timedelta(seconds=1)
    return lasted(seconds if seconds < 60 else seconds // 60 * 60)


def _nothing_sent(sheet: Sheet) -> Text:
    return Text(DOUBT if sheet.tried_before else N_("Nothing was sent to OCP."))
