"""The answers that nothing behind the gate has a part in: refusals, short, uncached and the last on their connection."""

from __future__ import annotations

from migrator.serve.answer import Answer, plain_answer

_REASONS = {
    400: "This request is not well-formed.",
    405: "This method is not supported here.",
    408: "The request took too long to arrive.",
    413: "The body is too large.",
    414: "The address is too long.",
    431: "The header fields are too large.",
    505: "This version of HTTP is not spoken here.",
}
METHODS = b"GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
FORBIDDEN_METHODS = frozenset(("CONNECT", "TRACE"))


def refusal(status: int) -> Answer:
    """The answer that refuses a request with `status`."""
    answer = plain_answer(status, _REASONS[status])
    if status == 405:
        answer.headers.append((b"allow", METHODS))  # RFC 9110 section 15.5.6
    return answer


def capabilities() -> Answer:
    """The answer to `OPTIONS *`."""
    return Answer(200, [(b"allow", METHODS), (b"cache-control", b"no-store")])
