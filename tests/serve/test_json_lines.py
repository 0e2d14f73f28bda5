"""The log as JSON: a line an event whatever comes, no secret in it, and nothing about who made a request."""

from __future__ import annotations

import json
import logging
import signal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.serve.json_lines import JsonFormatter, about_request
from migrator.serve.log_lines import LineFormatter
from tests.cli.test_serve import ANNOUNCED, HELLO, serving
from tests.serve.hardened import status_of
from tests.serve.live import talk
from tests.serve.raw_upstream import raw_upstream
from tests.serve.test_log_lines import FIELDS, TARGETS
from tests.shared import shared_folder

CANARY = "c4n4ry" * 3
SECRETS = (
    f"Authorization: Bearer {CANARY}",
    f"'authorization': '{CANARY}'",
    f"Cookie: a=b; session={CANARY}",
    f"set-cookie: id={CANARY}; Path=/",
    f"upstream http://user:{CANARY}@10.0.0.1:8080/ failed",
    f"postgresql://migrator:{CANARY}@db/site",
    f"/page?a=1&access_token={CANARY}&b=2",
    f"/page?api_key={CANARY}",
    f"sent Basic {CANARY}",
)


def record(message: str, **extra: object) -> logging.LogRecord:
    made = logging.LogRecord("migrator", logging.WARNING, "", 0, "%s", (message,), None)
    made.__dict__.update(extra)
    return made


@pytest.mark.parametrize("text", SECRETS)
@pytest.mark.parametrize("formatter", [JsonFormatter(), LineFormatter()])
def test_no_secret_is_logged(text: str, formatter: logging.Formatter) -> None:
    line = formatter.format(record(text))

    assert CANARY not in line
    assert "***" in line


@settings(max_examples=200)
@given(st.text(max_size=5000), st.binary(max_size=3000), st.binary(max_size=300))
def test_whatever_is_logged_is_one_line_of_ascii_and_no_field_is_long(text: str, path: bytes, query: bytes) -> None:
    for one in (record(text), record("request", about=about_request("GET", path, query, 200))):
        line = JsonFormatter().format(one)
        assert line.isascii()
        assert line.isprintable()
        assert all(len(json.dumps(value)) <= 2050 for value in json.loads(line).values())


def test_naughty_strings_and_forged_lines_make_as_many_lines_as_events() -> None:
    texts = [
        *(shared_folder("corpora/naughty-strings") / "blns.txt").read_text("utf-8").splitlines(),
        *(path.read_text("utf-8", "replace") for path in sorted(shared_folder("corpora/crlf").rglob("*.txt"))),
    ]
    lines = "".join(JsonFormatter().format(record(text)) + "\n" for text in texts).splitlines()

    assert len(lines) == len(texts)
    assert all(json.loads(line)["level"] == "WARNING" for line in lines)


def test_a_request_is_logged_without_who_made_it_or_what_it_asked_with() -> None:
    about = about_request("GET", b"/a", b"id=7&mail=a@b.example&x@y.example&token=s3cr3t", 200, 0.5)

    assert about["query"] == "id,mail,?,token"
    assert "a@b" not in json.dumps(about)


def test_hostile_requests_have_one_line_each_and_an_id_that_only_a_trusted_proxy_chooses(tmp_path: Path) -> None:
    statuses = []
    with raw_upstream(HELLO) as upstream, serving(tmp_path, upstream.url, "--access-log", "--log-format", "json") as run:
        for target in TARGETS:
            for fields in FIELDS:
                head = b"GET %b HTTP/1.1\r\nHost: old.example\r\nX-Request-ID: forged-0000\r\nConnection: close\r\n%b\r\n"
                statuses.append(status_of(talk(run.base, head % (target, fields))))
        assert run.stop(signal.SIGTERM) == 0

    events = [json.loads(line) for line in run.lines[ANNOUNCED:]]
    requests = [event for event in events if event.get("event") == "request"]
    refused = [event for event in events if event.get("event") == "refused"]
    assert len(requests) == statuses.count(200) + 1  # `serving` has asked once
    assert len(refused) == statuses.count(400)
    assert not any("127.0.0.1" in json.dumps(event) or "forged-0000" in json.dumps(event) for event in requests)
    sent = [asked.field("x-request-id")[0].decode() for asked in upstream.asked]
    assert sorted(sent) == sorted(event["request_id"] for event in requests if event["status"] == 200)
    assert len(set(sent)) == len(sent)


def test_the_id_of_a_trusted_proxy_goes_upstream_and_into_the_log(tmp_path: Path) -> None:
    words = ("--access-log", "--log-format", "json")
    head = b"GET /page HTTP/1.1\r\nHost: old.example\r\nX-Request-ID: front-12345\r\nConnection: close\r\n\r\n"
    server = "server: {trusted_proxies: [127.0.0.0/8]}\n"
    with raw_upstream(HELLO) as upstream, serving(tmp_path, upstream.url, *words, server=server) as run:
        talk(run.base, head)
        talk(run.base, head.replace(b"front-12345", b'"}\x22bad'))
        assert run.stop(signal.SIGTERM) == 0

    ids = [asked.field("x-request-id") for asked in upstream.asked]
    assert ids[0] == [b"front-12345"]
    assert len(ids[1][0]) == 32
    assert any(json.loads(line).get("request_id") == "front-12345" for line in run.lines[ANNOUNCED:])
