"""Paths that try to climb, through the whole site on its own server: passed on to the byte, or refused, and no rule is fooled."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from migrator.app import transition_site
from migrator.serve.answer import Answer
from migrator.serve.request_target import is_origin_form
from tests.serve.hardened import connect, hardened, read_to_end
from tests.serve.raw_upstream import Asked, RawUpstream, raw_upstream
from tests.shared import shared_folder
from tests.traversals import segments, traversals

RULES = "redirects: {/secret: /reached}\nrules: [{from: /docs/*, to: '/new/docs/:splat'}]"
ALL = traversals()
SAMPLE = tuple(dict.fromkeys((*ALL[:60], *ALL[60::11])))
Site = tuple[str, RawUpstream]


async def hello(asked: Asked, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
    await writer.drain()


def served(folder: Path, rules: str) -> Iterator[Site]:
    with raw_upstream(hello) as upstream:
        config = folder / "redirects.yaml"
        config.write_text(
            f'version: 1\nsites: {{main: {{hosts: [www.old.example], legacy: "{upstream.url}", new: "https://new.example"}}}}\n'
            + rules
        )
        with hardened(transition_site(config)) as base:
            yield base, upstream


@pytest.fixture(scope="module")
def open_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site whose every page comes from the upstream."""
    yield from served(tmp_path_factory.mktemp("open"), "")


@pytest.fixture(scope="module")
def ruled_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with a rule for /secret and one for all below /docs."""
    yield from served(tmp_path_factory.mktemp("ruled"), RULES)


class Visitor:
    """Asks one target after another, on one connection while the server keeps it."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._connection: socket.socket | None = None

    def ask(self, target: bytes) -> Answer:
        """The whole answer."""
        connection = self._connection or connect(self._base)
        connection.sendall(b"GET %b HTTP/1.1\r\nHost: www.old.example\r\n\r\n" % target)
        received = b""
        while b"\r\n\r\n" not in received:
            received += connection.recv(65536) or pytest.fail(f"no answer to {target!r}")
        head, _, body = received.partition(b"\r\n\r\n")
        line, *lines = head.split(b"\r\n")
        headers = [(name.lower(), value) for name, _, value in (one.partition(b": ") for one in lines)]
        fields = dict(headers)
        if fields.get(b"connection") == b"close":
            body += read_to_end(connection)
            connection.close()
            self._connection = None
        else:
            while len(body) < int(fields[b"content-length"]):
                body += connection.recv(65536)
            self._connection = connection
        return Answer(int(line.split()[1]), headers, body)

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            self._connection.close()


@pytest.fixture
def visitor(open_site: Site) -> Iterator[Visitor]:
    made = Visitor(open_site[0])
    yield made
    made.close()


@pytest.fixture
def ruled_visitor(ruled_site: Site) -> Iterator[Visitor]:
    made = Visitor(ruled_site[0])
    yield made
    made.close()


def is_refused(target: bytes) -> bool:
    """What is no target of HTTP, or has an escaped NUL in its path."""
    return not is_origin_form(target) or b"%00" in target.partition(b"?")[0]


def passes_to_the_byte(visitor: Visitor, upstream: RawUpstream, target: bytes) -> bool:
    """Asserts that a target is passed on as it came, or refused and passed on in no form; whether it was passed on."""
    before = len(upstream.asked)
    answer = visitor.ask(target)
    passed = [asked.target for asked in upstream.asked[before:]]
    if is_refused(target) or (not target.isascii() and answer.status == 400):  # bytes beyond ASCII are up to the server
        assert (answer.status, passed) == (400, []), target
    else:
        assert (answer.status, passed) == (200, [target]), target
    return bool(passed)


def test_every_climbing_path_is_passed_on_to_the_byte_or_refused(open_site: Site, visitor: Visitor) -> None:
    passed = sum([passes_to_the_byte(visitor, open_site[1], path) for path in SAMPLE])

    assert len(SAMPLE) * 0.6 < passed < len(SAMPLE)


def test_so_is_every_one_in_a_query(open_site: Site, visitor: Visitor) -> None:
    for path in SAMPLE[::4]:
        passes_to_the_byte(visitor, open_site[1], b"/page.php?file=" + path)


def test_so_are_strings_that_are_hard_to_decode(open_site: Site, visitor: Visitor) -> None:
    files = sorted(shared_folder("corpora/unicode-overlong").glob("*.txt"))
    lines = [line for file in files for line in file.read_bytes().split(b"\n") if line]
    for line in lines:
        passes_to_the_byte(visitor, open_site[1], b"/docs/" + line[:2000] + b"/../secret")
        escaped = b"/docs/" + quote(line[:2000], safe="").encode() + b"/../secret"
        assert passes_to_the_byte(visitor, open_site[1], escaped) == (len(escaped) < 8000), line


def test_no_rule_answers_who_does_not_ask_for_its_address(ruled_site: Site, ruled_visitor: Visitor) -> None:
    answers = {301: 0, 200: 0, 400: 0}
    for path in SAMPLE[::2]:
        before = len(ruled_site[1].asked)
        answer = ruled_visitor.ask(path)
        asked = (b"/" + b"/".join(segments(path))).lower().rstrip(b"/")
        answers[answer.status] += 1
        if answer.status == 400:
            assert is_refused(path) or not path.isascii(), path
        elif asked == b"/secret":
            assert dict(answer.headers)[b"location"] == b"https://new.example/reached", path
        elif (asked + b"/").startswith(b"/docs/"):
            assert dict(answer.headers)[b"location"].startswith(b"https://new.example/new/docs/"), path
        else:
            assert [one.target for one in ruled_site[1].asked[before:]] == [path]
            assert not is_refused(path), path
    assert min(answers.values()) > 50
