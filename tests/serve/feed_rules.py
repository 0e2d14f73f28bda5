"""What RFC 4287 and JSON Feed 1.1 ask of a feed, as far as a whole document can be judged; each finding is an assertion."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import Counter
from typing import Any
from urllib.parse import urlsplit

from lxml import etree, html

ATOM = "http://www.w3.org/2005/Atom"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
TAG_URI = re.compile(r"tag:[a-z0-9.-]+,\d{4}(-\d\d){0,2}:\S+")  # RFC 4151

# Element: its children that must be there once, those that may be there once, those that may be there often.
FEED = (
    {"id", "title", "updated"},
    {"generator", "icon", "logo", "rights", "subtitle"},
    {"author", "category", "contributor", "link", "entry"},
)
ENTRY = (
    {"id", "title", "updated"},
    {"content", "published", "rights", "source", "summary"},
    {"author", "category", "contributor", "link"},
)
ITEM_KEYS = {
    *("id", "url", "external_url", "title", "content_html", "content_text", "summary", "image", "banner_image"),
    *("date_published", "date_modified", "authors", "tags", "language", "attachments"),
}
FEED_KEYS = {
    *("version", "title", "home_page_url", "feed_url", "description", "user_comment", "next_url", "icon", "favicon"),
    *("authors", "language", "expired", "hubs", "items"),
}


def check_atom(data: bytes) -> Any:
    """Judge an Atom document (RFC 4287 section 4); its root."""
    root = etree.fromstring(data, etree.XMLParser(resolve_entities=False))
    assert root.tag == f"{{{ATOM}}}feed"
    _children(root, FEED)
    entries = root.findall(f"{{{ATOM}}}entry")
    assert root.find(f"{{{ATOM}}}author") is not None or (
        entries and all(one.find(f"{{{ATOM}}}author") is not None for one in entries)
    )
    links = root.findall(f"{{{ATOM}}}link")
    assert [link.get("rel") for link in links].count("self") == 1
    alternates = Counter(
        (link.get("type"), link.get("hreflang")) for link in links if link.get("rel", "alternate") == "alternate"
    )
    assert all(number == 1 for number in alternates.values())
    for entry in entries:
        _entry(entry)
    identifiers = [one.text for one in root.iter(f"{{{ATOM}}}id")]
    assert len(identifiers) == len(set(identifiers))
    assert all(TAG_URI.fullmatch(one) for one in identifiers)
    return root


def _entry(entry: Any) -> None:
    _children(entry, ENTRY)
    content = entry.find(f"{{{ATOM}}}content")
    has_alternate = any(link.get("rel", "alternate") == "alternate" for link in entry.findall(f"{{{ATOM}}}link"))
    assert content is not None or has_alternate
    if content is not None:
        assert content.get("type", "text") in ("text", "html", "xhtml")
        assert not len(content), "type html has no child elements (section 4.1.3.3)"
        html.fragment_fromstring(content.text or "", create_parent="div")


def _children(element: Any, rules: tuple[set[str], set[str], set[str]]) -> None:
    once, perhaps, often = rules
    names = Counter(etree.QName(child).localname for child in element)
    assert all(etree.QName(child).namespace == ATOM for child in element)
    assert all(names[name] == 1 for name in once), names
    assert all(names[name] <= 1 for name in perhaps), names
    assert set(names) <= once | perhaps | often, names
    assert LANGUAGE.fullmatch(element.get(LANG, "en"))
    for child in element:
        name = etree.QName(child).localname
        if name in ("updated", "published"):
            check_date(child.text)
        elif name == "link":
            check_address(child.get("href"))
        elif name == "category":
            assert child.get("term")
        elif name == "author":
            assert child.findtext(f"{{{ATOM}}}name", "").strip()
        elif name == "title":
            assert child.text.strip()


def check_json_feed(data: bytes) -> Any:
    """Judge a JSON Feed (https://www.jsonfeed.org/version/1.1/); what it holds."""
    feed = json.loads(data.decode("utf-8"))
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert isinstance(feed["title"], str)
    assert feed["title"].strip()
    assert {key for key in feed if not key.startswith("_")} <= FEED_KEYS
    for name in ("home_page_url", "feed_url"):
        check_address(feed[name])
    assert LANGUAGE.fullmatch(feed["language"])
    assert all(author.keys() & {"name", "url", "avatar"} for author in feed["authors"])
    for item in feed["items"]:
        assert isinstance(item["id"], str)
        assert item["id"]
        assert {key for key in item if not key.startswith("_")} <= ITEM_KEYS
        assert "content_html" in item or "content_text" in item
        check_address(item["url"])
        check_date(item["date_published"])
        check_date(item["date_modified"])
        assert all(isinstance(tag, str) for tag in item["tags"])
        assert LANGUAGE.fullmatch(item.get("language", "en"))
    identifiers = [item["id"] for item in feed["items"]]
    assert len(identifiers) == len(set(identifiers))
    return feed


def check_date(text: str) -> None:
    """RFC 3339, with a time and a zone."""
    assert RFC_3339.fullmatch(text), text
    dt.datetime.fromisoformat(text)


def check_address(address: str) -> None:
    """An absolute http(s) URL."""
    parts = urlsplit(address)
    assert parts.scheme in ("http", "https"), address
    assert parts.netloc
    assert not re.search(r"[\s<>\"]", address)
