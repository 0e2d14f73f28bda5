"""One visit: an entry in, its page and the addresses on it out. Which entry comes next is not said here."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace

from migrator.crawl.reader import Reader
from migrator.crawl.redirects import Follower, Trail
from migrator.crawl.survey import Surveyor
from migrator.errors import UpstreamError
from migrator.pages.extract import Reading
from migrator.pages.metadata import asks_for_noindex
from migrator.pages.page import Alternate, Content, Link, Page
from migrator.pages.visit import Entry, Source, Visit

NOT_MODIFIED = 304
_HTML = ("text/html", "application/xhtml+xml")


@dataclass(frozen=True, slots=True)
class Visitor:
    """Fetches and reads pages."""

    follower: Follower
    surveyor: Surveyor
    reader: Reader
    max_body: int
    former: Callable[[Entry], Awaitable[Page | None]]

    async def visit(self, entry: Entry) -> Visit:
        """What came of an entry. Raises CrawlError where the crawl as a whole cannot go on."""
        if reason := self.follower.against(entry.url):
            return Visit(entry, None, reason=reason)
        try:
            trail, known = await self._trail(entry)
        except UpstreamError as error:
            return Visit(entry, Page(entry.url, entry.url, 0, error=str(error)))
        page = known or await self._page(entry, trail)
        passed = [hop.url for hop in trail.hops[1:]] + [trail.final_url] * bool(trail.hops)
        found, skipped = self.surveyor.survey(passed, entry.depth + 1, Source.REDIRECT)
        linked = [url for url in _addresses(page.content) if url]
        more, more_skipped = self.surveyor.survey(linked, entry.depth + 1, Source.LINK)
        return Visit(
            entry,
            page,
            (*found, *more),
            (*skipped, *more_skipped),
            linked=self.surveyor.keys(linked),
            passed=self.surveyor.keys(passed),
            unchanged=known is not None,
        )

    async def _trail(self, entry: Entry) -> tuple[Trail, Page | None]:
        """Where the entry leads, and its page as the crawl before has it where it has not changed since."""
        if entry.former is not None:
            trail = await self.follower.follow(entry.url, self.max_body, entry.former.conditions)
            if trail.answer.status != NOT_MODIFIED:
                return trail, None
            known = None if trail.hops else await self.former(entry)
            if known is not None:
                return trail, known
        return await self.follower.follow(entry.url, self.max_body), None

    async def _page(self, entry: Entry, trail: Trail) -> Page:
        answer = trail.answer
        kind = answer.content_type or ("text/html" if answer.body.lstrip()[:1] == b"<" else "")
        reading = Reading(Content())
        if answer.status == 200 and kind in _HTML and answer.body:
            reading = await self.reader.read(answer.body, trail.final_url, answer.charset)
        return Page(
            url=entry.url,
            final_url=trail.final_url,
            status=answer.status,
            hops=trail.hops,
            content_type=kind,
            content_hash=hashlib.sha256(answer.body).hexdigest() if answer.body else "",
            size=answer.size,
            error="; ".join(filter(None, (trail.stopped, answer.fault, reading.fault))),
            content=self._at_home(reading.content),
            etag=answer.etag,
            last_modified=answer.last_modified,
            noindex=reading.noindex or any(map(asks_for_noindex, answer.robots.splitlines())),
        )

    def _at_home(self, content: Content) -> Content:
        """`content` with its links to the site, under whichever of its names, as the site records them."""

        def home(url: str) -> str:
            return url and (self.surveyor.locate(url)[0] or url)

        return replace(
            content,
            links=tuple(Link(home(link.url), link.text) for link in content.links),
            canonical=home(content.canonical),
            assets=tuple(map(home, content.assets)),
            hreflang=tuple(Alternate(one.language, home(one.url)) for one in content.hreflang),
        )


def _addresses(content: Content) -> Iterator[str]:
    """Every address that a page refers to, but those of its images."""
    yield from (link.url for link in content.links)
    yield from content.assets
    yield from (alternate.url for alternate in content.hreflang)
    yield content.canonical
