"""A Scrapy spider that learns of each page what Migrator does, and writes it to a file of JSON lines.

It runs in an environment of its own, where nothing of Migrator is. `seen` keeps the addresses that were met, so that Scrapy makes
no request of a link that it would drop again.
"""

from __future__ import annotations

import hashlib
from typing import Any

import scrapy


class PageSpider(scrapy.Spider):
    """Visits every page of a site once; told `start` and, where wanted, `seen`."""

    name = "pages"

    def __init__(self, start: str = "", seen: str = "", **named: Any) -> None:
        super().__init__(**named)
        self.start_urls = [start]
        self.allowed_domains = [start.split("/")[2].partition(":")[0]]
        self.met: set[str] | None = {start} if seen else None

    def parse(self, response: Any) -> Any:
        """One page's record, and requests for its links."""
        links = [(response.urljoin(link.attrib["href"]).partition("#")[0], said(link)) for link in response.css("a[href]")]
        yield {
            "url": response.request.url,
            "final_url": response.url,
            "status": response.status,
            "content_type": response.headers.get("Content-Type", b"").decode("latin-1"),
            "content_hash": hashlib.sha256(response.body).hexdigest(),
            "size": len(response.body),
            "title": fold(response.css("title::text").get("")),
            "h1": said(next(iter(response.css("h1")), None)),
            "headings": [said(heading) for heading in response.css("h1, h2, h3, h4, h5, h6")],
            "canonical": response.urljoin(response.css("link[rel=canonical]::attr(href)").get("")),
            "language": response.css("html::attr(lang)").get(""),
            "description": response.css("meta[name=description]::attr(content)").get(""),
            "text": fold(" ".join(response.css("main ::text").getall() or response.css("body ::text").getall())),
            "links": links,
        }
        for url, _ in links:
            if self.met is None or url not in self.met:
                if self.met is not None:
                    self.met.add(url)
                yield scrapy.Request(url)


def said(node: Any) -> str:
    """The text in a node."""
    return fold(" ".join(node.css("::text").getall())) if node is not None else ""


def fold(text: str) -> str:
    """The text with every run of white space as one space."""
    return " ".join(text.split())
