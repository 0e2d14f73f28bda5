"""The answers that nothing behind the gate has a part in: refusals, short, uncached and the last on their connection."""

from __future__ import annotations

from http import HTTPStatus

from migrator.serve.answer import Answer, plain_answer
from migrator.serve.headers import http_date

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


def wire_format(answer: Answer) -> bytes:
    """An answer in the bytes of HTTP/1.1, after which the connection is closed."""
    line = f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}\r\n".encode("ascii")
    headers = [
        (b"date", http_date()),
        *answer.headers,
        (b"content-length", b"%d" % len(answer.body)),
        (b"connection", b"close"),
    ]
    return line + b"".join(b"%b: %b\r\n" % pair for pair in headers) + b"\r\n" + answer.body
