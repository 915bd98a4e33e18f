"""Who may do what: written by hand, and by nobody who looked at how the bot finds out."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from bot.domain.errors import BotError, NotAllowed, NotRequester, OldButton, SelfApproval, TooLate
from bot.domain.request import State

OUTCOMES: Mapping[str, type[BotError] | None] = MappingProxyType(
    {
        "done": None,
        "same": None,
        "role": NotAllowed,
        "self": SelfApproval,
        "else": NotRequester,
        "late": TooLate,
        "old": OldButton,
    }
)
"""What becomes of a click: "same" is done already; "else" is somebody else's, who alone may do that."""

TABLE = """
approve, ask why to reject, reject          PEND APPR SUBM RUNN SUCC FAIL ROLL WITH EXPI REJE HELD OCP_ UNCE CLOS
  approver / other's                        done late late late late late late late late late late late late late
  approver / own                            self late late late late late late late late late late late late late
  nobody viewer requester / both            role role role role role role role role role role role role role role
  operator admin / both                     role role role role role role role role role role role role role role

send now                                    PEND APPR SUBM RUNN SUCC FAIL ROLL WITH EXPI REJE HELD OCP_ UNCE CLOS
  approver / other's                        old  late late late late late late old  old  late done late late old
  approver / own                            old  late late late late late late old  old  late self late late old
  nobody viewer requester / both            role role role role role role role role role role role role role role
  operator admin / both                     role role role role role role role role role role role role role role

send again                                  PEND APPR SUBM RUNN SUCC FAIL ROLL WITH EXPI REJE HELD OCP_ UNCE CLOS
  approver / other's                        old  late late late late late late old  old  late late late done late
  approver / own                            old  late late late late late late old  old  late late late self late
  nobody viewer requester / both            role role role role role role role role role role role role role role
  operator admin / both                     role role role role role role role role role role role role role role

open the form to run it, run unapproved     PEND APPR SUBM RUNN SUCC FAIL ROLL WITH EXPI REJE HELD OCP_ UNCE CLOS
  admin / both                              done late late late late late late late late late done late late late
  nobody viewer requester / both            role role role role role role role role role role role role role role
  approver operator / both                  role role role role role role role role role role role role role role

ask which task to attach, attach            PEND APPR SUBM RUNN SUCC FAIL ROLL WITH EXPI REJE HELD OCP_ UNCE CLOS
  operator / both                           old  late late late late late late old  old  late late late done late
  nobody viewer requester / both            role role role role role role role role role role role role role role
  approver admin / both                     role role role role role role role role role role role role role role

ask why to close, close                     PEND APPR SUBM RUNN SUCC FAIL ROLL WITH EXPI REJE HELD OCP_ UNCE CLOS
  operator / both                           old  late late late late late late old  old  late done late done late
  nobody viewer requester / both            role role role role role role role role role role role role role role
  approver admin / both                     role role role role role role role role role role role role role role

open the form to edit, edit                 PEND APPR SUBM RUNN SUCC FAIL ROLL WITH EXPI REJE HELD OCP_ UNCE CLOS
  requester / own                           done late late late late late late late late late late late late late
  requester / other's                       else late late late late late late late late late late late late late
  nobody viewer approver / both             role role role role role role role role role role role role role role
  operator admin / both                     role role role role role role role role role role role role role role

ask why to withdraw                         PEND APPR SUBM RUNN SUCC FAIL ROLL WITH EXPI REJE HELD OCP_ UNCE CLOS
  nobody viewer requester / own             done done late late late late late late late late late late late late
  approver operator admin / own             done done late late late late late late late late late late late late
  admin / other's                           done done late late late late late late late late late late late late
  nobody viewer requester / other's         else else late late late late late late late late late late late late
  approver operator / other's               else else late late late late late late late late late late late late

withdraw                                    PEND APPR SUBM RUNN SUCC FAIL ROLL WITH EXPI REJE HELD OCP_ UNCE CLOS
  nobody viewer requester / own             done done late late late late late same late late late late late late
  approver operator admin / own             done done late late late late late same late late late late late late
  admin / other's                           done done late late late late late late late late late late late late
  nobody viewer requester / other's         else else else else else else else else else else late else else else
  approver operator / other's               else else else else else else else else else else late else else else

remind                                      PEND APPR SUBM RUNN SUCC FAIL ROLL WITH EXPI REJE HELD OCP_ UNCE CLOS
  nobody viewer requester / own             done late late late late late late late late late late late late late
  approver operator admin / own             done late late late late late late late late late late late late late
  nobody viewer requester / other's         else late late late late late late late late late late late late late
  approver operator admin / other's         else late late late late late late late late late late late late late

open the form to ask again, ask again       PEND APPR SUBM RUNN SUCC FAIL ROLL WITH EXPI REJE HELD OCP_ UNCE CLOS
  requester / both                          old  old  old  old  old  old  old  done done done old  done old  old
  nobody viewer approver / both             role role role role role role role role role role role role role role
  operator admin / both                     role role role role role role role role role role role role role role

open the form to ask, ask                   PEND APPR SUBM RUNN SUCC FAIL ROLL WITH EXPI REJE HELD OCP_ UNCE CLOS
  requester / both                          done done done done done done done done done done done done done done
  nobody viewer approver / both             role role role role role role role role role role role role role role
  operator admin / both                     role role role role role role role role role role role role role role

show json                                   PEND APPR SUBM RUNN SUCC FAIL ROLL WITH EXPI REJE HELD OCP_ UNCE CLOS
  viewer requester approver / both          done done done done done done done done done done done done done done
  operator admin / both                     done done done done done done done done done done done done done done
  nobody / both                             role role role role role role role role role role role role role role
"""
"""
For each action, who has which role and whose request it is / the state in which it is: what becomes of it.

Each person has the one role that is named, or none. Asking for something new has nothing to do with the request.
"""

WHOSE = {"own": ("own",), "other's": ("other's",), "both": ("own", "other's")}
Cell = tuple[str, str, str, State]
"""An action, a role, whose request it is, and its state."""


def cells() -> Iterator[tuple[Cell, str]]:
    """Yield every cell of the table with the word that stands in it."""
    for part in TABLE.strip().split("\n\n"):
        head, *rows = part.splitlines()
        actions, states = head[:44].strip().split(", "), [_state(prefix) for prefix in head[44:].split()]
        for row in rows:
            roles, whose = row[:44].split(" / ")
            words = dict(zip(states, row[44:].split(), strict=True))
            for action in actions:
                for role in roles.split():
                    for of in WHOSE[whose.strip()]:
                        yield from (((action, role, of, state), word) for state, word in words.items())


def _state(prefix: str) -> State:
    [state] = [state for state in State if state.startswith(prefix)]
    return state
