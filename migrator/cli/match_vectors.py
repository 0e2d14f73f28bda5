"""`migrator match --vectors`: ready vectors of pages from files, for the pages that were crawled. Compares nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import click

from migrator.cli.check import counted
from migrator.crawl.territory import territory_of
from migrator.errors import SourceError
from migrator.pages.embedding_file import Vector, read_embeddings
from migrator.pages.embeddings import Embeddings
from migrator.pages.page import Page, Side
from migrator.rules.rule import Site
from migrator.urls import normal_url


class _Wanted:
    """The vectors of one side's pages, known by any spelling of their addresses."""

    def __init__(self, site: Site, side: Side, pages: Sequence[Page], named: Callable[[Page], str]) -> None:
        self.found: dict[str, Vector] = {}
        self._territory = territory_of(site, side)
        self._names: dict[str, str] = {}
        for page in pages:
            if page.is_readable:
                for url in (page.final_url, page.url):
                    self._names.setdefault(self._key(url), named(page))

    def take(self, url: str, vector: Vector) -> bool:
        """Keep the vector if it is of one of these pages; whether it is. Of several for one page the last counts."""
        name = self._names.get(self._key(normal_url(url) or ""))
        if name is not None:
            self.found[name] = vector
        return name is not None

    def _key(self, url: str) -> str:
        own = self._territory.on_base(url) if url else None
        return self._territory.key(own) if own else ""


def vectors_of(paths: Sequence[Path], site: Site, legacy: Sequence[Page], new: Sequence[Page]) -> Embeddings:
    """The vectors that these files have for pages of the site; what was found is told on stderr.

    Raises SourceError where a file cannot be read, names no page at all, or has vectors of another model than one before.
    """
    old_side = _Wanted(site, Side.LEGACY, legacy, lambda page: page.url)
    new_side = _Wanted(site, Side.NEW, new, lambda page: page.final_url)
    size = 0
    for path in paths:
        rows = strangers = 0
        with path.open("rb") as file:
            for url, vector in read_embeddings(file, str(path)):
                rows, size = rows + 1, size or len(vector)
                if len(vector) != size:
                    mend = "all must come from one model"
                    raise SourceError(
                        f"{path}: vectors of {len(vector)} numbers, after some of {size} in another file\n    {mend}"
                    )
                taken = [side.take(url, vector) for side in (old_side, new_side)]
                strangers += not any(taken)
        if rows == strangers:
            said = "names no page that was crawled" if rows else "holds no vector"
            raise SourceError(f"{path}: the file {said}\n    addresses must be whole, as https://www.old.example/about.html")
        more = f"; {counted(strangers, 'other address', 'other addresses')}" if strangers else ""
        click.echo(f"{path}: {counted(rows - strangers, 'vector')} of {counted(size, 'number')}{more}", err=True)
    for side, found in (("old", old_side.found), ("new", new_side.found)):
        if not found:
            click.echo(f"warning: no {side} page has a vector, so vectors say nothing; give a file for both sites", err=True)
    return Embeddings(old_side.found, new_side.found)
