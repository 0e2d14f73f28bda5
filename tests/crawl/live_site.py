"""A real web site on loopback for the crawler's tests: paths to answers, and a record of what was asked."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from migrator.rules.rule import Site


@dataclass(frozen=True, slots=True)
class Reply:
    """What a path answers."""

    body: bytes | str = b""
    status: int = 200
    kind: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: its target, its headers, and when it came and went."""

    target: str
    headers: Mapping[str, str]
    came: float
    left: float


Answering = Callable[[str, Mapping[str, str]], Reply]


class LiveSite:
    """The server; `replies` may be changed while it runs, `answer` handles every target that is not in it."""

    def __init__(self, replies: Mapping[str, Reply], answer: Answering | None, port: int) -> None:
        self.replies = dict(replies)
        self.answer = answer
        self.asked: list[Asked] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"

    @property
    def targets(self) -> list[str]:
        """What was asked for, in order, without robots.txt and the sitemap."""
        return [one.target for one in self.asked if one.target not in ("/robots.txt", "/sitemap.xml")]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def log_message(self, *_: object) -> None:
                """Say nothing."""

            def do_GET(self) -> None:
                came = time.monotonic()
                headers = {name.lower(): value for name, value in self.headers.items()}
                reply = site.replies.get(self.path)
                if reply is None:
                    reply = site.answer(self.path, headers) if site.answer else Reply("<h1>Not found</h1>", 404)
                body = reply.body.encode() if isinstance(reply.body, str) else reply.body
                self.send_response(reply.status)
                for name, value in {"Content-Type": reply.kind, "Content-Length": str(len(body)), **reply.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                site.asked.append(Asked(self.path, headers, came, time.monotonic()))
                self.wfile.write(body)

            def handle(self) -> None:
                try:
                    super().handle()
                except (ConnectionError, TimeoutError):
                    self.close_connection = True

        return Handler


@contextmanager
def live_site(replies: Mapping[str, Reply] | None = None, answer: Answering | None = None, port: int = 0) -> Iterator[LiveSite]:
    """A site that is served for as long as the block runs."""
    site = LiveSite(replies or {}, answer, port)
    thread = threading.Thread(target=site.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        site.server.shutdown()
        site.server.server_close()
        thread.join()


def page(*links: str, title: str = "A page", body: str = "") -> Reply:
    """An HTML page with these links."""
    anchors = "".join(f'<a href="{link}">{link}</a> ' for link in links)
    return Reply(f"<!doctype html><html lang=en><title>{title}</title><h1>{title}</h1><p>{body}</p>{anchors}</html>")


def redirect(to: str, status: int = 301) -> Reply:
    """A redirect."""
    return Reply("", status, headers={"Location": to})


def site_at(url: str, new: str = "https://www.new.example", new_upstream: str = "") -> Site:
    """A site whose legacy upstream is at `url`."""
    return Site("main", ("www.old.example", "old.example"), url, new, new_upstream)
