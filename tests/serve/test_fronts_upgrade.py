"""The body of a request that offers another protocol, sent through servers in front."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.serve.fronted import behind, exchange, parrot
from tests.serve.fronts import FRONTS
from tests.serve.test_smuggling import MARKER

HEAD = b"POST /page HTTP/1.1\r\nHost: www.old.example\r\nConnection: Upgrade\r\nUpgrade: %b\r\nContent-Length: %d\r\n\r\n"


@pytest.mark.parametrize("protocol", [b"nothing", b"h2c"])
@pytest.mark.parametrize("name", FRONTS)
def test_the_body_of_a_request_that_offers_another_protocol_is_no_request(name: str, protocol: bytes, tmp_path: Path) -> None:
    with behind(name, tmp_path, parrot) as way:
        asyncio.run(exchange(way.port, HEAD % (protocol, len(MARKER)) + MARKER, 1))
        assert [asked.target for asked in way.upstream.asked if len(asked.field("x-front")) != 1] == []
        assert b"/smuggled" not in [asked.target for asked in way.upstream.asked]
