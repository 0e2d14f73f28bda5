"""The door on its own server behind another front, and an old site behind both that says what it was asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from migrator.app import transition_site
from migrator.serve.options import ConnectionOptions, ServerOptions
from tests.serve.fronts import MARKED, front
from tests.serve.hardened import hardened
from tests.serve.raw_upstream import Answering, Asked, RawUpstream, raw_upstream

HOST = "www.old.example"
PAGE = b"<!doctype html><html lang=en><title>Old</title><body><p>old</body></html>"
PATIENT = ServerOptions(grace=1, connection=ConnectionOptions(head=5, body_gap=5, parting=0.3, keep_alive=60))


@dataclass
class Behind:
    """Where the front is, and what the old site saw."""

    base: str
    upstream: RawUpstream

    @property
    def port(self) -> int:
        """The front's port on loopback."""
        return int(self.base.rpartition(":")[2])

    def marks(self) -> list[list[bytes]]:
        """The front's own marks on each request, of which it has to bear one."""
        return [asked.field(MARKED) for asked in self.upstream.asked]


async def parrot(asked: Asked, writer: asyncio.StreamWriter) -> None:
    """Answer a request with its target, or a page, and keep the connection."""
    kind, body = (b"text/html", PAGE) if asked.target.startswith(b"/page") else (b"text/plain", asked.target)
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n" % (kind, len(body)))
    writer.write(b"" if asked.method == "HEAD" else body)
    await writer.drain()


def configured(folder: Path, legacy: str, more: str = "") -> Path:
    """A map of one old site with a banner, that trusts the front on this machine."""
    config = folder / "redirects.yaml"
    config.write_text(
        f'version: 1\nsites: {{main: {{hosts: [{HOST}], legacy: "{legacy}", new: "https://new.example"}}}}\n'
        "banner: {site_name: Example, dismissible: true}\nserver: {trusted_proxies: [127.0.0.1]}\n"
        f"redirects: {{/moved: /there}}\n{more}",
        encoding="utf-8",
    )
    return config


async def exchange(port: int, stream: bytes, seconds: float) -> bytes:
    """What comes for those bytes until the connection ends, or for so long."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    came = b""
    with suppress(TimeoutError, ConnectionError):
        async with asyncio.timeout(seconds):
            writer.write(stream)
            while part := await reader.read(65536):
                came += part
    writer.transport.abort()
    return came


@contextmanager
def behind(
    name: str,
    folder: Path,
    answer: Answering = parrot,
    *,
    read_body: bool = True,
    http2: bool = False,
    certificate: Path | None = None,
) -> Iterator[Behind]:
    """The whole way: the front of that name, the door, the old site."""
    with (
        raw_upstream(answer, read_body=read_body) as upstream,
        hardened(transition_site(configured(folder, upstream.url)), PATIENT) as door,
        front(name, folder, door, http2=http2, certificate=certificate) as base,
    ):
        yield Behind(base, upstream)
