"""Invariant 9, watched in every story: no call to Slack or OCP while a transaction is open."""

import functools
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.ocp.client import OcpClient
from bot.slack.directory import SlackDirectory
from bot.slack.messenger import SlackMessenger
from bot.store.database import Database

Opens = Callable[[Database], AbstractAsyncContextManager[Any]]
Call = Callable[..., Awaitable[Any]]

TRANSACTIONS = ("transaction", "reading")
NO_CALLS = frozenset({"aclose"})


class CallInTransactionError(AssertionError):
    """A call would have kept the database waiting for somebody else's server."""


@dataclass(slots=True)
class Open:
    """One transaction; a task that was started inside of it may outlive it."""

    is_open: bool = True


_present: ContextVar[Open | None] = ContextVar("present", default=None)
"""The transaction that this task, or the one that started it, has opened last."""


@dataclass(slots=True)
class Guard:
    """Refuses the calls, and remembers them: the bot's own error handling may hide the refusal."""

    refused: list[str] = field(default_factory=list)

    def watch(self, patch: pytest.MonkeyPatch) -> None:
        """Wrap the database and the ports until *patch* is undone."""
        for name in TRANSACTIONS:
            patch.setattr(Database, name, _marked(getattr(Database, name)))
        for port in (SlackMessenger, SlackDirectory, OcpClient):
            for name in calls_of(port):
                patch.setattr(port, name, self._refusing(f"{port.__name__}.{name}", getattr(port, name)))

    def _refusing(self, name: str, call: Call) -> Call:
        @functools.wraps(call)
        async def refusing(*args: Any, **kwargs: Any) -> Any:
            transaction = _present.get()
            if transaction is not None and transaction.is_open:
                self.refused.append(name)
                raise CallInTransactionError(f"{name} was called while a transaction was open")
            return await call(*args, **kwargs)

        return refusing


def calls_of(port: type) -> Iterator[str]:
    """Yield the names of *port*'s methods that go out."""
    for name, _method in inspect.getmembers(port, inspect.iscoroutinefunction):
        if not name.startswith("_") and name not in NO_CALLS:
            yield name


def _marked(opens: Opens) -> Opens:
    """Return *opens*, which opens a transaction, so that the task inside knows that it is in one."""

    @asynccontextmanager
    async def marked(database: Database) -> AsyncIterator[Any]:
        transaction = Open()
        async with opens(database) as tx:
            _present.set(transaction)
            try:
                yield tx
            finally:
                transaction.is_open = False

    return marked
