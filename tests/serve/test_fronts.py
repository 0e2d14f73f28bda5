"""The door behind nginx, HAProxy and Caddy, set up as docs/serve.md says: all that comes through alone comes through here."""

from __future__ import annotations

import asyncio
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect as connect_websocket

from migrator.app import transition_site
from tests.serve.fronted import HOST, PAGE, PATIENT, Behind, behind, configured, exchange
from tests.serve.fronts import FRONTS, front
from tests.serve.hardened import hardened
from tests.serve.live import eventually
from tests.serve.raw_upstream import Asked
from tests.serve.relayed import echo
from tests.serve.relayed import upstream as websocket_upstream
from tests.serve.test_upstream_tls import openssl

HEADERS = {"Host": HOST}


@pytest.mark.parametrize("name", FRONTS)
def test_pages_redirects_and_refusals_come_through(name: str, tmp_path: Path) -> None:
    with behind(name, tmp_path) as way, httpx.Client(base_url=way.base, headers=HEADERS, trust_env=False) as client:
        page, moved = client.get("/page"), client.get("/moved?a=%2F")
        assert (page.status_code, b"data-migrator-banner" in page.content) == (200, True)
        assert int(client.head("/page").headers.get("content-length", len(page.content))) == len(page.content)
        assert (moved.status_code, moved.headers["location"]) == (301, "https://new.example/there?a=%2F")
        assert client.get("/nowhere", headers={"Host": "stranger.example"}).status_code in (404, 421)
        assert client.request("TRACE", "/page").status_code in (405, 501)
        assert client.post("/form", content=b"x" * 3_000_000).content == b"/form"
        assert len(way.upstream.asked[-1].body) == 3_000_000


