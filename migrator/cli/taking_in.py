"""Takes one file of addresses into the store, and tells what became of it. How a file is read is not said here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from migrator.cli.source_reading import Reading, read_source, tell_reading
from migrator.crawl.located import locator
from migrator.crawl.territory import territory_of
from migrator.errors import SourceError
from migrator.pages.address_sheet import Columns
from migrator.pages.file_kind import Kind
from migrator.pages.page import Side
from migrator.pages.visit import Source
from migrator.rules.rule import Site
from migrator.store.imports import Import
from migrator.store.store import Store


def take_in(
    store: Store, site: Site, side: Side, path: Path, kind: Kind | None, columns: Columns, dry_run: bool = False
) -> Reading | None:
    """Read a file, tell what it gave, and put it into the store unless it is a dry run; None, and told, where that cannot be."""
    known = store.imports(site.name, side)
    sizes = [one.file.size for one in known if one.file.kind is Source.LOG]
    try:
        reading = read_source(path, locator(territory_of(site, side)), kind, columns, sizes)
    except (SourceError, OSError) as error:
        message = f"{path}: {error.strerror or error}" if isinstance(error, OSError) else str(error)
        click.echo(f"error: {message}", err=True)
        return None
    tell_reading(reading)
    if not len(reading.harvest):
        why = "it names no address of the site" if reading.harvest.rows else "there is nothing in it"
        click.echo(f"  nothing was taken in: {why}", err=True)
    elif not dry_run:
        _keep(store, site, side, reading, known)
    return reading


def _keep(store: Store, site: Site, side: Side, reading: Reading, known: Sequence[Import]) -> None:
    grown = _grown_from(reading, known)
    taken = store.take_in(site.name, side, reading.file, reading.harvest.listed(), grown.id if grown else None)
    same = [one for one in known if one.file.digest == reading.file.digest]
    if taken is None:
        click.echo(f"  this very file is in already{f', as {same[0].file.name}' if same else ''}; it counts once", err=True)
    elif grown:
        click.echo(f"  it has grown since it was taken in (as {grown.file.name}), and takes the place of that", err=True)
    elif replaced := _replaced(reading, known):
        click.echo(f"  it takes the place of the older {replaced.file.name}", err=True)


def _grown_from(reading: Reading, known: Sequence[Import]) -> Import | None:
    """The longest log that this one begins with."""
    if reading.file.kind is not Source.LOG:
        return None
    logs = [one for one in known if one.file.kind is Source.LOG and one.file.size < reading.file.size]
    grown = [one for one in logs if reading.beginnings.get(one.file.size) == one.file.digest]
    return max(grown, key=lambda one: one.file.size, default=None)


def _replaced(reading: Reading, known: Sequence[Import]) -> Import | None:
    if reading.file.kind not in (Source.LIST, Source.CSV):
        return None
    same = (one for one in known if replace(one.file, digest="", size=0) == replace(reading.file, digest="", size=0))
    return next(same, None)
