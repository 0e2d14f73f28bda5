"""The addresses that a sitemap lists (sitemaps.org, RSS, Atom, text): bounded, no entities, no network, bad XML tolerated."""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree

from migrator.crawl.decoding import DecodingError, gunzipped

MAX_ADDRESSES = 50_000  # in one file, as the protocol says
_MAX_ADDRESS = 8_000
_SLICE = 65_536
_PAGES = (("url", "loc"), ("item", "link"), ("channel", "link"))  # parent and element
_PERHAPS = (("item", "guid"), ("urlset", "url"))  # where feeds and careless sitemaps put the address, too


@dataclass(slots=True)
class Sitemap:
    """The pages that one file lists, and the further sitemaps; as written, in order, each once. `cut`: there were more."""

    pages: dict[str, None] = field(default_factory=dict)
    sitemaps: dict[str, None] = field(default_factory=dict)
    cut: bool = False

    def add(self, address: str | None, to: dict[str, None]) -> None:
        """Note an address, if it is one."""
        address = (address or "").strip()
        if not 0 < len(address) <= _MAX_ADDRESS:
            return
        if len(self.pages) + len(self.sitemaps) >= MAX_ADDRESSES:
            self.cut = True
        else:
            to[address] = None


def read_sitemap(body: bytes, limit: int) -> Sitemap:
    """What is listed in a sitemap file, plain or gzip, of which `limit` bytes are read at most. Never raises."""
    if body.startswith(b"\x1f\x8b"):
        try:
            body = gunzipped(body, limit)
        except DecodingError:
            return Sitemap()
    body = body[:limit].removeprefix(b"\xef\xbb\xbf").lstrip()
    return _from_xml(body) if body.startswith(b"<") or b"\0" in body[:4] else _from_text(body)


def _from_text(body: bytes) -> Sitemap:
    sitemap = Sitemap()
    for line in body.decode("utf-8", "replace").splitlines():
        if _is_address(line):
            sitemap.add(line, sitemap.pages)
    return sitemap


def _from_xml(body: bytes) -> Sitemap:
    sitemap = Sitemap()
    parser = etree.XMLPullParser(
        events=("end",), recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        for start in range(0, len(body), _SLICE):
            parser.feed(body[start : start + _SLICE])
            _take(parser, sitemap)
            if sitemap.cut:
                break
    except etree.LxmlError:
        pass  # what was read before the fault stays
    return sitemap


def _take(parser: etree.XMLPullParser[etree._Element], sitemap: Sitemap) -> None:
    for _, element in parser.read_events():
        if not isinstance(element.tag, str):
            continue
        parent = element.getparent()
        place = (_name(parent), _name(element))
        if place in _PAGES or (place in _PERHAPS and _is_address(element.text)):
            sitemap.add(element.text, sitemap.pages)
        elif place == ("sitemap", "loc") or (place == ("sitemapindex", "sitemap") and _is_address(element.text)):
            sitemap.add(element.text, sitemap.sitemaps)
        elif place == ("entry", "link") and element.get("rel", "alternate") == "alternate":
            sitemap.add(element.get("href"), sitemap.pages)
        if place[1] in ("url", "sitemap", "item", "entry"):
            _forget(element)


def _is_address(text: str | None) -> bool:
    return (text or "").strip().startswith(("http://", "https://"))


def _name(element: etree._Element | None) -> str:
    return "" if element is None or not isinstance(element.tag, str) else etree.QName(element).localname


def _forget(element: etree._Element) -> None:
    """Let go of what was read, so that memory does not grow with the file."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
