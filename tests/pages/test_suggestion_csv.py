"""Suggestions survive the way through a spreadsheet, and no cell of theirs does harm there."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.pages.suggestion import Candidate, Suggestion
from migrator.pages.suggestion_csv import COLUMNS, read_rows, write_rows
from migrator.pages.verdict import Answer
from tests.shared import shared_folder

OLD, NEW = "http://www.old.example", "https://www.new.example/start/"


def written(*suggestions: Suggestion) -> list[list[str]]:
    return list(csv.reader(io.StringIO(write_rows(suggestions, OLD, NEW))))


def one(old: str = f"{OLD}/a", new: str = "https://www.new.example/b", confidence: float = 0.5, *evidence: str) -> Suggestion:
    return Suggestion(old, (Candidate(new, confidence, evidence),))


def test_a_row_per_candidate_best_first() -> None:
    candidates = (
        Candidate("https://www.new.example/b?x=1", 0.9, ("same title", "same words")),
        Candidate("https://other.example/c", 0.05),
    )

    assert written(Suggestion(f"{OLD}/a?id=7", candidates, "little text")) == [
        list(COLUMNS),
        ["/a?id=7", "/b?x=1", "0.9000", "1", "same title; same words; little text"],
        ["/a?id=7", "https://other.example/c", "0.0500", "2", ""],
    ]


def test_an_old_page_without_a_match_has_one_row_without_a_new_address() -> None:
    assert written(Suggestion(f"{OLD}/a", (), "no new page is like it"))[1] == ["/a", "", "0", "1", "no new page is like it"]


@pytest.mark.parametrize(
    ("url", "cell"),
    [
        (f"{OLD}/", "/"),
        (OLD, "/"),
        ("http://www.old.example:80/x", "/x"),
        (f"{OLD}//cdn.example/x", f"{OLD}//cdn.example/x"),
        ("https://www.old.example/x", "https://www.old.example/x"),
        ("http://old.example/x", "http://old.example/x"),
    ],
)
def test_an_address_is_a_path_where_it_lies_on_its_base(url: str, cell: str) -> None:
    assert written(one(url))[1][0] == cell


@pytest.mark.parametrize(
    ("confidence", "cell"), [(0.97999, "0.9799"), (0.98, "0.9800"), (0.999, "0.9990"), (0.29, "0.2900"), (0.00001, "0.0000")]
)
def test_a_confidence_is_never_rounded_up(confidence: float, cell: str) -> None:
    assert written(one(confidence=confidence))[1][2] == cell


def test_no_cell_is_taken_for_a_formula_and_all_come_back() -> None:
    path = shared_folder("corpora/csv-injection/payloadbox-csv-payload.txt")
    attacks = [
        *path.read_text("utf-8").splitlines(),
        "+1",
        "-1",
        "@x",
        "\tx",
        "＝1",
        "＋1",
        "－1",
        "＠x",
        "'=1",
        "'x",
    ]
    text = write_rows([one(f"{OLD}/{number}", NEW, 0.5, attack) for number, attack in enumerate(attacks)], OLD, NEW)
    rows, problems = read_rows(text, "sheet.csv")

    for cells in csv.reader(io.StringIO(text, newline="")):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")) for cell in cells)
    assert [row.evidence for row in rows] == attacks
    assert not problems


@pytest.mark.parametrize("cell", ["\r=1", "\n=1", "a\rb,c", "a\r\n=1", "a\u2028b"])
def test_a_row_is_one_line_whatever_is_in_its_cells(cell: str) -> None:
    text = write_rows([one(f"{OLD}/a", NEW, 0.5, cell)], OLD, NEW)

    assert text.count("\n") == 2
    assert len(text.splitlines()) == 2


@given(st.lists(st.tuples(st.text(max_size=20), st.floats(0, 1), st.text(max_size=30)), max_size=5))
@settings(max_examples=80, deadline=None)
def test_what_is_written_is_read_back(entries: list[tuple[str, float, str]]) -> None:
    suggestions = [
        one(f"{OLD}/{number}", f"https://x.example/{number}", confidence, evidence)
        for number, (_, confidence, evidence) in enumerate(entries)
    ]
    rows, problems = read_rows(write_rows(suggestions, OLD, NEW), "sheet.csv")

    assert not problems
    assert [(row.old_url, row.new_url, row.rank) for row in rows] == [
        (f"/{n}", f"https://x.example/{n}", 1) for n in range(len(entries))
    ]
    assert all(row.confidence <= confidence + 1e-6 for row, (_, confidence, _) in zip(rows, entries, strict=True))


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("start", ["", "\ufeff", "sep={}\r\n", "\ufeffsep={}\n"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_spreadsheets_make_of_it_is_read(separator: str, start: str, end: str) -> None:
    lines = ["Old_URL, confidence ,verdict,new_url,Remarks", '/a,"0,98",Accepted,/b,"x,y"', "", ",,,,", "/c,,gone,,"]
    text = start.format(separator) + end.join(lines).replace('"0,98"', "«").replace('"x,y"', "x").replace(",", separator).replace(
        "«", '"0,98"'
    )
    rows, problems = read_rows(text, "sheet.csv")

    assert not problems
    assert [(row.old_url, row.new_url, row.confidence, row.verdict) for row in rows] == [
        ("/a", "/b", 0.98, Answer.ACCEPTED),
        ("/c", "", 0.0, Answer.GONE),
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (",/b,0.5,1,,", "the row has no old address"),
        ("/a,/b,high,1,,", "`high` is no confidence"),
        ("/a,/b,1.5,1,,", "`1.5` is no confidence"),
        ("/a,/b,nan,1,,", "`nan` is no confidence"),
        ("/a,/b,0.5,zero,,", "`zero` is no rank"),
        ("/a,/b,0.5,0,,", "`0` is no rank"),
        ("/a,/b,0.5,1,,Yes", "`Yes` is no verdict"),
    ],
)
def test_a_row_that_cannot_be_used_is_named_with_its_line_and_the_others_are_read(line: str, said: str) -> None:
    text = f'old_url,new_url,confidence,rank,evidence,verdict\n/x,/y,1,1,"two\nlines",\n{line}\n/z,/y\n'
    rows, problems = read_rows(text, "sheet.csv")

    assert [row.old_url for row in rows] == ["/x", "/z"]
    assert [(problem.place.line, problem.message) for problem in problems] == [(4, said)]
    assert all(problem.mend for problem in problems)


@pytest.mark.parametrize("text", ["", "\n\n", "/a,/b\n", "old_url;confidence\n", "PK\x03\x04\x00rubbish"])
def test_what_is_no_sheet_is_refused(text: str) -> None:
    rows, problems = read_rows(text, "sheet.csv")

    assert rows == []
    assert [problem.code for problem in problems] == ["csv-header"]


def test_a_quote_without_end_is_told() -> None:
    _, problems = read_rows("old_url,new_url,verdict\n" + '"' + "x" * 200_000, "sheet.csv")

    assert [problem.code for problem in problems] == ["csv"]


@pytest.mark.parametrize(
    ("head", "row", "line", "told"),
    [
        ("old_url,new_url,confidence,verdikt", "/a,/b,0.99,", 1, "the column `verdikt` would not be read"),
        ("old_url,new_url,confidence,verdicts", "/a,/b,0.99,gone", 1, "the column `verdicts` would not be read"),
        ("old_url,new_url,confidence,Entscheidung", "/a,/b,0.99,Kept", 2, "the column `entscheidung` would not be read"),
        ("old_url,new_url,remark", "/a,/b,x", 1, "no column tells what was decided"),
        ("old_url,new_url,verdict", '"/a,/b,accepted\n/c,/d,gone', 2, "an address goes on over several lines"),
        ("old_url,new_url,verdict", "/a,/b,accepted\n/a,/c,\n/a,/d,accepted", 4, "`/a` is decided otherwise in line 2"),
        ("old_url,new_url,verdict", "/a,/b,accepted\n/a,/b,gone", 3, "`/a` is decided otherwise in line 2"),
    ],
)
def test_what_would_be_read_as_something_else_is_a_problem(head: str, row: str, line: int, told: str) -> None:
    _, problems = read_rows(f"{head}\n{row}\n", "sheet.csv")

    assert [(problem.place.line, problem.message[: len(told)]) for problem in problems] == [(line, told)]


def test_a_remark_may_be_the_word_of_a_verdict_and_a_verdict_may_stand_twice() -> None:
    text = "old_url,new_url,verdict,remark\n/a,/b,kept,gone\n/a,/c,kept,\n/d,/e,changed,\n/d,/e,accepted,\n"

    rows, problems = read_rows(text, "sheet.csv")

    assert ([row.verdict for row in rows if row.verdict], problems) == ([*["kept"] * 2, "changed", "accepted"], [])
