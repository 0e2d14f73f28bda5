"""Whatever clients and upstreams send, the log has one line an event, and no character in it that a terminal would obey."""

from __future__ import annotations

import asyncio
import logging
import re
import signal
import sys
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.errors import UpstreamError
from migrator.serve.log_lines import LineFormatter
from tests.cli.test_serve import ANNOUNCED, serving
from tests.serve.live import talk
from tests.serve.raw_upstream import Asked, raw_upstream

FORGED = b"2026-01-01T00:00:00+0000 INFO forged"
HOSTILE = b"\x1b[2J\x1b]0;owned\x07\x00\x08\x7f\x9b\x85\r\n" + FORGED + b"\xe2\x80\xa8\xe2\x80\xae"
ESCAPED = "".join(f"%{byte:02x}" for byte in HOSTILE).encode()
TARGETS = (
    *(b"/" + ESCAPED.replace(b"%00", b""), b"/" + ESCAPED, b"/page?q=" + ESCAPED, b'/page?q="%20200%0d%0aINFO'),
    *(b"/" + HOSTILE, b"/page?" + HOSTILE, b"/page?\xc2\x85\xe2\x80\xa8\xff", b"http://old.example/" + ESCAPED, b"/answer"),
)
FIELDS = (
    b"",
    b"User-Agent: \x9b2J\x85\xff\r\nX-Forwarded-For: \xe2\x80\xa8\r\n",
    b"User-Agent: \x1b[2J\r\n",
    b"Referer: a\rb\r\n",
)
EVENT = re.compile(
    r'[\dT:-]{19}\+\d{4} (?:INFO 127\.0\.0\.1:\d+ - "GET [!-~]+ HTTP/1\.1" \d{3}|WARNING 127\.0\.0\.1:\d+: 502: .+)'
)


async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
    """A page; or, where it is asked for, what is no HTTP."""
    head = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: "
    writer.write(head + (HOSTILE + b"\r\n\r\n" if asked.target == b"/answer" else b"5\r\n\r\nhello"))
    writer.close()


def test_neither_a_request_nor_an_answer_of_an_upstream_forges_a_line(tmp_path: Path) -> None:
    statuses = []
    with raw_upstream(answer) as upstream, serving(tmp_path, upstream.url, "--access-log") as run:
        for target in TARGETS:
            for fields in FIELDS:
                request = b"GET %b HTTP/1.1\r\nHost: old.example\r\nConnection: close\r\n%b\r\n" % (target, fields)
                statuses.append(int(talk(run.base, request)[9:12]))
        assert run.stop(signal.SIGTERM) == 0

    lines = run.lines[ANNOUNCED:]
    assert set(statuses) == {200, 400, 502}
    assert [line for line in lines if not EVENT.fullmatch(line.removesuffix("\n"))] == []
    assert [line for line in lines if not line.removesuffix("\n").isprintable()] == []
    for status in (200, 502):
        assert sum(line.endswith(f'" {status}\n') for line in lines) == statuses.count(status)


@settings(max_examples=100)
@given(st.text(max_size=100), st.text(max_size=100))
def test_any_message_and_any_foreseen_error_is_one_line_of_visible_characters(message: str, fault: str) -> None:
    try:
        raise UpstreamError(fault)
    except UpstreamError:
        record = logging.LogRecord("migrator", logging.WARNING, "", 0, "%s", (message,), sys.exc_info())
    line = LineFormatter().format(record)

    assert line.isprintable()
    assert len(line) <= 2048
