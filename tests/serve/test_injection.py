"""Which answers carry the banner, what becomes of their headers, and how they stream."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from migrator.serve.codings import decodable
from migrator.serve.injection import InjectingSend, Injection
from tests.serve.html5lib import BANNER
from tests.serve.injected import BROWSER, HTML, PAGE, VERSION, WITH_BANNER, ask, scope_of
from tests.serve.live import serve, talk
from tests.serve.test_codings import coded

_LENGTH = (b"content-length", b"%d" % len(PAGE))
_TYPE = b"content-type"
_INJECTION = Injection(lambda *_: BANNER, VERSION)

UNTOUCHED_ANSWERS = {
    "JSON": [(_TYPE, b"application/json")],
    "a script": [(_TYPE, b"text/javascript")],
    "what only looks like HTML": [(_TYPE, b"text/html-sandboxed")],
    "XHTML": [(_TYPE, b"application/xhtml+xml")],
    "no type": [],
    "two types": [HTML, (_TYPE, b"text/plain")],
    "an attachment": [HTML, (b"content-disposition", b'Attachment; filename="a.html"')],
    "no-transform": [HTML, (b"cache-control", b"max-age=60, No-Transform")],
    "UTF-16": [(_TYPE, b"text/html; charset=UTF-16LE")],
    "ISO-2022-JP": [(_TYPE, b'text/html; charset="iso-2022-jp"')],
    "an unknown coding": [HTML, (b"content-encoding", b"dcb")],
    "two codings": [HTML, (b"content-encoding", b"gzip, gzip")],
    "a banner from another proxy": [HTML, (b"x-migrator-banner", b"zzz")],
}
PARTS = {
    "a frame": [(b"sec-fetch-dest", b"iframe")],
    "a script's request": [(b"sec-fetch-dest", b"empty")],
    "an old script's request": [(b"x-requested-with", b"XMLHttpRequest")],
    "htmx": [(b"hx-request", b"true")],
    "a Turbo frame": [(b"turbo-frame", b"main"), (b"x-turbo-request-id", b"1")],
    "a boosted part": [
        (b"hx-request", b"true"),
        (b"hx-boosted", b"true"),
        (b"hx-target", b"main"),
        (b"sec-fetch-dest", b"empty"),
    ],
}
PAGES = {
    "a browser": list(BROWSER),
    "a bare client": [],
    "Android's WebView": [(b"x-requested-with", b"org.example.app")],
    "htmx that swaps the body": [(b"hx-request", b"true"), (b"hx-boosted", b"true"), (b"sec-fetch-dest", b"empty")],
    "Turbo Drive": [(b"x-turbo-request-id", b"1"), (b"sec-fetch-dest", b"empty")],
}


@pytest.mark.parametrize("request_headers", PAGES.values(), ids=PAGES.keys())
def test_a_page_carries_the_banner_for(request_headers: list[tuple[bytes, bytes]]) -> None:
    got = ask(request=request_headers)
    assert got.body == WITH_BANNER
    assert got.headers[b"x-migrator-banner"] == VERSION.encode()


@pytest.mark.parametrize("request_headers", PARTS.values(), ids=PARTS.keys())
def test_a_page_is_only_named_as_varying_for(request_headers: list[tuple[bytes, bytes]]) -> None:
    got = ask(headers=[HTML, _LENGTH, (b"etag", b'"e"')], request=request_headers)
    assert got.body == PAGE
    assert got.headers[b"content-length"] == _LENGTH[1]
    assert got.headers[b"etag"] == b'"e"'
    assert b"Sec-Fetch-Dest" in got.headers[b"vary"]
    assert got.headers[b"vary"].startswith(ask().headers[b"vary"])


@pytest.mark.parametrize("headers", UNTOUCHED_ANSWERS.values(), ids=UNTOUCHED_ANSWERS.keys())
def test_untouched_in_every_byte_and_field_is(headers: list[tuple[bytes, bytes]]) -> None:
    got = ask([PAGE[:30], PAGE[30:]], headers)
    assert got.chunks == [PAGE[:30], PAGE[30:]]
    assert got.messages[0]["headers"] == headers


@pytest.mark.parametrize("status", [200, 201, 203, 400, 404, 410, 500, 503])
def test_pages_of_every_status_that_people_see_carry_it(status: int) -> None:
    assert ask(status=status).body == WITH_BANNER
    assert ask(status=status, method="POST").body == WITH_BANNER


@pytest.mark.parametrize(
    ("status", "method"), [(204, "GET"), (205, "GET"), (206, "GET"), (301, "GET"), (307, "POST"), (200, "PUT"), (200, "OPTIONS")]
)
def test_other_answers_do_not(status: int, method: str) -> None:
    got = ask(headers=[HTML, _LENGTH], status=status, method=method)
    assert got.body == PAGE
    assert got.messages[0]["headers"] == [HTML, _LENGTH]


def test_the_length_is_exact_where_the_place_is_found_at_once() -> None:
    got = ask([PAGE, PAGE, b""], [HTML, (b"content-length", b"%d" % (2 * len(PAGE)))])
    assert int(got.headers[b"content-length"]) == len(got.body) == 2 * len(PAGE) + len(BANNER)
    assert got.chunks == [WITH_BANNER, PAGE, b""]


def test_the_length_is_left_out_where_it_cannot_be_known() -> None:
    chunks = [b"<!doctype html><title>x</title>", b"<!-- %b -->" % (b"x" * 70_000), b"<body>text"]
    got = ask(chunks, [HTML, (b"content-length", b"%d" % sum(map(len, chunks)))])
    assert b"content-length" not in got.headers
    assert got.body == b"".join(chunks).replace(b"<body>", b"<body>" + BANNER)
    assert len(got.chunks) > 1


@pytest.mark.parametrize("status", [200, 404])
def test_head_has_the_fields_of_get(status: int) -> None:
    headers = [HTML, _LENGTH, (b"etag", b'"e"'), (b"accept-ranges", b"bytes")]
    head = ask([b""], headers, method="HEAD", status=status).headers
    get = ask(headers=headers, status=status).headers
    assert b"content-length" not in head
    assert head == {name: value for name, value in get.items() if name != b"content-length"}


def test_fields_about_the_bytes_are_replaced() -> None:
    digests = [(name, b"x") for name in (b"content-md5", b"content-digest", b"repr-digest", b"signature", b"signature-input")]
    got = ask(headers=[HTML, *digests, (b"accept-ranges", b"bytes"), (b"etag", b'"e"'), (b"age", b"5"), (b"vary", b"Cookie")])
    assert not {name for name, _ in digests} & got.headers.keys()
    assert got.headers[b"accept-ranges"] == b"none"
    assert got.headers[b"etag"] == b'"e-migrator-abc123"'
    assert got.headers[b"age"] == b"5"
    assert got.headers[b"vary"].startswith(b"Cookie, Sec-Fetch-Dest, ")
    assert ask(headers=[HTML, (b"vary", b"*")]).headers[b"vary"] == b"*"


def test_how_long_a_page_is_fresh_is_not_changed() -> None:
    """What a cache keeps for that long is the page with its banner, under its own tag."""
    told = [(b"cache-control", b"public, max-age=60"), (b"expires", b"Wed, 21 Oct 2015 07:28:00 GMT"), (b"pragma", b"x")]
    told += [(b"date", b"Wed, 21 Oct 2015 07:27:00 GMT"), (b"cache-control", b"stale-if-error=9")]
    got = ask(headers=[HTML, *told])
    assert got.body == WITH_BANNER
    assert [field for field in got.messages[0]["headers"] if field in told] == told


def test_a_page_that_takes_no_banner_keeps_its_bytes_and_their_fields() -> None:
    page = b"<!doctype html><frameset><frame></frameset>"
    headers = [HTML, (b"content-md5", b"x"), (b"content-length", b"%d" % len(page)), (b"etag", b'"e"')]
    got = ask([page[:20], page[20:]], headers)
    assert got.body == page
    assert got.headers[b"content-md5"] == b"x"
    assert got.headers[b"content-length"] == b"%d" % len(page)
    assert got.headers[b"etag"] == b'"e-migrator-abc123"'
    assert b"x-migrator-banner" not in got.headers


@pytest.mark.parametrize("kind", [bytearray, memoryview])
@pytest.mark.parametrize("coding", ["", "gzip"])
def test_bytes_of_every_kind_that_apps_send_are_taken(kind: Callable[[bytes], bytes], coding: str) -> None:
    page = coded(coding, PAGE) if coding else PAGE
    for cut in (10, len(page) - 2):
        got = ask([kind(page[:cut]), kind(page[cut:])], [HTML, *([(b"content-encoding", b"gzip")] if coding else [])])
        assert (gzip.decompress(got.body) if coding else got.body) == WITH_BANNER


def test_a_page_of_unknown_length_is_not_held_until_its_end() -> None:
    chunks = [b"<!doctype html><head><title>x</title>", b"<link>", b"</head>", b"<body>", b"<h1>x</h1>", b""]
    got = ask(chunks)
    assert got.chunks[0] == chunks[0]
    assert got.body == b"".join(chunks).replace(b"<body>", b"<body>" + BANNER)


@pytest.mark.parametrize("extensions", [None, {}])
def test_a_request_with_nothing_to_change_is_passed_on_as_it_is(extensions: dict[str, object] | None) -> None:
    scope = {**scope_of(), "extensions": extensions}
    assert InjectingSend(_INJECTION, scope, _nowhere).prepared(scope) is scope


def test_an_error_page_may_take_the_place_of_a_page_that_was_not_sent_yet() -> None:
    messages: list[Message] = []

    async def send(message: Message) -> None:
        messages.append(message)

    async def run() -> None:
        injecting = InjectingSend(_INJECTION, scope_of(), send)
        await injecting({"type": "http.response.start", "status": 200, "headers": [HTML, _LENGTH]})
        await injecting({"type": "http.response.body", "body": PAGE[:20], "more_body": True})
        assert not injecting.started
        await injecting({"type": "http.response.start", "status": 502, "headers": [(_TYPE, b"text/plain")]})
        await injecting({"type": "http.response.body", "body": b"no"})
        assert injecting.started

    asyncio.run(run())
    assert [message.get("status", message.get("body")) for message in messages] == [502, b"no"]


async def _nowhere(message: Message) -> None:
    """A send for what nobody reads."""


def test_the_language_of_a_page_without_one_is_its_header_s() -> None:
    asked: list[str] = []

    async def send(message: Message) -> None:
        pass

    async def run() -> None:
        for tag, field in ((b"<html>", b"fr"), (b"<html lang=ar>", b"fr"), (b"<html>", b"fr, en")):
            injection = Injection(lambda language, _: asked.append(language) or b"", VERSION)  # type: ignore[func-returns-value]
            injecting = InjectingSend(injection, scope_of(), send)
            headers = [HTML, (b"content-language", field)]
            await injecting({"type": "http.response.start", "status": 200, "headers": headers})
            await injecting({"type": "http.response.body", "body": tag + b"<body>"})

    asyncio.run(run())
    assert asked == ["fr", "ar", ""]


def test_over_http_pages_carry_it_in_every_coding_and_head_frames_no_body() -> None:
    async def page(request: Request) -> Response:
        coding = request.headers.get("accept-encoding", "").partition(",")[0]
        body = coded(coding, PAGE) if coding in decodable() else PAGE
        return Response(
            body,
            headers={"content-encoding": coding, "content-type": "text/html"} if body != PAGE else {},
            media_type="text/html",
        )

    async def slow(request: Request) -> Response:
        async def parts() -> AsyncIterator[bytes]:
            for part in (PAGE[:20], PAGE[20:]):
                yield part

        return StreamingResponse(parts(), media_type="text/html")

    inner = Starlette(routes=[Route("/", page), Route("/slow", slow)])

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            with InjectingSend(_INJECTION, scope, send) as injecting:
                await inner(injecting.prepared(scope), receive, injecting)
        else:
            await inner(scope, receive, send)

    with serve(app) as base, httpx.Client(base_url=base) as client:
        for coding in ("identity", *decodable()):
            assert client.get("/", headers={"accept-encoding": coding}).content == WITH_BANNER
        assert client.get("/slow").content == WITH_BANNER
        head = talk(base, b"HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 ")
        assert head.endswith(b"\r\n\r\n")
