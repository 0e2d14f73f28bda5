"""What `migrator match` tells in the end: how sure it is, of what kind the suggestions are, what is new since the last run."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from pathlib import Path

import click

from migrator.cli.check import counted
from migrator.pages.page import Page
from migrator.pages.suggestion import Kind, Suggestion
from migrator.pages.suggestion_changes import Changes

KINDS_SHOWN = 4
FOLDERS_SHOWN = 5
BANDS = (0.98, 0.9, 0.5, 0.0)  # confidence from which on a suggestion is counted
_TOLD = {
    Kind.SAME_ADDRESS: "of them keep their address",
    Kind.REDIRECTED: "of them are already redirected by the old site",
    Kind.MERGED: "of them lead to a page that other old pages lead to",
    Kind.AMBIGUOUS: "of them have two candidates that are nearly as likely",
    Kind.OTHER_LANGUAGE: "of them have their best candidate in another language",
}


def tell(suggestions: Sequence[Suggestion], since: Changes | None, *, as_json: bool) -> None:
    """Tell what was suggested: on stdout as JSON, or else on stderr. `since` is None at the first run."""
    counts, kinds = _bands(suggestions), Counter(kind for suggestion in suggestions for kind in suggestion.kinds)
    none = sum(suggestion.best is None for suggestion in suggestions)
    folders = lost_folders(suggestions)
    if as_json:
        told: dict[str, object] = {
            "old_pages": len(suggestions),
            "confidence_from": {f"{band:g}": count for band, count in counts.items()},
            "no_match": none,
            "kinds": {kind.name.lower(): kinds[kind] for kind in Kind},
            "folders_without_match": folders,
        }
        if since:
            told["since_last_run"] = {"new": len(since.new), "changed": len(since.changed), "gone": len(since.gone)}
        click.echo(json.dumps(told))
        return
    click.echo(f"{len(suggestions)} old pages", err=True)
    for band, count in counts.items():
        click.echo(f"  {count:>6} with a confidence of {band:g} or more" if band else f"  {count:>6} with less", err=True)
    click.echo(f"  {none:>6} without a match", err=True)
    for line in (*_kinds(kinds), *_folders(folders), *_since(since)):
        click.echo(line, err=True)


def tell_rest(rest: Sequence[Page], sheet: Path | None) -> None:
    """Tell what no suggestion was made for, and what comes next."""
    kinds = Counter(map(_kind, rest))
    if kinds:
        listed = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common(KINDS_SHOWN))
        others = counted(kinds.total(), "other address", "other addresses")
        click.echo(f"{others} of the old site got no suggestion: {listed}", err=True)
    step = f"look through {sheet}, then `migrator publish --csv {sheet}`" if sheet else "`migrator publish --dry-run`"
    click.echo(f"next: {step}", err=True)


def lost_folders(suggestions: Sequence[Suggestion]) -> dict[str, int]:
    """The folders of which no page matches, and how many pages each has, biggest first: each is one decision."""
    found: Counter[str] = Counter()
    for suggestion in suggestions:
        for sentence in suggestion.remark.split("; "):
            if sentence.startswith(Kind.NO_PAGE_IN_FOLDER):
                found[sentence.removeprefix(Kind.NO_PAGE_IN_FOLDER).rpartition(" (")[0].strip()] += 1
    return dict(found.most_common())


def _bands(suggestions: Sequence[Suggestion]) -> dict[float, int]:
    best = [suggestion.best.confidence for suggestion in suggestions if suggestion.best]
    counts = {}
    above = len(best) + 1.0
    for band in BANDS:
        counts[band] = sum(band <= confidence < above for confidence in best)
        above = band
    return counts


def _kinds(kinds: Counter[Kind]) -> Iterator[str]:
    return (f"  {kinds[kind]:>6} {words}" for kind, words in _TOLD.items() if kinds[kind])


def _folders(folders: dict[str, int]) -> Iterator[str]:
    if folders:
        shown = ", ".join(f"{folder} ({count})" for folder, count in list(folders.items())[:FOLDERS_SHOWN])
        more = f" and {len(folders) - FOLDERS_SHOWN} more" if len(folders) > FOLDERS_SHOWN else ""
        yield f"no page matches in these folders, each one decision: {shown}{more}"


def _since(since: Changes | None) -> Iterator[str]:
    if since:
        yield f"since the last run: {len(since.new)} new, {len(since.changed)} with another answer, {len(since.gone)} gone"


def _kind(page: Page) -> str:
    if page.status == HTTPStatus.OK:
        return page.content_type or "of no type"
    return f"with status {page.status}" if page.status else "that failed"
