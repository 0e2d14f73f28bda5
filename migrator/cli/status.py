"""`migrator status`: how far the move is, the figures for the public page, and that page as files for any web server."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from migrator.cli.check import counted
from migrator.cli.old_addresses import table_with_warning
from migrator.cli.options import config_option, site_option, store_option
from migrator.cli.progress_account import options_of, take_account, utc_now, write_accounts
from migrator.cli.status_export import export
from migrator.cli.tables import show_table
from migrator.errors import RefusalError
from migrator.pages.coverage import percent
from migrator.pages.progress import Counts, Group, Progress, Standing
from migrator.rules.rule import Site
from migrator.serve.status import public_address
from migrator.serve.status_badges import progress_data
from migrator.serve.status_files import StatusContent, read_content
from migrator.settings import Settings, load_settings
from migrator.wiring import status_press

SHOWN = 20  # sections and languages
FINDINGS = 1  # exit code
_NAMES = {Standing.MOVED: "moved", Standing.GONE: "gone", Standing.KEPT: "stays on the old site", Standing.NOT_YET: "not yet"}


@click.command()
@config_option
@store_option
@site_option
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="Write the page, feeds and badges into this folder."
)
@click.option("--json", "as_json", is_flag=True, help="Write the figures to stdout as JSON, as progress.json has them.")
@click.option("--dry-run", is_flag=True, help="Count and show; write nothing.")
@click.pass_context
def status(
    ctx: click.Context, config: Path, store: str | None, site: str | None, out: Path | None, as_json: bool, dry_run: bool
) -> None:
    """Tell how far the move is, and bring the public page up to date.

    Counts every known old address as moved, gone, staying on the old site or not moved yet, by number and by visits, and keeps
    the figures in .migrator/progress.json beside the config, where `migrator serve` finds them.

    With --out, the page in every language, the feeds and the badges become files in a folder that any web server can serve; of
    several sites, each gets a folder below it.

    Exits with 0, or with 1 where an update under `updates/` cannot be shown.
    """
    settings = load_settings(config, store)
    sites = _sites(settings, site)
    now = utc_now()
    table = table_with_warning(settings)
    accounts = {one.name: account for one in sites if (account := take_account(settings, table, one, now))}
    if not accounts:
        raise RefusalError("no old address to count; run `migrator crawl legacy` or `migrator sources legacy FILE` first")
    options = options_of(settings)
    content = read_content(options.snapshot, options.updates)
    problems = [problem for problem in content.problems if problem.code != "snapshot"]  # that one is replaced here
    content = StatusContent(progress=accounts, updates=content.updates, changed=now.timestamp())
    press = status_press(settings)
    if not dry_run:
        write_accounts(settings, accounts)
    if out and not dry_run:
        number = export(out, settings, sites, content, press)
        click.echo(f"{counted(number, 'file')} written to {out}", err=True)
    _show(settings, sites, content, as_json)
    for problem in problems:
        click.echo(problem, err=True)
    if settings.transition is None and not out:
        click.echo("no page shows this to the public: a section `transition:` in the config switches it on", err=True)
    ctx.exit(FINDINGS if problems else 0)


def _sites(settings: Settings, name: str | None) -> list[Site]:
    if name is not None and name not in settings.sites:
        raise click.UsageError(f"{settings.config} has no site {name!r}; it has: {', '.join(settings.sites)}")
    return [settings.sites[name]] if name else list(settings.sites.values())


def _show(settings: Settings, sites: list[Site], content: StatusContent, as_json: bool) -> None:
    if as_json:
        found = [_as_data(settings, site, content.progress.get(site.name)) for site in sites]
        click.echo(json.dumps(found[0] if len(found) == 1 else found, ensure_ascii=False))
        return
    for site in sites:
        if len(sites) > 1:
            click.echo(f"{site.name}:")
        if site.name in content.progress:
            _tell(content.progress[site.name])
        else:
            click.echo("nothing is known of this site yet")


def _as_data(settings: Settings, site: Site, progress: Progress | None) -> dict[str, Any]:
    return progress_data(site.name, public_address(options_of(settings), site), progress)


def _tell(progress: Progress) -> None:
    pages, visits = progress.pages, progress.visits
    said = f"{pages.moved:,} of {counted(pages.total, 'old page')} moved ({_share(pages)})"
    click.echo(f"{said}; they have {_share(visits)} of visits" if visits.total else said)
    rows = [(_NAMES[one], f"{pages.of(one):,}", f"{visits.of(one):,}") for one in Standing if pages.of(one)]
    _table("state", ("pages", "visits"), rows)
    for name, groups in (("section", progress.sections), ("language", progress.languages)):
        _table(name, ("pages", "moved", "visits", "moved"), [_group_row(one) for one in groups[:SHOWN]])
    week = progress.week
    click.echo(f"\nmoved from {week.since} to {week.until}: {week.count:,}")


def _table(name: str, headings: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    if rows:
        click.echo("" if sys.stdout.isatty() else "\n" + "\t".join((name, *headings)))
        show_table((name, *headings), rows, widest=name)


def _group_row(group: Group) -> tuple[str, ...]:
    pages, visits = group.pages, group.visits
    return group.name or "others", f"{pages.total:,}", _share(pages), f"{visits.total:,}", _share(visits)


def _share(counts: Counts) -> str:
    return percent(counts.moved / counts.total if counts.total else None)
