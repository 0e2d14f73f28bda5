"""Runs an app of given answers behind the banner, and reports what a client would get."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from starlette.types import Message, Receive, Scope, Send

from migrator.serve.content_security import Grant, Inline
from migrator.serve.headers import Headers
from migrator.serve.injection import InjectingSend, Injection
from migrator.serve.known_heads import KnownHeads
from tests.serve.html5lib import BANNER

VERSION = "abc123"
NOTHING_INLINE = Inline()
PAGE = b"<!doctype html><html lang=en><head><title>Old</title></head><body><h1>Old</h1></body></html>"
WITH_BANNER = PAGE.replace(b"<body>", b"<body>" + BANNER)
HTML = (b"content-type", b"text/html; charset=utf-8")
BROWSER = ((b"sec-fetch-dest", b"document"), (b"accept", b"text/html,*/*"))


@dataclass(frozen=True, slots=True)
class Got:
    """What a client got, message by message, and what the app was asked."""

    messages: list[Message]
    asked: Headers

    @property
    def headers(self) -> dict[bytes, bytes]:
        """The answer's fields; a repeated one joined."""
        fields: dict[bytes, bytes] = {}
        for name, value in self.messages[0]["headers"]:
            fields[name] = fields[name] + b", " + value if name in fields else value
        return fields

    @property
    def chunks(self) -> list[bytes]:
        """The body, as it was sent."""
        return [message["body"] for message in self.messages[1:]]

    @property
    def body(self) -> bytes:
        """The body as a whole."""
        return b"".join(self.chunks)


def scope_of(method: str = "GET", headers: Iterable[tuple[bytes, bytes]] = BROWSER, path: str = "/old") -> Scope:
    """A request's scope."""
    return {
        "type": "http",
        "method": method,
        "path": path,
        "headers": list(headers),
        "extensions": {"http.response.pathsend": {}},
    }


def ask(
    chunks: Sequence[bytes] = (PAGE,),
    headers: Iterable[tuple[bytes, bytes]] = (HTML,),
    *,
    status: int = 200,
    method: str = "GET",
    request: Iterable[tuple[bytes, bytes]] = BROWSER,
    path: str = "/old",
    sent: list[Message] | None = None,
    banner: Callable[[str, Grant], bytes] = lambda *_: BANNER,
    inline: Inline = NOTHING_INLINE,
    heads: KnownHeads | None = None,
) -> Got:
    """One request to an app that answers with these chunks; `sent` collects messages even where it raises."""
    messages: list[Message] = [] if sent is None else sent
    asked: Headers = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        asked.extend(scope["headers"])
        assert "http.response.pathsend" not in scope["extensions"]
        await send({"type": "http.response.start", "status": status, "headers": list(headers)})
        for chunk in chunks[:-1]:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": chunks[-1]})

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        messages.append(message)

    async def run() -> None:
        scope = scope_of(method, request, path)
        with InjectingSend(Injection(banner, VERSION, inline=inline, heads=heads), scope, send) as injecting:
            await app(injecting.prepared(scope), receive, injecting)

    asyncio.run(run())
    return Got(messages, asked)
