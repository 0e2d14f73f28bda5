"""From the inventory of the old site to what the map is asked: shared by the commands that judge a map by known addresses."""

from __future__ import annotations

import datetime as dt

import click

from migrator.cli.check import counted
from migrator.errors import Level
from migrator.pages.coverage import Address
from migrator.pages.visit import Source
from migrator.rules.rule import Site
from migrator.rules.table import Request, RuleTable
from migrator.settings import Settings
from migrator.store.inventory import Known
from migrator.urls import split_url

_FILES = frozenset((Source.LIST, Source.CSV, Source.LOG, Source.WARC))


def known_address(known: Known) -> Address:
    """What is known of one address, as the accounts take it."""
    return Address(
        url=known.url,
        visits=known.visits,
        status=known.status,
        content_type=known.content_type,
        language=known.language,
        title=known.title,
        soft_404=known.soft_404,
        is_named=not _FILES.isdisjoint(known.sources),
        is_skipped=known.state == "skipped",
    )


def request_for(url: str, site: Site, today: dt.date | None) -> Request:
    """The GET of an old address, asked of the site's first host."""
    _, path, query = split_url(url)
    return Request(
        (path or "/").encode("utf-8", "surrogatepass"), query.encode("utf-8", "surrogatepass"), site.hosts[0], today=today
    )


def table_with_warning(settings: Settings) -> RuleTable:
    """The compiled map; that some rules are no good, and therefore not in it, is told on stderr."""
    table = RuleTable(settings.sites.values(), settings.rules)
    errors = sum(problem.level is Level.ERROR for problem in table.problems)
    if errors:
        click.echo(f"warning: {counted(errors, 'rule')} cannot be used; `migrator check` says why", err=True)
    return table
