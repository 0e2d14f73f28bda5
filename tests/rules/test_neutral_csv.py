"""Spreadsheets of redirects: separators, headers, and rows that are wrong."""

from __future__ import annotations

import pytest

from migrator.rules.formats.neutral_csv import read_rows


@pytest.mark.parametrize(
    "text",
    [
        "/a,/b\n/c,/d,302\n",
        "old,new,status\n/a,/b,\n/c,/d,302\n",
        "Status;Target;Source\n;/b;/a\n302;/d;/c\n",
        "/a\t/b\r\n/c\t/d\t302\r\n",
        '"/a","/b"\n\n"/c","/d","302"\n',
    ],
)
def test_separators_headers_and_line_ends_are_recognised(text: str) -> None:
    rows, problems = read_rows(text, "m.csv")

    assert not problems
    assert [(row.old, row.new, row.status) for row in rows] == [("/a", "/b", 301), ("/c", "/d", 302)]


def test_410_says_gone() -> None:
    rows, _ = read_rows("/a,,410\n", "m.csv")

    assert rows[0].gone


def test_each_wrong_row_is_reported_with_its_line_and_the_others_are_kept() -> None:
    rows, problems = read_rows("/a,/b\n,/c\n/d,\n/e,/f,999\n/g,/h\n", "m.csv")

    assert [row.old for row in rows] == ["/a", "/g"]
    assert [problem.place.line for problem in problems] == [2, 3, 4]


def test_what_nobody_sees_at_the_ends_of_a_cell_is_no_part_of_an_address() -> None:
    rows, problems = read_rows("/a\u200b,\ufeff /b \u00a0\n", "m.csv")

    assert not problems
    assert [(row.old, row.new) for row in rows] == [("/a", "/b")]
