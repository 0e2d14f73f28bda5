"""A request that offers another protocol and has a body: httptools cuts it at its head, so its body must not be read on."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from migrator.app import transition_site
from tests.serve.hardened import connect, hardened
from tests.serve.raw_upstream import Asked, raw_upstream
from tests.serve.test_smuggling import BRISK

HOST = b"Host: www.old.example\r\n"
INNER = b"GET /smuggled HTTP/1.1\r\n" + HOST + b"\r\n"
BODIES = {
    "length": (b"Content-Length: %d\r\n" % len(INNER), INNER),
    "chunks": (b"Transfer-Encoding: chunked\r\n", b"%x\r\n%b\r\n0\r\n\r\n" % (len(INNER), INNER)),
}


@pytest.mark.parametrize("framing", BODIES)
@pytest.mark.parametrize("protocol", [b"nothing", b"h2c", b"websocket"])
def test_the_body_of_a_request_that_offers_another_protocol_is_no_request(framing: str, protocol: bytes, tmp_path: Path) -> None:
    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:  # before the body, as many servers do
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
        await writer.drain()

    field, body = BODIES[framing]
    with raw_upstream(answer, read_body=False) as upstream:
        config = tmp_path / "redirects.yaml"
        config.write_text(
            f'version: 1\nsites: {{main: {{hosts: [www.old.example], legacy: "{upstream.url}", new: "https://new.example"}}}}\n'
        )
        with hardened(transition_site(config), BRISK) as base, connect(base, seconds=4) as client:
            client.sendall(
                b"POST /page HTTP/1.1\r\n"
                + HOST
                + b"Connection: Upgrade\r\nUpgrade: "
                + protocol
                + b"\r\n"
                + field
                + b"\r\n"
                + body
            )
            came = b""
            try:
                while part := client.recv(9000):
                    came += part
            except TimeoutError:
                came += b"<the connection was left open>"
        assert b"/smuggled" not in [asked.target for asked in upstream.asked]
        assert came.startswith(b"HTTP/1.1 ")
        assert not came.endswith(b"left open>")
