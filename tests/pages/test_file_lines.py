"""Lines of text files in whatever encoding and with whatever ends, however long; and what kind of file they make."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.pages.file_kind import Kind, kind_of
from migrator.pages.file_lines import LONGEST, byte_lines, text_lines

TEXT = "address\r\n/café\n/last"
LINES = ["address", "/café", "/last"]
COMBINED = b'1.2.3.4 - - [24/Nov/2026:10:00:00 +0000] "GET /a HTTP/1.1" 200 1 "-" "Mozilla/5.0"\n'


def cut(body: bytes, size: int) -> list[bytes]:
    return [body[start : start + size] for start in range(0, len(body), size)]


@pytest.mark.parametrize("size", [1, 2, 3, 1000])
@pytest.mark.parametrize(
    "body",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        TEXT.encode("cp1252"),
    ],
    ids=["utf-8", "utf-8 with mark", "utf-16-le", "utf-16-be", "cp1252"],
)
def test_lines_are_the_same_in_every_encoding_and_however_they_come(body: bytes, size: int) -> None:
    assert list(text_lines(cut(body, size))) == LINES


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_seen_without_a_mark(encoding: str) -> None:
    assert list(text_lines([TEXT.encode(encoding)])) == LINES


def test_lines_that_end_with_returns_alone_are_lines() -> None:
    assert list(text_lines([b"a\rb\rc"])) == ["a", "b", "c"]


def test_a_line_that_is_too_long_is_told_and_the_next_is_read() -> None:
    body = b"a\n" + b"x" * (LONGEST * 20) + b"\nb\n" + b"y" * (LONGEST + 1)

    assert list(byte_lines(cut(body, 1000))) == [b"a", None, b"b", None]
    assert list(byte_lines([body])) == [b"a", None, b"b", None]


@given(st.binary(max_size=300), st.integers(1, 50))
def test_whatever_comes_the_same_lines_are_read_however_it_is_cut(body: bytes, size: int) -> None:
    assert list(byte_lines(cut(body, size), 20)) == list(byte_lines([body], 20))
    assert all(line is None or "\n" not in line for line in text_lines(cut(body, size)))


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"", Kind.LIST),
        (b"http://h/a\nhttp://h/b\n", Kind.LIST),
        (b"# mine\n/a\n/b,1\n", Kind.LIST),
        (b"http://h/news,12.html\n", Kind.LIST),
        (b"#" * 30 + b"\n" + b"# x\n" * 40, Kind.LIST),
        (b"com,old)/a 20200101000000 http://old.com/a text/html 200 X 1\n", Kind.LIST),
        (b'[["urlkey","timestamp","original"],\n["com,old)/a","2020","http://old.com/a"]]', Kind.LIST),
        (b"Address,Content Type,Status Code\nhttp://h/a,text/html,200\n", Kind.CSV),
        (b'"Address";"Title 1"\n', Kind.CSV),
        (codecs.BOM_UTF16_LE + "Address\tTitle 1\n".encode("utf-16-le"), Kind.CSV),
        (b"http://h/a,12\nhttp://h/b,3\n", Kind.CSV),
        (b"/a\tA title\t7\n", Kind.CSV),
        (b"# Report\n# 2026\n\nPage path,Views\n/a,1\n", Kind.CSV),
        (b"sep=;\nURL;Clicks\n", Kind.CSV),
        (b"url\n/a\n", Kind.CSV),
        ("Adresse;Klicks\r\n/größe;1.234\r\n".encode("cp1252"), Kind.CSV),
        (codecs.BOM_UTF8 + b"Seite,Titel,Aufrufe\n/a,One title,12\n", Kind.CSV),
        (b"Nr,Ort\n1,https://h/a\n", Kind.CSV),
        (b"old, and new\n/news,archive.html\n", Kind.LIST),
        (b"mine\n/news,12\n", Kind.LIST),
        (COMBINED, Kind.LOG),
        (b"junk\n" + COMBINED * 3, Kind.LOG),
        (b"www.old.example:80 " + COMBINED, Kind.LOG),
        (b"#Software: Microsoft Internet Information Services 10.0\r\n#Fields: date time cs-uri-stem\r\n", Kind.LOG),
        (b"WARC/1.0\r\nWARC-Type: warcinfo\r\n", Kind.WARC),
        (b"filedesc://x.arc 0.0.0.0 20140216050221 text/plain 75\n", Kind.WARC),
        (b'\xef\xbb\xbf <?xml version="1.0"?><urlset/>', Kind.SITEMAP),
        (b"PK\x03\x04rest", None),
    ],
)
def test_the_kind_is_told_from_the_beginning(head: bytes, kind: Kind | None) -> None:
    assert kind_of(head) == kind


@given(st.binary(max_size=400))
def test_every_beginning_is_of_some_kind(head: bytes) -> None:
    assert kind_of(head) in {*Kind, None}
