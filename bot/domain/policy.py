"""Who may do what in an environment, and where its approvals happen."""

from dataclasses import dataclass
from datetime import timedelta

from .errors import FormRefused, NotAllowed, NotOperator
from .request import Place, UserId
from .texts import N_, People, Text

APPROVER = "approver"
OPERATOR = "operator"
REQUESTER = "requester"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """
    The rules of one environment.

    `account` is the name under which we call OCP, `account_is_ours` whether nobody else uses it. `task_url` holds
    {id} where the task's id goes. An approved request that could not be sent within `send_within` is held.

    A request needs `approvals_required` different approvers, none if that is 0; an approval counts for
    `approvals_last`, and nobody decides on what was asked longer ago. `second_group` (ids of users and user groups)
    is asked, too, when nobody has decided for two hours. In production an approver confirms what pressing does.
    """

    environment: str
    approvals: Place
    approvers: tuple[UserId, ...]
    operators: tuple[UserId, ...]
    account: str
    account_is_ours: bool
    task_url: str
    send_within: timedelta
    look_seconds: float
    approvals_required: int = 1
    approvals_last: timedelta = timedelta(hours=24)
    is_production: bool = True
    second_group: tuple[str, ...] = ()

    @property
    def sends_within(self) -> timedelta:
        """How long after its approval a request may still be sent: never longer than the approval counts."""
        return min(self.send_within, self.approvals_last)

    def must_have_approvers(self, requester: UserId) -> None:
        """
        Do nothing if enough people other than *requester* may approve.

        Raises:
            FormRefused: nobody could ever get that request approved.
        """
        others = len(set(self.approvers) - {requester})
        if others < self.approvals_required:
            fields = {"needed": self.approvals_required, "others": others, "environment": self.environment}
            message = N_(
                "A request in %(environment)s needs %(needed)s approvals of others, and there are %(others)s who may "
                "give one. Admin: name more approvers."
            )
            raise FormRefused({"name": Text(message, fields)})

    def must_approve(self, user: UserId) -> None:
        """
        Do nothing if *user* has the approver role.

        Raises:
            NotAllowed: with the names of those who have it.
        """
        if user not in self.approvers:
            raise NotAllowed(
                f"{user} is no approver in {self.environment}",
                environment=self.environment,
                approvers=People(self.approvers),
            )

    def must_operate(self, user: UserId) -> None:
        """
        Do nothing if *user* may attach a task to a request, or close it. Until roles exist approvers are operators.

        Raises:
            NotOperator: with the names of those who may.
        """
        allowed = tuple(dict.fromkeys((*self.operators, *self.approvers)))
        if user not in allowed:
            raise NotOperator(
                f"{user} is no operator in {self.environment}",
                environment=self.environment,
                operators=People(allowed),
            )
