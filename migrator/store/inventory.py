"""The inventory of one side of a site: every address known from anywhere, with what is known of it. Nothing is changed here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, exists, func, literal, null, or_, select, union_all

from migrator.pages.page import Side
from migrator.pages.visit import Source
from migrator.store.crawls import readable_crawl
from migrator.store.database import Database
from migrator.store.tables import contents, crawls, frontier, imports, linked, listed, pages, sightings, visits

_ROWS_AT_ONCE = 1_000
_ON_THE_SITE = (Source.START, Source.LINK, Source.REDIRECT)


@dataclass(frozen=True, slots=True)
class Filters:
    """What of the inventory is wanted; every one that is given must hold.

    `status` is "404", a class such as "4xx", or "0" for no answer; `content_type` a type, or a class such as "image/"; `language`
    a primary language or a whole tag; `path` the beginning of a path with its query, or a pattern in which * stands for anything,
    in any case; `orphans` are those that no page links or redirects to.
    """

    status: str = ""
    content_type: str = ""
    language: str = ""
    path: str = ""
    source: Source | None = None
    skipped: bool = False
    redirects: bool = False
    orphans: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """One address and what is known of it.

    `state` is one of due, claimed, done and skipped, or listed where files alone name it and it was not visited yet. `status`
    is 0 and texts are "" where there is no answer. `links` is how many pages link to it, `visits` how many visits the imported
    files count.
    """

    key: str
    url: str
    state: str
    reason: str
    depth: int | None
    status: int
    final_url: str
    content_type: str
    size: int
    error: str
    noindex: bool
    near_duplicate_of: str
    soft_404: str
    fetched: dt.datetime | None
    title: str
    language: str
    canonical: str
    visits: int
    links: int
    sources: tuple[Source, ...]


def read_inventory(database: Database, site: str, side: Side, filters: Filters, number: int | None) -> Iterator[Known]:
    """Every address that the crawl with that number (or the readable one) saw or that files name, in order of URL; streamed."""
    numbered = (crawls.c.site == site) & (crawls.c.side == side) & (crawls.c.number == number)
    crawl = readable_crawl(site, side) if number is None else select(crawls.c.id).where(numbered).scalar_subquery()
    known = _known(crawl, site, side)
    chosen = _columns(known, crawl, site, side)
    joined = chosen.join_from(known, pages, pages.c.entry_id == known.c.entry_id, isouter=True)
    rows = joined.join(contents, contents.c.entry_id == pages.c.entry_id, isouter=True).order_by(known.c.url, known.c.key)
    for condition in _conditions(filters, known, crawl, site, side):
        rows = rows.where(condition)
    with database.reading() as connection:
        for row in connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(rows):
            yield _row(tuple(row))


def _row(row: tuple[Any, ...]) -> Known:
    *fields, visited, links, own, seen, named = row
    kinds = {own, *(seen or "").split(","), *(named or "").split(",")}
    fields += [int(visited), int(links), tuple(source for source in Source if source in kinds)]
    return Known(*fields)


def _known(crawl: ColumnElement[int], site: str, side: Side) -> Subquery:
    """Every address once: those of the crawl, and those that files alone name."""
    column = frontier.c
    crawled = select(
        column.key, column.url, column.state, column.reason, column.depth, column.source, column.id.label("entry_id")
    ).where(column.crawl_id == crawl)
    seen = exists().where(frontier.c.crawl_id == crawl, frontier.c.key == listed.c.key)
    alone = (
        select(listed.c.key, func.min(listed.c.url), literal("listed"), literal(""), null(), literal(""), null())
        .join_from(listed, imports)
        .where(imports.c.site == site, imports.c.side == side, ~seen)
        .group_by(listed.c.key)
    )
    return union_all(crawled, alone).subquery("known")


def _columns(known: Subquery, crawl: ColumnElement[int], site: str, side: Side) -> Select[Any]:
    def text(column: ColumnElement[str]) -> ColumnElement[str]:
        return func.coalesce(column, "")

    mine = (imports.c.site == site) & (imports.c.side == side)
    visited = select(func.sum(visits.c.count)).join_from(visits, imports).where(mine, visits.c.key == known.c.key)
    links = select(func.sum(linked.c.number)).where(linked.c.crawl_id == crawl, linked.c.key == known.c.key)
    kinds = select(func.aggregate_strings(sightings.c.kind, ","))
    named = select(func.aggregate_strings(imports.c.kind, ",")).join_from(listed, imports)
    return select(
        *(known.c.key, known.c.url, known.c.state, known.c.reason, known.c.depth),
        func.coalesce(pages.c.status, 0),
        *map(text, (pages.c.final_url, pages.c.content_type)),
        func.coalesce(pages.c.size, 0),
        text(pages.c.error),
        func.coalesce(pages.c.noindex, False),
        *map(text, (pages.c.near_duplicate_of, pages.c.soft_404)),
        pages.c.fetched,
        *map(text, (contents.c.title, contents.c.language, contents.c.canonical)),
        func.coalesce(visited.scalar_subquery(), 0),
        func.coalesce(links.scalar_subquery(), 0),
        known.c.source,
        kinds.where(sightings.c.crawl_id == crawl, sightings.c.key == known.c.key).scalar_subquery(),
        named.where(mine, listed.c.key == known.c.key).scalar_subquery(),
    )


def _conditions(
    filters: Filters, known: Subquery, crawl: ColumnElement[int], site: str, side: Side
) -> Iterator[ColumnElement[bool]]:
    seen = exists().where(sightings.c.crawl_id == crawl, sightings.c.key == known.c.key)
    if filters.status:
        yield _status(filters.status)
    if kind := filters.content_type.lower().removesuffix("*"):
        yield pages.c.content_type.startswith(kind, autoescape=True) if kind.endswith("/") else pages.c.content_type == kind
    if language := filters.language.lower():
        yield or_(contents.c.language == language, contents.c.language.startswith(f"{language}-", autoescape=True))
    if filters.path:
        yield func.lower(known.c.key).like(_pattern(filters.path.lower()), escape="\\")
    if filters.source:
        files = select(listed.c.key).join_from(listed, imports).where(imports.c.kind == filters.source)
        named = files.where(imports.c.site == site, imports.c.side == side, listed.c.key == known.c.key).exists()
        yield or_(known.c.source == filters.source, seen.where(sightings.c.kind == filters.source), named)
    if filters.skipped:
        yield known.c.state == "skipped"
    if filters.redirects:
        yield pages.c.hops != "[]"
    if filters.orphans:
        yield ~seen.where(sightings.c.kind.in_(_ON_THE_SITE)) & known.c.source.not_in(_ON_THE_SITE)


def _status(status: str) -> ColumnElement[bool]:
    """A class such as 4xx, or one status. Raises ValueError where it is neither."""
    if len(status) == 3 and status[1:].lower() == "xx":
        least = int(status[0]) * 100
        return pages.c.status.between(least, least + 99)
    return pages.c.status == int(status)


def _pattern(path: str) -> str:
    for special in ("\\", "%", "_"):
        path = path.replace(special, f"\\{special}")
    return path.replace("*", "%") if "*" in path else f"{path}%"
