"""What works for one environment: its OCP, the workflows that call it, and what people can do there."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bot import operations
from bot.clock import SystemClock
from bot.domain.event import canonical, digest
from bot.domain.policy import Policy
from bot.domain.redaction import Redactor
from bot.domain.request import Place
from bot.listeners.desk import Branch
from bot.ocp.client import OcpClient
from bot.ports import NewId, Operation, Wake, Work
from bot.sites import EnvironmentSettings, content
from bot.store.database import Database
from bot.workers.leases import Leases
from bot.workflows.ask import Ask
from bot.workflows.decide import Decide
from bot.workflows.fitting import Fitting
from bot.workflows.glass import Glass
from bot.workflows.line import Line
from bot.workflows.look import Look
from bot.workflows.lookups import Lookups
from bot.workflows.operate import Operate
from bot.workflows.own import Own
from bot.workflows.reach import Reach
from bot.workflows.rights import Rights
from bot.workflows.settle import Settle
from bot.workflows.silence import Silence
from bot.workflows.stop import Brake
from bot.workflows.submit import Submit
from bot.workflows.watch import Watch

LEASED = ("look", "names", "submit", "watch")
"""What for one environment only one replica does, one that reaches its OCP."""

DIGEST_ROUNDS = 200_000
"""What makes guessing a password from its digest slow."""

EXPORTER_PORT_NAMES = {
    "both": ("exportPort", "exporterPort"),
    "exportPort": ("exportPort",),
    "exporterPort": ("exporterPort",),
}


@dataclass(frozen=True, slots=True)
class Shared:
    """
    What all environments work with.

    `show` wakes the sender; `waking` returns, for an environment, what wakes all who act on its commits.
    """

    database: Database
    clock: SystemClock
    new_id: NewId
    jitter: Callable[[], float]
    rights: Rights
    team: str
    redact: Redactor
    show: Wake
    waking: Callable[[str], Wake]


@dataclass(frozen=True, slots=True)
class Environment:
    """One environment at work; `rounds` are its workers' by kind, `policies` and `branches` go by operation."""

    policy: Policy
    rules: Mapping[str, object]
    policies: Mapping[str, Policy]
    ocp: OcpClient
    brake: Brake
    leases: Leases
    rounds: Mapping[str, Work]
    branches: Mapping[str, Branch]
    catalogue: Mapping[str, Operation]


def environment(settings: EnvironmentSettings, shared: Shared) -> Environment:
    """Join the parts that work for one environment."""
    catalogue = operations.load(exporter_port_names=EXPORTER_PORT_NAMES[settings.exporter_port_name])
    policies = {key: policy_of(settings, team=shared.team, operation=key) for key in ("", *catalogue)}
    policy, store, clock, jitter = policies[""], shared.database, shared.clock, shared.jitter
    wake = shared.waking(policy.environment)
    ocp = OcpClient(
        base_url=settings.url,
        username=settings.username,
        password=settings.password.get_secret_value(),
        ca_file=Path(settings.ca_file) if settings.ca_file else None,
        clock=clock,
        redact=shared.redact,
    )

    def may_lead() -> bool:
        return reach.may_lead()

    def leased(kind: str) -> str:
        return named(kind, policy.environment)

    leased_names = [leased(kind) for kind in LEASED]
    leases = Leases(store, clock, shared.new_id(), (), clock.speed, leased_names, may_lead, store.is_sqlite)
    brake = Brake(store, clock, shared.new_id, policy.environment, credentials_digest(settings), wake)
    silence = Silence(store, clock, policy.environment, brake, wake)
    reach = Reach(ocp, clock, brake, silence, jitter, partial(leases.has, leased("watch")))
    line = Line(ocp, reach)
    settle = Settle(store, clock, shared.new_id, policy, brake, wake, jitter)
    is_ours = partial(leases.has, leased("submit"))
    rounds: dict[str, Work] = {
        "submit": Submit(store, line, clock, shared.new_id, catalogue, policy, reach, settle, wake, is_ours).round,
        "watch": Watch(store, line, clock, policy, reach, shared.show, jitter).round,
        "look": Look(store, line, clock, catalogue, policy, reach, settle, wake).round,
        "names": Lookups(store, line, clock, catalogue, policy, reach, shared.show, jitter).round,
    }
    rounds = {kind: leases.only(leased(kind), work) for kind, work in rounds.items()}
    # Under no lease: each replica finds out by itself whether it reaches OCP.
    rounds |= {"lease": leases.renew, "reach": reach.round}
    fitting = Fitting(line, reach, catalogue)
    branches = {
        key: Branch(
            policy=policies[key],
            operation=operation,
            ask=Ask(store, clock, shared.new_id, policies[key], shared.rights, wake),
            decide=Decide(store, clock, policies[key], shared.rights, wake),
            glass=Glass(store, clock, policies[key], shared.rights, wake),
            operate=Operate(store, clock, policies[key], shared.rights, settle, fitting, wake),
            own=Own(store, clock, shared.new_id, policies[key], shared.rights, wake),
        )
        for key, operation in catalogue.items()
    }
    return Environment(policy, content(settings), policies, ocp, brake, leases, rounds, branches, catalogue)


def named(kind: str, environment: str) -> str:
    """Return the name of the worker, and of the lease, for that *kind* of work for an environment."""
    return f"{kind} {environment}"


def policy_of(settings: EnvironmentSettings, *, team: str, operation: str = "") -> Policy:
    """Return the rules that *settings* make for *operation*, "" for the environment itself."""
    rules = settings.rules_of(operation)
    return Policy(
        environment=settings.name,
        operation=operation,
        approvals=Place(team, settings.approvals_channel),
        viewers=rules.viewers,
        requesters=rules.requesters,
        approvers=rules.approvers,
        also_approve=rules.also_approve,
        operators=rules.operators,
        admins=rules.admins,
        channels=rules.channels,
        approvals_required=rules.approvals_required,
        account=settings.username,
        account_is_ours=settings.account_dedicated,
        task_url=settings.task_url or f"{settings.url}/task/{{id}}",
        send_within=settings.send_within,
        look_seconds=settings.look_seconds,
        approvals_last=settings.approvals_last,
        is_production=settings.production,
        second_group=settings.second_group,
        ticket_pattern=settings.ticket_pattern,
        ticket_example=settings.ticket_example,
        break_glass=settings.break_glass,
        host=settings.ocp[0],
        hash=digest(canonical(content(settings))),
    )


def credentials_digest(settings: EnvironmentSettings) -> str:
    """Return what tells one set of credentials from another without giving away the password."""
    salt = f"{settings.url}\n{settings.username}".encode()
    secret = settings.password.get_secret_value().encode()
    return hashlib.pbkdf2_hmac("sha256", secret, salt, DIGEST_ROUNDS).hex()
