"""A real server on loopback for any ASGI app, in a thread of its own."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp


@contextmanager
def serve(app: ASGIApp, *, port: int = 0) -> Iterator[str]:
    """Serve `app`, its lifespan too, and give its base URL without a last slash."""
    config = uvicorn.Config(
        app, host="127.0.0.1", port=port, log_config=None, date_header=False, server_header=False, timeout_graceful_shutdown=2
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.005)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)


def talk(base: str, request: bytes, *, seconds: float = 5.0) -> bytes:
    """Send raw bytes to a server and give all that comes back until it closes (ask it to, by `Connection: close`)."""
    host, _, port = base.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), seconds) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def eventually(truth: Callable[[], object], *, seconds: float = 5.0) -> bool:
    """Whether `truth` holds within `seconds`."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if truth():
            return True
        time.sleep(0.01)
    return False
