"""Reads files of addresses for the commands that take them: opens, tells the kind, and reports what each gave. Keeps nothing."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import click

from migrator.cli.crawl_progress import plural
from migrator.crawl.archive import Archive
from migrator.crawl.sitemap import read_sitemap
from migrator.crawl.source_file import STDIN, SourceFile
from migrator.errors import SourceError
from migrator.pages.access_log import AccessLog
from migrator.pages.address_list import read_list
from migrator.pages.address_sheet import Columns, read_sheet
from migrator.pages.file_kind import Kind, kind_of
from migrator.pages.file_lines import as_utf8, byte_lines, text_lines
from migrator.pages.harvest import Harvest, Locate
from migrator.pages.noise import bot_judge, probe_judge
from migrator.pages.visit import Source
from migrator.store.imports import File

_HEAD = 65_536
_LARGEST_SITEMAP = 50_000_000  # bytes; the protocol's own limit
_SHOWN_EVERY = 0.2  # seconds
_TEXTS = (Kind.LIST, Kind.CSV, Kind.SITEMAP)  # a log may hold such bytes, where its writer was stopped or it was cut
_NAME_TEXT = "name a file of addresses, or save it as text (CSV, UTF-8)"
_SOURCES = {Kind.CSV: Source.CSV, Kind.LOG: Source.LOG, Kind.WARC: Source.WARC}  # all else is a list
Tell = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Reading:
    """What one file gave, and by what it is known again: `beginnings` are the digests of its beginnings, by their sizes."""

    file: File
    kind: Kind
    harvest: Harvest
    beginnings: dict[int, str]
    remarks: tuple[str, ...] = ()


def read_source(path: Path, locate: Locate, kind: Kind | None, columns: Columns, sizes: Iterable[int] = ()) -> Reading:
    """Read a file (`-` is stdin) through. Raises SourceError where it cannot be read as what it is, or is said to be."""
    with _shown(path) as tell:
        source = SourceFile(path, sizes, tell)
        harvest = Harvest(locate)
        pieces = source.pieces()
        head = b""
        while len(head) < _HEAD and (piece := next(pieces, None)) is not None:
            head += piece
        kind = kind or (kind_of(head) if columns == Columns() else Kind.CSV)
        if kind is None:
            raise SourceError(f"{path} is a workbook, or an archive of files\n    save the sheet as CSV, or unpack the archive")
        if kind in _TEXTS and b"\0" in b"".join(as_utf8([head])):
            raise SourceError(f"{path} is no text: it has bytes that no list, sheet or sitemap has\n    {_NAME_TEXT}")
        try:
            remarks = _read(source, kind, chain([head], pieces), harvest, columns, tell)
        except SourceError as error:
            raise SourceError(f"{path}: {error}") from error
    file = File(_SOURCES.get(kind, Source.LIST), "stdin" if path == STDIN else str(path), source.digest, source.size)
    return Reading(file, kind, harvest, source.digests_at, tuple(filter(None, (source.fault, *remarks))))


def _read(
    source: SourceFile, kind: Kind, pieces: Iterable[bytes], harvest: Harvest, columns: Columns, tell: Tell | None
) -> list[str]:
    """Put what the file holds into the harvest, and give what is to be remarked."""
    if kind is Kind.WARC:
        return _read_archive(source, pieces, harvest, tell)
    if kind is Kind.LOG:
        log = AccessLog(bot_judge(), probe_judge())
        log.read(byte_lines(pieces))
        log.pour(harvest)
        return []
    if kind is Kind.CSV:
        used = read_sheet(text_lines(pieces), harvest, columns)
        return [f"columns: {', '.join(used)}"] if used else []
    if kind is Kind.SITEMAP:
        return _read_sitemap(pieces, harvest)
    read_list(text_lines(pieces), harvest)
    return []


def _read_archive(source: SourceFile, pieces: Iterable[bytes], harvest: Harvest, tell: Tell | None) -> list[str]:
    if source.path == STDIN:
        raise SourceError("a web archive cannot be read from stdin\n    name the file")
    for _ in pieces:  # so that it is known again
        pass
    with Archive([source.path], harvest.locate) as archive:
        archive.index(tell)
        for url, _ in archive.addresses():
            harvest.name(url)
        if archive.elsewhere:
            harvest.leave_out("an address of another site", archive.elsewhere)
    return [f"damaged in {plural(number, 'place')}; the rest was read" for number in archive.damaged.values()]


def _read_sitemap(pieces: Iterable[bytes], harvest: Harvest) -> list[str]:
    body = bytearray()
    for piece in pieces:
        body += piece[: _LARGEST_SITEMAP - len(body)]
    sitemap = read_sitemap(bytes(body), _LARGEST_SITEMAP)
    for line, address in enumerate(sitemap.pages, start=1):
        harvest.name(address, line)
    named = len(sitemap.sitemaps)
    return [f"it names {plural(named, 'further sitemap')}; give those files too"] if named else []


@contextmanager
def _shown(path: Path) -> Iterator[Tell | None]:
    """One line that tells how far the file is read, on a terminal only."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.text import Text

    name, last = path.name, 0.0
    with Console(stderr=True).status(Text(f"reading {name}")) as status:

        def tell(done: int, whole: int) -> None:
            nonlocal last
            if time.monotonic() - last >= _SHOWN_EVERY:
                last = time.monotonic()
                share = f"{100 * done // whole} % of " if whole else ""
                status.update(Text(f"reading {name}: {share}{(whole or done) / 1_000_000:,.1f} MB"))

        yield tell


def tell_reading(reading: Reading) -> None:
    """Report what a file gave, on stderr."""
    harvest = reading.harvest
    visits = f", {plural(harvest.visits, 'visit')}" if harvest.visits else ""
    named = f"{plural(len(harvest), 'address', 'addresses')}{visits} of {plural(harvest.rows, 'row')}"
    click.echo(f"{reading.file.name} ({reading.kind}): {named}", err=True)
    if again := harvest.repeated:
        click.echo(f"  {again} of them name an address of another row again", err=True)
    for remark in reading.remarks:
        click.echo(f"  {remark}", err=True)
    for reason, number in harvest.left_out.most_common():
        click.echo(f"  left out {number}: {reason}", err=True)
    for reason, number in harvest.refusals.most_common():
        click.echo(f"  refused {number}: {reason}", err=True)
    for refused in harvest.refused:
        click.echo(f"    line {refused.line}: {refused.text or refused.reason}", err=True)
    if (more := harvest.refusals.total() - len(harvest.refused)) > 0:
        click.echo(f"    … and {more} more", err=True)
