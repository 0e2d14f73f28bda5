"""A page's events are those of the tree that BeautifulSoup would build of it, and bounded."""

from __future__ import annotations

from collections.abc import Iterator

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString, PreformattedString
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.pages.tree import MAX_HIDDEN, MAX_TAGS, Attributes, listen
from tests.shared import shared_folder

HIDDEN = (
    *("script", "style", "noscript", "template", "svg", "iframe", "object", "canvas", "audio", "video"),
    *("select", "datalist", "textarea", "rt", "rp"),
)


class Told:
    """Writes down what it is told."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.secrets: list[tuple[str, dict[str, str], str]] = []

    def begin(self, name: str, attributes: Attributes) -> None:
        self.events.append(f"OPEN {name} {sorted(attributes.items())}")

    def end(self, name: str) -> None:
        self.events.append(f"CLOSE {name}")

    def text(self, text: str) -> None:
        if self.events and self.events[-1].startswith("TEXT"):
            text = self.events.pop().removeprefix("TEXT") + text
        self.events.append(f"TEXT{text}")

    def hidden(self, name: str, attributes: Attributes, text: str) -> None:
        self.secrets.append((name, dict(attributes), text))


def told(markup: str) -> Told:
    listener = Told()
    listen(markup, listener)
    listener.events = merged(listener.events)
    return listener


def merged(events: list[str]) -> list[str]:
    """The events with white space folded, and no text that is nothing else."""
    folded = [f"TEXT {' '.join(event[4:].split())}" if event.startswith("TEXT") else event for event in events]
    return [event for event in folded if event != "TEXT "]


def in_the_tree(tag: Tag) -> Iterator[str]:
    for child in tag.contents:
        if isinstance(child, Tag):
            if child.name not in HIDDEN:
                yield f"OPEN {child.name} {sorted(child.attrs.items())}"
                yield from in_the_tree(child)
                yield f"CLOSE {child.name}"
        elif isinstance(child, NavigableString) and not isinstance(child, PreformattedString):
            yield f"TEXT{child}"


def by_beautiful_soup(markup: str) -> list[str]:
    tree = BeautifulSoup(f"{markup}\n", "lxml", multi_valued_attributes=None)
    told = Told()
    for event in in_the_tree(tree):
        told.text(event.removeprefix("TEXT")) if event.startswith("TEXT") else told.events.append(event)
    return merged(told.events)


PIECES = [
    *(
        "text",
        " ",
        "<!-- c -->",
        "<p>",
        "</p>",
        "<b>",
        "</b>",
        "<a href=x class='y z'>",
        "</a>",
        "<table>",
        "<tr>",
        "<td>",
        "</table>",
    ),
    *("<script>", "</script>", "<svg>", "</svg>", "<select>", "<option>", "</select>", "<textarea>", "</textarea>", "<title>"),
    *(
        "</title>",
        "<head>",
        "</head>",
        "<body>",
        "</body>",
        "<html lang=en>",
        "</html>",
        "<li>",
        "</ul>",
        "<h1>",
        "</h1>",
        "</x>",
    ),
    *(
        "<br>",
        "<frameset>",
        "<frame src=a>",
        "<object>",
        "</object>",
        "<x:y>",
        "</x:y>",
        "<noscript>",
        "</noscript>",
        "<template>",
    ),
]


@given(st.lists(st.sampled_from(PIECES), max_size=25))
@settings(max_examples=300, deadline=None)
def test_events_are_those_of_the_tree(pieces: list[str]) -> None:
    markup = "".join(pieces)

    assert told(markup).events == by_beautiful_soup(markup)


def test_events_of_every_tree_of_html5lib_are_those_of_the_tree() -> None:
    for path in sorted(shared_folder("corpora/html5lib-tests/golang-copy/tree-construction").glob("*.dat")):
        for case in path.read_text("utf-8", "replace").split("#data\n")[1:]:
            markup = case.partition("\n#errors")[0].replace("<?xml", "<xml").replace("\0", "")
            assert told(markup).events == by_beautiful_soup(markup), markup


def test_what_a_visitor_does_not_see_is_told_apart() -> None:
    page = told("<script type=x>var a = '<p>';</script><!-- x --><template><p>x</p></template><iframe src=/f>y</iframe>z")

    assert "TEXT x" not in page.events
    assert "TEXT y" not in page.events
    assert page.secrets == [("script", {"type": "x"}, "var a = '<p>';"), ("template", {}, ""), ("iframe", {"src": "/f"}, "")]


def test_only_so_many_tags_are_read() -> None:
    assert sum(event.startswith("OPEN") for event in told("<p>" * (MAX_TAGS + 5000)).events) <= MAX_TAGS + 2


def test_only_so_much_of_a_script_is_told() -> None:
    assert len(told(f"<script>{'x' * (MAX_HIDDEN + 9)}</script>").secrets[0][2]) == MAX_HIDDEN
