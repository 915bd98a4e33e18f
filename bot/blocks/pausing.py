"""What to say of an environment that is paused, of one that is resumed, and of a request that is held by a pause."""

from bot.domain.event import BOT, Event
from bot.domain.pause import Paused
from bot.domain.sheet import Sheet
from bot.domain.texts import N_, Counted, Text, When, Words

from .facts import lasted, moment
from .kit import literal

LONGEST_WHY = 400
NOT_BY_ITSELF = N_("Nothing goes out by itself, not after the resume either.")


def is_paused(environment: str, pause: Paused) -> Text:
    """Return why nothing is sent now, by whom and since when."""
    fields = {**_fields(pause), "environment": literal(environment, 40)}
    return Text(N_("✋ %(environment)s is paused by %(who)s since %(when)s: %(why)s. Nothing is sent."), fields)


def held(event: Event, sheet: Sheet) -> Text:
    """Return that it is approved and was not sent because of a pause."""
    data = event.content
    since = moment(data.get("since"))
    pause = Paused(
        why=str(data["detail"]),
        by=str(data["paused_by"]),
        name=str(data.get("paused_name") or ""),
        since=since.at if since else None,
    )
    fields = {**_fields(pause), "environment": _environment(sheet)}
    approved = N_("✋ Approved, not sent: %(environment)s was paused by %(who)s at %(when)s: %(why)s.")
    unapproved = N_("✋ Run without approval, not sent: %(environment)s was paused by %(who)s at %(when)s: %(why)s.")
    return Text(unapproved if data.get("unapproved") else approved, fields)


def paused(event: Event, environment: str) -> list[Words]:
    """Somebody has paused the environment."""
    data = event.content
    pause = Paused(why=str(data["reason"]), by=event.actor, name=str(data.get("actor_name") or ""), since=event.time)
    fields = {**_fields(pause), "environment": literal(environment, 40)}
    message = N_(
        "✋ %(environment)s is paused by %(who)s since %(when)s: %(why)s. Nothing is sent to OCP: what is approved is "
        "held, watching goes on. Operators resume it: /obproxy resume %(environment)s"
    )
    return [Text(message, fields)]


def resumed(event: Event, environment: str) -> list[Words]:
    """Somebody has lifted the pause."""
    data = event.content
    pause = Paused(why=str(data["reason"]), by=event.actor, name=str(data.get("actor_name") or ""), since=event.time)
    fields = {**_fields(pause), "environment": literal(environment, 40), "held": waiting(int(data["held"]))}
    if since := moment(data.get("since")):
        fields["lasted"] = _lasted(since, event)
        message = N_("🔄 %(environment)s is resumed by %(who)s at %(when)s, after %(lasted)s. %(held)s")
        return [Text(message, fields)]
    return [Text(N_("🔄 %(environment)s is resumed by %(who)s at %(when)s. %(held)s"), fields)]


def waiting(held: int) -> Words:
    """Return how many requests are held, and what lets them go."""
    if not held:
        return Text(N_("No request is held."))
    return Counted(
        "%(n)s request is held and does not go out by itself: its card has Send now, for approvers.",
        "%(n)s requests are held and do not go out by themselves: each card has Send now, for approvers.",
        held,
    )


def pause_answer(environment: str) -> Text:
    """Return what whoever has paused it is told."""
    message = N_(
        "✋ %(environment)s is paused: nothing is sent to OCP until an operator types /obproxy resume %(environment)s. "
        "A create that is on its way already is finished."
    )
    return Text(message, {"environment": literal(environment, 40)})


def resume_answer(environment: str, held: int) -> Text:
    """Return what whoever has resumed it is told."""
    fields = {"environment": literal(environment, 40), "held": waiting(held)}
    return Text(N_("🔄 %(environment)s is resumed. %(held)s"), fields)


def _environment(sheet: Sheet) -> Text:
    return literal(sheet.request.environment, 40)


def _fields(pause: Paused) -> dict[str, object]:
    """Return who, when and why; a name if it is known, for a mention on each new card would call them."""
    who = literal(pause.name, 80) if pause.name and pause.by != BOT else pause.who
    return {"who": who, "when": pause.when, "why": literal(pause.reason, LONGEST_WHY)}


def _lasted(since: When, event: Event) -> Text:
    """Return how long it was paused, in whole minutes once it is one."""
    seconds = max(0.0, (event.time - since.at).total_seconds())
    return lasted(seconds if seconds < 60 else seconds // 60 * 60)
