"""Runs an ASGI app on sockets: uvicorn with the hardened protocol, its log lines, and an end in good order. It binds, too."""

from __future__ import annotations

import contextlib
import gc
import logging.config
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from functools import partial
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from migrator.errors import MigratorError
from migrator.serve.early import early_answer_of
from migrator.serve.http_protocol import HardenedProtocol
from migrator.serve.log_lines import log_config
from migrator.serve.options import ServerOptions
from migrator.serve.workers import Workers

_BACKLOG = 2048

# Objects, and rounds of the younger generations: requests leave hardly any circles behind, and looking for them takes time.
_COLLECT_AFTER = (20_000, 20, 20)


class Server(uvicorn.Server):
    """uvicorn's server, which ends with 0 at a first signal, at once at a second, and when it has lost its parent."""

    def __init__(self, app: ASGIApp, options: ServerOptions, *, parent: int | None = None) -> None:
        protocol = partial(HardenedProtocol, limits=options.limits, options=options.connection, early=early_answer_of(app))
        super().__init__(
            uvicorn.Config(
                app,
                http=protocol,  # type: ignore[arg-type]
                ws_max_size=options.largest_message,
                log_config=None,  # `serve` sees to it, for all workers
                access_log=options.access_log,
                proxy_headers=False,  # forwarding.py knows whom to trust
                date_header=False,
                server_header=False,
                backlog=_BACKLOG,
                timeout_graceful_shutdown=options.grace,
            )
        )
        self._parent = parent
        self._look_again = getattr(app, "look_again", None)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take the signals that mean to stop; unlike uvicorn, do not raise them again once all is done."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        former = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        former[signal.SIGHUP] = signal.signal(signal.SIGHUP, self.handle_hangup)
        try:
            yield
        finally:
            for number, handler in former.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop in good order; the second time, stop."""
        if self.should_exit:
            os._exit(128 + sig)
        self.should_exit = True

    def handle_hangup(self, sig: int, frame: FrameType | None) -> None:
        """Have the app look at its files again, where it knows how."""
        if self._look_again is not None:
            self._look_again()

    async def on_tick(self, counter: int) -> bool:
        """Whether it is time to stop."""
        if self._parent is not None and os.getppid() != self._parent:
            self.should_exit = True
        return await super().on_tick(counter)


def listen(host: str, port: int) -> list[socket.socket]:
    """Sockets that are bound to every address of `host`; port 0 takes a free one. Raises MigratorError."""
    sockets: list[socket.socket] = []
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, kind, protocol, _, address in dict.fromkeys(found):
            one = socket.socket(family, kind, protocol)
            sockets.append(one)
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            one.bind((address[0], port, *address[2:]))
            one.listen(_BACKLOG)
            port = port or one.getsockname()[1]
    except OSError as error:
        for one in sockets:
            one.close()
        raise MigratorError(f"could not listen on {host}:{port}: {error.strerror or error}") from error
    return sockets


def serve(make_app: Callable[[], ASGIApp], sockets: list[socket.socket], options: ServerOptions) -> None:
    """Serve what `make_app` makes until told to stop, each worker in a process of its own where there are several."""
    _allow_many_files()
    with contextlib.suppress(ValueError):  # not the main thread
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # until there is somebody to tell; its default would end the process
    logging.config.dictConfig(log_config(access=options.access_log))
    if options.workers == 1:
        _work(make_app(), sockets, options)
        return
    parent = os.getpid()
    Workers(lambda: _work(make_app(), sockets, options, parent=parent), options.workers, sockets, options.grace).run()


def _work(app: ASGIApp, sockets: list[socket.socket], options: ServerOptions, *, parent: int | None = None) -> None:
    """Serve `app` from this process until told to stop."""
    gc.collect()
    gc.freeze()  # a big map stays for good: no collection need look through it again
    gc.set_threshold(*_COLLECT_AFTER)
    Server(app, options, parent=parent).run(sockets)


def _allow_many_files() -> None:
    """Let as many connections be open as the system allows this process; the usual 1,024 is soon reached."""
    try:
        import resource
    except ImportError:  # no such bound on this system
        return
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
