"""Everything that can go wrong, for two audiences: the log and the person in Slack."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from .texts import N_, Text


class BotError(Exception):
    """`str(error)` is for the log; `text` is for the person in Slack."""

    user_message = N_("That did not work. It is in the log under %(reference)s.")

    def __init__(self, detail: str, **fields: Any) -> None:
        super().__init__(detail)
        self.fields = fields

    @property
    def text(self) -> Text:
        """What the person reads: what happened, and what they can do next."""
        return Text(self.user_message, self.fields)


NEEDS: Mapping[str, str] = MappingProxyType(
    {
        "viewer": N_("Looking at requests in %(environment)s needs the viewer role; %(roles)s. Viewers: %(who)s."),
        "requester": N_("Asking in %(environment)s needs the requester role; %(roles)s. Requesters: %(who)s."),
        "approver": N_("Approving in %(environment)s needs the approver role; %(roles)s. Approvers: %(who)s."),
        "operator": N_("In %(environment)s that needs the operator role; %(roles)s. Operators: %(who)s."),
        "admin": N_("In %(environment)s that needs the admin role; %(roles)s. Admins: %(who)s."),
    }
)


class NotAllowed(BotError):
    """The person lacks a role. Fields: environment, role, roles (those they have), who (has it)."""

    @property
    def text(self) -> Text:
        """Which role it needs, which ones the person has, and who has it."""
        return Text(NEEDS[self.fields["role"]], self.fields)


class NotForYou(BotError):
    """The person has the role, and may not act on this request all the same."""


class GroupUnknown(BotError):
    """Slack does not say now who is in a user group, so nobody gains a role by it. Fields: groups."""

    user_message = N_(
        "Slack does not say who is in %(groups)s now, so your click was not counted. Try again in a minute."
    )


class PersonUnknown(BotError):
    """Slack does not say now whether the person is a full member, so they may do nothing."""

    user_message = N_("Slack does not say who you are now, so nothing was done. Try again in a minute.")


class NotAMember(BotError):
    """Somebody who may do nothing here, whatever the rules name. Fields: why."""

    user_message = N_("Nothing was done: %(why)s. This bot is for full members of the organization.")


class WrongChannel(BotError):
    """Commands for the environment are typed elsewhere. Fields: environment, channels."""

    user_message = N_("For %(environment)s, commands are typed in %(channels)s. Nothing was done.")


class NotConfigured(BotError):
    """The request belongs to an environment that the bot's settings do not name any more. Fields: environment."""

    user_message = N_("OCP %(environment)s is not in the bot's settings any more, so nothing was done.")


class UnknownEnvironment(BotError):
    """Somebody typed the name of an environment that is not configured. Fields: name, names (of those that are)."""

    user_message = N_('No environment "%(name)s". There are: %(names)s.')


class GlassOff(BotError):
    """The rules do not let anybody run a request without approval. Fields: environment."""

    user_message = N_(
        "Running without approval is off in %(environment)s; the settings' break_glass turns it on. Nothing was done."
    )


class SelfApproval(NotForYou):
    """The requester decided on their own request. Fields: number."""

    user_message = N_("You asked for #%(number)s, so your decision does not count. Another approver has to press it.")


class OwnWords(NotForYou):
    """The person wrote part of what is asked for. Fields: number."""

    user_message = N_(
        "You wrote part of what #%(number)s asks for, so your decision does not count. "
        "Another approver has to press it."
    )


class NotRequester(NotForYou):
    """Only whoever asked may do that. Fields: number, who."""

    user_message = N_("Only %(who)s, who asked for #%(number)s, may change it, withdraw it or remind the approvers.")


class AlreadyApproved(BotError):
    """The person's approval counts already, and others are missing. Fields: number, when, given, needed."""

    user_message = N_(
        "You approved #%(number)s at %(when)s already; it has %(given)s of %(needed)s approvals. "
        "Another approver has to press it."
    )


class PastDeciding(BotError):
    """Nobody decides any more on what was asked so long ago. Fields: number, when."""

    user_message = N_("#%(number)s could be decided on until %(when)s, so your click does not count.")


class RemindedAlready(BotError):
    """Approvers are not reminded so often. Fields: number, when, until."""

    user_message = N_("The approvers of #%(number)s were reminded at %(when)s. You can remind them again at %(until)s.")


class TooLate(BotError):
    """Somebody decided before, or the bot found the answer by itself. Fields: number, who, when, what."""

    user_message = N_("%(who)s %(what)s #%(number)s at %(when)s. Nothing is left to do.")


class OldButton(BotError):
    """The button belongs to an earlier revision or state. Fields: number."""

    user_message = N_("These buttons are old. The card of #%(number)s shows what can be done now.")


class Changed(OldButton):
    """The card that was clicked on shows an earlier revision. Fields: number, who, when."""

    user_message = N_(
        "#%(number)s was changed by %(who)s at %(when)s since you looked, so your click does not count. "
        "Its card shows what is asked for now."
    )


class RanUnapproved(TooLate):
    """An admin has run it without approval before. Fields: number, who, when."""

    user_message = N_("%(who)s ran #%(number)s without approval at %(when)s. Nothing is left to do.")


class TooEarly(BotError):
    """The first call may still have its effect, so no second one is prepared. Fields: until."""

    user_message = N_("The first try may still be under way until %(until)s. Nothing was done; press again after that.")


class Gone(BotError):
    """The request behind a button or a reference does not exist. Fields: reference."""

    user_message = N_('There is no request "%(reference)s" here. /obproxy status lists yours.')


class UnknownAction(BotError):
    """A button, a modal or an event that this version does not know."""

    user_message = N_(
        "This button belongs to another version of the bot. Nothing was done. /obproxy status shows more."
    )


