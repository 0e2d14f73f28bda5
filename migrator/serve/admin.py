"""The operator's port: probes, metrics and the map in use, over all workers. It changes nothing.

No worker is asked for anything: what is told was left in shared memory, so a busy worker delays no probe.
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from migrator.serve.exposition import CONTENT_TYPE, exposition
from migrator.serve.health import Health, Verdict
from migrator.serve.slabs import Slabs

_SLOWEST = 5.0  # seconds for a request to come
_AT_ONCE = 16  # requests


class Admin:
    """Answers on `sockets`, which are bound and listening."""

    def __init__(self, sockets: Sequence[socket.socket], slabs: Slabs) -> None:
        self._servers = [_Server(one, slabs) for one in sockets]

    def start(self) -> None:
        """Answer, in threads that end with the process."""
        for server in self._servers:
            threading.Thread(target=server.serve_forever, name="admin", daemon=True).start()

    def stop(self) -> None:
        """Answer no more."""
        for server in self._servers:
            server.shutdown()
            server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, bound: socket.socket, slabs: Slabs) -> None:
        self.address_family = bound.family
        super().__init__(bound.getsockname()[:2], _Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = bound
        self.slabs = slabs
        self.health = Health(slabs)
        self._places = threading.BoundedSemaphore(_AT_ONCE)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer one connection, unless there are too many."""
        if self._places.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer it, and make room for the next."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that leaves in the middle is no event."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = _SLOWEST
    server_version, sys_version = "migrator", ""

    def do_GET(self) -> None:
        """Answer."""
        verdicts: dict[str, Callable[[], Verdict]] = {
            "/livez": self.server.health.alive,
            "/readyz": self.server.health.ready,
            "/startupz": self.server.health.started,
            "/map": self.server.health.map,
        }
        path = self.path.partition("?")[0]
        if path == "/metrics":
            self._answer(200, exposition(self.server.slabs), CONTENT_TYPE)
        elif path in verdicts:
            good, said = verdicts[path]()
            self._answer(200 if good else 503, json.dumps(said).encode() + b"\n", "application/json")
        else:
            known = ", ".join([*verdicts, "/metrics"])
            self._answer(404, f"There are {known}.\n".encode(), "text/plain; charset=utf-8")

    do_HEAD = do_GET  # noqa: N815 - the name that http.server calls

    def _answer(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Probes are no events."""
