"""The server as `migrator serve` runs it, in a thread, in front of an app that remembers what it was asked."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.types import ASGIApp, Receive, Scope, Send

from migrator.serve.options import ConnectionOptions, ServerOptions
from migrator.serve.server import Server, listen

HASTY = ConnectionOptions(head=0.4, body_gap=0.4, write_stall=0.6, keep_alive=1, parting=0.4)


class Recorder:
    """An app that reads each request to its end and answers 200 with its body."""

    def __init__(self) -> None:
        self.scopes: list[Scope] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        self.scopes.append(scope)
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})

    def fields(self) -> list[bytes]:
        """The names of all fields of all requests."""
        return [name for scope in self.scopes for name, _ in scope["headers"]]


@contextmanager
def hardened(app: ASGIApp, options: ServerOptions | None = None) -> Iterator[str]:
    """Serve `app` on loopback and give its base URL."""
    sockets = listen("127.0.0.1", 0)
    address = f"http://127.0.0.1:{sockets[0].getsockname()[1]}"
    server = Server(app, options or ServerOptions(grace=2))
    thread = threading.Thread(target=server.run, args=(sockets,), daemon=True)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.005)
        yield address
    finally:
        server.should_exit = True
        thread.join(10)


def connect(base: str, *, seconds: float = 5.0) -> socket.socket:
    """A connection to the server."""
    host, _, port = base.removeprefix("http://").partition(":")
    return socket.create_connection((host, int(port)), seconds)


def read_to_end(connection: socket.socket) -> bytes:
    """All that comes until the server closes; how it closes does not matter."""
    parts: list[bytes] = []
    try:
        while part := connection.recv(65536):
            parts.append(part)
    except ConnectionError:
        pass
    return b"".join(parts)


def status_of(answer: bytes) -> int:
    """The status of the first answer, or 0 where there is none."""
    return int(answer[9:12]) if answer.startswith(b"HTTP/1.1 ") else 0
