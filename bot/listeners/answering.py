"""Every person gets an answer, and no exception reaches Bolt, which would lose the ack (DESIGN, section 4)."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import structlog
from slack_bolt.async_app import AsyncAck

from bot.blocks.answers import form_errors, told
from bot.domain.errors import BotError, FormRefused, NotSaved
from bot.domain.redaction import Redactor
from bot.domain.texts import N_, Text, Translator
from bot.ports import Message, Messenger, NewId

from .interaction import Interaction

T = TypeVar("T")
Body = Mapping[str, Any]
Handler = Callable[[Interaction], Awaitable[Message | None]]
Hearing = Callable[[Body], Awaitable[None]]
Listener = Callable[[AsyncAck, Body], Awaitable[None]]
Reader = Callable[[Body], Interaction]

SUBMISSION_SECONDS = 2.0
"""After this time a submission is answered although the database has not."""

log = structlog.get_logger()


@dataclass(slots=True)
class Answering:
    """
    Wraps what answers a person.

    `redact` knows the configured secrets, which no form may carry. `running` holds the work that goes on after its
    ack, so that nothing drops it half-way.
    """

    messenger: Messenger
    translator: Translator
    new_id: NewId
    redact: Redactor
    running: set[asyncio.Task[Any]] = field(default_factory=set)

    def at_once(self, read: Reader, handler: Handler) -> Listener:
        """Return a listener for commands and buttons: ack, then work, then tell."""

        async def listener(ack: AsyncAck, body: Body) -> None:
            await ack()
            await self._kept(self._answer_and_tell(handler, read(body)))

        return listener

    def when_done(
        self, read: Reader, handler: Handler, then: Handler | None = None, late: type[NotSaved] = NotSaved
    ) -> Listener:
        """
        Return a listener for submissions: work, then ack, so that mistakes stand at their fields; then *then*.

        *late* is what a person is told whose work has not ended in time; it goes on.
        """

        async def listener(ack: AsyncAck, body: Body) -> None:
            interaction = read(body)
            work = self._kept(self._worked(handler, interaction))
            done, _ = await asyncio.wait({work}, timeout=SUBMISSION_SECONDS)
            errors = work.result() if done else self._errors(late("not done in time"), interaction)
            if errors and interaction.fields:
                await ack(response_action="errors", errors=errors)
                return
            await ack()
            if then is not None and not errors:
                await self._kept(self._answer_and_tell(then, interaction))

        return listener

    def heard(self, handler: Hearing) -> Listener:
        """Return a listener for events: acked by Bolt before, and nobody is there to be answered."""

        async def listener(ack: AsyncAck, body: Body) -> None:
            await ack()
            await self._kept(self._hear(handler, body))

        return listener

    async def finish(self, seconds: float) -> None:
        """Wait for the work that is still under way, at most so long; called at the end."""
        if self.running:
            _, late = await asyncio.wait(self.running, timeout=seconds)
            for task in late:
                log.warning("what somebody had begun did not end in time")
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _kept(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Start *work* as a task of its own, which the end of the program waits for."""
        task = asyncio.ensure_future(work)
        self.running.add(task)
        task.add_done_callback(self.running.discard)
        return task

    async def _hear(self, handler: Hearing, body: Body) -> None:
        try:
            await handler(body)
        except BotError as error:
            log.warning("an event was not acted upon", error=str(error), kind=type(error).__name__)
        except Exception:
            log.exception("an event was not acted upon")

    async def _answer_and_tell(self, handler: Handler, interaction: Interaction) -> None:
        try:
            message = await handler(interaction)
        except Exception as error:  # noqa: BLE001 - none may reach Bolt, which would lose the ack
            message = told(self._known(error).text, self.translator)
        if message is not None and interaction.response_url:
            await self.messenger.tell(interaction.response_url, message)

    async def _worked(self, handler: Handler, interaction: Interaction) -> dict[str, str]:
        """Return the mistakes by field, none if the work is done."""
        try:
            self._must_hold_no_secret(interaction)
            await handler(interaction)
        except Exception as error:  # noqa: BLE001 - none may reach Bolt, which would lose the ack
            return self._errors(self._known(error), interaction)
        return {}

    def _must_hold_no_secret(self, interaction: Interaction) -> None:
        """Raise FormRefused if one of the bot's own secrets was typed: it is neither stored nor repeated."""
        held = [id_ for id_, text in interaction.typed.items() if text and self.redact.holds_own(text)]
        if held:
            words = N_("This holds one of the bot's own passwords or tokens. Leave it out, and have it replaced.")
            raise FormRefused(dict.fromkeys(held, Text(words)))

    def _known(self, error: Exception) -> BotError:
        """Log *error*; return it, or for one that nobody foresaw one that leads to the log."""
        if isinstance(error, BotError):
            log.info("answered with an error", error=str(error), kind=type(error).__name__)
            return error
        reference = self.new_id()[:8]
        log.error("a listener failed", reference=reference, exc_info=error)
        return BotError(str(error), reference=reference)

    def _errors(self, error: BotError, interaction: Interaction) -> dict[str, str]:
        """Return *error* at the fields of the form; what belongs to none of them stands at the first."""
        first = interaction.fields[0] if interaction.fields else "name"
        if not isinstance(error, FormRefused):
            return {first: error.text.render(self.translator)}
        told_at = form_errors(error, self.translator)
        known = {id_: words for id_, words in told_at.items() if id_ in interaction.fields}
        return known or {first: next(iter(told_at.values()))}
