"""A whole answer as a value, and how it is sent. What it says is decided elsewhere."""

from __future__ import annotations

from http import HTTPStatus
from typing import NamedTuple

from starlette.types import Scope, Send

from migrator.serve.headers import Headers, http_date

# How the answers of each status begin on the wire; what comes next is the present moment.
_STARTS = {status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\ndate: ".encode("ascii") for status in HTTPStatus}


class Answer(NamedTuple):
    """A status, fields without framing, and a body."""

    status: int
    headers: Headers
    body: bytes = b""
    prepared: bytes = b""  # what follows the date on the wire, where the answer is given often


def prepared(answer: Answer) -> Answer:
    """The same answer, quicker to write; it keeps some hundred bytes more."""
    return answer._replace(prepared=_after_date(answer))


def plain_answer(status: int, text: str) -> Answer:
    """A short text for a client that is no person's browser."""
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
    return Answer(status, headers, text.encode() + b"\n")


async def send_answer(answer: Answer, scope: Scope, send: Send, *, dated: bool = True) -> None:
    """Send `answer`; to HEAD without its body, but with the length that GET would have (RFC 9110 section 9.3.2).

    `dated` adds the Date field, which most servers do themselves for the apps that they run.
    """
    await send({"type": "http.response.start", "status": answer.status, "headers": _framed(answer, dated=dated)})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else answer.body})


def wire_format(answer: Answer, *, to_head: bool = False, is_last: bool = False) -> bytes:
    """What `send_answer` makes a server write, in the bytes of HTTP/1.1; after the last one the connection is closed."""
    if answer.prepared and not (to_head or is_last):
        return b"%b%b%b" % (_STARTS[answer.status], http_date(), answer.prepared)
    return b"%b%b%b" % (_STARTS[answer.status], http_date(), _after_date(answer, to_head=to_head, is_last=is_last))


def _after_date(answer: Answer, *, to_head: bool = False, is_last: bool = False) -> bytes:
    headers = _framed(answer, dated=False)
    if is_last:
        headers.append((b"connection", b"close"))
    lines = [b"\r\n%b: %b" % field for field in headers]
    return b"".join([*lines, b"\r\n\r\n", b"" if to_head else answer.body])


def _framed(answer: Answer, *, dated: bool = True) -> Headers:
    framed = list(answer.headers)
    if answer.status != 304:  # there it would be the length that the page itself has (RFC 9110 section 8.6)
        framed.append((b"content-length", b"%d" % len(answer.body)))
    return [(b"date", http_date()), *framed] if dated else framed
