"""The early road: an app that knows at once how it would answer a plain head says so, and neither parser nor task is started.

Only the road differs. What the answer is comes from the same functions, and both roads write the same bytes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Protocol, cast, runtime_checkable

from starlette.types import ASGIApp
from uvicorn.protocols.utils import get_client_addr, get_path_with_query_string

from migrator.serve.answer import Answer, wire_format
from migrator.serve.plain_head import END_OF_HEAD, PlainHead, plain_head

EarlyAnswer = Callable[[PlainHead], Answer | None]


@runtime_checkable
class AnswersEarly(Protocol):
    """An ASGI app that can tell some of its answers without being run."""

    def early_answer(self, head: PlainHead) -> Answer | None:
        """What it would send to that request, dated; None where it has to be run."""


def early_answer_of(app: ASGIApp) -> EarlyAnswer | None:
    """The app's early answers, where it has any."""
    return app.early_answer if isinstance(app, AnswersEarly) else None


def early_bytes(
    early: EarlyAnswer, data: bytes, start: int, client: tuple[str, int] | None, log: logging.Logger | None
) -> tuple[bytes, int, bool] | None:
    """The answer to the request that `data` has at `start`, as it goes on the wire; where that ends; whether it is the last.

    None where it is no plain one, or the app has to be run. A `log` gets the answer's line.
    """
    end = data.find(END_OF_HEAD, start) + len(END_OF_HEAD)
    head = plain_head(data, start, end)
    if head is None:
        return None
    try:
        answer = early(head)
    except Exception:  # it comes again on the plain road, which tells of it
        return None
    if answer is None:
        return None
    if log is not None:
        _log_access(log, head, client, answer.status)
    is_last = head.is_last
    return wire_format(answer, to_head=head.method == b"HEAD", is_last=is_last), end, is_last


def _log_access(log: logging.Logger, head: PlainHead, client: tuple[str, int] | None, status: int) -> None:
    """Write the line that uvicorn writes for a request."""
    scope = head.scope(client)
    address, target = get_client_addr(cast(Any, scope)), get_path_with_query_string(cast(Any, scope))
    log.info('%s - "%s %s HTTP/%s" %d', address, scope["method"], target, scope["http_version"], status)
