"""The log as JSON, a line an event: bounded fields, no control characters, no secrets, and nothing about who made a request."""

from __future__ import annotations

import json
import logging
import re
import time
from typing import Any

from migrator.errors import MigratorError
from migrator.serve.log_secrets import without_secrets
from migrator.serve.request_ids import current_id

REQUESTS = "migrator.requests"  # the logger of requests; each record has what it says in `about`

_LONGEST = 2048  # bytes, of one field; what is escaped counts as it is written
_QUERY_NAME = re.compile(r"[A-Za-z0-9_.\-\[\]]{1,40}")
_MOST_NAMES = 20


class JsonFormatter(logging.Formatter):
    """Time, level, logger, message, and the id of the request that it is about where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        line: dict[str, Any] = {"time": f"{moment}.{int(record.msecs):03d}Z", "level": record.levelname, "logger": record.name}
        about = getattr(record, "about", None)
        if about is None:
            line["message"] = _field(record.getMessage())
        else:
            line.update({key: _field(value) if isinstance(value, str) else value for key, value in about.items()})
        number = current_id.get()
        if number and "request_id" not in line:
            line["request_id"] = number
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = _field(self._fault(record))
        return json.dumps(line, ensure_ascii=True)

    def _fault(self, record: logging.LogRecord) -> str:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, (MigratorError, ConnectionError, TimeoutError)) or record.exc_info is None:
            return f"{type(error).__name__}: {error}"
        return self.formatException(record.exc_info)[-_LONGEST:]


def about_request(method: str, path: bytes, query: bytes, status: int, seconds: float | None = None) -> dict[str, Any]:
    """What the log says of a request: its path and the names in its query, never their values; nobody's address."""
    said: dict[str, Any] = {"event": "request", "method": method, "path": path.decode("latin-1"), "status": status}
    if query:
        names = (part.partition("=") for part in query.decode("latin-1").split("&")[:_MOST_NAMES])
        said["query"] = ",".join(name if equals and _QUERY_NAME.fullmatch(name) else "?" for name, equals, _ in names)
    if seconds is not None:
        said["seconds"] = round(seconds, 6)
    return said


def _field(text: str) -> str:
    """The text as the line may have it: without secrets and control characters, and of bounded size once it is escaped."""
    text = without_secrets(text[: 4 * _LONGEST])
    text = "".join(letter if letter.isprintable() else f"\\x{ord(letter):02x}" for letter in text)
    if len(json.dumps(text)) <= _LONGEST:
        return text
    while len(json.dumps(text)) > _LONGEST - 1:
        text = text[: len(text) * _LONGEST // (len(json.dumps(text)) + 16)]
    return text + "~"
