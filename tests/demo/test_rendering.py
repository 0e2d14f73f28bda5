"""The page files of the demonstration become the pages of their time: layouts, charsets, line ends and dates."""

from __future__ import annotations

import csv
import datetime as dt
from importlib.resources import as_file, files

import jinja2
import pytest

from migrator.demo.rendering import PageTemplates

CHARSETS = {"legacy": "iso-8859-1", "new": "utf-8"}


def rows(side: str) -> list[dict[str, str]]:
    text = (files("migrator.demo") / side / "addresses.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def page(side: str, row: dict[str, str]) -> bytes:
    templates = PageTemplates(side, charset=CHARSETS[side])
    return templates.render(row["file"], address=row["address"], modified=dt.date.fromisoformat(row["modified"]))


PAGES = [(side, row) for side in CHARSETS for row in rows(side) if row["file"].endswith(".html")]
EVERY_PAGE = pytest.mark.parametrize(("side", "row"), PAGES, ids=[f"{side} {row['address']}" for side, row in PAGES])


@EVERY_PAGE
def test_a_page_is_sent_whole_and_without_a_trace_of_its_template(side: str, row: dict[str, str]) -> None:
    body = page(side, row)
    assert not any(mark in body for mark in (b"{%", b"{{", b"{#", b"%}", b"}}", b"#}"))
    assert body.lower().rstrip().endswith(b"</html>")
    assert body.lower().count(b"<head>") == body.lower().count(b"</title>") == 1


@pytest.mark.parametrize("side", CHARSETS)
def test_every_file_of_a_site_has_an_address_or_a_part_in_making_one(side: str) -> None:
    with as_file(files("migrator.demo") / side) as folder:
        stored = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    makers = {name for name in stored if name.startswith("layouts/")} | {"404.html", "addresses.csv", "headers.csv"}
    assert stored - makers == {row["file"] for row in rows(side)}


@pytest.mark.parametrize(
    ("address", "charset", "words"),
    [
        ("/francais/index.html", "iso-8859-1", "usine à gaz"),
        ("/arabic/index.html", "windows-1256", "هضبة صفرانة"),
        ("/press.php?id=2004-11", "windows-1252", "“We asked for what we needed"),
        ("/espanol/index.html", "utf-8", "\ufeff<!DOCTYPE html"),
    ],
)
def test_a_page_is_sent_in_a_charset_of_its_own(address: str, charset: str, words: str) -> None:
    [row] = [row for row in rows("legacy") if row["address"] == address]
    assert words.encode(charset) in page("legacy", row)


@EVERY_PAGE
def test_lines_end_in_one_way_throughout_a_page(side: str, row: dict[str, str]) -> None:
    body = page(side, row)
    assert b"\r" not in body or body.count(b"\r\n") == body.count(b"\n") == body.count(b"\r")


def test_an_old_page_bears_the_date_of_its_row() -> None:
    row = {"file": "about/index.html", "address": "/about/index.html", "modified": "2003-10-02"}
    assert b"Last updated 2 October 2003<br>" in page("legacy", row)
    assert b"Last updated 3 May 2004<br>" in page("legacy", row | {"modified": "2004-05-03"})
    assert b"Last changed 2005-06-20." in page("legacy", row | {"file": "press/index.html", "modified": "2005-06-20"})


def test_a_new_page_marks_its_section_and_the_way_back() -> None:
    parent, child = (
        page("new", {"file": file, "address": address, "modified": "2026-10-05"}).decode()
        for file, address in (("about.html", "/about/"), ("about/jobs.html", "/about/jobs/"))
    )
    assert '<a href="/about/" aria-current="page">About</a>' in parent
    assert "crumbs" not in parent
    assert '<a href="/about/" aria-current="true">About</a>' in child
    assert '<a href="/">Home</a> / <a href="/about/">About us</a></nav>' in child
    assert parent.count("aria-current") == child.count("aria-current") == 1


def test_what_a_layout_asks_for_must_be_given() -> None:
    with pytest.raises(jinja2.UndefinedError, match="'address' is undefined"):
        PageTemplates("new", charset="utf-8").render("about.html")


def test_words_that_the_charset_cannot_hold_are_refused_and_not_spoilt() -> None:
    with pytest.raises(UnicodeEncodeError):
        PageTemplates("new", charset="iso-8859-1").render("ar.html", address="/ar/")
