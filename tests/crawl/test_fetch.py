"""One request and its answer: what is sent, and what is kept of what comes back."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import socketserver
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from ipaddress import ip_address

import pytest

from migrator.crawl.addresses import Address
from migrator.crawl.answer import Answer, media_type
from migrator.crawl.decoding import accepted
from migrator.crawl.fetch import open_fetcher
from migrator.crawl.options import CrawlOptions
from migrator.crawl.territory import territory_of
from migrator.errors import CrawlError, UpstreamError, UpstreamTimeout, UpstreamUnreachable
from migrator.pages.page import Side
from tests.crawl.crawling import QUICK
from tests.crawl.live_site import LiveSite, Reply, live_site, site_at


def fetched(url: str, path: str, options: CrawlOptions = QUICK, limit: int = 100_000) -> Answer:
    async def fetch() -> Answer:
        territory = territory_of(site_at(url), Side.LEGACY)
        async with open_fetcher(territory, options) as fetcher:
            return await fetcher(f"{territory.base}{path}", limit)

    return asyncio.run(fetch())


@contextmanager
def raw_site(*answers: bytes, pause: float = 0.0) -> Iterator[str]:
    """A server that sends these bytes, with a pause before each but the first, and closes."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(65536)
            for number, answer in enumerate(answers):
                time.sleep(pause if number else 0)
                try:
                    self.request.sendall(answer)
                except OSError:
                    return

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_a_request_says_who_asks_and_takes_only_what_can_be_decoded_safely() -> None:
    with live_site({"/a": Reply("x")}) as site:
        fetched(site.url, "/a", replace(QUICK, contact="https://example.org/why"))

        sent = site.asked[0].headers
        assert sent["host"] == "www.old.example"
        assert sent["user-agent"].startswith("migrator/")
        assert sent["user-agent"].endswith(" (+https://example.org/why)")
        assert sent["accept-encoding"] == accepted()
        assert set(sent) == {"host", "user-agent", "accept", "accept-encoding", "connection"}


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")

    with live_site({"/a": Reply("x")}) as site:
        assert fetched(site.url, "/a").status == 200


@pytest.mark.parametrize("target", ["/a%2fb", "/a%7E/%41", "/a//b/", "/?a=|&b=[]&c=%20+", "/x;y=1,2:3@4'"])
def test_the_request_line_is_the_address_to_the_byte(target: str) -> None:
    with live_site() as site:
        fetched(site.url, target)

        assert site.targets == [target]


def test_a_compressed_body_is_decoded_and_hashed_as_what_it_holds() -> None:
    reply = Reply(gzip.compress(b"hello" * 100), kind="text/html; charset=ISO-8859-1", headers={"Content-Encoding": "gzip"})

    with live_site({"/a": reply}) as site:
        answer = fetched(site.url, "/a")

    assert answer.body == b"hello" * 100
    assert (answer.content_type, answer.charset, answer.size, answer.fault) == ("text/html", "ISO-8859-1", 500, "")
    assert hashlib.sha256(answer.body).digest() == hashlib.sha256(b"hello" * 100).digest()


def test_a_bomb_is_cut_at_the_limit() -> None:
    reply = Reply(gzip.compress(bytes(30_000_000)), headers={"Content-Encoding": "gzip"})

    with live_site({"/a": reply}) as site:
        answer = fetched(site.url, "/a", limit=1_000_000)

    assert len(answer.body) == 1_000_000
    assert "longer than 1000000 bytes" in answer.fault


def test_a_long_file_is_cut_and_its_whole_size_known() -> None:
    with live_site({"/a.zip": Reply(bytes(500_000), kind="application/zip")}) as site:
        answer = fetched(site.url, "/a.zip", limit=1000)

    assert (len(answer.body), answer.size) == (1000, 500_000)


@pytest.mark.parametrize("coding", ["compress", "gzip, gzip", "x-unknown"])
def test_a_coding_that_was_not_asked_for_is_a_fault_not_a_body(coding: str) -> None:
    with live_site({"/a": Reply(b"???", headers={"Content-Encoding": coding})}) as site:
        answer = fetched(site.url, "/a")

    assert (answer.status, answer.body) == (200, b"")
    assert "not asked for" in answer.fault


def test_a_dripping_body_ends_with_the_time_limit() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"

    with raw_site(head, *[b"x"] * 100, pause=0.1) as url, pytest.raises(UpstreamTimeout):
        fetched(url, "/", replace(QUICK, total_timeout=0.5))


def test_a_silent_server_ends_with_the_gap_limit() -> None:
    with raw_site(b"HTTP/1.1 200 OK\r\n", b"\r\n", pause=2.0) as url, pytest.raises(UpstreamTimeout):
        fetched(url, "/", replace(QUICK, gap_timeout=0.2))


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"not http at all\r\n\r\n",
        b"HTTP/1.1 999999 \r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 300_000,
    ],
)
def test_an_answer_that_is_no_http_is_an_upstream_error(answer: bytes) -> None:
    with raw_site(answer) as url, pytest.raises(UpstreamError):
        fetched(url, "/")


def test_nobody_there_is_unreachable() -> None:
    with live_site() as site:
        pass

    with pytest.raises(UpstreamUnreachable):
        fetched(site.url, "/")


def test_a_name_that_turns_to_a_metadata_service_is_never_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("migrator.crawl.addresses.KNOWN_FOR", 0.0)
    turns = iter(["127.0.0.1", "169.254.169.254"])

    async def resolve(host: str, port: int) -> Sequence[Address]:
        return [ip_address(next(turns))]

    async def fetch(site: LiveSite) -> int:
        territory = territory_of(site_at(f"http://legacy.test:{site.port}"), Side.LEGACY)
        async with open_fetcher(territory, QUICK, resolve) as fetcher:
            answer = await fetcher(territory.start, 1000)
            with pytest.raises(CrawlError, match=r"169\.254\.169\.254"):
                await fetcher(territory.start, 1000)
            return answer.status

    with live_site({"/": Reply("x")}) as site:
        assert asyncio.run(fetch(site)) == 200
        assert len(site.asked) == 1


def test_a_name_with_several_addresses_is_tried_at_each() -> None:
    async def resolve(host: str, port: int) -> Sequence[Address]:
        return [ip_address("127.0.0.9"), ip_address("127.0.0.1")]

    async def fetch(site: LiveSite) -> int:
        territory = territory_of(site_at(f"http://legacy.test:{site.port}"), Side.LEGACY)
        async with open_fetcher(territory, QUICK, resolve) as fetcher:
            return (await fetcher(territory.start, 1000)).status

    with live_site({"/": Reply("x")}) as site:
        assert asyncio.run(fetch(site)) == 200


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("text/html", ("text/html", None)),
        ('Text/HTML; Charset="utf-8"', ("text/html", "utf-8")),
        (" application/xhtml+xml ;charset=windows-1252; x=y", ("application/xhtml+xml", "windows-1252")),
        ("text/html; charset=", ("text/html", None)),
        ("html", ("", None)),
        ("", ("", None)),
        ("text/html;" + "x" * 100_000 + "charset=utf-8", ("text/html", None)),
    ],
)
def test_a_content_type_names_a_type_and_perhaps_a_charset(header: str, expected: tuple[str, str | None]) -> None:
    assert media_type(header) == expected
