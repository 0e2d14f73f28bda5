"""`migrator pages --xlsx`: the sheet as a workbook, in which every text is a text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from migrator.cli import inventory_sheets
from migrator.cli.inventory_sheets import COLUMNS
from migrator.errors import StoreError
from migrator.store.inventory import Known
from tests.cli.running import run
from tests.crawl.live_site import live_site, page

openpyxl = pytest.importorskip("openpyxl", reason="the optional part xlsx is not installed")
PAYLOAD = "=cmd|' /C calc'!A0"


@pytest.fixture(autouse=True)
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A crawled site of eight pages, of which a sheet counts visits."""
    monkeypatch.chdir(tmp_path)
    with live_site({"/": page("/a", *(f"/{number}" for number in range(6)), title="Home"), "/a": page(title=PAYLOAD)}) as served:
        Path("redirects.yaml").write_text(
            f"version: 1\nsites:\n  main:\n    hosts: [www.old.example]\n    legacy: {served.url}\n    new: https://www.new.example\n"
        )
        Path("visits.csv").write_text("url,visits\n/a,30\n")
        run("sources", "legacy", "visits.csv")
        assert run("crawl", "legacy", "--own-site").exit_code == 0
        yield


def workbook_rows(path: str) -> list[list[tuple[object, str]]]:
    """Every cell of a workbook's tables, with its type: n is a number or nothing, s a text, f a formula."""
    book = openpyxl.load_workbook(path)
    kinds = {"inlineStr": "s"}  # two ways to write a text
    return [
        [(cell.value, kinds.get(cell.data_type, cell.data_type)) for cell in row]
        for table in book.worksheets
        for row in table.iter_rows()
    ]


def test_a_workbook_has_what_the_sheet_has_and_no_formula() -> None:
    assert run("pages", "legacy", "--xlsx", "all.xlsx").exit_code == 0
    assert [file.name for file in Path().glob("*all.xlsx*")] == ["all.xlsx"]

    cells = workbook_rows("all.xlsx")

    text = run("pages", "legacy", "--csv", "-").stdout
    assert [["" if value is None else str(value) for value, _ in row] for row in cells] == list(csv.reader(io.StringIO(text)))
    assert {kind for row in cells for _, kind in row} == {"n", "s"}
    of_a = next(row for row in cells if str(row[0][0]).endswith("/a"))
    assert (f"'{PAYLOAD}", "s") in of_a
    assert of_a[list(COLUMNS).index("visits")] == (30, "n")


def test_no_text_of_a_workbook_is_read_as_something_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(COLUMNS, "title", lambda known: "#N/A" if known.visits else "1e5")
    monkeypatch.setattr(inventory_sheets, "unmistakable", lambda text: f"={text}" if text.startswith("h") else text)

    run("pages", "legacy", "--xlsx", "all.xlsx")

    rows = workbook_rows("all.xlsx")[1:]
    title = list(COLUMNS).index("title")
    assert {kind for row in rows for _, kind in (row[0], row[title])} == {"s"}
    assert str(rows[0][0][0]).startswith("=http")


def test_more_rows_than_a_table_has_room_for_go_into_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inventory_sheets, "ROWS_OF_A_TABLE", 4)

    run("pages", "legacy", "--xlsx", "all.xlsx")

    tables = openpyxl.load_workbook("all.xlsx").worksheets
    assert [(table.title, table.max_row) for table in tables] == [("addresses 1", 5), ("addresses 2", 5)]
    run("pages", "legacy", "--path", "/nothing", "--xlsx", "none.xlsx")
    assert [table.max_row for table in openpyxl.load_workbook("none.xlsx").worksheets] == [1]


def test_without_the_optional_part_a_workbook_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inventory_sheets, "find_spec", lambda name: None)

    result = run("pages", "legacy", "--xlsx", "all.xlsx")

    assert (result.exit_code, Path("all.xlsx").exists()) == (2, False)
    assert "pip install 'migrator[xlsx]'" in result.stderr


def test_where_a_workbook_cannot_be_finished_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:

    def fail(known: Known) -> str:
        raise StoreError("the store failed")

    monkeypatch.setitem(COLUMNS, "fetched", fail)
    before = sorted(Path().iterdir())

    assert run("pages", "legacy", "--xlsx", "all.xlsx").exit_code == 3
    assert sorted(Path().iterdir()) == before
