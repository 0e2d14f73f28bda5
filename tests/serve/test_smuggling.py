"""Raw requests to the whole transition site: of what is badly framed the upstream sees nothing, and nothing is smuggled."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from migrator.app import transition_site
from migrator.serve.options import ConnectionOptions, ServerOptions
from tests.serve.hardened import connect, hardened, read_to_end
from tests.serve.raw_upstream import RawUpstream, raw_upstream
from tests.shared import shared_folder

HELLO = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello"
HOST = b"Host: www.old.example"
MARKER = b"GET /smuggled HTTP/1.1\r\n" + HOST + b"\r\n\r\n"
BRISK = ServerOptions(grace=1, connection=ConnectionOptions(head=0.3, body_gap=0.3, parting=0.2, keep_alive=1))
CHUNKED = b"Transfer-Encoding: chunked"


@contextmanager
def site(folder: Path) -> Iterator[tuple[str, RawUpstream]]:
    """The site on the hardened server in front of an upstream that remembers every request."""
    with raw_upstream(HELLO) as upstream:
        config = folder / "redirects.yaml"
        config.write_text(
            f'version: 1\nsites: {{main: {{hosts: [www.old.example], legacy: "{upstream.url}", new: "https://new.example"}}}}\n'
        )
        with hardened(transition_site(config), BRISK) as base:
            yield base, upstream


def post(*fields: bytes, body: bytes = b"") -> bytes:
    return b"\r\n".join([b"POST /page HTTP/1.1", *fields, b"", body])


AMBIGUOUS = {
    "CL.TE": post(HOST, b"Content-Length: 6", CHUNKED, body=b"0\r\n\r\nG"),
    "TE.CL": post(HOST, CHUNKED, b"Content-Length: 4", body=b"5c\r\n" + b"x" * 92 + b"\r\n0\r\n\r\n"),
    "CL.CL": post(HOST, b"Content-Length: 0", b"Content-Length: 44", body=b"x" * 44),
    "equal CL.CL": post(HOST, b"Content-Length: 5", b"Content-Length: 5", body=b"hello"),
    "CL list": post(HOST, b"Content-Length: 5, 5", body=b"hello"),
    "CL with sign": post(HOST, b"Content-Length: +5", body=b"hello"),
    "CL with space within": post(HOST, b"Content-Length: 1 0", body=b"0123456789"),
    "CL hexadecimal": post(HOST, b"Content-Length: 0xa", body=b"0123456789"),
    "CL beyond 64 bits": post(HOST, b"Content-Length: 18446744073709551617", body=b"x"),
    "CL without digits": post(HOST, b"Content-Length: ", body=b""),
    "space before colon": post(HOST, b"Content-Length : 5", body=b"hello"),
    "TE space before colon": post(HOST, b"Transfer-Encoding : chunked", body=b"0\r\n\r\n"),
    "TE vertical tab": post(HOST, b"Transfer-Encoding: \x0bchunked", body=b"0\r\n\r\n"),
    "TE xchunked": post(HOST, b"Transfer-Encoding: xchunked", body=b"0\r\n\r\n"),
    "TE quoted": post(HOST, b'Transfer-Encoding: "chunked"', body=b"0\r\n\r\n"),
    "TE identity": post(HOST, b"Transfer-Encoding: identity", body=b""),
    "TE gzip": post(HOST, b"Transfer-Encoding: gzip", body=b""),
    "TE gzip, chunked": post(HOST, b"Transfer-Encoding: gzip, chunked", body=b"0\r\n\r\n"),
    "TE chunked, identity": post(HOST, b"Transfer-Encoding: chunked, identity", body=b"0\r\n\r\n"),
    "TE chunked, chunked": post(HOST, b"Transfer-Encoding: chunked, chunked", body=b"0\r\n\r\n"),
    "TE twice": post(HOST, CHUNKED, CHUNKED, body=b"0\r\n\r\n"),
    "TE then cow": post(HOST, CHUNKED, b"Transfer-Encoding: cow", body=b"0\r\n\r\n"),
    "TE folded": post(HOST, b"Transfer-Encoding:\r\n chunked", body=b"0\r\n\r\n"),
    "TE after bare LF": post(HOST, b"X: y\nTransfer-Encoding: chunked", body=b"0\r\n\r\n"),
    "TE in 1.0": b"POST /page HTTP/1.0\r\n" + HOST + b"\r\n" + CHUNKED + b"\r\n\r\n0\r\n\r\n",
    "chunk size signed": post(HOST, CHUNKED, body=b"+5\r\nhello\r\n0\r\n\r\n"),
    "chunk size 0x": post(HOST, CHUNKED, body=b"0x5\r\nhello\r\n0\r\n\r\n"),
    "chunk size underscore": post(HOST, CHUNKED, body=b"0_5\r\nhello\r\n0\r\n\r\n"),
    "chunk size spaced": post(HOST, CHUNKED, body=b" 5\r\nhello\r\n0\r\n\r\n"),
    "chunk size overflow": post(HOST, CHUNKED, body=b"10000000000000005\r\nhello\r\n0\r\n\r\n"),
    "chunk size empty": post(HOST, CHUNKED, body=b"\r\nhello\r\n0\r\n\r\n"),
    "chunk line by LF": post(HOST, CHUNKED, body=b"5\nhello\r\n0\r\n\r\n"),
    "chunk line by CR": post(HOST, CHUNKED, body=b"5\rhello\r\n0\r\n\r\n"),
    "chunk end by LF": post(HOST, CHUNKED, body=b"5\r\nhello\n0\r\n\r\n"),
    "chunk without end": post(HOST, CHUNKED, body=b"5\r\nhelloXX0\r\n\r\n"),
    "extension with LF": post(HOST, CHUNKED, body=b"5;a\nb\r\nhello\r\n0\r\n\r\n"),
    "last chunk by LF": post(HOST, CHUNKED, body=b"5\r\nhello\r\n0\n\r\n"),
    "two Hosts": post(HOST, HOST),
    "no Host": post(b"X: y"),
    "Host with user": post(b"Host: www.old.example@evil.example"),
    "Host folded": post(b"Host: www.old.example\r\n evil.example"),
    "absolute elsewhere": b"GET http://evil.example/ HTTP/1.1\r\n" + HOST + b"\r\n\r\n",
    "fragment": b"GET /page#x HTTP/1.1\r\n" + HOST + b"\r\n\r\n",
    "field before the first": b"GET /page HTTP/1.1\r\n X: y\r\n" + HOST + b"\r\n\r\n",
    "length in a trailer": post(HOST, CHUNKED, body=b"5\r\nhello\r\n0\r\nContent-Length: 3\r\n\r\n"),
    "tab for space": b"GET\t/page HTTP/1.1\r\n" + HOST + b"\r\n\r\n",
    "version with letters": b"GET /page HTTP/1.1x\r\n" + HOST + b"\r\n\r\n",
    "version 1.10": b"GET /page HTTP/1.10\r\n" + HOST + b"\r\n\r\n",
    "HTTP/0.9": b"GET /page\r\n",
    "CR in name": b"GET /page HTTP/1.1\r\n" + HOST + b"\r\nX\rY: z\r\n\r\n",
    "NUL in name": b"GET /page HTTP/1.1\r\n" + HOST + b"\r\nX\0: z\r\n\r\n",
    "empty name": b"GET /page HTTP/1.1\r\n" + HOST + b"\r\n: z\r\n\r\n",
    "encoded NUL": b"GET /page%00 HTTP/1.1\r\n" + HOST + b"\r\n\r\n",
    "CONNECT": b"CONNECT www.old.example:443 HTTP/1.1\r\n" + HOST + b"\r\n\r\n",
}
# Not about where a request ends: sizes that are a matter of taste, and faults that the site mends instead of refusing.
MENDED = (
    "006", "008", "limit_header", "limit_line", "040", "041", "trailer_forbidden", "leading_crlf",
)  # fmt: skip


def exchange(base: str, request: bytes) -> bytes:
    with connect(base) as connection:
        connection.sendall(request)
        return read_to_end(connection)


def test_nothing_ambiguous_reaches_the_upstream_and_nothing_is_smuggled(tmp_path: Path) -> None:
    with site(tmp_path) as (base, upstream):
        for name, request in AMBIGUOUS.items():
            answer = exchange(base, request + MARKER)
            assert re.match(rb"HTTP/1\.1 4\d\d ", answer), name
            assert answer.count(b"HTTP/1.1 ") == 1, name
            assert upstream.asked == [], name
        assert b"hello" in exchange(base, MARKER + b"GET / HTTP/1.0\r\n\r\n")


def test_no_trailer_and_no_offer_of_another_protocol_reaches_the_upstream(tmp_path: Path) -> None:
    body = b"5\r\nhello\r\n0\r\nX-Auth: admin\r\nHost: evil.example\r\n\r\n"
    upgrade = (b"Connection: Upgrade, HTTP2-Settings, close", b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABk")
    with site(tmp_path) as (base, upstream):
        exchange(base, post(HOST, b"Connection: close", CHUNKED, b"Trailer: X-Auth", body=body))
        exchange(base, b"\r\n".join([b"GET /page HTTP/1.1", HOST, *upgrade, b"", b""]))

    assert len(upstream.asked) == 2
    assert upstream.asked[0].body == b"hello"
    names = [name.lower() for asked in upstream.asked for name, _ in asked.headers]
    assert not {b"x-auth", b"trailer", b"upgrade", b"http2-settings"} & set(names)
    assert upstream.asked[0].field("host") == [b"www.old.example"]


@pytest.mark.timeout(120)
def test_no_case_of_the_corpus_is_let_through(tmp_path: Path) -> None:
    cases = [path for path in sorted(shared_folder("corpora/http-requests").rglob("*.http")) if "invalid" in path.parts]
    assert cases
    with site(tmp_path) as (base, upstream):
        for path in cases:
            if any(part in path.stem for part in MENDED):
                continue
            exchange(base, raw(path).replace(b"Host: example.com", HOST))
            assert [asked.target for asked in upstream.asked] == [], path.name


def raw(path: Path) -> bytes:
    """The bytes that a file of gunicorn's corpus stands for: only its written escapes end lines."""
    text = path.read_bytes().replace(b"\n", b"")
    for escape, byte in ((b"\\r", b"\r"), (b"\\n", b"\n"), (b"\\t", b"\t"), (b"\\0", b"\0")):
        text = text.replace(escape, byte)
    return re.sub(rb"\\x([0-9A-Fa-f]{2})", lambda match: bytes([int(match[1], 16)]), text)