class IsPaused(BotError):
    """Nothing may be sent now. Fields: environment, who, when, why."""

    user_message = N_(
        "%(environment)s is paused by %(who)s since %(when)s: %(why)s. Nothing was done. "
        "An operator resumes it with /obproxy resume %(environment)s; press again after that."
    )


class PausedAlready(BotError):
    """Somebody paused it before, and that pause stands. Fields: environment, who, when, why."""

    user_message = N_(
        "%(environment)s was paused by %(who)s at %(when)s already: %(why)s. That pause stands; nothing was changed."
    )


class NotPaused(BotError):
    """There is no pause to lift. Fields: environment."""

    user_message = N_("%(environment)s is not paused. Nothing was changed.")


class ResumedAlready(NotPaused):
    """Somebody resumed it before. Fields: environment, who, when."""

    user_message = N_("%(environment)s is not paused: %(who)s resumed it at %(when)s. Nothing was changed.")


class NoEnvironment(BotError):
    """What stands after pause or resume is no environment. Fields: environments, example, given."""

    user_message = N_(
        'There is no environment "%(given)s" here. Environments: %(environments)s. Type for example "%(example)s".'
    )


class WhichEnvironment(NoEnvironment):
    """Nothing stands after pause or resume. Fields: environments, example."""

    user_message = N_('Say which environment, for example "%(example)s". Environments: %(environments)s.')


class NoReason(BotError):
    """A pause without a reason, or with an endless one. Fields: given, example."""

    user_message = N_(
        'Say why, in 3 to 200 characters (%(given)s are given), for example "%(example)s". '
        "It stands on every card. Nothing was changed."
    )


class FormRefused(BotError):
    """
    The modal's answer has mistakes.

    `at` maps a field's id to the words for it; all mistakes at once.
    """

    user_message = N_("The form has mistakes; each one stands at its field.")

    def __init__(self, at: Mapping[str, Text]) -> None:
        super().__init__(f"form refused at {', '.join(sorted(at))}")
        self.at = dict(at)


class NotSaved(BotError):
    """The database has not answered in time; the same click may be repeated."""

    user_message = N_("Not saved yet: the bot's database is slow. Nothing typed is lost. Press again.")


class NotAttached(NotSaved):
    """OCP or the database has not answered in time; the same form may be sent again."""

    user_message = N_("Not attached yet: OCP or the bot's database is slow. Nothing typed is lost. Press again.")


class StoreUnavailable(BotError):
    """The database did not answer, or not in time; what was begun is undone, unless only the answer was lost."""

    user_message = N_("The bot's database does not answer; perhaps nothing was done. Look in a minute, then try again.")


class FormNotOpened(BotError):
    """Slack's three seconds for a modal ran out, or it refused the modal."""

    user_message = N_("The form did not open within Slack's 3 s. Type the command or press the button again.")


class Conflict(BotError):
    """Another replica or click wrote first: read again and decide again."""

    user_message = N_("Somebody changed this at the same moment. Nothing was done. Press again.")


class OcpError(BotError):
    """OCP did not do what was asked."""

    user_message = N_("OCP did not answer as expected. The request's card shows what is known.")

    @property
    def is_silence(self) -> bool:
        """Whether OCP itself has said nothing: there was no answer, half of one, or a gateway's instead."""
        return False


class OcpRefused(OcpError):
    """OCP said no; the same call would be refused again."""

    def __init__(self, detail: str, *, code: str, message: str, trace_id: str, status: int) -> None:
        super().__init__(detail)
        self.code, self.message, self.trace_id, self.status = code, message, trace_id, status


class TaskGone(OcpRefused):
    """OCP does not know the task any more (TSK10001)."""


class OcpUnavailable(OcpError):
    """The call never had an effect, or was a read: it may be repeated after `seconds`, if OCP named them."""

    def __init__(self, detail: str, *, seconds: float | None = None) -> None:
        super().__init__(detail)
        self.seconds = seconds

    @property
    def is_silence(self) -> bool:
        """Yes, as far as one call can tell."""
        return True


class OcpLimited(OcpUnavailable):
    """OCP is there and limits how many calls it takes (429)."""

    @property
    def is_silence(self) -> bool:
        """No: it says when to call again."""
        return False


class OcpStopped(OcpError):
    """
    Calling on would do harm: the log-on is refused, or the address is not an OCP's.

    `reason` is "credentials" or "address"; `code` is OCP's own, empty if none.
    """

    def __init__(self, detail: str, *, reason: str, code: str = "") -> None:
        super().__init__(detail)
        self.reason, self.code = reason, code

    @property
    def is_silence(self) -> bool:
        """A page that is not OCP's says nothing of OCP; a refused log-on does."""
        return self.reason == "address"


class SlackError(BotError):
    """Slack did not do what was asked; never reported through Slack."""


class SlackUnsure(SlackError):
    """The call may or may not have had its effect: look before repeating it."""


class SlackUnreachable(SlackError):
    """The call had no effect: it may be repeated later."""


class SlackLimited(SlackError):
    """Too many calls of this method: nothing happened; wait `seconds`."""

    def __init__(self, detail: str, *, seconds: float) -> None:
        super().__init__(detail)
        self.seconds = seconds


class PlaceRefused(SlackError):
    """The channel is gone, archived, or the bot is not in it."""


class RootRefused(SlackError):
    """The message to change or to answer does not exist any more, or may not be edited."""


class ContentRefused(SlackError):
    """Slack does not take these blocks or this text."""


class OddRefusal(SlackError):
    """Slack said no with a code that nobody has heard of: nothing happened, and nothing is known of the reason."""


class NotInSlack(OddRefusal):
    """Slack knows no such person or user group, or does not show them to us."""


class TokenRefused(SlackError):
    """Slack does not accept the bot's token or its scopes."""
