"""`migrator sources`: files of addresses are taken in, told of, counted once, listed and forgotten."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import Result

from migrator.pages.page import Side
from migrator.pages.visit import Sighting, Source
from migrator.store.open import open_store
from tests.cli.running import run
from tests.shared import shared_folder

DAY = dt.date(2026, 11, 24)
LINE = '9.8.7.6 - - [24/Nov/2026:10:00:00 +0000] "GET {} HTTP/1.1" 200 1 "-" "Mozilla/5.0 (X11; Linux) Firefox/130"\n'


@pytest.fixture(autouse=True)
def _a_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("redirects.yaml").write_text(
        "version: 1\nsites:\n  main:\n    hosts: [www.old.example]\n    legacy: http://www.old.example\n    new: https://www.new.example\n"
    )


def taken(*words: object) -> Result:
    return run("sources", "legacy", *words)


def visits() -> dict[tuple[str, dt.date | None], int]:
    with open_store(".migrator/store.db") as store:
        return {(one.key, one.day): one.count for one in store.visits("main", Side.LEGACY)}


def known() -> list[str]:
    with open_store(".migrator/store.db") as store:
        return [one.url.removeprefix("http://www.old.example") for one in store.inventory("main", Side.LEGACY)]


def test_a_list_is_taken_in_and_what_is_refused_is_told_by_line() -> None:
    Path("urls.txt").write_bytes(
        b"\xef\xbb\xbf# mine\r\nhttp://www.old.example/a\r\n/B\r\n/b/\r\n\r\nmailto:x@y\r\nhttps://other.example/\r\nwww.old.example/c"
    )

    result = taken("urls.txt", "--json")

    assert result.exit_code == 0
    assert known() == ["/B", "/a", "/c"]
    assert json.loads(result.stdout) == [
        {
            "file": "urls.txt",
            "kind": "list",
            "rows": 6,
            "addresses": 3,
            "visits": 0,
            "left_out": {},
            "refused": {"not http or https": 1, "an address of another site": 1},
            "remarks": [],
        }
    ]
    assert "line 6: mailto:x@y" in result.stderr
    assert "line 7: https://other.example/" in result.stderr
    assert "1 of them name an address of another row again" in result.stderr


def test_several_files_of_several_kinds_join_one_inventory() -> None:
    Path("clicks.csv").write_bytes("\ufeffTop pages\tClicks\nhttp://www.old.example/a\t1,200\n".encode("utf-16-le"))
    Path("access.log").write_text(LINE.format("/a") * 2 + LINE.format("/b"))
    Path("sitemap.xml").write_text("<urlset><url><loc>http://www.old.example/c</loc></url></urlset>")

    result = taken("clicks.csv", "access.log", "sitemap.xml")

    assert result.exit_code == 0
    assert visits() == {("/a", None): 1200, ("/a", DAY): 2, ("/b", DAY): 1}
    assert known() == ["/a", "/b", "/c"]
    with open_store(".migrator/store.db") as store:
        assert store.sightings("main", Side.LEGACY, "/a") == [
            Sighting(Source.CSV, "clicks.csv"),
            Sighting(Source.LOG, "access.log"),
        ]


def test_no_address_of_a_visitor_is_kept_anywhere() -> None:
    Path("access.log").write_text(LINE.format("/a") + "www.old.example:80 " + LINE.format("/b"))
    taken("access.log")

    assert visits() == {("/a", DAY): 1, ("/b", DAY): 1}
    for file in Path(".migrator").iterdir():
        assert b"9.8.7.6" not in file.read_bytes()
        assert b"Firefox" not in file.read_bytes()


def test_a_log_counts_once_rotated_compressed_or_grown() -> None:
    log = Path("access.log")
    log.write_text(LINE.format("/a"))
    taken("access.log")
    assert "this very file is in already, as access.log" in taken("access.log").stderr

    log.write_text(LINE.format("/a") + LINE.format("/b"))
    Path("access.log.1.gz").write_bytes(gzip.compress(log.read_bytes()))
    log.write_text(LINE.format("/c"))
    result = taken("access.log.1.gz", "access.log")

    assert "it has grown since it was taken in (as access.log)" in result.stderr
    assert visits() == {("/a", DAY): 1, ("/b", DAY): 1, ("/c", DAY): 1}


def test_a_newer_list_takes_the_place_of_the_older_one() -> None:
    Path("urls.txt").write_text("/a\n/b\n")
    taken("urls.txt")
    Path("urls.txt").write_text("/b\n")

    assert "it takes the place of the older urls.txt" in taken("urls.txt").stderr
    assert known() == ["/b"]


def test_files_are_listed_and_forgotten() -> None:
    Path("urls.txt").write_text("/a\n")
    taken("urls.txt")
    listed = taken()
    assert listed.stdout.split("\t")[:4] == ["1", "urls.txt", "list", "1"]
    assert "1 file of addresses of the legacy site" in listed.stderr
    assert json.loads(taken("--json").stdout)[0]["file"] == "urls.txt"

    assert taken("--forget", 1).exit_code == 0
    assert known() == []
    assert "there is no file 1" in taken("--forget", 1).stderr
    assert run("sources", "new", "--json").stdout == "[]\n"


def test_a_dry_run_keeps_nothing() -> None:
    Path("urls.txt").write_text("/a\n")

    assert "1 address of 1 row" in taken("urls.txt", "--dry-run").stderr
    assert known() == []


def test_a_list_is_read_from_stdin() -> None:
    command = [sys.executable, "-m", "migrator", "sources", "legacy", "-"]
    subprocess.run(command, input=b"/a\n/b\n", check=True, capture_output=True)

    assert known() == ["/a", "/b"]
    assert "stdin" in taken().stdout


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_taken_in() -> None:
    Path("a.csv").write_text("name,phone\nx,1\n")
    Path("b.xlsx").write_bytes(b"PK\x03\x04rest")
    Path("c.txt").write_text("/a\n")

    result = taken("a.csv", "b.xlsx", "missing.txt", ".", "c.txt", "--as", "csv")

    assert result.exit_code == 2
    assert "a.csv: no column holds addresses" in result.stderr
    assert "missing.txt: No such file or directory" in result.stderr
    assert ". is a folder" in result.stderr
    assert known() == ["/a"]
    assert "b.xlsx is a workbook" in taken("b.xlsx").stderr


def test_a_file_without_any_address_of_the_site_is_a_finding() -> None:
    Path("urls.txt").write_text("https://other.example/a\n")

    result = taken("urls.txt")

    assert result.exit_code == 1
    assert "nothing was taken in" in result.stderr
    assert taken().stdout == ""


def test_columns_of_a_sheet_can_be_told() -> None:
    Path("a.csv").write_text("id,was,n,when\n1,/a,7,2026-11-24\n")

    assert taken("a.csv", "--column", "was", "--visits-column", "3", "--day-column", "when").exit_code == 0
    assert visits() == {("/a", DAY): 7}
    assert "there is no column `x`" in taken("a.csv", "--column", "x").stderr


def test_a_sitemap_that_names_others_says_so() -> None:
    Path("s.xml").write_text("<sitemapindex><sitemap><loc>http://www.old.example/1.xml</loc></sitemap></sitemapindex>")

    assert "it names 1 further sitemap; give those files too" in taken("s.xml").stderr


def test_addresses_of_web_archives_are_taken_in() -> None:
    pytest.importorskip("warcio")
    archive = shared_folder("corpora/warc/warcio/example.warc.gz")
    Path("redirects.yaml").write_text(Path("redirects.yaml").read_text().replace("www.old.example", "example.com"))

    assert taken(archive).exit_code == 0
    with open_store(".migrator/store.db") as store:
        assert [one.url for one in store.inventory("main", Side.LEGACY)] == ["http://example.com/"]
        assert store.imports("main", Side.LEGACY)[0].file.kind is Source.WARC


def test_options_that_contradict_each_other_are_refused() -> None:
    assert taken("--forget", 1, "x.txt").exit_code == 2


@pytest.mark.parametrize("words", [(), ("--as", "csv"), ("--as", "sitemap")])
def test_what_is_no_text_is_refused_at_once(words: tuple[str, ...]) -> None:
    Path("picture.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 500)

    result = taken("picture.png", *words)

    assert result.exit_code == 2
    assert result.stderr.startswith("error: picture.png is no text")
    assert len(result.stderr.splitlines()) == 2


def test_a_log_that_was_cut_while_it_was_written_is_read_all_the_same() -> None:
    line = b'1.2.3.4 - - [24/Nov/2026:10:00:00 +0000] "GET /a HTTP/1.1" 200 5\n'
    Path("access.log").write_bytes(line + b"\0" * 100 + b"\n" + line)

    assert taken("access.log").exit_code == 0
    assert visits() == {("/a", DAY): 2}


def test_text_in_utf_16_is_no_binary() -> None:
    Path("urls.csv").write_text("url,visits\n/a,7\n", encoding="utf-16")

    assert taken("urls.csv").exit_code == 0


@pytest.mark.parametrize("words", [(), ("--as", "csv")])
def test_an_empty_file_is_told_as_such(words: tuple[str, ...]) -> None:
    Path("empty.csv").write_text("")

    assert taken("empty.csv", *words).stderr.splitlines()[1:] == ["  nothing was taken in: there is nothing in it"]
