"""What a page says of itself out of sight: `<meta>`, `<link>`, `<time>`, microdata and scripts. Text is read elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable

from migrator.pages.dates import iso_date
from migrator.pages.page import Alternate
from migrator.pages.structured import Structured, read_structured
from migrator.pages.tree import Attributes
from migrator.urls import normal_url

MAX_LINE = 1_000  # characters kept of a description
MAX_ADDRESS = 8_000  # characters; longer ones are none
MAX_ALTERNATES = 500
MAX_SCRIPTS = 50
_MAX_TIMES = 2  # different ones; a page with more lists other pages' dates
_REFRESH = re.compile(r"[\s\d.]*[;,]\s*url\s*=(.*)", re.IGNORECASE)
_TAG = re.compile(r"[a-z]{1,8}(?:-[a-z0-9]{1,8}){0,5}|x-default")
# Names of `<meta>` that date a page, most trusted first.
_PUBLISHED = (
    *("article:published_time", "datepublished", "dcterms.issued", "dc.date.issued", "dcterms.created", "dc.date.created"),
    *("pubdate", "publishdate", "publish-date", "publication_date", "dcterms.date", "dc.date", "date"),
)
_MODIFIED = (
    *("article:modified_time", "og:updated_time", "datemodified", "dcterms.modified", "dc.date.modified"),
    *("last-modified", "lastmod", "revised"),
)
_DATES = frozenset((*_PUBLISHED, *_MODIFIED))


class Metadata:
    """Is told of a page's tags. `refer` is called with every address that a `<meta http-equiv=refresh>` leads to."""

    def __init__(self, refer: Callable[[str], None]) -> None:
        self.language = self.content_language = self.base = self.canonical = self.description = ""
        self.noindex = False
        self._refer = refer
        self._alternates: dict[str, str] = {}
        self._dates: dict[str, str] = {}
        self._times: dict[str, None] = {}
        self._scripts: list[str] = []

    def html(self, attributes: Attributes) -> None:
        """`<html>`."""
        self.language = self.language or attributes.get("lang") or attributes.get("xml:lang") or ""

    def set_base(self, attributes: Attributes) -> None:
        """`<base>`."""
        self.base = self.base or attributes.get("href") or ""

    def link(self, attributes: Attributes) -> None:
        """`<link>`."""
        kinds, address = (attributes.get("rel") or "").lower().split(), attributes.get("href") or ""
        if "canonical" in kinds:
            self.canonical = self.canonical or address
        language = (attributes.get("hreflang") or "").strip().lower().replace("_", "-")
        if "alternate" in kinds and len(self._alternates) < MAX_ALTERNATES and _TAG.fullmatch(language):
            self._alternates.setdefault(language, address)

    def meta(self, attributes: Attributes) -> None:
        """`<meta>`."""
        name = (attributes.get("name") or attributes.get("property") or "").strip().lower()
        content, state = (attributes.get("content") or "")[:MAX_ADDRESS], (attributes.get("http-equiv") or "").lower()
        if name == "description":
            self.description = self.description or " ".join(content.split())[:MAX_LINE].rstrip()
        elif name in ("robots", "migrator"):
            self.noindex = self.noindex or asks_for_noindex(content)
        elif state == "content-language":
            self.content_language = self.content_language or content
        elif state == "refresh" and (match := _REFRESH.match(content)):
            self._refer(match[1].strip("\"' "))
        elif name in _DATES:
            self._date(name, content)

    def time(self, attributes: Attributes) -> None:
        """`<time>`."""
        if len(self._times) <= _MAX_TIMES and (date := iso_date(attributes.get("datetime") or "")):
            self._times[date] = None

    def microdata(self, attributes: Attributes) -> None:
        """Any tag with an `itemprop`."""
        name = (attributes.get("itemprop") or "").strip().lower()
        if name in ("datepublished", "datemodified"):
            self._date(name, attributes.get("content") or attributes.get("datetime") or "")

    def script(self, attributes: Attributes, text: str) -> None:
        """`<script>`."""
        is_data = (attributes.get("type") or "").partition(";")[0].strip().lower() == "application/ld+json"
        if is_data and len(self._scripts) < MAX_SCRIPTS:
            self._scripts.append(text)

    def structured(self) -> Structured:
        """Trail and dates as JSON-LD has them, and dates as tags have them where it has none."""
        said = read_structured(self._scripts)
        only = next(iter(self._times)) if len(self._times) == 1 else ""
        return Structured(
            said.breadcrumbs,
            said.published or self._first_date(_PUBLISHED) or only,
            said.modified or self._first_date(_MODIFIED),
        )

    def alternates(self, base: str) -> tuple[Alternate, ...]:
        """The page in other languages, addresses resolved against `base`."""
        found = (
            (language, normal_url(url, base) if 0 < len(url) <= MAX_ADDRESS else "") for language, url in self._alternates.items()
        )
        return tuple(Alternate(language, url) for language, url in found if url)

    def _date(self, name: str, text: str) -> None:
        if date := iso_date(text):
            self._dates.setdefault(name, date)

    def _first_date(self, names: tuple[str, ...]) -> str:
        return next((self._dates[name] for name in names if name in self._dates), "")


def asks_for_noindex(directives: str) -> bool:
    """Whether a robots `<meta>`, or one X-Robots-Tag field, asks every search engine to leave the page out.

    What follows the name of one crawler (`otherbot: noindex`) is said to that one alone.
    """
    for directive in directives.lower()[:MAX_LINE].split(","):
        name, colon, _ = directive.partition(":")
        if colon and name.strip() not in _WITH_VALUE:
            return False
        if name.strip() in ("noindex", "none"):
            return True
    return False


# Directives that have a value after a colon, so that what stands before it is no crawler's name.
_WITH_VALUE = ("unavailable_after", "max-snippet", "max-image-preview", "max-video-preview")
