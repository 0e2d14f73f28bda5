"""What passes the proxy: targets, hosts, fields, bodies, to the byte."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from migrator.serve.options import UpstreamOptions
from migrator.serve.proxy import Proxy
from tests.serve.live import granian_differs, serve, talk
from tests.serve.proxied import HASTY, HELLO, ask_directly, get, proxied, scope_of, unavailable
from tests.serve.raw_upstream import Asked, raw_upstream
from tests.shared import shared_folder

TARGETS = [
    "/",
    "//evil.example/x",
    "///",
    "/a//b/",
    "/a/../b/./c",
    "/%2e%2e/x",
    "/caf%E9",
    "/caf%C3%A9",
    "/a%2Fb%5Cc",
    "/%zz%",
    "/a;jsessionid=1?x",
    "/@user:pass@host/",
    "/p?a=%20+b&c",
    "/p?&&==&",
    "/p?q=http://x/?y",
    "/p?a=[1]&b={2}|3",
    '/p?a="<>`^',
    "/\\evil",
    "/p?" + "x" * 6000,
]


@granian_differs("refuses quotes and angle brackets in a target")
def test_the_target_reaches_the_upstream_byte_for_byte() -> None:
    with proxied(HELLO) as (base, upstream):
        for target in TARGETS:
            assert talk(base, get(target)).endswith(b"hello"), target

    assert [asked.target.decode() for asked in upstream.asked] == TARGETS


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("target", "hosts"),
    [
        (b"http://evil.example/x", [b"www.old.example"]),
        (b"*", [b"www.old.example"]),
        (b"/a b", [b"www.old.example"]),
        (b"/a#b", [b"www.old.example"]),
        (b"/a\r\nx: y", [b"www.old.example"]),
        (b"/", [b"www.old.example", b"evil.example"]),
        (b"/", [b"a@evil.example"]),
        (b"/", [b"evil.example/x"]),
        (b"/", [b"evil.example:x"]),
    ],
)
async def test_what_is_no_origin_form_target_or_no_host_is_refused(target: bytes, hosts: list[bytes]) -> None:
    proxy = Proxy("http://127.0.0.1:9", HASTY, unavailable)

    sent = await ask_directly(proxy, scope_of(target, [(b"host", host) for host in hosts]))

    assert sent[0]["status"] == 400


def test_the_public_host_is_what_the_upstream_sees() -> None:
    with proxied(HELLO) as (base, upstream):
        talk(base, get("/", extra="X-Forwarded-Host: evil.example\r\nForwarded: host=evil\r\nConnection: close\r\n"))

    asked = upstream.asked[0]
    assert asked.field("host") == [b"www.old.example"]
    assert asked.field("x-forwarded-host") == [b"www.old.example"]
    assert asked.field("forwarded") == [b'for=127.0.0.1;host="www.old.example";proto=http']


@granian_differs("gives an empty Host where there is none")
def test_an_http_1_0_client_may_leave_out_the_host() -> None:
    with proxied(HELLO) as (base, upstream):
        assert talk(base, b"GET / HTTP/1.0\r\n\r\n").endswith(b"hello")

    assert upstream.asked[0].field("host") == [upstream.authority.encode()]


@granian_differs("puts repeated fields side by side, and adds Server")
def test_repeated_fields_stay_apart_and_nothing_is_added_both_ways() -> None:
    answer = b"HTTP/1.1 200 OK\r\nSet-Cookie: a=1; Path=/\r\nX-A: caf\xe9\r\nSet-Cookie: b=2\r\nContent-Length: 0\r\n\r\n"
    with proxied(answer) as (base, upstream):
        came = talk(base, get("/", extra="X-B: 1\r\nCookie: c=3\r\nX-B: 2\r\nConnection: close\r\n"))

    assert b"set-cookie: a=1; Path=/\r\nx-a: caf\xe9\r\nset-cookie: b=2\r\n" in came
    assert upstream.asked[0].field("x-b") == [b"1", b"2"]
    assert upstream.asked[0].field("cookie") == [b"c=3"]
    assert not upstream.asked[0].field("user-agent")
    assert not upstream.asked[0].field("accept")
    assert not upstream.asked[0].field("accept-encoding")
    assert came.lower().count(b"\r\ndate:") == 1


def test_no_visitor_is_sent_the_cookie_of_another() -> None:
    answer = b"HTTP/1.1 200 OK\r\nSet-Cookie: session=anna\r\nContent-Length: 0\r\n\r\n"
    with raw_upstream(answer) as upstream:
        named = upstream.url.replace("127.0.0.1", "localhost")  # cookie jars pass over bare addresses
        with serve(Proxy(named, UpstreamOptions(), unavailable)) as base:
            talk(base, get("/"))
            talk(base, get("/"))

    assert [asked.field("cookie") for asked in upstream.asked] == [[], []]


def test_a_coded_body_passes_as_it_is() -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 8\r\n\r\nnot gzip"
    with proxied(answer) as (base, _):
        assert talk(base, get("/")).endswith(b"not gzip")


def test_redirects_are_passed_on_under_the_public_host_and_not_followed() -> None:
    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: http://%b/x?y\r\nContent-Length: 0\r\n\r\n" % where.encode())

    with proxied(answer) as (base, upstream):
        where = upstream.authority
        came = talk(base, get("/"))

    assert b"\r\nlocation: http://www.old.example/x?y\r\n" in came
    assert len(upstream.asked) == 1


@pytest.mark.parametrize(
    ("extra", "body", "framing"),
    [
        ("Content-Length: 5\r\n", b"hello", (b"5", None)),
        ("Transfer-Encoding: chunked\r\n", b"3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n", None),
        ("Expect: 100-continue\r\nContent-Length: 5\r\n", b"hello", (b"5", None)),
    ],
)
def test_a_body_is_passed_on_with_one_framing(extra: str, body: bytes, framing: object) -> None:
    with proxied(HELLO) as (base, upstream):
        came = talk(base, get("/", method="POST", extra=extra + "Connection: close\r\n") + body)

    asked = upstream.asked[0]
    assert came.endswith(b"hello")
    assert asked.body == b"hello"
    assert len(asked.field("content-length") + asked.field("transfer-encoding")) == 1
    assert not asked.field("expect")
    assert not asked.field("content-type")
    if framing:
        assert asked.field("content-length") == [b"5"]


@granian_differs("takes no more than a hundred fields")
def test_many_and_big_fields_pass_to_the_upstream() -> None:
    """What is too much is for the gate to say; the proxy passes on what comes."""
    fields = "".join(f"X-{number}: {'x' * 250}\r\n" for number in range(200))
    with proxied(HELLO) as (base, upstream):
        assert talk(base, get("/", extra=fields + "Connection: close\r\n")).endswith(b"hello")

    assert sum(name.startswith(b"x-") and value == b"x" * 250 for name, value in upstream.asked[0].headers) == 200


def test_big_header_sections_pass() -> None:
    answer = b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 200 + b"X-B: " + b"x" * 60_000 + b"\r\nContent-Length: 5\r\n\r\nhello"
    with proxied(answer) as (base, _):
        came = talk(base, get("/"))

    assert came.count(b"x-a: b\r\n") == 200
    assert came.endswith(b"hello")


def test_a_head_without_measure_is_a_502() -> None:
    fields = b"".join(b"X-%d: %b\r\n" % (number, b"x" * 30_000) for number in range(3))
    with proxied(b"HTTP/1.1 200 OK\r\n" + fields + b"Content-Length: 5\r\n\r\nhello") as (base, _):
        assert talk(base, get("/")).startswith(b"HTTP/1.1 502 ")


@pytest.mark.parametrize(
    ("method", "answer"),
    [
        ("HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody"),
        ("GET", b"HTTP/1.1 204 No Content\r\n\r\nbody"),
        ("GET", b"HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\nbody"),
        ("GET", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 4\r\n\r\nbody"),
    ],
)
def test_body_bytes_where_none_may_be_never_become_the_next_answer(method: str, answer: bytes) -> None:
    async def answering(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(answer if asked.target == b"/first" else HELLO)

    with proxied(answering) as (base, upstream):
        first = talk(base, get("/first", method=method))
        assert first[9:12] == answer[9:12]
        assert not first.endswith(b"body")
        assert talk(base, get("/next")).endswith(b"hello")

    assert upstream.opened == 2


def test_early_hints_and_trailers_of_the_upstream_are_left_out() -> None:
    answer = (
        b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n"
        b"HTTP/1.1 200 OK\r\nTrailer: X-T\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-T: 1\r\n\r\n"
    )
    with proxied(answer) as (base, _):
        came = talk(base, get("/"))

    assert came.startswith(b"HTTP/1.1 200 ")
    assert b"hello" in came
    assert b"x-t" not in came.lower()


@pytest.mark.parametrize("corpus", ["corpora/open-redirect", "corpora/crlf"])
def test_public_attack_paths_reach_the_upstream_as_they_are_or_are_refused(corpus: str) -> None:
    """A sample of them; no answer is a failure of ours. Fragments are the gate's, servers cut them off."""
    files = sorted(shared_folder(corpus).rglob("*.txt"))
    lines = sorted({line.strip().lstrip(b"/") for file in files for line in file.read_bytes().splitlines() if b"#" not in line})
    with proxied(HELLO) as (base, upstream):
        for line in lines[:: max(1, len(lines) // 120)]:
            before = len(upstream.asked)
            came = talk(base, b"GET //" + line + b" HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n")
            if came.startswith(b"HTTP/1.1 200 "):
                assert upstream.asked[before].target == b"//" + line
            else:
                assert came[9:12] in (b"400", b"404"), line
                assert len(upstream.asked) == before


def test_head_204_and_304_have_no_body_and_the_next_request_is_right() -> None:
    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        answers = {
            b"/head": b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\nETag: x\r\n\r\n",
            b"/204": b"HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\n",
            b"/304": b"HTTP/1.1 304 Not Modified\r\nContent-Length: 900\r\nETag: x\r\n\r\n",
            b"/next": HELLO,
        }
        writer.write(answers[asked.target])

    with proxied(answer) as (base, _), httpx.Client(base_url=base) as client:
        head = client.head("/head")
        assert (head.status_code, head.headers["content-length"], head.headers["etag"]) == (200, "900", "x")
        for target in ("/204", "/304"):
            bodiless = client.get(target)
            assert bodiless.status_code == int(target[1:])
            assert "content-length" not in bodiless.headers
            assert "transfer-encoding" not in bodiless.headers
            assert client.get("/next").text == "hello"


@pytest.mark.parametrize("url", ["ftp://x", "http://", "//x", "http://x/path", "http://x?y", "http://user@x", "x"])
def test_an_upstream_is_a_scheme_and_an_authority(url: str) -> None:
    with pytest.raises(ValueError, match="an upstream is"):
        Proxy(url, HASTY, unavailable)
