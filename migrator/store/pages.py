"""Pages as rows: written by a crawl's transaction, read by everyone else. Which addresses are due is not said here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Select, func, insert, select

from migrator.pages.page import Content, Hop, Link, Page, Side
from migrator.store.database import Database
from migrator.store.tables import contents, crawls, pages
from migrator.store.values import now, packed, storable, unpacked

_PAGES_AT_ONCE = 200


def insert_page(connection: Connection, crawl: int, entry: int, page: Page) -> None:
    """Write one page in the transaction of `connection`."""
    row = {
        "entry_id": entry,
        "crawl_id": crawl,
        "url": storable(page.url),
        "final_url": storable(page.final_url),
        "status": page.status,
        "hops": packed([storable(hop.url), hop.status] for hop in page.hops),
        "content_type": storable(page.content_type),
        "content_hash": page.content_hash,
        "size": page.size,
        "error": storable(page.error),
        "fetched": now(),
    }
    connection.execute(insert(pages), row)
    if page.content != Content():
        connection.execute(insert(contents), {"entry_id": entry, **_content_row(page.content)})


def read_pages(database: Database, site: str, side: Side) -> Iterator[Page]:
    """Every page of the last crawl that reached its end, or of the one under way where none did, in order of URL."""
    chosen = select(pages, contents).join_from(pages, contents, isouter=True)
    of_crawl = chosen.where(pages.c.crawl_id == _readable_crawl(site, side)).order_by(pages.c.url)
    with database.reading() as connection:
        for row in connection.execution_options(yield_per=_PAGES_AT_ONCE).execute(of_crawl).mappings():
            yield _page(row)


def count_pages(database: Database, site: str, side: Side) -> int:
    """How many pages `read_pages` gives."""
    with database.reading() as connection:
        counted = select(func.count()).where(pages.c.crawl_id == _readable_crawl(site, side))
        return connection.scalar(counted) or 0


def _readable_crawl(site: str, side: Side) -> Any:
    mine: Select[Any] = select(crawls.c.id).where(crawls.c.site == site, crawls.c.side == side)
    return mine.order_by(crawls.c.finished.is_(None), crawls.c.number.desc()).limit(1).scalar_subquery()


def _content_row(content: Content) -> dict[str, str]:
    return {
        "title": storable(content.title),
        "h1": storable(content.h1),
        "headings": packed(map(storable, content.headings)),
        "canonical": storable(content.canonical),
        "language": storable(content.language),
        "description": storable(content.description),
        "text": storable(content.text),
        "links": packed([storable(link.url), storable(link.text)] for link in content.links),
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
    )
