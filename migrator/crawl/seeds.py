"""Where a crawl starts: the addresses that a site's sitemaps list. What becomes of them is not said here."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from migrator.crawl.options import CrawlOptions
from migrator.crawl.redirects import Follower
from migrator.crawl.robots import Robots
from migrator.crawl.sitemap import Sitemap, read_sitemap
from migrator.errors import UpstreamError
from migrator.urls import normal_url

MAX_NESTING = 3  # an index of indexes of sitemaps


async def listed(follower: Follower, robots: Robots, options: CrawlOptions) -> AsyncGenerator[tuple[str, list[str]], None]:
    """Each sitemap of the site and the addresses in it, as written. A sitemap that cannot be had lists nothing."""
    base = str(follower.territory.base)
    named = [url for url in (normal_url(written, base) for written in robots.sitemaps) if url]
    due = [(url, 0) for url in named or [f"{base}/sitemap.xml"]]
    seen: set[str] = set()
    while due and len(seen) < options.max_sitemaps:
        written, nesting = due.pop(0)
        url = follower.territory.on_base(written)
        if url is None or url in seen:
            continue
        seen.add(url)
        sitemap = await _sitemap(follower, url, options.max_sitemap)
        if sitemap.pages:
            yield url, list(sitemap.pages)
        if nesting < MAX_NESTING:
            due += [(further, nesting + 1) for further in sitemap.sitemaps]


async def _sitemap(follower: Follower, url: str, limit: int) -> Sitemap:
    try:
        answer = (await follower.follow(url, limit)).answer
    except UpstreamError:
        return Sitemap()
    return read_sitemap(answer.body, limit) if answer.status == 200 else Sitemap()
