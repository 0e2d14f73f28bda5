"""For `check`: what the last crawl of the new site says about the map. Makes no store, and does without one that fails."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from migrator.errors import Problem, StoreError
from migrator.pages.page import Side
from migrator.rules.known_checks import KnownPage, known_problems
from migrator.rules.table import RuleTable


def crawled_problems(table: RuleTable, store: str) -> Iterator[Problem]:
    """Findings from the crawl of each site's new side, where there is a store with one."""
    if "://" not in store and not Path(store).is_file():
        return
    from migrator.store.open import open_store  # costs a tenth of a second, and most checks have no store

    try:
        with open_store(store) as opened:
            for name in table.sites:
                pages = {
                    known.url: KnownPage(known.status, known.final_url, known.soft_404)
                    for known in opened.inventory(name, Side.NEW)
                    if known.state == "done"
                }
                yield from known_problems(table, name, pages)
    except StoreError as error:
        click.echo(f"the crawl of the new site was not looked at: {error}", err=True)
