"""What is found out about a crawl's pages when all are in: those that nearly repeat another, and those that are none."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import click

from migrator.cli.crawl_progress import plural
from migrator.crawl.options import CrawlOptions
from migrator.crawl.session import open_session
from migrator.crawl.territory import territory_of
from migrator.errors import CrawlError, UpstreamError
from migrator.pages.duplicates import Sketch, near_duplicates, sketch
from migrator.pages.frame import Frame
from migrator.pages.page import Content, Page, Side
from migrator.pages.soft_404 import Absent, Addresses
from migrator.rules.rule import Site
from migrator.store.pages import Mark
from migrator.store.store import Store

SHOWN = 3


@dataclass(frozen=True, slots=True)
class Marked:
    """What was marked, in order of address."""

    near_duplicates: Sequence[Mark] = ()
    soft_404s: Sequence[Mark] = ()


def mark_pages(store: Store, site: Site, side: Side, options: CrawlOptions | None) -> Marked:
    """Mark the pages of the crawl under way, all of which are in; asks the site for a few addresses that cannot be.

    Without options (as where the pages are from archives) nothing is asked for.
    """
    crawl = store.crawls(site.name, side)[0]
    territory, frame, addresses, start = territory_of(site, side), Frame(crawl.pages), Addresses(), Content()
    for page in store.crawl_pages(crawl):
        if page.is_readable and not page.hops:
            frame.learn(page.url, page.content)
            addresses.add(page.url)
            start = page.content if page.url == territory.start else start
    impossible = addresses.impossible(str(territory.base))
    answers = asyncio.run(_answers(site, side, options, impossible)) if options else []
    marks = _marks(store.crawl_pages(crawl), Absent(answers, start, frame), frame)
    store.mark_pages(crawl, marks)
    return Marked([mark for mark in marks if mark.near_duplicate_of], [mark for mark in marks if mark.soft_404])


def tell_marks(marked: Marked) -> None:
    """Say on stderr how many were marked, and name the first."""
    if marked.soft_404s:
        _tell(f"{plural(len(marked.soft_404s), 'page')} that answer 200 and are none", marked.soft_404s)
    if marked.near_duplicates:
        _tell(f"{plural(len(marked.near_duplicates), 'page')} that nearly repeat another", marked.near_duplicates)


async def _answers(site: Site, side: Side, options: CrawlOptions, impossible: Sequence[str]) -> list[Page]:
    """What the site answers where there is nothing, as far as it answers: pages are told by their words, too."""
    try:
        async with open_session(site, side, options) as session:
            return await session.answers(impossible)
    except (CrawlError, UpstreamError) as error:
        click.echo(f"soft 404s were looked for by their words alone: {error}", err=True)
        return []


def _marks(pages: Iterable[Page], absent: Absent, frame: Frame) -> list[Mark]:
    soft: dict[str, str] = {}

    def sketches() -> Iterator[Sketch]:
        for page in pages:
            if reason := absent.against(page):
                soft[page.url] = reason
            elif page.status == 200 and not page.hops and page.size and not page.error:
                text = frame.without(page.content)
                yield sketch(page.url, f"{page.content.title}\n{text}" if text else "", page.content_hash)

    near = dict(near_duplicates(sketches()))
    return [Mark(url, near.get(url, ""), soft.get(url, "")) for url in sorted(near.keys() | soft.keys())]


def _tell(what: str, marks: Sequence[Mark]) -> None:
    click.echo(f"  {what}:", err=True)
    for mark in marks[:SHOWN]:
        click.echo(f"    {mark.url}: {mark.soft_404 or f'like {mark.near_duplicate_of}'}", err=True)
    if len(marks) > SHOWN:
        click.echo(f"    … and {len(marks) - SHOWN} more", err=True)
