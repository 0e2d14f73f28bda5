"""What changed between two crawls is told once, and nothing else is."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from migrator.pages.changes import Change, Kind, as_sheet, changes
from migrator.pages.page import Content, Hop, Page

PAGES = st.lists(
    st.builds(
        lambda name, status, title, to: Page(
            f"http://h/{name}", to or f"http://h/{name}", status, (Hop("x", 301),) if to else (), content=Content(title=title)
        ),
        st.sampled_from("abcdefgh"),
        st.sampled_from([0, 200, 404]),
        st.sampled_from(["T", "U"]),
        st.sampled_from(["", "http://h/z"]),
    ),
    unique_by=lambda page: page.url,
)


@given(PAGES)
def test_a_crawl_does_not_differ_from_itself(pages: list[Page]) -> None:
    assert list(changes(pages, reversed(pages), str)) == []


@given(PAGES, PAGES)
def test_added_the_one_way_is_removed_the_other_way(before: list[Page], after: list[Page]) -> None:
    there, back = list(changes(before, after, str)), list(changes(after, before, str))

    assert {change.url for change in there} == {change.url for change in back}
    assert {one.url for one in there if one.kind is Kind.ADDED} == {one.url for one in back if one.kind is Kind.REMOVED}
    assert {(one.url, one.before, one.after) for one in there if one.kind is Kind.STATUS} == {
        (one.url, one.after, one.before) for one in back if one.kind is Kind.STATUS
    }


def test_spellings_of_one_address_are_one() -> None:
    page = Page("http://h/About", "http://h/About", 200)

    assert list(changes([page], [replace(page, url="http://h/about")], str.lower)) == []


def test_a_sheet_has_no_formula() -> None:
    assert list(as_sheet([Change(Kind.TITLE, "http://h/", "=1+1", "a,b")])) == [
        "change,url,before,after\n",
        'title,http://h/,\'=1+1,"a,b"\n',
    ]
