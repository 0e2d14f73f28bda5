"""Entries and indexes for the tests of search."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from migrator.pages.search_entry import Entry
from migrator.pages.search_result import Found, Query
from migrator.rules.search_rules import SearchRules
from migrator.store.search_build import build_index
from migrator.store.search_index import SearchIndex

NEW, OLD = "https://www.new.example", "http://www.old.example"


def entry(path: str, title: str = "", text: str = "", **more: object) -> Entry:
    """A page of the new site, unless `origin` says otherwise."""
    fields: dict[str, object] = {"headings": (), "former": (), "language": "en", "section": path.split("/")[1], "site": "main"}
    fields |= {"origin": "new", "address": (OLD if more.get("origin") == "old" else NEW) + path, "title": title, "text": text}
    return Entry(**{**fields, **more})  # type: ignore[arg-type]


def index(folder: Path, every: Iterable[Entry], rules: SearchRules | None = None, *, whole: bool = True) -> SearchIndex:
    """The index of these entries."""
    build_index(folder / "search.db", every, whole=whole)
    return SearchIndex(folder / "search.db", rules, seconds=60)


def addresses(found: Found) -> list[str]:
    """The paths of what was found, best first."""
    return [hit.address.removeprefix(NEW).removeprefix(OLD) for hit in found.hits]


def asked(searched: SearchIndex, text: str, **more: object) -> list[str]:
    """The paths that a query finds."""
    return addresses(searched.search(Query(text, **more)))  # type: ignore[arg-type]
