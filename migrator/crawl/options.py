"""What the crawler can be told, with defaults. Read from the command line, never here."""

from __future__ import annotations

from dataclasses import dataclass

POLITE_DELAY = 0.5
OWN_SITE_CONCURRENCY = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlOptions:
    """How a crawl behaves. Times are seconds, sizes bytes after decompression."""

    own_site: bool = False  # many requests at a time, no pause, pages read in processes of their own
    ignore_robots: bool = False
    contact: str = ""  # an address in the User-Agent where the site's owner can complain
    delay: float | None = None  # pause after each answer; None: POLITE_DELAY or robots.txt's Crawl-delay, none on one's own site
    max_pages: int | None = None  # pages visited in one run
    max_depth: int = 50  # links from the start
    include: tuple[str, ...] = ()  # beginnings of paths, or patterns with *; none: all
    exclude: tuple[str, ...] = ()
    only_listed: bool = False  # no first page and no sitemaps
    max_segments: int = 20  # in a path
    max_repeats: int = 2  # times that a run of segments may follow itself
    max_address: int = 2083  # characters
    max_variants: int = 2000  # addresses that differ in their query alone
    max_hops: int = 5
    max_body: int = 10_000_000
    max_sitemap: int = 50_000_000
    max_sitemaps: int = 1000
    connect_timeout: float = 10.0
    gap_timeout: float = 20.0
    total_timeout: float = 60.0
    retries: int = 2
    backoff: float = 1.0  # before the first retry; doubled before each more
    max_wait: float = 120.0  # the longest Retry-After that is waited out

    @property
    def concurrency(self) -> int:
        """Requests at a time."""
        return OWN_SITE_CONCURRENCY if self.own_site else 1

    def pause(self, crawl_delay: float | None) -> float:
        """The pause after each answer, where robots.txt asks for `crawl_delay`."""
        if self.own_site:
            return self.delay or 0.0
        return max(POLITE_DELAY if self.delay is None else self.delay, crawl_delay or 0.0)
