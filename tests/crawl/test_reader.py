"""Pages are read beside the network, and no page ends the crawl."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from migrator.crawl import reader
from migrator.crawl.reader import ProcessReader, ThreadReader, read_page
from migrator.pages.extract import Reading
from migrator.pages.page import Content

PAGE = b"<title>T</title><h1>H</h1><a href=/x>x</a>"


def test_threads_and_processes_read_the_same() -> None:
    async def both() -> list[Reading]:
        async with ProcessReader(1) as processes:
            return [await one.read(PAGE, "http://h/", None) for one in (ThreadReader(), processes)]

    threaded, processed = asyncio.run(both())

    assert threaded == processed == read_page(PAGE, "http://h/", None)
    assert threaded.content.title == "T"


def test_a_page_that_cannot_be_read_is_a_fault_not_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> Reading:
        raise RecursionError

    monkeypatch.setattr(reader, "read_markup", fail)

    assert read_page(PAGE, "http://h/", None) == Reading(Content(), fault="the page could not be read: RecursionError")


def test_a_process_that_dies_is_replaced_and_its_pages_read_again() -> None:
    async def killed() -> Reading:
        async with ProcessReader(1) as processes:
            await processes.read(PAGE, "http://h/", None)
            for child in multiprocessing.active_children():
                child.kill()
            return await processes.read(PAGE, "http://h/", None)

    reading = asyncio.run(killed())

    assert (reading.content.title, reading.fault) == ("T", "")


PROGRAM = """
import asyncio, os
from migrator.crawl.reader import ProcessReader

async def main():
    async with ProcessReader(1) as processes:
        await processes.read(b"<title>T</title>", "http://h/", None)
        print("ready", flush=True)
        await asyncio.sleep(60)

if __name__ == "__main__":
    asyncio.run(main())
"""


def test_processes_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PROGRAM)
    environment = {**os.environ, "PYTHONPATH": os.getcwd()}
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, env=environment) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"ready\n"
        parent.send_signal(signal.SIGKILL)

        # The pipe ends when the last process that inherited it does.
        assert parent.communicate(timeout=5)[0] == b""
