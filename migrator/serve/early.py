"""The early road: an app that knows at once how it would answer a plain head says so, and neither parser nor task is started.

Only the road differs. What the answer is comes from the same functions, and both roads write the same bytes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Protocol, cast, runtime_checkable

from starlette.types import ASGIApp
from uvicorn.protocols.utils import get_client_addr, get_path_with_query_string

from migrator.serve.answer import Answer
from migrator.serve.plain_head import PlainHead

EarlyAnswer = Callable[[PlainHead], Answer | None]


@runtime_checkable
class AnswersEarly(Protocol):
    """An ASGI app that can tell some of its answers without being run."""

    def early_answer(self, head: PlainHead) -> Answer | None:
        """What it would send to that request, dated; None where it has to be run."""


def early_answer_of(app: ASGIApp) -> EarlyAnswer | None:
    """The app's early answers, where it has any."""
    return app.early_answer if isinstance(app, AnswersEarly) else None


def early_answer(early: EarlyAnswer, head: PlainHead) -> Answer | None:
    """The app's answer to a head; None where the app has to be run."""
    try:
        return early(head)
    except Exception:  # it comes again on the plain road, which tells of it
        return None


def log_access(log: logging.Logger, head: PlainHead, client: tuple[str, int] | None, status: int) -> None:
    """Write the line that uvicorn writes for a request."""
    scope = head.scope(client)
    address, target = get_client_addr(cast(Any, scope)), get_path_with_query_string(cast(Any, scope))
    log.info('%s - "%s %s HTTP/%s" %d', address, scope["method"], target, scope["http_version"], status)
