"""Runs an ASGI app on sockets: uvicorn with the hardened protocol, its log lines, and an end in good order. It binds, too."""

from __future__ import annotations

import contextlib
import gc
import logging.config
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from migrator.errors import MigratorError
from migrator.serve.admin import Admin
from migrator.serve.attendant import Attendant
from migrator.serve.early import early_answer_of
from migrator.serve.http_protocol import HardenedProtocol
from migrator.serve.log_lines import log_config
from migrator.serve.metrics import GAUGES, STARTED, UNLABELLED, UP
from migrator.serve.notify import notify_stopping
from migrator.serve.options import ServerOptions
from migrator.serve.readiness import Readiness
from migrator.serve.slabs import Slab, Slabs
from migrator.serve.workers import Workers

_BACKLOG = 2048

# Objects, and rounds of the younger generations: requests leave hardly any circles behind, and looking for them takes time.
_COLLECT_AFTER = (20_000, 20, 20)


class Server(uvicorn.Server):
    """uvicorn's server, which ends with 0 at a first signal, at once at a second, and when it has lost its parent."""

    def __init__(
        self, app: ASGIApp, options: ServerOptions, *, parent: int | None = None, slabs: Slabs | None = None, number: int = 0
    ) -> None:
        protocol = partial(
            HardenedProtocol,
            limits=options.limits,
            options=options.connection,
            early=early_answer_of(app),
            refused=getattr(app, "refused", _nobody),
        )
        super().__init__(
            uvicorn.Config(
                app,
                http=protocol,  # type: ignore[arg-type]
                ws_max_size=options.largest_message,
                log_config=None,  # `serve` sees to it, for all workers
                access_log=options.access_log and options.log_format == "text",  # request_ids.py writes the other
                proxy_headers=False,  # forwarding.py knows whom to trust
                date_header=False,
                server_header=False,
                backlog=_BACKLOG,
                timeout_graceful_shutdown=options.grace,
            )
        )
        self._parent = parent
        self._drain = options.drain
        self._ends_at: float | None = None  # when the sockets are closed, once the server is told to stop
        self._slabs = slabs or Slabs(1)
        self._slab = self._slabs.slab(number)
        self._readiness = Readiness(self._slabs) if parent is None and slabs is not None else None
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
        if self._ends_at is not None:
            os._exit(128 + sig)
        self._ends_at = time.monotonic() + self._drain
        self.should_exit = self._drain <= 0
        if self._readiness is not None:
            self._slabs.stop()
            notify_stopping()

    def handle_hangup(self, sig: int, frame: FrameType | None) -> None:
        """Have the app look at its files again, where it knows how."""
        if self._look_again is not None:
            if self._readiness is not None:
                self._readiness.reloading()
            self._look_again()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to take requests, and say so."""
        await super().startup(sockets)
        if self.started:
            self._slab.put(1, UP)
            self._slab.add(STARTED)

    async def on_tick(self, counter: int) -> bool:
        """Whether it is time to stop."""
        if self._parent is not None and os.getppid() != self._parent:
            self.should_exit = True
        if self._ends_at is not None and time.monotonic() >= self._ends_at:
            self.should_exit = True
        if self._readiness is not None and not self.should_exit:
            self._readiness.look()
        return await super().on_tick(counter)


def _nobody(status: int) -> None:
    """Hears nothing."""


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


def serve(
    make_app: Callable[[Slab], ASGIApp],
    sockets: list[socket.socket],
    options: ServerOptions,
    admin: Sequence[socket.socket] = (),
) -> None:
    """Serve what `make_app` makes until told to stop, each worker in a process of its own where there are several.

    Each app gets the slab for what it counts. The sockets of `admin` answer the operator.
    """
    _allow_many_files()
    with contextlib.suppress(ValueError):  # not the main thread
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # until there is somebody to tell; its default would end the process
    logging.config.dictConfig(log_config(access=options.access_log, form=options.log_format))
    slabs = Slabs(options.workers, UNLABELLED)
    if options.workers == 1:
        if admin:
            Admin(admin, slabs).start()
        _work(make_app, 0, slabs, sockets, options)
        return
    parent = os.getpid()
    work = partial(_work, make_app, slabs=slabs, sockets=sockets, options=options, parent=parent)
    with Attendant((lambda: Admin(admin, slabs).start()) if admin else None) as attendant:
        Workers(work, slabs, sockets, options, attendant.keep).run()


def _work(
    make_app: Callable[[Slab], ASGIApp],
    number: int,
    slabs: Slabs,
    sockets: list[socket.socket],
    options: ServerOptions,
    *,
    parent: int | None = None,
) -> None:
    """Serve from this process, as the worker of that number, until told to stop."""
    slab = slabs.taken_over(number)
    slab.clear(GAUGES)  # they spoke of the worker before this one
    app = make_app(slab)
    gc.collect()
    gc.freeze()  # a big map stays for good: no collection need look through it again
    gc.set_threshold(*_COLLECT_AFTER)
    worker = options if parent is None else replace(options, drain=0.0)  # the parent has waited
    Server(app, worker, parent=parent, slabs=slabs, number=number).run(sockets)


def _allow_many_files() -> None:
    """Let as many connections be open as the system allows this process; the usual 1,024 is soon reached."""
    try:
        import resource
    except ImportError:  # no such bound on this system
        return
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
