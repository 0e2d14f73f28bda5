"""`migrator pages`: the inventory as a list, a sheet, JSON and a table; filters, order, and no formula in any cell."""

from __future__ import annotations

import csv
import fcntl
import io
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from migrator.cli.inventory_sheets import COLUMNS
from migrator.pages.address_sheet import read_sheet
from migrator.pages.cells import as_meant
from tests.cli.running import run
from tests.crawl.live_site import LiveSite, Reply, live_site, page, redirect
from tests.pages.gathering import new_harvest
from tests.shared import ROOT, shared_folder

PAYLOAD = "=cmd|' /C calc'!A0"


def a_site() -> dict[str, Reply]:
    return {
        "/": page("/a", "/moved", "/gone", "/file.pdf", "/x/x/x", "https://elsewhere.example/y", title="Home"),
        "/a": page("http://elsewhere.example/z", title=PAYLOAD),
        "/moved": redirect("/a"),
        "/file.pdf": Reply(b"%PDF", kind="application/pdf"),
        "/lonely": Reply("<html lang=fr><title>Seule</title>", kind="text/html"),
    }


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LiveSite]:
    """A crawled site, of which a log knows more than its links do."""
    monkeypatch.chdir(tmp_path)
    with live_site(a_site()) as served:
        Path("redirects.yaml").write_text(
            f"version: 1\nsites:\n  main:\n    hosts: [www.old.example]\n    legacy: {served.url}\n    new: https://www.new.example\n"
        )
        Path("visits.csv").write_text("url,visits\n/lonely,7\n/a,30\n")
        run("sources", "legacy", "visits.csv")
        assert run("crawl", "legacy", "--delay", "0").exit_code == 0
        Path("late.txt").write_text("/late\n")
        run("sources", "legacy", "late.txt")
        yield served


def listed(*words: object) -> list[str]:
    result = run("pages", "legacy", *words)
    assert result.exit_code == 0, result.stderr
    return [line.partition("/")[2].partition("/")[2].partition("/")[2] for line in result.stdout.splitlines()]


def rows(*words: object) -> dict[str, dict[str, str]]:
    text = run("pages", "legacy", "--csv", "-", *words).stdout
    return {row["url"].rpartition("/")[2]: row for row in csv.DictReader(io.StringIO(text))}


@pytest.mark.usefixtures("site")
def test_a_pipe_gets_every_address_one_a_line() -> None:
    assert listed() == ["", "a", "file.pdf", "gone", "late", "lonely", "moved", "x/x/x"]
    assert "8 addresses: 6 done, 1 listed, 1 skipped" in run("pages", "legacy").stderr


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("--status", "4xx"), ["gone"]),
        (("--status", "404"), ["gone"]),
        (("--type", "application/pdf"), ["file.pdf"]),
        (("--type", "text/"), ["", "a", "gone", "lonely", "moved"]),
        (("--language", "fr"), ["lonely"]),
        (("--path", "/l"), ["late", "lonely"]),
        (("--path", "*.pdf"), ["file.pdf"]),
        (("--source", "csv"), ["a", "lonely"]),
        (("--source", "list"), ["late"]),
        (("--skipped",), ["x/x/x"]),
        (("--redirects",), ["moved"]),
        (("--orphans",), ["late", "lonely"]),
        (("--orphans", "--status", "200"), ["lonely"]),
        (("--links-to", "elsewhere.example"), ["", "a", "moved"]),
        (("--links-to", "https://ELSEWHERE.example/", "--path", "/a"), ["a"]),
        (("--links-to", "nowhere.example"), []),
        (("--crawl", "1", "--status", "404"), ["gone"]),
        (("--sort", "visits", "--status", "200"), ["a", "lonely", "", "file.pdf", "moved"]),
        (("--sort", "depth", "--type", "text/html", "--status", "200"), ["", "a", "lonely", "moved"]),
    ],
)
def test_filters_and_order_choose_what_is_listed(words: tuple[str, ...], found: list[str]) -> None:
    assert listed(*words) == found


def test_pages_of_the_new_site_that_link_to_the_old_one_are_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with live_site({"/": page("/a", "/b"), "/a": page("http://www.old.example/x"), "/b": page("/a")}) as served:
        Path("redirects.yaml").write_text(
            "version: 1\nsites:\n  main:\n    hosts: [www.old.example]\n    legacy: http://www.old.example\n"
            f"    new: https://www.new.example\n    new_upstream: {served.url}\n"
        )
        run("crawl", "new", "--delay", "0")

    assert run("pages", "new", "--links-to", "www.old.example").stdout == "https://www.new.example/a\n"


@pytest.mark.usefixtures("site")
def test_a_sheet_has_every_column_and_no_formula() -> None:
    sheet = rows()

    assert list(sheet["a"]) == list(COLUMNS)
    assert next(iter(COLUMNS)) == "url"
    assert sheet["a"]["title"] == f"'{PAYLOAD}"
    assert as_meant(sheet["a"]["title"]) == PAYLOAD
    told = [sheet["lonely"][name] for name in ("status", "title", "language", "visits", "links", "sources", "state")]
    assert told == ["200", "Seule", "fr", "7", "0", "csv", "done"]
    assert sheet["x"]["reason"].startswith("path that repeats itself")
    assert sheet["moved"]["final_url"].endswith("/a")
    assert (sheet["late"]["status"], sheet["late"]["fetched"]) == ("", "")


