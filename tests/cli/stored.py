"""Stores as a crawl, an import or a match leaves them, beside a config, for the commands that judge a map by what is known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from migrator.crawl.territory import territory_of
from migrator.pages.page import Page, Side
from migrator.pages.suggestion import Suggestion
from migrator.pages.verdict import Verdict
from migrator.pages.visit import Found, Listed, Source, Visit
from migrator.settings import load_settings
from migrator.store.imports import File
from migrator.store.open import open_store
from migrator.store.store import Store

SITE = """\
version: 1
sites:
  main:
    hosts: [www.old.example, old.example]
    legacy: http://www.old.example
    new: https://www.new.example
"""


def config_with(folder: Path, rules: str = "", site: str = SITE) -> Path:
    """A redirects.yaml in that folder with these rules."""
    path = folder / "redirects.yaml"
    path.write_text(site + rules, encoding="utf-8")
    return path


def opened(config: Path) -> Store:
    """The store beside the config."""
    return open_store(str(config.parent / ".migrator" / "store.db"))


def crawled(config: Path, side: Side, pages: Sequence[Page]) -> None:
    """Keep these pages as a crawl that reached its end does."""
    territory = territory_of(load_settings(config).sites["main"], side)
    with opened(config) as store:
        frontier = store.frontier("main", side)
        frontier.begin(fresh=True)
        frontier.add([Found(one.url, territory.key(one.url)) for one in pages], [])
        by_url = {one.url: one for one in pages}
        for entry in frontier.claim(len(pages)):
            frontier.finish(Visit(entry, by_url[entry.url]))
        frontier.mark_finished()
        frontier.leave()


def visited(config: Path, visits: Iterable[tuple[str, int]]) -> None:
    """Take visits to old addresses in, as from an access log."""
    territory = territory_of(load_settings(config).sites["main"], Side.LEGACY)
    named = [Listed(url, territory.key(url), None, count) for url, count in visits]
    with opened(config) as store:
        store.take_in("main", Side.LEGACY, File(Source.LOG, "access.log", str(len(named)), 1), named)


def suggested(config: Path, suggestions: Iterable[Suggestion]) -> None:
    """Keep these suggestions, as `migrator match` does."""
    with opened(config) as store:
        store.save_suggestions("main", suggestions)


def decided(config: Path, verdicts: Iterable[Verdict]) -> None:
    """Keep these decisions, as `migrator publish` does."""
    with opened(config) as store:
        store.save_verdicts("main", verdicts)
