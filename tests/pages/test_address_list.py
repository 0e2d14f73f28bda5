"""Lists of addresses as people and archives' indexes write them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from migrator.pages.address_list import TOO_LONG, read_list
from migrator.pages.file_lines import text_lines
from migrator.pages.harvest import REFUSED_KEPT, SHOWN, Harvest
from tests.pages.gathering import NO_ADDRESS, adds_up, new_harvest


def harvested(*lines: str | None) -> Harvest:
    harvest = new_harvest()
    read_list(lines, harvest)
    return harvest


def test_addresses_are_named_once_and_comments_and_blanks_are_no_rows() -> None:
    harvest = harvested("# mine", "", "  http://h/a ", "/b", "/B", "\t", "/c # no comment here")

    assert harvest.urls() == ["http://h/a", "/b", "/c # no comment here"]
    assert (harvest.rows, harvest.named, harvest.repeated) == (4, 4, 1)


def test_what_is_no_address_is_refused_with_its_line() -> None:
    harvest = harvested("/a", "mailto:x@h", None, "junk")

    assert [(one.line, one.reason, one.text) for one in harvest.refused] == [
        (2, NO_ADDRESS, "mailto:x@h"),
        (3, TOO_LONG, ""),
        (4, NO_ADDRESS, "junk"),
    ]
    assert harvest.refusals == {NO_ADDRESS: 2, TOO_LONG: 1}


def test_what_is_told_of_refused_lines_is_bounded_and_visible() -> None:
    harvest = harvested(*["\x1b[31m" + "x" * 1000] * 50)

    assert len(harvest.refused) == REFUSED_KEPT
    assert harvest.refusals.total() == 50
    assert all(one.text.isprintable() and len(one.text) <= SHOWN + 1 for one in harvest.refused)


def test_indexes_of_archives_are_lists() -> None:
    cdx = [
        " CDX N b a m s k r M S V g",
        "com,old)/a 20200101000000 http://old.com/a text/html 200 X - - 1 2 x.warc.gz",
        "com,old)/b?x=1 20200101000000 http://old.com/b?x=1 text/html 200 X",
    ]
    assert harvested(*cdx).urls() == ["http://old.com/a", "http://old.com/b?x=1"]

    table = ['[["urlkey","timestamp","original"],', '["com,old)/a","2020","http://old.com/a"],', '["com,old)/b","2020","/b"]]']
    assert harvested(*table).urls() == ["http://old.com/a", "/b"]
    assert harvested('["a","b"]').refusals.total() == 1


def test_no_more_addresses_are_kept_than_there_is_room_for() -> None:
    harvest = new_harvest(most=2)
    read_list(["/a", "/b", "/c", "/a"], harvest)

    assert len(harvest) == 2
    assert harvest.left_out.total() == 1
    assert adds_up(harvest)


@given(st.binary(max_size=400))
def test_whatever_a_list_holds_every_row_is_accounted_for(body: bytes) -> None:
    for start in (b"", b"/a\n", b'[["original"],\n', b"\xff\xfe"):
        harvest = new_harvest()
        read_list(text_lines([start + body]), harvest)
        assert adds_up(harvest)