def test_no_payload_reaches_a_sheet_as_a_formula_and_each_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    payloads = shared_folder("corpora/csv-injection/payloadbox-csv-payload.txt").read_text().splitlines()
    payloads = [*filter(None, payloads), "＝1+1", "＋1", "－1", "＠x", "-2+3", "@SUM(1)", "'=1"]
    titles = {f"/{number}": payload for number, payload in enumerate(payloads)}
    escaped = {path: title.replace("&", "&amp;").replace("<", "&lt;") for path, title in titles.items()}
    with live_site({"/": page(*titles), **{path: page(title=title) for path, title in escaped.items()}}) as served:
        Path("redirects.yaml").write_text(
            f"version: 1\nsites:\n  main:\n    hosts: [www.old.example]\n    legacy: {served.url}\n    new: https://www.new.example\n"
        )
        assert run("crawl", "legacy", "--delay", "0").exit_code == 0
        sheet = rows()

    for path, title in titles.items():
        cell = sheet[path[1:]]["title"]
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"))
        assert as_meant(cell) == " ".join(title.split())


@pytest.mark.usefixtures("site")
def test_a_sheet_is_written_to_a_file_and_can_be_taken_in_again() -> None:
    assert run("pages", "legacy", "--csv", "all.csv").stdout == ""
    assert [file.name for file in Path().glob("*all.csv*")] == ["all.csv"]

    harvest = new_harvest()
    read_sheet(Path("all.csv").read_text().splitlines(), harvest)
    assert len(harvest) == 8


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize("option", ["--csv", "--xlsx"])
def test_a_sheet_that_cannot_be_written_is_named_as_it_was_told(option: str) -> None:
    pytest.importorskip("openpyxl")

    result = run("pages", "legacy", option, "nowhere/all")

    assert (result.exit_code, result.stderr.splitlines()[0]) == (3, "error: nowhere/all: No such file or directory")


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize("option", ["--csv", "--xlsx"])
def test_a_sheet_takes_the_place_of_an_earlier_one_and_of_no_other_file(option: str) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.append(["old_url", "new_url", "verdict"])
    book.save("work.xlsx")
    Path("review.csv").write_text("old_url,new_url,verdict\n/a,/b,accepted\n")

    for name in ("redirects.yaml", "review.csv", "work.xlsx"):
        before = Path(name).read_bytes()
        result = run("pages", "legacy", option, name)
        assert (result.exit_code, "is another file, which would be lost" in result.stderr) == (2, True)
        assert Path(name).read_bytes() == before
    assert [run("pages", "legacy", option, "mine").exit_code for _ in range(2)] == [0, 0]


@pytest.mark.usefixtures("site")
def test_json_has_an_object_a_line() -> None:
    lines = [json.loads(line) for line in run("pages", "legacy", "--json").stdout.splitlines()]

    assert [list(line) for line in lines] == [list(COLUMNS)] * 8
    assert lines[1]["visits"] == 30


def shown_on_terminal(columns: int) -> str:
    """What the command writes on a terminal that wide."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    environment = {**os.environ, "NO_COLOR": "1", "PYTHONPATH": str(ROOT), "TERM": "xterm"}
    command = [sys.executable, "-m", "migrator", "pages", "legacy"]
    process = subprocess.Popen(command, stdout=slave, stderr=subprocess.DEVNULL, env=environment)
    os.close(slave)
    shown = b""
    try:
        while block := os.read(master, 4096):
            shown += block
    except OSError:  # the other end is closed
        pass
    os.close(master)
    assert process.wait() == 0
    return re.sub(r"\x1b\[[\d;]*m", "", shown.decode())


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize("columns", [200, 80, 40])
def test_a_terminal_gets_a_table_that_fits(columns: int) -> None:
    lines = shown_on_terminal(columns).splitlines()

    assert lines[0].startswith("url ")
    assert ("status" in lines[0], "reason" in lines[0]) == (True, columns > 40)
    assert all(len(line.rstrip()) <= columns for line in lines)
    urls = "".join(line[: lines[0].index("status")].rstrip() for line in lines)
    assert "/lonely" in urls


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--status", "x"), "give a status such as 404"),
        (("--crawl", "9"), "there is no crawl 9 of the legacy site; there are: 1"),
        (("--csv", "-", "--json"), "choose one"),
        (("--csv", "-", "--xlsx", "x"), "choose one"),
        (("--type", "pdf"), "here perhaps application/pdf"),
        (("--type", "image"), "here perhaps image/"),
        (("--links-to", "no host"), "not a host name"),
    ],
)
def test_what_cannot_be_meant_is_refused(words: tuple[str, ...], told: str) -> None:
    result = run("pages", "legacy", *words)

    assert result.exit_code == 2
    assert told in result.stderr


@pytest.mark.usefixtures("site")
def test_where_nothing_is_known_the_next_step_is_told() -> None:
    result = run("pages", "new")

    assert (result.exit_code, result.stdout) == (0, "")
    assert "migrator crawl new" in result.stderr
