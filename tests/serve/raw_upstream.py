"""An upstream on loopback that answers with exactly the bytes it is told to, and remembers what it was asked."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Asked:
    """One request as it came off the wire. `connection` counts the connections from 1."""

    connection: int
    method: str
    target: bytes
    headers: list[tuple[bytes, bytes]]
    reader: asyncio.StreamReader
    body: bytes = b""

    def field(self, name: str) -> list[bytes]:
        """Every value of one field, in order."""
        return [value for known, value in self.headers if known.lower() == name.encode()]


Answering = Callable[[Asked, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class RawUpstream:
    """What a test sees of the server: where it is, what it was asked, how many connections were made and ended."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    opened: int = 0
    ended: int = 0

    @property
    def authority(self) -> str:
        """Its host and port."""
        return self.url.removeprefix("http://")


@contextmanager
def raw_upstream(answer: bytes | Answering, *, read_body: bool = True) -> Iterator[RawUpstream]:
    """Serve `answer`: bytes are written and the connection is closed; a function writes what it likes and may keep it open."""
    seen = RawUpstream()
    loop = asyncio.new_event_loop()
    started = threading.Event()
    stop = asyncio.Event()

    async def run() -> None:
        tasks: set[asyncio.Task[None]] = set()
        transports: list[asyncio.WriteTransport] = []

        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            tasks.add(task)
            transports.append(writer.transport)
            await _converse(seen, answer, reader, writer, read_body)
            tasks.discard(task)

        server = await asyncio.start_server(connected, "127.0.0.1", 0)
        seen.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        started.set()
        await stop.wait()
        server.close()
        await _end(tasks, transports)

    def work() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(run())

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    started.wait(5)
    try:
        yield seen
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(5)


async def _end(tasks: set[asyncio.Task[None]], transports: list[asyncio.WriteTransport]) -> None:
    await _turns()  # for connections that were taken a moment ago, and have no task yet
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for transport in transports:
        with suppress(AttributeError):  # asyncio's own, where the transport has emptied its buffer and closed meanwhile
            transport.abort()  # what was never taken would keep it open until the garbage is collected
    await _turns()


async def _turns() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def _converse(
    seen: RawUpstream, answer: bytes | Answering, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, read_body: bool
) -> None:
    seen.opened += 1
    number = seen.opened
    try:
        with suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            while not writer.is_closing():
                asked = await _read_request(reader, number, read_body)
                seen.asked.append(asked)
                if isinstance(answer, bytes):
                    writer.write(answer)
                    await writer.drain()
                    break
                await answer(asked, writer)
    finally:
        seen.ended += 1
        writer.close()


async def _read_request(reader: asyncio.StreamReader, connection: int, read_body: bool) -> Asked:
    head = await reader.readuntil(b"\r\n\r\n")
    line, *fields = head[:-4].split(b"\r\n")
    method, target, _ = line.split(b" ", 2)
    headers = [(name, value.strip()) for name, _, value in (entry.partition(b":") for entry in fields)]
    asked = Asked(connection, method.decode(), target, headers, reader)
    if read_body and asked.field("transfer-encoding") == [b"chunked"]:
        while size := int(await reader.readuntil(b"\n"), 16):
            asked.body += (await reader.readexactly(size + 2))[:-2]
        await reader.readline()
    elif read_body and asked.field("content-length"):
        asked.body = await reader.readexactly(int(asked.field("content-length")[0]))
    return asked
