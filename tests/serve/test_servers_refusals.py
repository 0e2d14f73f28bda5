"""What the gate refuses on every server that shows it the fault: the same answer, and nothing for the old site."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.app import transition_site
from tests.serve.fronted import HOST, configured
from tests.serve.live import SERVERS, serve, talk
from tests.serve.raw_upstream import raw_upstream
from tests.serve.test_smuggling import HELLO

PLAIN = f"Host: {HOST}"
REFUSED = {
    "two Hosts": (400, "GET /page", [PLAIN, "Host: evil.example"], b""),
    "user in Host": (400, "GET /page", [f"Host: {HOST}@evil.example"], b""),
    "path in Host": (400, "GET /page", [f"Host: {HOST}/x"], b""),
    "no Host": (400, "GET /page", ["X: y"], b""),
    "another host": (404, "GET /page", ["Host: evil.example"], b""),
    "encoded NUL": (400, "GET /page%00", [PLAIN], b""),
    "TRACE": (405, "TRACE /page", [PLAIN], b""),
    "coded and chunked": (400, "POST /page", [PLAIN, "Transfer-Encoding: gzip, chunked"], b"0\r\n\r\n"),
    "length with a sign": (400, "POST /page", [PLAIN, "Content-Length: +5"], b"hello"),
    "list of lengths": (400, "POST /page", [PLAIN, "Content-Length: 5, 5"], b"hello"),
    "two lengths": (400, "POST /page", [PLAIN, "Content-Length: 5", "Content-Length: 6"], b"hello!"),
    "folded field": (400, "GET /page", [PLAIN, "X: a\r\n b"], b""),
    "body beyond measure": (413, "POST /page", [PLAIN, "Content-Length: 999999999"], b""),
    "target beyond measure": (414, "GET /page" + "x" * 8200, [PLAIN], b""),
    "field beyond measure": (431, "GET /page", [PLAIN, "X: " + "x" * 8200], b""),
    "too many fields": (431, "GET /page", [PLAIN, *["X: y"] * 120], b""),
}


@pytest.mark.parametrize("server", SERVERS)
def test_what_the_gate_refuses_it_refuses_on_every_server(server: str, tmp_path: Path) -> None:
    with raw_upstream(HELLO) as upstream, serve(transition_site(configured(tmp_path, upstream.url)), server=server) as base:
        for case, (status, line, fields, body) in REFUSED.items():
            head = "\r\n".join([f"{line} HTTP/1.1", *fields, "Connection: close", "", ""]).encode("latin-1")
            answer = talk(base, head + body)
            assert answer[:13] in (b"HTTP/1.1 %d " % status, b"HTTP/1.1 400 ", b"HTTP/1.1 431 "), (case, answer[:60])
            assert upstream.asked == [], case
        assert talk(base, f"GET /page HTTP/1.1\r\n{PLAIN}\r\nConnection: close\r\n\r\n".encode()).endswith(b"hello")
