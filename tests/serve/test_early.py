"""The early road: the same answers as the plain road, byte for byte, in order, and to nobody who should not have one."""

from __future__ import annotations

import contextlib
import logging
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import anyio
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from migrator.app import TransitionSite
from migrator.serve.answer import Answer, send_answer
from migrator.serve.options import RequestLimits, ServerOptions
from migrator.serve.plain_head import PlainHead
from migrator.settings import load_settings
from tests.ports import free_port
from tests.serve.hardened import HASTY, connect, hardened, read_to_end, status_of
from tests.serve.live import eventually, talk

MAP = """version: 1
sites: {{main: {{hosts: [old.example], legacy: "http://127.0.0.1:{port}", new: "https://new.example"}}}}
banner: {{site_name: Example}}
redirects: {{/moved: /there, /a%20b: /c, /caf%C3%A9: /coffee, /q: "/to?a=1&b=<2>"}}
rules:
  - {{from: /closed, gone: true}}
  - {{from: "/blog/:slug", to: "/posts/:slug"}}
  - {{from: /temporary, to: /elsewhere, status: 302}}
  - {{from: /once, to: /then, ends: 2001-01-01}}
"""
HOST = b"Host: old.example\r\n"
CLOSE = HOST + b"Connection: close\r\n\r\n"
REQUESTS = {
    "redirect": b"GET /moved HTTP/1.1\r\n" + CLOSE,
    "HEAD": b"HEAD /moved HTTP/1.1\r\n" + CLOSE,
    "HTTP/1.0": b"GET /moved HTTP/1.0\r\n" + HOST + b"\r\n",
    "HTTP/1.0 that would stay": b"GET /moved HTTP/1.0\r\nConnection: keep-alive\r\n" + HOST + b"\r\n",
    "HTTP/1.0 without Host": b"GET /moved HTTP/1.0\r\n\r\n",
    "HTTP/1.0 through a proxy": b"GET /moved HTTP/1.0\r\nX-Forwarded-Proto: https\r\nConnection: close\r\n" + HOST + b"\r\n",
    "HEAD that is not the last": b"HEAD /moved HTTP/1.1\r\n" + HOST + b"\r\nGET /moved HTTP/1.1\r\n" + CLOSE,
    "other case": b"GET /MOVED HTTP/1.1\r\n" + CLOSE,
    "other case, escaped": b"GET /A%20B HTTP/1.1\r\n" + CLOSE,
    "slash at the end": b"GET /moved/ HTTP/1.1\r\n" + CLOSE,
    "dot segments": b"GET /x/../moved HTTP/1.1\r\n" + CLOSE,
    "index file": b"GET /moved/index.html HTTP/1.1\r\n" + CLOSE,
    "session": b"GET /moved;jsessionid=1 HTTP/1.1\r\n" + CLOSE,
    "host of another case, with a port": b"GET /moved HTTP/1.1\r\nHost: OLD.example:8080\r\nConnection: close\r\n\r\n",
    "no longer": b"GET /once HTTP/1.1\r\n" + CLOSE,
    "nothing but a mark for a query": b"GET /moved? HTTP/1.1\r\n" + CLOSE,
    "no space after the colon": b"GET /moved HTTP/1.1\r\nHost:old.example\r\nConnection:close\r\n\r\n",
    "close said twice": b"GET /moved HTTP/1.1\r\nConnection: close\r\n" + CLOSE,
    "close and keep-alive": b"GET /moved HTTP/1.1\r\nConnection: keep-alive\r\n" + CLOSE,
    "empty line before": b"\r\nGET /moved HTTP/1.1\r\n" + CLOSE,
    "tab within": b"GET /moved HTTP/1.1\r\nX-A: a\tb\r\n" + CLOSE,
    "page of a language": b"GET /fr/closed HTTP/1.1\r\nHost: b.example\r\nAccept-Language: ar\r\nConnection: close\r\n\r\n",
    "query": b"GET /moved?a=%3C&b HTTP/1.1\r\n" + CLOSE,
    "merged query": b"GET /q?b=3&c=\"' HTTP/1.1\r\n" + CLOSE,
    "absolute form": b"GET http://old.example/moved?x HTTP/1.1\r\n" + CLOSE,
    "two slashes": b"GET //moved HTTP/1.1\r\n" + CLOSE,
    "escaped": b"GET /caf%c3%a9 HTTP/1.1\r\n" + CLOSE,
    "raw UTF-8": b"GET /caf\xc3\xa9 HTTP/1.1\r\n" + CLOSE,
    "temporary": b"GET /temporary HTTP/1.1\r\n" + CLOSE,
    "pattern": b"GET /blog/x HTTP/1.1\r\n" + CLOSE,
    "gone": b"GET /closed HTTP/1.1\r\nAccept-Language: de\r\n" + CLOSE,
    "gone to HEAD": b"HEAD /closed HTTP/1.1\r\n" + CLOSE,
    "unknown host": b"GET /moved HTTP/1.1\r\nHost: other.example\r\nConnection: close\r\n\r\n",
    "forwarded": b"GET /moved HTTP/1.1\r\nX-Forwarded-Host: evil.example\r\nX-Forwarded-For: 203.0.113.9\r\n" + CLOSE,
    "POST": b"POST /moved HTTP/1.1\r\nContent-Length: 2\r\n" + CLOSE + b"ab",
    "GET with a body": b"GET /moved HTTP/1.1\r\nContent-Length: 2\r\n" + CLOSE + b"ab",
    "GET with chunks": b"GET /moved HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + CLOSE + b"1\r\na\r\n0\r\n\r\n",
    "expecting": b"GET /moved HTTP/1.1\r\nExpect: 100-continue\r\n" + CLOSE,
    "offer of HTTP/2": b"GET /moved HTTP/1.1\r\nUpgrade: h2c\r\nConnection: Upgrade, close\r\n" + HOST + b"\r\n",
    "page of a site that is away": b"GET /page HTTP/1.1\r\n" + CLOSE,
    "zero in the path": b"GET /moved%00 HTTP/1.1\r\n" + CLOSE,
    "two hosts": b"GET /moved HTTP/1.1\r\n" + HOST + CLOSE,
    "no host": b"GET /moved HTTP/1.1\r\nConnection: close\r\n\r\n",
    "two at once": b"GET /moved HTTP/1.1\r\n" + HOST + b"\r\nGET /closed HTTP/1.1\r\n" + CLOSE,
    "three, one of them not plain": b"GET /moved HTTP/1.1\r\n"
    + HOST
    + b"\r\nPOST /moved HTTP/1.1\r\n"
    + HOST
    + b"Content-Length: 0\r\n\r\nGET /closed HTTP/1.1\r\n"
    + CLOSE,
    "one behind the last": b"GET /moved HTTP/1.1\r\n" + CLOSE + b"GET /closed HTTP/1.1\r\n" + CLOSE,
}


