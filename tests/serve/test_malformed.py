"""Three thousand faulty requests on the wire: the old site sees what another parser makes of the same bytes, or nothing."""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from pathlib import Path

import pytest

from tests.serve.faults import HOST
from tests.serve.malformed import numbered_cases, path_of
from tests.serve.raw_upstream import Asked
from tests.serve.strictly import Plain, requests_in
from tests.serve.test_smuggling import site

AT_A_TIME = 48
PATIENCE = 5.0  # seconds
NUMBERED = re.compile(rb"/(\d{6})(?![^/?#%;])")
OF_THE_PROXY = re.compile(rb"host|via|forwarded|x-forwarded-.*|x-real-ip|content-length|transfer-encoding")
# What is mended on the way, and as h11 sees nothing wrong with it afterwards.
MENDS = (
    (rb"\A[\r\n]+", b""),  # empty lines before a request (RFC 9112 section 2.2)
    (rb"(hello)(?:\r\n)+(?=GET )", rb"\1"),
    (rb"\A(GET|POST) +(\S+) +(?=HTTP/1)", rb"\1 \2 "),  # blanks between the parts of its first line (section 3)
    (rb" RTSP/1\.0\r\n", b" HTTP/1.0\r\n"),  # another protocol of the same form
    (rb"\r\n0{16,}5(?=\r\n)", b"\r\n5"),  # a chunk's size with more zeros before it than h11 reads
)  # fmt: skip


def after(place: int) -> bytes:
    """A sound request that follows on the same connection and is its last."""
    return b"GET " + path_of(place) + b"/after HTTP/1.1\r\n" + HOST + b"\r\nConnection: close\r\n\r\n"


async def send_all(base: str, streams: list[bytes]) -> list[int]:
    """Each on a connection of its own; the places of those that the server neither answers to the end nor ends."""
    host, _, port = base.removeprefix("http://").partition(":")
    turn = asyncio.Semaphore(AT_A_TIME)
    endless: list[int] = []

    async def send(place: int, stream: bytes) -> None:
        async with turn:
            reader, writer = await asyncio.open_connection(host, int(port))
            try:
                writer.write(stream)
                async with asyncio.timeout(PATIENCE):
                    await reader.read()
            except TimeoutError:
                endless.append(place)
            except ConnectionError:
                pass
            finally:
                writer.transport.abort()

    await asyncio.gather(*(send(place, stream) for place, stream in enumerate(streams)))
    return endless


def mended(stream: bytes) -> bytes:
    for fault, mend in MENDS:
        stream = re.sub(fault, mend, stream)
    return stream


def as_seen(asked: Asked) -> Plain:
    """A request without the fields that the proxy makes itself."""
    fields = frozenset((name.lower(), value) for name, value in asked.headers if not OF_THE_PROXY.fullmatch(name.lower()))
    return Plain(asked.method.encode(), asked.target, fields, asked.body)


def is_of(seen: Plain, parsed: Plain) -> bool:
    """Whether what was seen is what was parsed: the path of an absolute target, no empty query, no fields but its own."""
    target = re.sub(rb"\A([^?]*)\?\Z", rb"\1", re.sub(rb"(?i)\Ahttps?://[^/]*", b"", parsed.target))
    return (seen.method, seen.target, seen.body) == (parsed.method, target, parsed.body) and seen.fields <= parsed.fields


def in_order(seen: list[Plain], parsed: list[Plain]) -> bool:
    """Whether all that was seen is among what was parsed, in its order."""
    left = iter(parsed)
    return all(any(is_of(one, other) for other in left) for one in seen)


@pytest.mark.timeout(60)
def test_of_each_fault_the_upstream_sees_what_another_parser_does_or_nothing(tmp_path: Path) -> None:
    cases = list(numbered_cases())
    streams = [request + after(place) for place, (_, request) in enumerate(cases)]
    with site(tmp_path) as (base, upstream):
        endless = asyncio.run(send_all(base, streams))
        seen: dict[int, list[Plain]] = defaultdict(list)
        for asked in upstream.asked:
            number = NUMBERED.search(asked.target)
            assert number, asked
            seen[int(number[1])].append(as_seen(asked))

    assert not [cases[place] for place in endless]
    wrong = [cases[place] for place, stream in enumerate(streams) if not in_order(seen[place], requests_in(mended(stream)))]
    assert not wrong
    let_through = {name.rstrip("0123456789 ") for place, (name, _) in enumerate(cases) if seen[place]}
    assert let_through == {name.rstrip("0123456789 ") for name, _ in cases}
