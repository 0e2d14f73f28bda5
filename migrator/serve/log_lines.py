"""The server's log on stderr: one line an event, and a traceback only for what nobody foresaw."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from migrator.errors import MigratorError
from migrator.serve.json_lines import REQUESTS, JsonFormatter
from migrator.serve.log_secrets import without_secrets

_FORESEEN = (MigratorError, asyncio.CancelledError, ConnectionError, TimeoutError)
_LONGEST = 2048  # characters


class LineFormatter(logging.Formatter):
    """Time, level and message in one line without control characters."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%S%z")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's own name
        """The line itself; of a foreseen error its message, with what was being done."""
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, _FORESEEN):
            record.message = f"{record.message.strip()}: {error or type(error).__name__}"
        line = without_secrets(super().formatMessage(record)[:_LONGEST])[:_LONGEST]
        return "".join(letter if letter.isprintable() else " " for letter in line)

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's own name
        """The traceback, unless the error was foreseen."""
        return "" if isinstance(ei[1], _FORESEEN) else super().formatException(ei)


def log_config(*, access: bool, form: str = "text") -> dict[str, Any]:
    """For logging.config.dictConfig: warnings of the house and of the server, and a line a request if `access`.

    `form` is text, for people at a terminal, or json, for what collects logs.
    """
    shown = ["stderr"] if access else []
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"text": {"()": LineFormatter}, "json": {"()": JsonFormatter}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": form}},
        "loggers": {
            "migrator": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
            "migrator.maps": {"level": "INFO"},  # which map is in use
            REQUESTS: {"handlers": shown, "level": "INFO", "propagate": False},
            "uvicorn": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
            "uvicorn.access": {"handlers": shown, "level": "INFO", "propagate": False},
        },
    }
