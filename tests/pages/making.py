"""Makes the pages that these tests speak of."""

from __future__ import annotations

from collections.abc import Iterable

from migrator.pages.page import Content, Hop, Link, Page

OLD, NEW = "http://www.old.example", "https://www.new.example"

# Sentences that share few words, so that pages made of different ones are different pages.
SENTENCES = (
    "Wells are dug in the dry season when the river bed can be reached on foot.",
    "Every volunteer attends two evenings of training before the first visit.",
    "The board publishes audited accounts within six months of the year's end.",
    "Measles vaccine must stay below eight degrees between depot and village.",
    "Teachers borrow our lantern kits for a term and return them by post.",
    "A standing order costs us less to handle than twelve separate cheques.",
    "Minutes of the trustees are kept for ten years in the county archive.",
    "Flood warnings reach the delta by radio, bicycle and, lately, telephone.",
    "Second-hand spectacles are sorted by strength in the Cardiff warehouse.",
    "Applications for the summer camp close on the last Friday of March.",
    "Our choir sings carols outside the station each December weekend.",
    "Seedlings of acacia hold the slope where goats once grazed it bare.",
)


def page(
    path: str,
    text: str = "",
    *,
    title: str = "",
    h1: str = "",
    language: str = "en",
    links: Iterable[str] = (),
    base: str = OLD,
    final: str = "",
    status: int = 200,
    content_type: str = "text/html",
) -> Page:
    """A page of one of the two sites; `final` is the path or address that answered, where it is another."""
    url = base + path
    answered = final if final.startswith("http") else base + (final or path)
    hops = (Hop(url, 301),) if final else ()
    found = tuple(Link(base + link, "more") for link in links)
    content = Content(title=title, h1=h1, headings=(h1,) if h1 else (), language=language, text=text, links=found)
    return Page(url, answered, status, hops=hops, content_type=content_type, content=content)


def new_page(path: str, text: str = "", **more: object) -> Page:
    """A page of the new site."""
    return page(path, text, base=NEW, **more)  # type: ignore[arg-type]


def prose(first: int, count: int = 4) -> str:
    """So many different sentences, beginning with that one, a line each."""
    return "\n".join(SENTENCES[(first + step) % len(SENTENCES)] for step in range(count))
