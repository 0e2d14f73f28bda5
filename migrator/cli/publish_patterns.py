"""`migrator publish --patterns`: what is asked of the store and the files for it, and how offers are told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import click

from migrator.cli.check import counted
from migrator.pages.page import Side
from migrator.review.patterns import PatternOptions, with_patterns
from migrator.rules.checks import check_map, errors_only
from migrator.rules.offers import Known, Offer
from migrator.rules.rule import Site
from migrator.rules.table import RuleTable
from migrator.rules.yaml_fold import plain_rules
from migrator.settings import Settings, read_config
from migrator.store.open import open_store

SHOWN = 3  # addresses of one kind


def patterned(config: Path, text: str, settings: Settings, site: Site, least: int) -> tuple[str, list[Offer]]:
    """`text`, the map at `config`, with patterns where they change no answer to a known old address, and these patterns."""

    def parse(tried: str) -> RuleTable | None:
        found = read_config(config, tried)
        table = RuleTable(found.sites, found.rules)
        return None if found.problems or errors_only(check_map(table)) else table

    known = Known(_known(text, config, settings, site), site)
    options = PatternOptions(today=dt.datetime.now(dt.UTC).date(), least=least, file=str(config))
    return with_patterns(text, parse, known, site, options)


def _known(text: str, config: Path, settings: Settings, site: Site) -> Iterator[str]:
    """Every old address of the site that the store knows or a rule names."""
    with open_store(settings.store_url) as store:
        for known in store.inventory(site.name, Side.LEGACY):
            yield known.url
    for rule in plain_rules(text, str(config)):
        if rule.is_of(site):
            yield rule.source


def tell_patterns(offers: Sequence[Offer], dry_run: bool) -> None:
    """Tell on stderr what each pattern covers and what it leaves alone."""
    for offer in offers:
        verb = "would take" if dry_run else "takes"
        click.echo(f"{offer.source} → {offer.to} {verb} the place of {counted(len(offer.covers), 'rule')}:", err=True)
        click.echo(f"  covers {_some([one.source for one in offer.covers])}", err=True)
        if offer.stays:
            click.echo(f"  stay rules of their own: {_some(offer.stays)}", err=True)
        if offer.exceptions:
            click.echo(f"  exceptions, on the old site as before and still to be decided: {_some(offer.exceptions)}", err=True)
    if not offers:
        click.echo("no folder moved so consistently that a pattern could take the place of its rules", err=True)


def _some(addresses: Iterable[str]) -> str:
    listed = list(addresses)
    more = f" and {len(listed) - SHOWN} more" if len(listed) > SHOWN else ""
    return ", ".join(listed[:SHOWN]) + more
