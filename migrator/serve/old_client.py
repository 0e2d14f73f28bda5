"""Answers to HTTP/1.0 clients: a body of unknown length ends with the connection, because they know no chunks."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle


def unchunked(app: ASGIApp, cycle: RequestResponseCycle) -> ASGIApp:
    """The app, with its answers framed by their Content-Length or by the end of the connection (RFC 9112 section 6.3)."""

    async def framed(scope: Scope, receive: Receive, send: Send) -> None:
        is_endless = False

        async def send_unchunked(message: Message) -> None:
            nonlocal is_endless
            if message["type"] == "http.response.start":
                headers = [field for field in message.get("headers", ()) if field[0].lower() != b"transfer-encoding"]
                message = {**message, "headers": headers}
                is_endless = all(name.lower() != b"content-length" for name, _ in headers)
                if is_endless:
                    cycle.chunked_encoding = False
            elif is_endless:
                # uvicorn compares what is written with what was announced; here each part announces itself.
                cycle.expected_content_length = len(message.get("body", b""))
            await send(message)

        await app(scope, receive, send_unchunked)

    return framed
