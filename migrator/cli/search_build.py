"""`migrator search build`: the pages of the store into the search index."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import partial
from itertools import chain
from pathlib import Path

import click

from migrator.cli.crawl_progress import plural
from migrator.cli.options import config_option, store_option
from migrator.pages.page import Side
from migrator.pages.search_entry import Entry, Shelf, entries
from migrator.pages.search_fates import fates
from migrator.rules.rule import Site
from migrator.rules.table import RuleTable
from migrator.settings import load_settings
from migrator.store.open import open_store
from migrator.store.search_build import build_index
from migrator.store.store import Store


@click.command("build")
@config_option
@store_option
@click.option("--whole", is_flag=True, help="Make the index anew, whatever there is.")
@click.option("--json", "as_json", is_flag=True, help="Write the summary to stdout as JSON.")
def build(config: Path, store: str | None, whole: bool, as_json: bool) -> None:
    """Build the index that visitors search: the pages of the old and the new sites, each once, where it is now.

    It takes what `migrator crawl` found, and what the map and your decisions say has moved. Old pages that moved are found at
    their new address, by their old title, too; those that are gone, repeat another, or ask not to be indexed are left out. Only
    what changed since the last build is read anew. A server that runs takes the new index up by itself.

    Run it after a crawl and after `migrator publish`. It can be interrupted at any time: the index stays as it was.
    """
    settings = load_settings(config, store)
    table = settings.table()
    with open_store(settings.store_url) as opened, _progress() as told:
        every = chain.from_iterable(_entries(opened, site, table) for site in settings.sites.values())
        built = build_index(settings.search_index, every, whole=whole, told=told)
    if as_json:
        click.echo(json.dumps(asdict(built)))
        return
    changes = f"{built.added} added, {built.changed} changed, {built.removed} removed"
    click.echo(f"{settings.search_index}: {plural(built.pages, 'page')} can be found ({changes})", err=True)
    if not built.pages:
        click.echo("no page is known yet; `migrator crawl legacy` and `migrator crawl new` find them", err=True)


def _entries(store: Store, site: Site, table: RuleTable) -> Iterator[Entry]:
    today = dt.datetime.now(dt.UTC).date()
    fate = fates(table, site, store.verdicts(site.name), today)
    legacy, new = (Shelf(partial(store.pages, site.name, side), store.page_count(site.name, side)) for side in Side)
    return entries(site, legacy, new, fate)


@contextlib.contextmanager
def _progress() -> Iterator[Callable[[int], None]]:
    """One line that tells how far the build is, on a terminal only."""
    if not sys.stderr.isatty():
        yield lambda done: None
        return
    from rich.console import Console

    with Console(stderr=True).status("search: learning what the sites repeat on every page") as status:
        yield lambda done: status.update(f"search: {done} pages")
