"""The walk over a page is in document order, without recursion, and bounded."""

from __future__ import annotations

from bs4 import Tag

from migrator.pages.tree import MAX_TAGS, Event, walk


def told(markup: str) -> list[str]:
    return [f"{event.name} {node.name if isinstance(node, Tag) else str(node).strip()}" for event, node in walk(markup)]


def test_tags_open_and_close_around_their_text() -> None:
    assert told("<p>a<b>c</b></p>")[2:7] == ["OPEN p", "TEXT a", "OPEN b", "TEXT c", "CLOSE b"]


def test_what_a_visitor_does_not_see_is_left_out() -> None:
    assert "TEXT x" not in told("<script>x</script><!-- x --><template><p>x</p></template><textarea>x</textarea>")


def test_only_so_many_tags_are_read() -> None:
    assert sum(event is Event.OPEN for event, _ in walk("<p>" * (MAX_TAGS + 5000))) <= MAX_TAGS + 2