@pytest.mark.parametrize("name", FRONTS)
def test_a_target_comes_through_byte_for_byte(name: str, tmp_path: Path) -> None:
    targets = ["/a%2Fb", "/caf%E9", "/a/../b", "//double", "/a;b=c", "/%7Euser", "/x?a=%20+b&c", "/a%5Cb", "/%e9%E9?q=%2f"]
    with behind(name, tmp_path) as way:
        for target in targets:
            asyncio.run(exchange(way.port, f"GET {target} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode(), 5))

        assert [asked.target.decode() for asked in way.upstream.asked] == targets


@pytest.mark.parametrize("name", FRONTS)
def test_the_visitor_is_whom_the_front_says_whatever_the_visitor_says(name: str, tmp_path: Path) -> None:
    told = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https", "X-Real-IP": "203.0.113.9", "Forwarded": "for=evil"}
    transport = httpx.HTTPTransport(local_address="127.0.0.2")
    with behind(name, tmp_path) as way, httpx.Client(base_url=way.base, headers=HEADERS, transport=transport) as client:
        client.get("/x", headers=told | {"X-Forwarded-Host": "evil.example"})
        asked = way.upstream.asked[0]

    assert asked.field("x-forwarded-for") == asked.field("x-real-ip") == [b"127.0.0.2"]
    assert asked.field("x-forwarded-proto") == [b"http"]
    assert asked.field("x-forwarded-host") == [HOST.encode()]
    assert asked.field("forwarded") == [b'for=127.0.0.2;host="www.old.example";proto=http']


@pytest.mark.parametrize("name", FRONTS)
def test_a_front_with_tls_tells_the_scheme_whatever_the_visitor_says(name: str, tmp_path: Path) -> None:
    certificate = made_certificate(tmp_path)
    with behind(name, tmp_path, certificate=certificate, http2=name == "nginx") as way:
        came = curl(way, "--include", "--header", "X-Forwarded-Proto: http", f"https://{HOST}/x")
        asked = way.upstream.asked[0]

    assert came.startswith("HTTP/2 200")
    assert asked.field("x-forwarded-proto") == [b"https"]
    assert asked.field("forwarded") == [b'for=127.0.0.1;host="www.old.example";proto=https']


@pytest.mark.parametrize("name", FRONTS)
@pytest.mark.anyio
async def test_websockets_come_through(name: str, tmp_path: Path) -> None:
    with (
        websocket_upstream(echo) as url,
        hardened(transition_site(configured(tmp_path, url)), PATIENT) as door,
        front(name, tmp_path, door) as base,
    ):
        port = int(base.rpartition(":")[2])
        async with connect_websocket(f"ws://{HOST}/socket", host="127.0.0.1", port=port, proxy=None) as client:
            for message in ("text", b"\0bytes", "x" * 300_000):
                await client.send(message)
                assert await client.recv() == message


@pytest.mark.parametrize("name", FRONTS)
def test_bodies_stream_both_ways(name: str, tmp_path: Path) -> None:
    """Each side has the first part before the other has sent the last."""

    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await asked.reader.readuntil(b"first")
        has_first.set()
        await asked.reader.readuntil(b"last")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\nfirst")
        await writer.drain()
        await asyncio.to_thread(client_has_first.wait, 5)
        writer.write(b"last")
        writer.close()

    def upload() -> Iterator[bytes]:
        yield b"first"
        assert has_first.wait(5)
        yield b"last"

    has_first, client_has_first, got = threading.Event(), threading.Event(), b""
    with (
        behind(name, tmp_path, answer, read_body=False) as way,
        httpx.stream("POST", way.base + "/x", headers=HEADERS, content=upload(), trust_env=False) as response,
    ):
        for part in response.iter_raw():
            got += part
            client_has_first.set()

    assert has_first.is_set()
    assert got == b"firstlast"


@pytest.mark.parametrize("name", FRONTS)
def test_a_page_that_breaks_off_breaks_off_and_a_client_that_leaves_ends_the_request(name: str, tmp_path: Path) -> None:
    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 900000\r\n\r\n" + PAGE + b"x" * 70_000)
        await writer.drain()
        while asked.target == b"/endless":
            writer.write(b"more")  # what fails to reach the client is how some fronts find out
            await writer.drain()
            await asyncio.sleep(0.02)
        writer.close()

    with behind(name, tmp_path, answer) as way:
        with pytest.raises(httpx.RemoteProtocolError):
            httpx.get(way.base + "/short", headers=HEADERS, trust_env=False)
        with socket.create_connection(("127.0.0.1", way.port), 5) as client:
            client.sendall(f"GET /endless HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
            assert client.recv(9000)
        assert eventually(lambda: way.upstream.ended == 2)


def made_certificate(folder: Path) -> Path:
    """One for the old site's host, with its key in the same file."""
    place, subject = folder / "certificate.pem", ["-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}"]
    openssl(
        "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(folder / "key"), "-out", str(folder / "crt"), *subject
    )
    place.write_text((folder / "crt").read_text("ascii") + (folder / "key").read_text("ascii"), encoding="ascii")
    return place


def curl(way: Behind, *words: str) -> str:
    """That command's output for words of one's own; skips the test, saying so, where it is absent."""
    command = shutil.which("curl")
    if command is None:
        pytest.skip("the command curl, which speaks HTTP/2 here, is absent")
    spoken = ["--http2-prior-knowledge"] if way.base.startswith("http:") else ["--http2", "--insecure"]
    found = [command, "--silent", "--noproxy", "*", *spoken, "--connect-to", f"::127.0.0.1:{way.port}", *words]
    return subprocess.run(found, check=True, capture_output=True, timeout=20).stdout.decode("utf-8", "replace")


@pytest.mark.parametrize("name", FRONTS)
def test_http2_in_front_is_the_same_site(name: str, tmp_path: Path) -> None:
    address = f"http://{HOST}"
    (tmp_path / "body").write_bytes(b"x" * 1_000_000)
    with behind(name, tmp_path, http2=True) as way:
        page = curl(way, "--include", f"{address}/page")
        assert page.startswith("HTTP/2 200")
        assert "data-migrator-banner" in page
        assert "\nlocation: https://new.example/there\r" in curl(way, "--include", f"{address}/moved").lower()
        assert curl(way, "--data-binary", f"@{tmp_path / 'body'}", f"{address}/form") == "/form"
        assert "content-length: 5" in curl(way, "--head", f"{address}/data").lower()

        assert len(way.upstream.asked[1].body) == 1_000_000
        assert all(asked.field("host") == [HOST.encode()] for asked in way.upstream.asked)
