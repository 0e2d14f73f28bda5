"""Reads pages beside the network: in a thread, or in processes of its own. What is read on a page is extract's business."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait
from types import TracebackType
from typing import Protocol, Self

from migrator.pages.extract import Reading
from migrator.pages.extract import read as read_markup
from migrator.pages.page import Content

_TRIES = 2


class Reader(Protocol):
    """Turns the body of an HTML page into what it says. Never raises for what a page holds."""

    async def read(self, body: bytes, url: str, charset: str | None) -> Reading:
        """What the page says, with what went wrong."""
        ...


class ThreadReader:
    """Reads one page at a time in a thread: enough for a polite crawl."""

    async def read(self, body: bytes, url: str, charset: str | None) -> Reading:
        """What the page says, with what went wrong."""
        return await asyncio.to_thread(read_page, body, url, charset)


class ProcessReader:
    """Reads several pages at a time in processes that end with this one, however it ends."""

    def __init__(self, processes: int | None = None) -> None:
        self._processes = processes or min(os.cpu_count() or 1, 8)
        self._pool = self._new_pool()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def read(self, body: bytes, url: str, charset: str | None) -> Reading:
        """What the page says, with what went wrong."""
        for _ in range(_TRIES):
            pool = self._pool
            try:
                with _interrupts_held():
                    reading = asyncio.get_running_loop().run_in_executor(pool, read_page, body, url, charset)
                return await reading
            except BrokenProcessPool:
                # A page that kills its process takes down the others' too: they are all read again.
                if pool is self._pool:
                    self._pool = self._new_pool()
        return Reading(Content(), fault="the page could not be read: it ended the process that read it")

    def _new_pool(self) -> ProcessPoolExecutor:
        # Not forked: a fork of a process with threads may hang.
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(self._processes, mp_context=context, initializer=_live_with_parent)


def read_page(body: bytes, url: str, charset: str | None) -> Reading:
    """What an HTML page says, with what went wrong; never raises."""
    try:
        return read_markup(body, url, charset)
    except Exception as error:  # the crawl outlives whatever a page may hold
        return Reading(Content(), fault=f"the page could not be read: {type(error).__name__}")


@contextlib.contextmanager
def _interrupts_held() -> Iterator[None]:
    """Hold Ctrl-C back while a process may be started: it inherits the mask, and so leaves Ctrl-C to its parent for good."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _live_with_parent() -> None:
    """End when the parent is gone: a killed parent tells its pool nothing."""
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
