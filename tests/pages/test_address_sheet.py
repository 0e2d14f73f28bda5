"""Sheets of addresses as crawlers, Search Console, analytics and tools for backlinks export them, and as people save them."""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.errors import SourceError
from migrator.pages.address_sheet import Columns, count_of, day_of, read_sheet
from migrator.pages.cells import unmistakable
from migrator.pages.file_lines import text_lines
from migrator.pages.harvest import Harvest
from tests.pages.gathering import adds_up, counted, new_harvest
from tests.shared import shared_folder

DAY = dt.date(2026, 11, 24)


GUESSED = Columns()


def harvested(text: str, columns: Columns = GUESSED) -> Harvest:
    harvest = new_harvest(100_000)
    read_sheet(text_lines([text.encode()]), harvest, columns)
    return harvest


@pytest.mark.parametrize(
    ("text", "visits"),
    [
        ("Address,Title 1,H1-1,Status Code,Redirect URL\nhttp://h/a,T,H,200,http://h/z\n", {}),
        ("Top pages,Clicks,Impressions\nhttp://h/a,12,900\n", {("http://h/a", None): 12}),
        ('URL,Clicks\nhttp://h/a,"1,234"\n', {("http://h/a", None): 1234}),
        ("# Report\n#\n\nPage path,Views,Sessions\nhttp://h/a,1 234,9\n", {("http://h/a", None): 1234}),
        ("Date;Landing page;Sessions\n20261124;http://h/a;7\n", {("http://h/a", DAY): 7}),
        ("Source URL\tTarget URL\tAnchor\nhttp://other/x\thttp://h/a\tsee\n", {}),
        ("sep=;\nurl;visits\nhttp://h/a;3\n", {("http://h/a", None): 3}),
        ('\ufeff"Address"\n"http://h/a"\n', {}),
        ("name,where\nx,http://h/a\ny,http://h/a\n", {}),
        ("http://h/a,12\n", {}),
    ],
)
def test_columns_are_known_by_their_names_or_seen(text: str, visits: dict[tuple[str, dt.date | None], int]) -> None:
    harvest = harvested(text)

    assert harvest.urls() == ["http://h/a"]
    assert counted(harvest) == visits


def test_columns_can_be_told() -> None:
    text = "id,url,new address,n\n1,http://h/a,http://h/b,7\n"

    assert harvested(text, Columns("New address", "4")).urls() == ["http://h/b"]
    assert counted(harvested(text, Columns("3", "n"))) == {("http://h/b", None): 7}
    assert not counted(harvested("url,clicks\n/a,7\n", Columns(visits="none")))
    with pytest.raises(SourceError, match=r"there is no column `x`(.|\n)*there are: id, url, new address, n"):
        harvested(text, Columns("x"))
    with pytest.raises(SourceError, match=r"there is no column `9`"):
        harvested(text, Columns("9"))


def test_a_sheet_without_addresses_says_how_to_name_the_column() -> None:
    with pytest.raises(SourceError, match=r"no column holds addresses(.|\n)*--column; there are: name, phone"):
        harvested("name,phone\nx,1\n")


def test_a_row_without_an_address_is_refused_with_its_line() -> None:
    harvest = harvested('url,note\n/a,"two\nlines"\n\n(not set),x\n,y\n')

    assert harvest.urls() == ["/a"]
    assert [(one.line, one.text) for one in harvest.refused] == [(5, "(not set)"), (6, "")]


def test_a_quotation_mark_without_its_other_half_costs_one_cell_at_most() -> None:
    rows = "".join(f"/{number},1\n" for number in range(40_000))
    harvest = harvested(f'url,n\n/first,"never closed\n{rows}')

    assert harvest.refusals
    assert "/39999" in harvest.urls()
    assert adds_up(harvest)


def test_cells_that_were_made_unmistakable_are_read_as_they_were() -> None:
    payloads = [
        line for line in shared_folder("corpora/csv-injection/payloadbox-csv-payload.txt").read_text().splitlines() if line
    ]
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow(["title", "url"])
    writer.writerows([unmistakable(payload), unmistakable(f"/{payload}")] for payload in payloads)

    assert payloads
    assert harvested(sheet.getvalue(), Columns("url")).named == len(payloads)
    assert set(harvested(sheet.getvalue(), Columns("url")).urls()) == {f"/{payload}" for payload in payloads}


@pytest.mark.parametrize(
    ("cell", "count"),
    [
        ("12", 12),
        ("1,234", 1234),
        ("1.234.567", 1234567),
        ("1 234", 1234),
        ("1\u202f234", 1234),
        ("12.5", 12),
        ("", 0),
        ("-3", 0),
    ],
)
def test_counts_are_read_as_people_write_them(cell: str, count: int) -> None:
    assert count_of(cell) == count


@pytest.mark.parametrize("cell", ["x", "9" * 10_000, "١٢", "1e9", "nan", "12 apples"])
def test_what_is_no_count_counts_nothing(cell: str) -> None:
    assert count_of(cell) == 0


def test_days_are_read_as_tools_write_them() -> None:
    assert day_of("2026-11-24") == day_of("20261124") == day_of("2026-11-24 00:00:00") == DAY
    assert day_of("24/11/2026") is day_of("2026-13-01") is day_of("") is None


@given(st.binary(max_size=400), st.sampled_from([b"", b"url,clicks,date\n", b"\xff\xfe", b"sep=;\n", b'url\n"', b"/a\t1\n"]))
def test_whatever_a_sheet_holds_every_row_is_accounted_for(body: bytes, start: bytes) -> None:
    harvest = new_harvest()
    with contextlib.suppress(SourceError):
        read_sheet(text_lines([start + body]), harvest)
    assert adds_up(harvest)
