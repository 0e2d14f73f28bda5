"""Plain heads: read exactly as the parser and uvicorn read them, and never with a fault that the gate would find."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import httptools
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.types import Scope

from migrator.serve.gate import fault_of
from migrator.serve.options import RequestLimits
from migrator.serve.plain_head import PlainHead, allow_plain_heads, plain_head

LINE = b"GET /a HTTP/1.1\r\n"
HOST = b"Host: old.example\r\n"
NAMES = st.binary(max_size=4) | st.sampled_from(
    b"Host|host|Connection|CONNECTION|Proxy-Connection|Content-Length|Transfer-Encoding|Upgrade|Expect|TE|Accept|Cookie|X_A|Hosts"
    b"|Hos|Content-Lengths|X A|X:A|| X|X\t".split(b"|")
)
VALUES = st.binary(max_size=6) | st.sampled_from(
    b"old.example|old.example:80|[::1]|a@b|keep-alive|close|Close|close, te|upgrade|0|5|chunked|100-continue|websocket|| |a\tb"
    b"|a\r\n b|caf\xe9|a\x00|a\rb|a\nb|a\x7f".split(b"|")
)
JOINTS = st.sampled_from([b": ", b":", b":  ", b" : ", b":\t", b""])
ENDS = st.sampled_from([*[b"\r\n"] * 6, b" \r\n", b"\n", b"\r", b"\r\n\r\n", b""])
FIELD = st.tuples(NAMES, JOINTS, VALUES, ENDS).map(b"".join)
PLAIN_FIELD = st.from_regex(rb"[A-Za-z_-]{1,12}: ?[!-~\x80-\xff]{1,12}\r\n", fullmatch=True)
METHODS = st.sampled_from([*[b"GET"] * 4, b"HEAD", b"HEAD", b"POST", b"CONNECT", b"get", b"OPTIONS", b"", b"\r\nGET", b"GETT"])
TARGETS = st.from_regex(rb"/(?:[!-~]|%[0-9A-Fa-f]{2}){0,12}(?:\?[!-~]{0,8})?", fullmatch=True) | st.sampled_from(
    [b"*", b"a", b"", b"http://old.example/", b"/caf\xc3\xa9", b"/a b", b"/a\x7f", b"//a", b"/a%00", b"/a?b%00", b"/?", b"/a??b"]
)
VERSIONS = st.sampled_from(
    [*[b"HTTP/1.1"] * 4, b"HTTP/1.0", b"HTTP/1.0", b"HTTP/2.0", b"HTTP/1.2", b"http/1.1", b"HTTP/0.9", b""]
)
LINES = st.builds(lambda method, target, version: b"%b %b %b\r\n" % (method, target, version), METHODS, TARGETS, VERSIONS)
BLOCKS = st.lists(PLAIN_FIELD | st.just(HOST) | FIELD, max_size=5).map(b"".join)
CLEAN = st.lists(PLAIN_FIELD | st.sampled_from([b"Connection: close\r\n", b"connection:Keep-Alive\r\n"]), max_size=4).map(
    b"".join
)
HEADS = st.tuples(LINES, CLEAN | BLOCKS, st.just(HOST) | BLOCKS, CLEAN | BLOCKS, st.just(b"\r\n")).map(b"".join)


class Witness:
    """What the parser, and uvicorn after it, make of some bytes."""

    def __init__(self, data: bytes) -> None:
        self.url = b""
        self.headers: list[tuple[bytes, bytes]] = []
        self.is_whole = self.is_last = False
        self.parser = httptools.HttpRequestParser(self)
        self.parser.feed_data(data)

    def on_url(self, url: bytes) -> None:
        self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        self.is_last = self.parser.get_http_version() == "1.0" or not self.parser.should_keep_alive()

    def on_message_complete(self) -> None:
        self.is_whole = True

    def scope(self) -> Scope:
        url: Any = httptools.parse_url(self.url)
        return {
            "type": "http",
            "http_version": self.parser.get_http_version(),
            "method": self.parser.get_method().decode(),
            "path": unquote(url.path.decode()),
            "raw_path": url.path,
            "query_string": url.query or b"",
            "headers": self.headers,
            "client": None,
        }


def read(data: bytes) -> PlainHead | None:
    return plain_head(data, 0, len(data))


@given(HEADS)
@example(LINE + b"Connection: close\r\n" + HOST + b"\r\n")
@example(LINE + HOST + b"Connection: Close\r\nConnection: keep-alive\r\n\r\n")
@example(b"HEAD /a?b HTTP/1.0\r\nconnection:Keep-Alive\r\nhost:[::1]:80\r\nX: caf\xe9 au lait\r\n\r\n")
def test_a_plain_head_is_what_the_parser_says_it_is_and_without_fault(data: bytes) -> None:
    head = read(data)
    if head is None:
        return
    witness = Witness(data)
    scope = witness.scope()

    assert witness.is_whole
    assert not witness.parser.should_upgrade()
    assert head.scope() == scope
    assert head.is_last == witness.is_last
    assert (b"host", head.host) in witness.headers
    assert fault_of(scope, RequestLimits()) == 0
    assert data.endswith(b"\r\n\r\n")
    assert data.count(b"\r\n\r\n") == 1


BROWSER = (
    LINE
    + HOST
    + (
        b"User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36\r\nAccept: text/html,*/*;q=0.8\r\nReferer: https://a.example/\r\n"
        b"Accept-Language: en-GB,en;q=0.9\r\nAccept-Encoding: gzip, br\r\nUpgrade-Insecure-Requests: 1\r\nCookie: a=b; c=d\r\n"
        b"Sec-Fetch-Mode: navigate\r\nConnection: keep-alive\r\n\r\n"
    )
)
PLAIN = {
    "the least": LINE + HOST + b"\r\n",
    "a browser's": BROWSER,
    "HEAD": b"HEAD /a?b=%00 HTTP/1.1\r\n" + HOST + b"\r\n",
    "from nginx": b"GET /a HTTP/1.0\r\nX-Real-IP: 203.0.113.9\r\nHost: old.example\r\nConnection: close\r\n\r\n",
    "with a port": LINE + b"host:old.example:8080\r\n\r\n",
    "names that begin alike": LINE + HOST + b"Hosts: a\r\nExpected: b\r\nContent-Lengths: 3\r\nTE: trailers\r\n\r\n",
}
OTHERS = {
    "half a head": LINE + HOST,
    "no Host": LINE + b"A: b\r\n\r\n",
    "two Hosts": LINE + HOST + HOST + b"\r\n",
    "a user in Host": LINE + b"Host: a@old.example\r\n\r\n",
    "a body": LINE + HOST + b"Content-Length: 1\r\n\r\n",
    "no body, said at length": LINE + HOST + b"content-length: 0\r\n\r\n",
    "chunks": LINE + HOST + b"TRANSFER-ENCODING: chunked\r\n\r\n",
    "an upgrade": LINE + HOST + b"Upgrade: websocket\r\nConnection: upgrade\r\n\r\n",
    "an expectation": LINE + HOST + b"Expect: 100-continue\r\n\r\n",
    "options of the connection": LINE + HOST + b"Connection: close, X-A\r\n\r\n",
    "an old connection field": LINE + HOST + b"Proxy-Connection: close\r\n\r\n",
    "a folded field": LINE + HOST + b"A: b\r\n c\r\n\r\n",
    "a bare LF": LINE + HOST + b"A: b\n\r\n",
    "a control byte": LINE + HOST + b"A: \x01\r\n\r\n",
    "a space before the colon": LINE + HOST + b"A : b\r\n\r\n",
    "a fragment": b"GET /a#b HTTP/1.1\r\n" + HOST + b"\r\n",
    "absolute form": b"GET http://old.example/a HTTP/1.1\r\n" + HOST + b"\r\n",
    "zero": b"GET /a%00 HTTP/1.1\r\n" + HOST + b"\r\n",
    "no ASCII": b"GET /caf\xc3\xa9 HTTP/1.1\r\n" + HOST + b"\r\n",
    "another method": b"POST /a HTTP/1.1\r\n" + HOST + b"\r\n",
    "another version": b"GET /a HTTP/2.0\r\n" + HOST + b"\r\n",
    "too large a target": b"GET /" + b"a" * 8192 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
    "too large a field": LINE + HOST + b"A: " + b"a" * 8192 + b"\r\n\r\n",
    "too many fields": LINE + HOST + b"A: b\r\n" * 100 + b"\r\n",
}


@pytest.mark.parametrize("name", PLAIN)
def test_plain_is(name: str) -> None:
    assert read(PLAIN[name])


@pytest.mark.parametrize("name", OTHERS)
def test_not_plain_is(name: str) -> None:
    assert read(OTHERS[name]) is None


def test_a_head_is_read_where_it_stands() -> None:
    data = b"before" + BROWSER + b"after"
    head = plain_head(data, 6, 6 + len(BROWSER))

    assert head
    assert head.scope() == Witness(BROWSER).scope()


def test_who_allows_less_than_plain_heads_may_have_gets_none() -> None:
    assert allow_plain_heads(RequestLimits())
    for less in (RequestLimits(target=8191), RequestLimits(field=100), RequestLimits(fields=100), RequestLimits(field_count=99)):
        assert not allow_plain_heads(less)
