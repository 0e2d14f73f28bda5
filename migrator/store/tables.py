"""The tables of the store, once for both engines, and the version they are. No statement here."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.dialects import postgresql

from migrator.store.values import Moment

VERSION = 4  # a change of any table is a step in migrations.py, and one more here

METADATA = MetaData()
# PostgreSQL sorts by the words of a language unless told otherwise; SQLite sorts bytes.
_Address = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, default="")


def _added(name: str, empty: str = "") -> Column[str]:
    """A text that version 1 did not have: rows made before have `empty`."""
    return Column(name, Text, nullable=False, server_default=empty)


schema_version = Table("schema_version", METADATA, Column("version", Integer, nullable=False))

# One row per crawl of one side of one site; the highest number is the one that goes on. `based_on` is the finished crawl before
# it, whose pages need not be sent again where they are unchanged.
crawls = Table(
    "crawls",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("site", Text, nullable=False),
    Column("side", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("started", Moment, nullable=False),
    Column("seeded", Boolean, nullable=False, default=False),
    Column("finished", Moment),
    Column("based_on", ForeignKey("crawls.id", ondelete="SET NULL")),
    UniqueConstraint("site", "side", "number"),
)

# Every process that is at work on a crawl. What it claimed is its own until `lease_until`, which it renews while it lives.
workers = Table(
    "workers",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("crawl_id", ForeignKey("crawls.id", ondelete="CASCADE"), nullable=False),
    Column("machine", Text, nullable=False),
    Column("process", Text, nullable=False),
    Column("lease_until", Moment, nullable=False),
)

# When each host may be asked again, by whichever worker; `worker` is the one that is asking it now, or "".
hosts = Table(
    "hosts",
    METADATA,
    Column("host", Text, primary_key=True),
    Column("worker", Text, nullable=False),
    Column("next_allowed", Moment, nullable=False),
)

# Every address a crawl has seen, once; `state` is one of due, listed, claimed, done and skipped. A claim is `worker`'s.
frontier = Table(
    "frontier",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("crawl_id", ForeignKey("crawls.id", ondelete="CASCADE"), nullable=False),
    Column("key", _Address, nullable=False),
    Column("url", _Address, nullable=False),
    Column("depth", Integer, nullable=False),
    Column("source", Text, nullable=False),
    Column("state", Text, nullable=False),
    _text("reason"),
    _added("worker"),
    UniqueConstraint("crawl_id", "key"),
)
Index("frontier_turn", frontier.c.crawl_id, frontier.c.state, frontier.c.depth, frontier.c.id)

# Where a crawl saw an address: `detail` is the page that links or redirects to it, or the sitemap. Of each kind those few are
# kept whose `lot`, a number drawn from the detail itself, is the smallest: a fair sample, and the same whatever the order.
sightings = Table(
    "sightings",
    METADATA,
    Column("crawl_id", ForeignKey("crawls.id", ondelete="CASCADE"), primary_key=True),
    Column("key", _Address, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("lot", BigInteger, primary_key=True, autoincrement=False),
    Column("detail", Text, nullable=False),
)

# How many pages of a crawl link to an address: the sum over lanes, of which workers have different ones and so never wait.
linked = Table(
    "linked",
    METADATA,
    Column("crawl_id", ForeignKey("crawls.id", ondelete="CASCADE"), primary_key=True),
    Column("key", _Address, primary_key=True),
    Column("lane", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),
)

# What a page links to and its redirects pass, as lists of keys, until it is counted in `linked` and `sightings` with many others.
noted = Table(
    "noted",
    METADATA,
    Column("entry_id", Integer, primary_key=True, autoincrement=False),
    Column("crawl_id", ForeignKey("crawls.id", ondelete="CASCADE"), nullable=False),
    Column("place", Text, nullable=False),
    Column("links", Text, nullable=False),
    Column("passed", Text, nullable=False),
)

pages = Table(
    "pages",
    METADATA,
    Column("entry_id", ForeignKey("frontier.id", ondelete="CASCADE"), primary_key=True),
    Column("crawl_id", ForeignKey("crawls.id", ondelete="CASCADE"), nullable=False),
    Column("url", _Address, nullable=False),
    _text("final_url"),
    Column("status", Integer, nullable=False),
    _text("hops"),
    _text("content_type"),
    _text("content_hash"),
    Column("size", BigInteger, nullable=False),
    _text("error"),
    Column("fetched", Moment, nullable=False),
    *map(_added, ("etag", "last_modified", "near_duplicate_of", "soft_404")),
    Column("noindex", Boolean, nullable=False, server_default=false()),
    Column("unchanged_since", Moment),
    UniqueConstraint("crawl_id", "url"),
)

# What is written on a page, apart from `pages`, so that listing addresses does not read texts.
contents = Table(
    "contents",
    METADATA,
    Column("entry_id", ForeignKey("pages.entry_id", ondelete="CASCADE"), primary_key=True),
    *map(_text, ("title", "h1", "headings", "canonical", "language", "description", "text", "links")),
    *(_added(name, "[]") for name in ("breadcrumbs", "hreflang", "images", "assets")),
    *map(_added, ("published", "modified")),
)

# Every file of addresses that was taken in, once; what it gave hangs on it, and outlives every crawl.
imports = Table(
    "imports",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("site", Text, nullable=False),
    Column("side", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("taken", Moment, nullable=False),
    UniqueConstraint("site", "side", "digest"),
)

listed = Table(
    "listed",
    METADATA,
    Column("import_id", ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True),
    Column("key", _Address, primary_key=True),
    Column("url", _Address, nullable=False),
)
Index("listed_key", listed.c.key)

# Visits of an address a day (ISO date, or "" where unknown), as one file counts them.
visits = Table(
    "visits",
    METADATA,
    Column("import_id", ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True),
    Column("key", _Address, primary_key=True),
    Column("day", Text, primary_key=True),
    Column("count", BigInteger, nullable=False),
)
Index("visits_key", visits.c.key)

suggestions = Table(
    "suggestions",
    METADATA,
    Column("site", Text, primary_key=True),
    Column("old_url", _Address, primary_key=True),
    Column("position", Integer, nullable=False),
    _text("remark"),
)

candidates = Table(
    "candidates",
    METADATA,
    Column("site", Text, primary_key=True),
    Column("old_url", _Address, primary_key=True),
    Column("rank", Integer, primary_key=True),
    Column("url", _Address, nullable=False),
    Column("confidence", Float, nullable=False),
    _text("evidence"),
)

# A history: rows are only ever added, and the last of an address counts.
verdicts = Table(
    "verdicts",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("site", Text, nullable=False),
    Column("old_url", _Address, nullable=False),
    Column("verdict", Text, nullable=False),
    _text("new_url"),
    _text("who"),
    Column("when", Moment, nullable=False),
    _text("why"),
)
Index("verdicts_of_site", verdicts.c.site, verdicts.c.old_url, verdicts.c.id)

# Visits that a rule answered, by day (ISO date, UTC). A rule is known by what it says of old addresses, not by its line.
hits = Table(
    "hits",
    METADATA,
    Column("site", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("rule", _Address, primary_key=True),
    Column("day", Text, primary_key=True),
    Column("count", BigInteger, nullable=False),
)

# Visits of addresses that lead nowhere, or nowhere yet, by day. `lack` says how; the key is that of the look-up.
missing = Table(
    "missing",
    METADATA,
    Column("site", Text, primary_key=True),
    Column("lack", Text, primary_key=True),
    Column("key", _Address, primary_key=True),
    Column("day", Text, primary_key=True),
    Column("count", BigInteger, nullable=False),
)
Index("missing_of_day", missing.c.site, missing.c.day)
