"""Web archives in the place of a site: public archives are read, damaged ones are marked, and bombs cost little."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import io
import random
import tracemalloc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

pytest.importorskip("warcio")

from migrator.crawl.answer import Answer
from migrator.crawl.archive import Archive
from migrator.errors import SourceError, UpstreamError
from migrator.pages.harvest import Located
from tests.shared import shared_folder

LIMIT = 1_000_000
PAGE = b"<title>A page</title><p>" + b"words " * 50
# Of every file of the corpus: its records, and the answers it holds, with what is wrong with each.
CORPUS: dict[str, tuple[int, dict[str, tuple[int, int, str]]]] = {
    "bad.arc": (4, {}),
    "example-bad-non-chunked.warc.gz": (7, {"http://example.com/": (200, 1270, "")}),
    "example-bad.warc.gz.bad": (
        7,
        {"http://example.com?example=1": (200, 1270, ""), "http://www.iana.org/domains/example": (302, 201, "")},
    ),
    "example-digest.warc": (4, {}),
    "example-iana.org-chunked.warc": (3, {"http://www.iana.org/": (200, 7223, "")}),
    "example-resource.warc.gz": (3, {"http://example.com/": (200, 1303, "")}),
    "example-space-in-target-uri.warc.gz": (2, {}),
    "example-space-in-url.arc": (
        2,
        {
            "http://example.com/index.cfm?FuseAction=Email&EmailTitle=Examples From The Live Web&IsPopUp=False": (
                *(200, 1271),
                "the archive ends in the middle of it",
            )
        },
    ),
    "example-trunc.warc": (4, {"http://example.com/": (200, 1270, "it is not what was archived: its digest differs")}),
    "example-wget-bad-target-uri.warc.gz": (6, {"http://example.com/": (200, 1270, "")}),
    "example-wrong-chunks.warc.gz": (2, {"http://example.com/": (200, 0, "the archive ends in the middle of it")}),
    "example.arc": (2, {"http://example.com/": (200, 1270, "")}),
    "example.arc.gz": (2, {"http://example.com/": (200, 1270, "")}),
    "example.warc": (6, {"http://example.com/": (200, 1270, "")}),
    "example.warc.gz": (6, {"http://example.com/": (200, 1270, "")}),
    "post-test.warc.gz": (6, {"http://httpbin.org/post": (200, 552, ""), "http://httpbin.org/post?foo=bar": (200, 551, "")}),
}


def anywhere(address: str) -> Located:
    return Located(address, address)


def record(url: str, payload: bytes, date: str = "2026-01-01T00:00:00Z", kind: str = "response", extra: str = "") -> bytes:
    head = f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nWARC-Date: {date}\r\n{extra}"
    return f"{head}Content-Type: application/http\r\nContent-Length: {len(payload)}\r\n\r\n".encode() + payload + b"\r\n\r\n"


def http(body: bytes = PAGE, status: int = 200, fields: str = "Content-Type: text/html\r\n") -> bytes:
    return f"HTTP/1.1 {status} OK\r\n{fields}\r\n".encode() + body


@contextmanager
def opened(*paths: Path) -> Iterator[Archive]:
    with Archive(paths, anywhere) as archive:
        archive.index()
        yield archive


def answers(archive: Archive, limit: int = LIMIT) -> dict[str, Answer]:
    async def read() -> dict[str, Answer]:
        return {url: await archive.fetch(url, limit) for url, _ in archive.addresses()}

    return asyncio.run(read())


def written(path: Path, records: Iterable[bytes], packed: bool = True) -> Path:
    path.write_bytes(b"".join(gzip.compress(one) if packed else one for one in records))
    return path


def test_every_file_of_the_corpus_is_read_and_what_is_cut_is_marked(capfd: pytest.CaptureFixture[str]) -> None:
    folder = shared_folder("corpora/warc/warcio")
    found = {}
    for path in sorted(folder.iterdir()):
        with opened(path) as archive:
            told = {url: (one.status, one.size, one.fault) for url, one in answers(archive).items()}
            found[path.name] = (archive.records, told)

    assert found == CORPUS
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("packed", [True, False])
def test_a_file_that_is_cut_anywhere_gives_what_is_whole(tmp_path: Path, packed: bool) -> None:
    whole = written(tmp_path / "a.warc", [record(f"http://h/{number}", http()) for number in range(3)], packed).read_bytes()
    for end in range(30, len(whole), 41):
        path = tmp_path / "cut.warc"
        path.write_bytes(whole[:end])
        try:
            with opened(path) as archive:
                for answer in answers(archive).values():
                    assert answer.body == PAGE or answer.fault
        except SourceError as error:
            assert "no web archive that can be read" in str(error)  # noqa: PT017


@pytest.mark.parametrize("packed", [True, False])
def test_behind_damage_the_rest_is_read(tmp_path: Path, packed: bool) -> None:
    records = [record(f"http://h/{number}", http(random.Random(number).randbytes(2000))) for number in range(9)]
    path = written(tmp_path / "a.warc.gz", records, packed)
    start = len(gzip.compress(records[0]) + gzip.compress(records[1])) if packed else len(records[0]) * 2
    with path.open("r+b") as file:
        file.seek(start + (300 if packed else 0))
        file.write(b"\xff" * 60)

    with opened(path) as archive:
        held = answers(archive)
        assert {f"http://h/{number}" for number in (0, 1, *range(3, 9))} <= set(held)
        assert archive.damaged == {path.name: 1}
        assert not held.get("http://h/2", Answer(0, fault="x")).body or held["http://h/2"].fault


def test_bodies_are_decoded_and_fields_are_read(tmp_path: Path) -> None:
    chunked = b"5\r\n<titl\r\n%x;x=y\r\n" % (len(PAGE) - 5) + PAGE[5:] + b"\r\n0\r\n\r\n"
    fields = 'Content-Type: text/html; charset=latin1\r\nETag: "x"\r\nLast-Modified: Mon, 01 Jan 2024 00:00:00 GMT\r\n'
    path = written(
        tmp_path / "a.warc.gz",
        [
            record("http://h/chunked", http(chunked, fields=f"{fields}Transfer-Encoding: chunked\r\n")),
            record("http://h/never-chunked", http(fields="Content-Type: text/html\r\nTransfer-Encoding: chunked\r\n")),
            record("http://h/gzip", http(gzip.compress(PAGE), fields="Content-Type: text/html\r\nContent-Encoding: gzip\r\n")),
            record("http://h/moved", http(b"", 301, "Location: /gzip\r\n")),
            record("http://h/cut", http(), extra="WARC-Truncated: length\r\n"),
            record(
                "http://h/other",
                http(),
                extra=f"WARC-Block-Digest: sha1:{hashlib.sha1(b'x', usedforsecurity=False).hexdigest()}\r\n",
            ),
            record("http://h/asked", b"GET / HTTP/1.1\r\n\r\n", kind="request"),
            record("http://h/again", http(b""), kind="revisit"),
            record("dns:h", b"1.2.3.4"),
        ],
    )

    with opened(path) as archive:
        held = answers(archive)

    assert {url for url, one in held.items() if one.body == PAGE and not one.fault} == {
        "http://h/chunked",
        "http://h/never-chunked",
        "http://h/gzip",
    }
    first = held["http://h/chunked"]
    assert (first.content_type, first.charset, first.etag) == ("text/html", "latin1", '"x"')
    assert (held["http://h/moved"].status, held["http://h/moved"].location) == (301, "/gzip")
    assert "only its beginning (length)" in held["http://h/cut"].fault
    assert "digest differs" in held["http://h/other"].fault
    assert len(held) == 6


def test_of_several_copies_the_newest_page_is_read(tmp_path: Path) -> None:
    old, new = tmp_path / "old.warc.gz", tmp_path / "new.warc.gz"
    written(
        new,
        [
            record("http://h/a", http(b"new"), "2024-01-01T00:00:00Z"),
            record("http://h/b", http(b"", 404), "2025-01-01T00:00:00Z"),
        ],
    )
    written(
        old,
        [record("http://h/a", http(b"old"), "2020-01-01T00:00:00Z"), record("http://h/b", http(b"was"), "2019-01-01T00:00:00Z")],
    )

    with opened(new, old) as archive:
        assert {url: one.body for url, one in answers(archive).items()} == {"http://h/a": b"new", "http://h/b": b"was"}


def test_a_file_that_is_compressed_as_a_whole_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(gzip.compress(b"".join(record(f"http://h/{number}", http()) for number in range(3))))

    with opened(path) as archive:
        assert [one.body for one in answers(archive).values()] == [PAGE] * 3


@pytest.mark.parametrize("packed", ["records", "bodies", "head"])
def test_a_bomb_costs_little_and_is_marked(tmp_path: Path, packed: str) -> None:
    zeros = bytes(100_000_000)
    if packed == "bodies":
        bomb = record("http://h/a", http(gzip.compress(zeros, 9), fields="Content-Type: text/html\r\nContent-Encoding: gzip\r\n"))
    elif packed == "records":
        bomb = record("http://h/a", http(zeros, fields="Content-Type: text/html\r\nTransfer-Encoding: chunked\r\n"))
    else:
        bomb = b"WARC/1.0\r\nWARC-Type: response\r\nX: " + zeros
    path = written(tmp_path / "a.warc.gz", [bomb, record("http://h/b", http())])
    del zeros, bomb
    tracemalloc.start()
    with opened(path) as archive:
        held = answers(archive)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 50_000_000
    assert held["http://h/b"].body == PAGE
    assert packed == "head" or "longer than" in held["http://h/a"].fault


def test_what_is_no_archive_is_refused_and_what_is_not_held_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.warc"
    path.write_bytes(b"junk\n" * 1000)
    with pytest.raises(SourceError, match="no web archive that can be read"), opened(path):
        pass
    with pytest.raises(SourceError, match="is a folder"), opened(tmp_path):
        pass
    path.write_bytes(b"")
    with opened(path) as archive, pytest.raises(UpstreamError, match="not in the archive"):
        asyncio.run(archive.fetch("http://h/", 1))


@pytest.mark.parametrize("seed", range(30))
def test_whatever_bytes_are_wrong_nothing_raises(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    whole = io.BytesIO(b"".join(gzip.compress(record(f"http://h/{number}", http())) for number in range(4)))
    if seed % 2:
        whole = io.BytesIO(b"".join(record(f"http://h/{number}", http()) for number in range(4)))
    for _ in range(chance.randint(1, 8)):
        whole.seek(chance.randrange(10, len(whole.getvalue())))
        whole.write(chance.randbytes(chance.randint(1, 4)))
    path = tmp_path / "a.warc"
    path.write_bytes(whole.getvalue())

    try:
        with opened(path) as archive:
            for url, _ in archive.addresses():
                asyncio.run(archive.fetch(url, LIMIT))
    except (SourceError, UpstreamError):
        pass
