"""The whole door on each server that it must be right on; with $MIGRATOR_TEST_SERVER the rest of these tests runs there too."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from migrator.app import transition_site
from migrator.serve.page_stream import PATIENCE
from tests.serve.live import SERVERS, eventually, serve, talk
from tests.serve.raw_upstream import Answering, Asked, RawUpstream, raw_upstream
from tests.serve.relayed import echo
from tests.serve.relayed import upstream as websocket_upstream

PAGE = b"<!doctype html><html lang=en><title>Old</title><body><p>old</body></html>"


@contextmanager
def door(folder: Path, answer: bytes | Answering, server: str) -> Iterator[tuple[str, RawUpstream]]:
    with raw_upstream(answer) as upstream:
        config = folder / "redirects.yaml"
        config.write_text(
            f'version: 1\nsites: {{main: {{hosts: [old.example], legacy: "{upstream.url}", new: "https://new.example"}}}}\n'
            "banner: {site_name: Example}\nredirects: {/moved: /there}\n",
            encoding="utf-8",
        )
        with serve(transition_site(config), server=server) as base:
            yield base, upstream


def get(target: str, method: str = "GET", version: str = "1.1") -> bytes:
    return f"{method} {target} HTTP/{version}\r\nHost: old.example\r\nConnection: close\r\n\r\n".encode()


@pytest.mark.parametrize("server", SERVERS)
def test_pages_redirects_and_answers_without_bodies_are_right(server: str, tmp_path: Path) -> None:
    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        answers = {
            b"/304": b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n",
            b"/204": b"HTTP/1.1 204 No Content\r\n\r\n",
            b"/999": b"HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n",
            b"/control": b"HTTP/1.1 200 OK\r\nX-A: a\x7fb\r\nContent-Length: 2\r\n\r\nok",
        }
        page = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(PAGE)
        writer.write(answers.get(asked.target, page if asked.method == "HEAD" else page + PAGE))

    with door(tmp_path, answer, server) as (base, _):
        assert b"\r\nlocation: https://new.example/there\r\n" in talk(base, get("/moved"))
        assert b"data-migrator-banner" in talk(base, get("/page"))
        assert talk(base, get("/page", version="1.0")).endswith(b"<p>old</body></html>")
        assert talk(base, get("/page", "HEAD")).endswith(b"\r\n\r\n")
        for target in ("/304", "/204"):
            bodiless = talk(base, get(target))
            assert bodiless[9:12] == target[1:].encode()
            assert bodiless.endswith(b"\r\n\r\n")
            assert b"transfer-encoding" not in bodiless
        assert talk(base, get("/999")).startswith(b"HTTP/1.1 502 ")
        control = talk(base, get("/control"))
        assert control.endswith(b"ok") or control.startswith(b"HTTP/1.1 502 ")


@pytest.mark.parametrize("server", SERVERS)
def test_a_page_that_breaks_off_is_seen_to_break_off(server: str, tmp_path: Path) -> None:
    """Even before the place of the banner is settled: then nothing has been sent yet, unless the old site took its time."""

    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 90000\r\n\r\n" + PAGE)
        writer.write(b"x" * 70_000 if asked.target == b"/long" else b"")
        await asyncio.sleep(0 if asked.target == b"/short" else 4 * PATIENCE)
        writer.close()

    with door(tmp_path, answer, server) as (base, _), httpx.Client(headers={"Host": "old.example"}, trust_env=False) as client:
        for target in ("/long", "/slow"):
            with pytest.raises(httpx.RemoteProtocolError):
                client.get(base + target)
        assert client.get(base + "/short").status_code >= 500


@pytest.mark.parametrize("server", SERVERS)
def test_events_pass_one_by_one_and_a_client_that_leaves_takes_the_upstream_along(server: str, tmp_path: Path) -> None:
    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")
        writer.write(b"data: <html><body>first\n\n")
        await asyncio.to_thread(seen.wait, 5)
        writer.write(b"data: second\n\n")
        await asked.reader.read()

    seen = threading.Event()
    with door(tmp_path, answer, server) as (base, upstream):
        host, _, port = base.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port)), 5) as client:
            client.sendall(get("/events"))
            came = b""
            while b"first\n\n" not in came:
                came += client.recv(9000)
            assert b"data-migrator-banner" not in came
            seen.set()
            while b"second\n\n" not in came:
                came += client.recv(9000)
        assert eventually(lambda: upstream.ended)


@pytest.mark.anyio
async def test_the_whole_door_lets_websockets_through_and_apologises_where_the_site_is_away(tmp_path: Path) -> None:
    config = tmp_path / "redirects.yaml"
    site = 'version: 1\nsites: {{main: {{hosts: [127.0.0.1], legacy: "{}", new: "https://new.example"}}}}\nbanner: {{}}\n'
    with websocket_upstream(echo) as url:
        config.write_text(site.format(url), encoding="utf-8")
        with serve(transition_site(config)) as base:
            async with connect(base.replace("http:", "ws:")) as client:
                await client.send("x")
                assert await client.recv() == "x"
    with serve(transition_site(config)) as base:
        with pytest.raises(InvalidStatus) as caught:
            await connect(base.replace("http:", "ws:"))
        assert caught.value.response.status_code == 503
        assert b"https://new.example" in (caught.value.response.body or b"")
