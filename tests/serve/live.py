"""A real server on loopback for any ASGI app, in a thread of its own: uvicorn, or what $MIGRATOR_TEST_SERVER names."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import uvicorn
from granian.constants import Interfaces
from granian.server.embed import Server as Granian
from starlette.types import ASGIApp

from tests.ports import free_port

SERVERS = ("uvicorn", "granian")
SERVER = os.environ.get("MIGRATOR_TEST_SERVER", "uvicorn")


def granian_differs(how: str) -> pytest.MarkDecorator:
    """Marks a test that fails on granian, for a reason that is granian's own, and must not begin to pass unnoticed."""
    return pytest.mark.xfail(SERVER == "granian", reason=f"granian {how}", strict=True)


@contextmanager
def serve(app: ASGIApp, *, port: int = 0, server: str = SERVER) -> Iterator[str]:
    """Serve `app`, its lifespan too, and give its base URL without a last slash."""
    with {"uvicorn": _on_uvicorn, "granian": _on_granian}[server](app, port) as base:
        yield base


@contextmanager
def _on_uvicorn(app: ASGIApp, port: int) -> Iterator[str]:
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


@contextmanager
def _on_granian(app: ASGIApp, port: int) -> Iterator[str]:
    port = port or free_port()
    server = Granian(app, address="127.0.0.1", port=port, interface=Interfaces.ASGI, log_enabled=False)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=_run, args=(loop, server), daemon=True)
    thread.start()
    try:
        assert eventually(lambda: listens(port)), "the server did not start"
        yield f"http://127.0.0.1:{port}"
    finally:
        loop.call_soon_threadsafe(server.stop)
        thread.join(10)


def _run(loop: asyncio.AbstractEventLoop, server: Granian) -> None:
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(server.serve())


def listens(port: int) -> bool:
    """Whether somebody listens on that port of loopback."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


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
