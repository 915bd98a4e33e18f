"""Logs: one JSON object a line, on standard error, with all secrets taken out."""

import logging
import re
import sys
from collections.abc import Sequence
from types import TracebackType
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from bot.domain.redaction import MARK, Redactor

TICKET = re.compile(r"(\bticket=)[^&\s'\"]+")
"""What lets whoever has it open the socket in our place: a part of the address that Slack gives."""

SAYS_SECRET = re.compile("password|secret|token|credential|authorization", re.IGNORECASE)

log = structlog.get_logger()


class Redacting:
    """Takes every secret out of a log line, however deep it stands, tracebacks included; a structlog processor."""

    def __init__(self, redact: Redactor) -> None:
        self._redact = redact

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        """Return *event* without secrets."""
        return {key: self._clean(value, key) for key, value in event.items()}

    def _clean(self, value: object, key: str = "") -> object:
        if isinstance(value, dict):
            return {name: self._clean(item, str(name)) for name, item in value.items()}
        if isinstance(value, list | tuple):
            return [self._clean(item, key) for item in value]
        if isinstance(value, int | float | bool | None):
            return value
        return MARK if SAYS_SECRET.search(key) else TICKET.sub(rf"\1{MARK}", self._redact(str(value)))


def set_up(level: str, secrets: Sequence[str], stream: TextIO = sys.stderr) -> None:
    """Send structlog's and the libraries' lines to *stream* from *level* on, and what ends the program, too."""
    redacting = Redacting(Redactor(secrets))
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        redacting,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(ensure_ascii=False)],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                redacting,
                structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
            ],
        )
    )
    logging.basicConfig(
        level=max(logging.getLevelNamesMapping()[level], logging.WARNING), handlers=[handler], force=True
    )
    logging.getLogger("slack_bolt").setLevel(logging.ERROR)  # it warns that our `authorize` replaces the token
    sys.excepthook = _end_of_program


def _end_of_program(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Log what nobody has caught; Python's own traceback would go past the redactor."""
    if issubclass(kind, Exception):
        log.critical("the program has failed", exc_info=(kind, error, trace))
    else:
        sys.__excepthook__(kind, error, trace)
