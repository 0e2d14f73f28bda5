"""`migrator match`: pours the pages of the store into the matcher, and its suggestions into the store and a sheet."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from migrator.cli.match_summary import tell, tell_rest
from migrator.cli.options import config_option, settings_and_site, site_option, store_option
from migrator.cli.sheets import refuse_to_overwrite, write_sheet
from migrator.errors import RefusalError
from migrator.pages.files import match_files
from migrator.pages.page import Page, Side
from migrator.pages.settled import match_redirected
from migrator.pages.suggestion import Suggestion
from migrator.pages.suggestion_changes import changes
from migrator.pages.suggestion_csv import write_rows
from migrator.rules.rule import Site
from migrator.settings import Settings
from migrator.store.open import open_store
from migrator.store.store import Store

MOST_SHOWN, MOST_ROWS = 20, 100_000  # of a report


@click.command()
@config_option
@store_option
@site_option
@click.option(
    "--csv",
    "sheet",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    help="Write a row per candidate into this file (- for stdout), to be reviewed and given to `migrator publish --csv`.",
)
@click.option("--force", is_flag=True, help="Overwrite the sheet even where somebody has worked on it.")
@click.option("--json", "as_json", is_flag=True, help="Write the summary to stdout as JSON.")
@click.option("--across-languages", is_flag=True, help="Suggest pages in another language, too; the evidence says so.")
@click.option(
    "--vectors",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    help="Ready vectors of pages (NPZ, CSV or JSON lines: url and vector), as another source of candidates. May be given again.",
)
@click.option("--explain", metavar="OLD_URL", help="Tell why the candidates of one old page are what they are; matches nothing.")
@click.option("--whole", is_flag=True, help="With --explain: every signal and what was found again, too.")
@click.option("--parity", is_flag=True, help="Tell what the new pages lack of their old ones; matches nothing.")
@click.option("--audit", is_flag=True, help="Judge the rules of the map by the pages of both sites; matches nothing.")
@click.option(
    "--min-confidence",
    type=click.FloatRange(0, 1),
    default=0.98,
    show_default=True,
    help="With --parity: undecided pairs from here up.",
)
@click.option(
    "--most", type=click.IntRange(min=1), help="With --parity or --audit: so many. [default: 20; all in a sheet or JSON]"
)
def match(
    config: Path,
    store: str | None,
    site: str | None,
    sheet: Path | None,
    force: bool,
    as_json: bool,
    across_languages: bool,
    vectors: tuple[Path, ...],
    **report: Any,
) -> None:
    """Suggest a new page for every old page, each with a confidence and the reasons.

    Compares what `migrator crawl legacy` and `migrator crawl new` found: addresses, titles, texts, and where the neighbours of a
    page went. Pages in different languages are matched only with --across-languages. The suggestions take the place of those of
    an earlier run, and what is new, changed or gone since then is told; what people decided is kept.

    In the sheet, the rows of an old page are its candidates, best first; an empty new_url says that no page matches.

    With --vectors, vectors that a model of yours made of the pages offer further candidates and decide between candidates that
    are nearly as likely. They lift no confidence above 0.9, for nobody has measured that model.

    --explain, --parity and --audit look at what is there and change nothing; --csv and --json are then theirs.
    """
    _refuse_unfit(sheet, as_json)
    settings, chosen = settings_and_site(config, store, site)
    if report["explain"] is not None or report["parity"] or report["audit"] or report["whole"]:
        click.get_current_context().exit(_report(settings, chosen, sheet, force, as_json, **report))
    with open_store(settings.store_url) as opened:
        if sheet and not force:
            refuse_to_overwrite(sheet, write_rows(opened.suggestions(chosen.name), chosen.legacy, chosen.new))
        suggestions, rest = _matched(opened, chosen, across_languages, vectors)
        before = opened.suggestions(chosen.name)
        opened.save_suggestions(chosen.name, suggestions)
    if sheet:
        write_sheet(sheet, write_rows(suggestions, chosen.legacy, chosen.new))
    tell(suggestions, changes(before, suggestions) if before else None, as_json=as_json)
    tell_rest(rest, sheet)


def _refuse_unfit(sheet: Path | None, as_json: bool) -> None:
    if as_json and sheet == Path("-"):
        raise click.UsageError("--json and --csv - both write to stdout; give --csv a file")
    if sheet and not sheet.parent.is_dir():
        raise RefusalError(f"the folder of {sheet} does not exist")


def _matched(store: Store, site: Site, across: bool, vectors: Sequence[Path]) -> tuple[list[Suggestion], list[Page]]:
    """A suggestion for every old page and file for which there may be one, and the other old addresses."""
    from migrator.pages import matching  # heavy, and an optional part, as are vectors

    legacy, new = (_pages(store, site.name, side) for side in (Side.LEGACY, Side.NEW))
    embeddings = None
    if vectors:
        from migrator.cli.match_vectors import vectors_of

        embeddings = vectors_of(vectors, site, legacy, new)
    with _progress() as progress:
        found = matching.match(legacy, new, progress, across_languages=across, embeddings=embeddings)
    suggestions = [*found, *match_files(legacy, new), *match_redirected(legacy, new)]
    answered = {suggestion.old_url for suggestion in suggestions}
    return suggestions, [page for page in legacy if page.url not in answered]


def _report(
    settings: Settings,
    site: Site,
    sheet: Path | None,
    force: bool,
    as_json: bool,
    *,
    explain: str | None,
    whole: bool,
    parity: bool,
    audit: bool,
    min_confidence: float,
    most: int | None,
) -> int:
    """One of the reports, which have a file each; the exit code."""
    if sum((explain is not None, parity, audit)) > 1:
        raise click.UsageError("--explain, --parity and --audit are reports of their own; choose one")
    if whole and explain is None:
        raise click.UsageError("--whole belongs to --explain")
    bound = most or (MOST_ROWS if sheet or as_json else MOST_SHOWN)
    if audit:
        from migrator.cli import match_audit

        return match_audit.audit(settings, site, sheet, force, as_json, bound)
    if parity:
        from migrator.cli import match_parity

        return match_parity.parity(settings, site, sheet, force, as_json, min_confidence, bound)
    from migrator.cli import match_explain

    if sheet:
        raise click.UsageError("--explain has no sheet; --json is its form for machines")
    return match_explain.explain(settings, site, explain or "", whole, as_json)


def _pages(store: Store, site: str, side: Side) -> list[Page]:
    pages = list(store.pages(site, side))
    if any(page.is_readable for page in pages):
        return pages
    found = (
        f"none of the {len(pages)} addresses of the {side} site is a page that can be read" if pages else f"no {side} page yet"
    )
    raise RefusalError(f"{found}; run `migrator crawl {side}{' --fresh' if pages else ''}` first")


@contextlib.contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None] | None]:
    """One line that tells how far the matcher is, on a terminal only."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console

    with Console(stderr=True).status("matching") as status:
        yield lambda stage, done, total: status.update(f"{stage}: {done} of {total}")
