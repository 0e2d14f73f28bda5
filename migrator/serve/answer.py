"""A whole answer as a value, and how it is sent. What it says is decided elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.types import Scope, Send

from migrator.serve.headers import Headers, http_date


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, fields without framing, and a body."""

    status: int
    headers: Headers
    body: bytes = b""


def plain_answer(status: int, text: str) -> Answer:
    """A short text for a client that is no person's browser."""
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
    return Answer(status, headers, text.encode() + b"\n")


async def send_answer(answer: Answer, scope: Scope, send: Send, *, dated: bool = True) -> None:
    """Send `answer`; to HEAD without its body, but with the length that GET would have (RFC 9110 section 9.3.2).

    `dated` adds the Date field, which most servers do themselves for the apps that they run.
    """
    length = str(len(answer.body)).encode("ascii")
    headers = [*answer.headers, (b"content-length", length)]
    if dated:
        headers.insert(0, (b"date", http_date()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else answer.body})