class EarlyRecorder:
    """Answers /early* early, /fault not at all, and all else as an app that takes its time."""

    def __init__(self, delay: float = 0.0) -> None:
        self.early: list[str] = []
        self.scopes: list[Scope] = []
        self._delay = delay

    def early_answer(self, head: PlainHead) -> Answer | None:
        if head.path == b"/fault":
            raise ValueError("a fault of the app's")
        if not head.path.startswith(b"/early"):
            return None
        self.early.append(head.path.decode())
        return Answer(200, [], head.path)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self.scopes.append(scope)
            await anyio.sleep(self._delay)
            await send_answer(Answer(200, [], scope["path"].encode()), scope, send)


def plain(app: ASGIApp) -> ASGIApp:
    """The app without its early answers."""

    async def run(scope: Scope, receive: Receive, send: Send) -> None:
        await app(scope, receive, send)

    return run


@pytest.fixture(scope="module")
def roads(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The same site twice: with the early road, and without."""
    config = tmp_path_factory.mktemp("roads") / "redirects.yaml"
    config.write_text(MAP.format(port=free_port()), encoding="utf-8")
    settings = load_settings(Path(config))
    early, late = (TransitionSite(settings, name_rules=True) for _ in range(2))
    with hardened(early) as fast, hardened(plain(late)) as slow:
        yield fast, slow


@contextmanager
def recorded(delay: float = 0.0) -> Iterator[tuple[str, EarlyRecorder]]:
    app = EarlyRecorder(delay)
    with hardened(app, ServerOptions(grace=2, connection=HASTY)) as base:
        yield base, app


def get(path: str, fields: bytes = b"") -> bytes:
    return f"GET {path} HTTP/1.1\r\n".encode() + HOST + fields + b"\r\n"


def _undated(answers: bytes) -> bytes:
    return re.sub(rb"\r\ndate: [^\r]+", b"\r\ndate:", answers)


@pytest.mark.parametrize("request_bytes", REQUESTS.values(), ids=REQUESTS)
def test_both_roads_answer_with_the_same_bytes(request_bytes: bytes, roads: tuple[str, str]) -> None:
    fast, slow = (_undated(talk(base, request_bytes)) for base in roads)

    assert status_of(fast)
    assert fast == slow


def test_wherever_a_request_is_cut_in_two_the_answer_is_the_same(roads: tuple[str, str]) -> None:
    whole = b"GET /moved HTTP/1.1\r\n" + HOST + b"\r\nGET /closed HTTP/1.1\r\n" + CLOSE
    expected = _undated(talk(roads[1], whole))
    for cut in range(1, len(whole), 5):
        with connect(roads[0]) as client:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            client.sendall(whole[:cut])
            time.sleep(0.002)
            client.sendall(whole[cut:])

            assert _undated(read_to_end(client)) == expected


def test_roads_alternate_on_one_connection() -> None:
    body = b"POST /late HTTP/1.1\r\n" + HOST + b"Content-Length: 2\r\n\r\nab"
    with recorded() as (base, app), connect(base) as client:
        for number, request in enumerate([get("/early"), body, get("/early"), get("/late"), get("/early")], 1):
            client.sendall(request)
            assert client.recv(65536).startswith(b"HTTP/1.1 200")
            assert len(app.early) + len(app.scopes) == number

    assert len(app.early) == 3


def test_where_less_is_allowed_than_a_plain_head_may_have_all_go_the_plain_road() -> None:
    app = EarlyRecorder()
    with hardened(app, ServerOptions(grace=2, limits=RequestLimits(field=100))) as base:
        assert status_of(talk(base, get("/early", b"Connection: close\r\n"))) == 200
        assert status_of(talk(base, get("/early", b"X-A: " + b"a" * 100 + b"\r\n"))) == 431
    assert not app.early


def test_half_a_request_behind_an_early_answer_is_timed_out() -> None:
    with recorded() as (base, _), connect(base) as client:
        client.sendall(get("/early") + b"GET /early HT")
        answer = read_to_end(client)

    assert re.findall(rb"HTTP/1.1 (\d+)", answer) == [b"200", b"408"]


def test_an_early_answer_starts_no_app() -> None:
    with recorded() as (base, app):
        assert talk(base, get("/early", b"Connection: close\r\n")).endswith(b"/early")
        assert (app.early, app.scopes) == (["/early"], [])


def test_a_fault_on_the_early_road_is_told_by_the_plain_one() -> None:
    with recorded() as (base, app):
        assert status_of(talk(base, get("/fault", b"Connection: close\r\n"))) == 200
        assert [scope["path"] for scope in app.scopes] == ["/fault"]


def test_answers_keep_their_order_among_thousands_at_once() -> None:
    """Some wait for an app; those behind wait for their turn, and none is answered from within another."""
    paths = [f"/late{number}" if number % 1000 == 500 else f"/early{number}" for number in range(6000)]
    asked = b"".join(get(path) for path in paths) + get("/early", b"Connection: close\r\n")
    with recorded() as (base, app), connect(base) as client:
        sender = threading.Thread(target=client.sendall, args=(asked,))
        sender.start()
        answered = re.findall(rb"/(?:early|late)\d+", read_to_end(client))
        sender.join()

    assert answered == [path.encode() for path in paths]
    assert app.early
    assert app.scopes


def test_thousands_that_only_redirects_answer_are_all_answered_early() -> None:
    asked = get("/early") * 1000
    with recorded() as (base, app), connect(base) as client:
        client.sendall(asked + get("/early", b"Connection: close\r\n"))

        assert read_to_end(client).count(b"HTTP/1.1 200 OK") == 1001
        assert len(app.early) + len(app.scopes) == 1001


def test_a_client_that_reads_nothing_is_let_go() -> None:
    long = get("/early" + "x" * 4000) * 200
    with recorded() as (base, app), connect(base) as client:
        client.settimeout(0.2)

        assert eventually(lambda: not _can_send(client, long))
    assert app.early


def _can_send(client: socket.socket, data: bytes) -> bool:
    """Whether the server still has the connection open; not whether it takes anything."""
    try:
        client.sendall(data)
    except TimeoutError:
        return True
    except ConnectionError:
        return False
    return True


def test_a_slow_answer_behind_an_early_one_is_waited_for() -> None:
    """Longer than an idle connection is kept."""
    with recorded(delay=HASTY.keep_alive * 1.7) as (base, _), connect(base) as client:
        client.sendall(get("/early") + get("/late", b"Connection: close\r\n"))

        assert read_to_end(client).endswith(b"/late")


@pytest.mark.parametrize("path", ["/early", "/late"])
def test_an_idle_connection_is_closed_after_a_while(path: str) -> None:
    with recorded() as (base, _), connect(base) as client:
        client.sendall(get(path))
        began = time.monotonic()
        assert path.encode() in read_to_end(client)

    assert HASTY.keep_alive * 0.9 < time.monotonic() - began < HASTY.keep_alive * 1.8


def test_a_server_that_stops_does_not_wait_for_idle_connections() -> None:
    app = EarlyRecorder()
    with contextlib.ExitStack() as stack:
        base = stack.enter_context(hardened(app, ServerOptions(grace=5)))
        client = stack.enter_context(connect(base))
        client.sendall(get("/early"))
        assert b"200 OK" in client.recv(65536)
        began = time.monotonic()
        stack.close()

    assert time.monotonic() - began < 2


def test_the_access_log_has_the_same_line_for_both(caplog: pytest.LogCaptureFixture) -> None:
    logged = ServerOptions(access_log=True)
    with caplog.at_level(logging.INFO, "uvicorn.access"), hardened(EarlyRecorder(), logged) as base:
        for path in ("/early?a=%20", "/late?a=%20"):
            talk(base, get(path, b"Connection: close\r\n"))
    lines = [re.sub(r":\d+ -", " -", record.getMessage()) for record in caplog.records if record.name == "uvicorn.access"]

    assert lines == [f'127.0.0.1 - "GET {path}?a=%20 HTTP/1.1" 200' for path in ("/early", "/late")]
