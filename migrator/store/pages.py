"""Pages as rows: written by a crawl's transaction, read by everyone else. Which addresses are due is not said here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, insert, literal, select, update

from migrator.pages.page import Alternate, Content, Hop, Image, Link, Page
from migrator.store.database import Database
from migrator.store.prepared import Prepared
from migrator.store.tables import contents, frontier, pages
from migrator.store.values import now, packed, short_key, storable, unpacked

_PAGES_AT_ONCE = 200
_LINK: Callable[[Link], tuple[str, str]] = attrgetter("url", "text")
_WRITTEN = [column.name for column in pages.columns if column.name != "unchanged_since"]


@dataclass(frozen=True, slots=True)
class Mark:
    """What was found out about a page after its crawl: the URL of the page it nearly repeats, and why it is no page, or ""."""

    url: str
    near_duplicate_of: str = ""
    soft_404: str = ""


class PageWriter:
    """Writes pages of one crawl."""

    def __init__(self, database: Database, crawl: int) -> None:
        self._crawl = crawl
        self._page = Prepared(database, insert(pages), _WRITTEN)
        self._content = Prepared(database, insert(contents), contents.columns.keys())

    def write(self, connection: Connection, entry: int, page: Page) -> None:
        """Write one page in the transaction of `connection`."""
        self._page.run(connection, [{"entry_id": entry, "crawl_id": self._crawl, **_page_row(page)}])
        if page.content != Content():
            self._content.run(connection, [{"entry_id": entry, **_content_row(page.content)}])


def _page_row(page: Page) -> dict[str, Any]:
    return {
        "url": storable(page.url),
        "final_url": storable(page.final_url),
        "status": page.status,
        "hops": packed((hop.url, hop.status) for hop in page.hops),
        "content_type": storable(page.content_type),
        "content_hash": page.content_hash,
        "size": page.size,
        "error": storable(page.error),
        "fetched": now(),
        "etag": storable(page.etag),
        "last_modified": storable(page.last_modified),
        "noindex": page.noindex,
        "near_duplicate_of": storable(page.near_duplicate_of),
        "soft_404": storable(page.soft_404),
    }


def copy_page(connection: Connection, crawl: int, entry: int, former: int) -> bool:
    """Write the page of the entry `former`, of a crawl before, as that of `entry`; False where it is not kept any more."""
    changed: dict[str, Any] = {
        "entry_id": literal(entry),
        "crawl_id": literal(crawl),
        "fetched": literal(now(), pages.c.fetched.type),
        "unchanged_since": func.coalesce(pages.c.unchanged_since, pages.c.fetched),
    }
    for table in (pages, contents):
        names = table.columns.keys()
        values = [changed.get(name, table.c[name]) for name in names]
        copied = insert(table).from_select(names, select(*values).where(table.c.entry_id == former), include_defaults=False)
        if connection.execute(copied.returning(table.c.entry_id)).first() is None and table is pages:
            return False
    return True


def read_page(database: Database, entry: int) -> Page | None:
    """The page of one entry, if it has one."""
    with database.reading() as connection:
        row = connection.execute(_with_contents().where(pages.c.entry_id == entry)).mappings().first()
    return _page(row) if row else None


def read_pages(database: Database, crawl: ColumnElement[int]) -> Iterator[Page]:
    """Every page of a crawl, in order of URL; streamed."""
    of_crawl = _with_contents().where(pages.c.crawl_id == crawl).order_by(pages.c.url)
    with database.reading() as connection:
        for row in connection.execution_options(yield_per=_PAGES_AT_ONCE).execute(of_crawl).mappings():
            yield _page(row)


def read_pages_named(database: Database, crawl: ColumnElement[int], keys: Iterable[str]) -> list[Page]:
    """The pages of a crawl whose addresses have these keys, in order of URL."""
    named = _with_contents().join(frontier, frontier.c.id == pages.c.entry_id)
    wanted = (frontier.c.crawl_id == crawl) & frontier.c.key.in_([short_key(key) for key in keys])
    with database.reading() as connection:
        return [_page(row) for row in connection.execute(named.where(wanted).order_by(pages.c.url)).mappings()]


def count_pages(database: Database, crawl: ColumnElement[int]) -> int:
    """How many pages `read_pages` gives."""
    with database.reading() as connection:
        return connection.scalar(select(func.count()).where(pages.c.crawl_id == crawl)) or 0


def mark_pages(database: Database, crawl: int, marks: Iterable[Mark]) -> None:
    """Put these marks in the place of all marks of a crawl, all or none."""
    rows = [(storable(mark.url), storable(mark.near_duplicate_of), storable(mark.soft_404)) for mark in marks]
    with database.writing() as connection:
        marked = (pages.c.near_duplicate_of != "") | (pages.c.soft_404 != "")
        connection.execute(update(pages).where(pages.c.crawl_id == crawl, marked).values(near_duplicate_of="", soft_404=""))
        for url, near_duplicate_of, soft_404 in rows:
            mine = (pages.c.crawl_id == crawl) & (pages.c.url == url)
            connection.execute(update(pages).where(mine).values(near_duplicate_of=near_duplicate_of, soft_404=soft_404))


def _with_contents() -> Select[Any]:
    return select(pages, contents).join_from(pages, contents, isouter=True)


def _content_row(content: Content) -> dict[str, str]:
    return {
        "title": storable(content.title),
        "h1": storable(content.h1),
        "headings": packed(content.headings),
        "canonical": storable(content.canonical),
        "language": storable(content.language),
        "description": storable(content.description),
        "text": storable(content.text),
        "links": packed(map(_LINK, content.links)),
        "breadcrumbs": packed(content.breadcrumbs),
        "hreflang": packed((one.language, one.url) for one in content.hreflang),
        "images": packed((one.url, one.alt, one.caption) for one in content.images),
        "assets": packed(content.assets),
        "published": storable(content.published),
        "modified": storable(content.modified),
    }


def _page(row: Any) -> Page:
    return Page(
        url=row[pages.c.url],
        final_url=row[pages.c.final_url],
        status=row[pages.c.status],
        hops=tuple(Hop(*hop) for hop in unpacked(row[pages.c.hops])),
        content_type=row[pages.c.content_type],
        content_hash=row[pages.c.content_hash],
        size=row[pages.c.size],
        error=row[pages.c.error],
        content=_content(row) if row[contents.c.entry_id] is not None else Content(),
        etag=row[pages.c.etag],
        last_modified=row[pages.c.last_modified],
        noindex=row[pages.c.noindex],
        near_duplicate_of=row[pages.c.near_duplicate_of],
        soft_404=row[pages.c.soft_404],
    )


def _content(row: Any) -> Content:
    column = contents.c
    return Content(
        title=row[column.title],
        h1=row[column.h1],
        headings=tuple(unpacked(row[column.headings])),
        canonical=row[column.canonical],
        language=row[column.language],
        description=row[column.description],
        text=row[column.text],
        links=tuple(Link(*link) for link in unpacked(row[column.links])),
        breadcrumbs=tuple(unpacked(row[column.breadcrumbs])),
        hreflang=tuple(Alternate(*one) for one in unpacked(row[column.hreflang])),
        images=tuple(Image(*one) for one in unpacked(row[column.images])),
        assets=tuple(unpacked(row[column.assets])),
        published=row[column.published],
        modified=row[column.modified],
    )
