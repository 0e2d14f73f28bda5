"""Pages in content codings carry the banner too; broken ones and bombs go back as they came, or are broken off."""

from __future__ import annotations

import tracemalloc

import pytest
from starlette.types import Message

from migrator.errors import UpstreamError
from migrator.serve.codings import decodable
from tests.serve.html5lib import BANNER
from tests.serve.injected import BROWSER, HTML, PAGE, WITH_BANNER, ask
from tests.serve.test_codings import coded, decoded

CODINGS = pytest.mark.parametrize("coding", decodable())


@CODINGS
def test_the_length_is_exact_where_the_whole_body_is_at_hand(coding: str) -> None:
    body = coded(coding, PAGE)
    got = ask([body], [HTML, (b"content-encoding", coding.encode()), (b"content-length", b"%d" % len(body))])
    assert int(got.headers[b"content-length"]) == len(got.body)
    assert decoded(coding, got.body) == (WITH_BANNER, True)


@CODINGS
def test_a_coded_page_streams_as_it_comes(coding: str) -> None:
    parts = [b"<!doctype html><title>x</title>", b"<body><h1>", b"first", b"second"]
    whole = coded(coding, *parts)
    steps = [len(coded(coding, *parts[:count])) for count in range(1, 4)]
    got = ask(
        [whole[a:b] for a, b in zip([0, *steps], [*steps, len(whole)], strict=True)],
        [HTML, (b"content-encoding", coding.encode())],
    )
    assert decoded(coding, got.body) == (b"".join(parts).replace(b"<body>", b"<body>" + BANNER), True)
    assert len([chunk for chunk in got.chunks if chunk]) > 2
    assert b"Accept-Encoding" in got.headers[b"vary"]


@CODINGS
def test_a_broken_coding_goes_back_as_it_came_where_nothing_was_sent(coding: str) -> None:
    for body in (b"<!doctype html><title>not coded</title><body>" * 3, coded(coding, PAGE)[:-5]):
        headers = [HTML, (b"content-encoding", coding.encode()), (b"content-length", b"%d" % len(body))]
        got = ask([body[:9], body[9:]], headers)
        assert got.body == body
        assert got.headers[b"content-length"] == b"%d" % len(body)


@CODINGS
def test_a_coding_that_breaks_later_is_not_ended_cleanly(coding: str) -> None:
    first = len(coded(coding, PAGE))
    whole = coded(coding, PAGE, bytes(range(256)))
    sent: list[Message] = []
    with pytest.raises(UpstreamError):
        ask([whole[:first], whole[first:-9]], [HTML, (b"content-encoding", coding.encode())], sent=sent)
    assert sent
    assert all(message["more_body"] for message in sent[1:])


@CODINGS
@pytest.mark.parametrize("opening", [b"", b"<!doctype html><!--", b"<!doctype html><body><h1>"])
def test_a_bomb_goes_back_as_it_came_and_fills_no_memory(coding: str, opening: bytes) -> None:
    bomb = coded(coding, opening, *[bytes(1024 * 1024)] * 64)
    chunks = [bomb[start : start + 65536] for start in range(0, len(bomb), 65536)]
    tracemalloc.start()
    try:
        got = ask(chunks, [HTML, (b"content-encoding", coding.encode())])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert got.body == bomb
    assert peak < 40 * 1024 * 1024


def test_a_bomb_behind_a_page_is_broken_off() -> None:
    page = PAGE + bytes(range(256)) * 2000
    bomb = coded("gzip", page, *[bytes(1024 * 1024)] * 40)
    cut = len(coded("gzip", page)) - 20
    with pytest.raises(UpstreamError, match="inflates"):
        ask([bomb[:cut], bomb[cut:]], [HTML, (b"content-encoding", b"gzip")])


@pytest.mark.parametrize(
    ("accepted", "asked"),
    [
        (b"gzip, deflate, dcb, dcz", b"gzip, deflate"),
        (b"dcb", b"identity"),
        (b"gzip;q=0.5, *;q=0", b"gzip;q=0.5, *;q=0"),
        (b"*", b"gzip"),
        (b"identity;q=1, *;q=0.5", b"identity;q=1, gzip;q=0.5"),
    ],
)
def test_the_app_is_asked_only_for_codings_that_can_be_undone(accepted: bytes, asked: bytes) -> None:
    assert dict(ask(request=[*BROWSER, (b"accept-encoding", accepted)]).asked)[b"accept-encoding"] == asked
    part = ask(request=[(b"sec-fetch-dest", b"image"), (b"accept-encoding", accepted)])
    assert dict(part.asked)[b"accept-encoding"] == accepted


def test_a_request_that_names_no_codings_names_none_to_the_app() -> None:
    assert b"accept-encoding" not in dict(ask().asked)
