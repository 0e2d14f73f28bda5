"""The early road: an app that knows at once how it would answer a request's head says so, and no task is started for it.

Only the road differs. What the answer is comes from the same functions, and both roads write the same bytes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Protocol, cast, runtime_checkable
from urllib.parse import unquote

from starlette.types import ASGIApp, Scope
from uvicorn.protocols.utils import get_client_addr, get_path_with_query_string

from migrator.serve.answer import Answer, wire_format
from migrator.serve.headers import Headers

EarlyAnswer = Callable[[Scope], Answer | None]

_METHODS = frozenset(("GET", "HEAD"))
_FRAMING = frozenset((b"content-length", b"transfer-encoding"))


@runtime_checkable
class AnswersEarly(Protocol):
    """An ASGI app that can tell some of its answers without being run."""

    def early_answer(self, scope: Scope) -> Answer | None:
        """What it would send, dated, for an `http` scope without a body; None where it has to be run."""


def early_answer_of(app: ASGIApp) -> EarlyAnswer | None:
    """The app's early answers, where it has any."""
    return app.early_answer if isinstance(app, AnswersEarly) else None


def is_whole(method: str, target: bytes, headers: Headers) -> bool:
    """Whether a request is read-only and at its end with its head. Targets that are no ASCII are left to the plain road."""
    return method in _METHODS and target.isascii() and not [name for name, _ in headers if name in _FRAMING]


def fill_in(scope: Scope, method: str, version: str, target: bytes) -> None:
    """Give a scope what its request line says; `target` is in origin form and ASCII."""
    raw_path, _, query = target.partition(b"?")
    path = raw_path.decode("ascii")
    scope["method"] = method
    scope["http_version"] = version
    scope["path"] = unquote(path) if "%" in path else path
    scope["raw_path"] = raw_path
    scope["query_string"] = query


def early_bytes(early: EarlyAnswer, scope: Scope, *, is_last: bool, log: logging.Logger | None) -> bytes:
    """The answer to a filled-in scope as it goes on the wire; b"" where the app has to be run. A `log` gets its line."""
    try:
        answer = early(scope)
    except Exception:  # it comes again on the plain road, which tells of it
        return b""
    if answer is None:
        return b""
    if log is not None:
        _log_access(log, scope, answer.status)
    return wire_format(answer, to_head=scope["method"] == "HEAD", is_last=is_last)


def _log_access(log: logging.Logger, scope: Scope, status: int) -> None:
    """Write the line that uvicorn writes for a request."""
    address, target = get_client_addr(cast(Any, scope)), get_path_with_query_string(cast(Any, scope))
    log.info('%s - "%s %s HTTP/%s" %d', address, scope["method"], target, scope["http_version"], status)
