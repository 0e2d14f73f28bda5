"""One visit: an entry in, its page and the addresses on it out. Which entry comes next is not said here."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from migrator.crawl.reader import Reader
from migrator.crawl.redirects import Follower, Trail
from migrator.crawl.survey import Surveyor
from migrator.errors import UpstreamError
from migrator.pages.page import Content, Link, Page
from migrator.pages.visit import Entry, Source, Visit

_HTML = ("text/html", "application/xhtml+xml")


@dataclass(frozen=True, slots=True)
class Visitor:
    """Fetches and reads pages."""

    follower: Follower
    surveyor: Surveyor
    reader: Reader
    max_body: int

    async def visit(self, entry: Entry) -> Visit:
        """What came of an entry. Raises CrawlError where the crawl as a whole cannot go on."""
        if reason := self.follower.against(entry.url):
            return Visit(entry, None, reason=reason)
        try:
            trail = await self.follower.follow(entry.url, self.max_body)
        except UpstreamError as error:
            return Visit(entry, Page(entry.url, entry.url, 0, error=str(error)))
        page = await self._page(entry, trail)
        passed = [hop.url for hop in trail.hops[1:]] + [trail.final_url] * bool(trail.hops)
        found, skipped = self.surveyor.survey(passed, entry.depth + 1, Source.REDIRECT)
        linked = [link.url for link in page.content.links] + [page.content.canonical]
        more, more_skipped = self.surveyor.survey(filter(None, linked), entry.depth + 1, Source.LINK)
        return Visit(entry, page, (*found, *more), (*skipped, *more_skipped))

    async def _page(self, entry: Entry, trail: Trail) -> Page:
        answer = trail.answer
        kind = answer.content_type or ("text/html" if answer.body.lstrip()[:1] == b"<" else "")
        content, fault = Content(), ""
        if answer.status == 200 and kind in _HTML and answer.body:
            content, fault = await self.reader.read(answer.body, trail.final_url, answer.charset)
        return Page(
            url=entry.url,
            final_url=trail.final_url,
            status=answer.status,
            hops=trail.hops,
            content_type=kind,
            content_hash=hashlib.sha256(answer.body).hexdigest() if answer.body else "",
            size=answer.size,
            error="; ".join(filter(None, (trail.stopped, answer.fault, fault))),
            content=self._at_home(content),
        )

    def _at_home(self, content: Content) -> Content:
        """`content` with its links to the site, under whichever of its names, as the site records them."""
        links = tuple(Link(self.surveyor.locate(link.url)[0] or link.url, link.text) for link in content.links)
        canonical = content.canonical and (self.surveyor.locate(content.canonical)[0] or content.canonical)
        return replace(content, links=links, canonical=canonical)
