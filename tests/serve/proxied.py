"""A proxy in front of a raw upstream, and ways to ask it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from starlette.types import Message, Scope

from migrator.serve.answer import Answer, plain_answer
from migrator.serve.options import UpstreamOptions
from migrator.serve.proxy import Proxy
from tests.serve.live import serve
from tests.serve.raw_upstream import Answering, RawUpstream, raw_upstream

PATIENT = UpstreamOptions()
HASTY = UpstreamOptions(connect_timeout=0.3, first_byte_timeout=0.3, gap_timeout=0.3)
HELLO = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


def unavailable(scope: Scope, status: int) -> Answer:
    return plain_answer(status, "away")


@contextmanager
def proxied(
    answer: bytes | Answering, options: UpstreamOptions = PATIENT, *, read_body: bool = True
) -> Iterator[tuple[str, RawUpstream]]:
    with raw_upstream(answer, read_body=read_body) as upstream, serve(Proxy(upstream.url, options, unavailable)) as base:
        yield base, upstream


def get(target: str, *, version: str = "1.1", extra: str = "Connection: close\r\n", method: str = "GET") -> bytes:
    return f"{method} {target} HTTP/{version}\r\nHost: www.old.example\r\n{extra}\r\n".encode("latin-1")


async def ask_directly(proxy: Proxy, scope: Scope) -> list[Message]:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    await proxy(scope, receive, send)
    return sent


def scope_of(target: bytes, headers: list[tuple[bytes, bytes]]) -> Scope:
    return {
        "type": "http",
        "method": "GET",
        "scheme": "http",
        "raw_path": target,
        "path": "/",
        "query_string": b"",
        "headers": headers,
        "client": ("192.0.2.1", 1),
    }
