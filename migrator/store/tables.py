"""The tables of the store, once for both engines, and the version they are. No statement here."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, ForeignKey, Index, Integer, MetaData, Table, Text, UniqueConstraint
from sqlalchemy.dialects import postgresql

from migrator.store.values import Moment

VERSION = 1

METADATA = MetaData()
# PostgreSQL sorts by the words of a language unless told otherwise; SQLite sorts bytes.
_Address = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, default="")


schema_version = Table("schema_version", METADATA, Column("version", Integer, nullable=False))

# One row per crawl of one side of one site; the highest number is the one that goes on.
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
    UniqueConstraint("site", "side", "number"),
)

# Every address a crawl has seen, once; `state` is one of due, claimed, done and skipped.
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
    UniqueConstraint("crawl_id", "key"),
)
Index("frontier_turn", frontier.c.crawl_id, frontier.c.state, frontier.c.depth, frontier.c.id)

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
    UniqueConstraint("crawl_id", "url"),
)

# What is written on a page, apart from `pages`, so that listing addresses does not read texts.
contents = Table(
    "contents",
    METADATA,
    Column("entry_id", ForeignKey("pages.entry_id", ondelete="CASCADE"), primary_key=True),
    *map(_text, ("title", "h1", "headings", "canonical", "language", "description", "text", "links")),
)

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
