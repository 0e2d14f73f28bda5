"""A WebSocket server in a thread of its own, and the proxy in front of it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from websockets.asyncio.server import ServerConnection
from websockets.asyncio.server import serve as serve_websockets

from migrator.serve.options import UpstreamOptions
from migrator.serve.proxy import Proxy
from tests.serve.live import SERVER, serve
from tests.serve.proxied import PATIENT, unavailable

Handler = Callable[[ServerConnection], Awaitable[None]]


@contextmanager
def upstream(handler: Handler, **options: object) -> Iterator[str]:
    """A WebSocket server, in a thread of its own."""
    loop, stop, urls = asyncio.new_event_loop(), asyncio.Event(), list[str]()
    started = threading.Event()

    async def run() -> None:
        async with serve_websockets(handler, "127.0.0.1", 0, max_size=None, **options) as server:  # type: ignore[arg-type]
            urls.append(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
            started.set()
            await stop.wait()

    def work() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(run())

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    assert started.wait(5)
    try:
        yield urls[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(5)


@contextmanager
def relayed(handler: Handler, options: UpstreamOptions = PATIENT, *, server: str = SERVER, **more: object) -> Iterator[str]:
    """A WebSocket address that leads through the proxy to `handler`."""
    with upstream(handler, **more) as url, serve(Proxy(url, options, unavailable), server=server) as base:
        yield base.replace("http:", "ws:")


async def echo(socket: ServerConnection) -> None:
    async for message in socket:
        await socket.send(message)
