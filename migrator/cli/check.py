"""`migrator check`: is the map fit to be served? The same checks as at start-up, and what crawls and the live sites say."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from migrator.cli.check_fix import fix, fix_repeats
from migrator.cli.check_known import crawled_problems
from migrator.cli.findings import format_option, output_option, write_findings
from migrator.cli.options import config_option, store_option
from migrator.crawl.options import CrawlOptions
from migrator.errors import Level, Problem
from migrator.maps.compiling import examine
from migrator.rules.allowances import without_allowed
from migrator.rules.banner_section import banner_problems
from migrator.rules.bulk import no_collections
from migrator.rules.checks import OF_SOME_RUNS, errors_only, found_problems, in_order
from migrator.rules.map_file import MapFile
from migrator.rules.problem_codes import CODES
from migrator.rules.table import RuleTable
from migrator.serve.status_files import read_updates
from migrator.settings import read_config, read_search, settings_of, store_address, tls_file_problems, transition_options
from migrator.wiring import template_problems


@click.command()
@config_option
@store_option
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@format_option
@output_option
@click.option("--strict", is_flag=True, help="Warnings too end with exit code 1.")
@click.option("--live", is_flag=True, help="Ask the sites: does each new address answer, and did each old one exist?")
@click.option("--own-site", is_flag=True, help="With --live: the sites are yours, many requests at a time without a pause.")
@click.option("--fresh", is_flag=True, help="With --live: ask for everything, even where a run was cut short.")
@click.option("--fix", "wants_fix", is_flag=True, help="Lead chains straight to their end, and delete exact duplicates.")
@click.option("--dry-run", is_flag=True, help="With --fix: show what would be changed, and write nothing.")
@click.pass_context
def check(
    ctx: click.Context,
    config: Path,
    store: str | None,
    as_json: bool,
    form: str,
    output: Path,
    strict: bool,
    live: bool,
    own_site: bool,
    fresh: bool,
    wants_fix: bool,
    dry_run: bool,
) -> None:
    """Check redirects.yaml: its form, unsafe targets, loops, chains, doubtful addresses, shadowed rules, failing examples.

    Where the new site was crawled, dead targets and hidden pages too; with a section `transition:`, the updates of the status
    page. `migrator explain-code CODE` tells more of a finding.

    Exit code 0: fit to be served. 1: it could be read, and the checks found errors. 2: it could not be read.
    """
    if (own_site or fresh) and not live:
        raise click.UsageError("--own-site and --fresh go with --live")
    if dry_run and not wants_fix:
        raise click.UsageError("--dry-run goes with --fix")
    form = "json" if as_json else form
    with no_collections():
        if wants_fix:
            _fix(read_config(config), config, dry_run, diff_on_stderr=form != "text")
        examined = examine(config)
        found, table = examined.found, examined.table
        problems = _problems(found, table, config, store_address(config, store))
        problems = in_order([*problems, *examined.sheets.problems])
    if live and not found.problems:
        problems = _with_live(problems, table, config, CrawlOptions(own_site=own_site), fresh)
    write_findings(problems, form, output, config, strict)
    click.echo(summary(problems, examined.rules, config), err=True)
    findings = [one for one in problems if one.level is Level.ERROR or (strict and one.level is Level.WARNING)]
    ctx.exit(2 if found.problems or read_search(config).problems else 1 if findings else 0)


def _fix(found: MapFile, config: Path, dry_run: bool, diff_on_stderr: bool) -> None:
    """Mend what can be mended; in a trial, show it."""
    if fix_repeats(found, config, dry_run=dry_run, diff_on_stderr=diff_on_stderr):
        found = read_config(config)
    if not found.problems:
        fix(config, found, RuleTable(found.sites, found.rules), dry_run=dry_run, diff_on_stderr=diff_on_stderr)


def _problems(found: MapFile, table: RuleTable, config: Path, store: str) -> list[Problem]:
    problems = [*found.problems, *found_problems(table, dt.datetime.now(dt.UTC).date())]
    problems += tls_file_problems(found.tls.values(), config.parent)
    problems += _update_problems(config, found)
    problems += banner_problems(found.banner) if found.banner else ()
    problems += read_search(config).problems
    problems += crawled_problems(table, store)
    problems += () if errors_only(problems) else template_problems(settings_of(found, config))
    return in_order(without_allowed(problems, found.rules, OF_SOME_RUNS))


def _with_live(problems: list[Problem], table: RuleTable, config: Path, options: CrawlOptions, fresh: bool) -> list[Problem]:
    """What asking the sites adds; where it tells the same as the last crawl, once."""
    from migrator.cli.check_live import live_problems  # a client for the web, which other checks start faster without

    rules = [found.rule for site_table in table.tables.values() for found in site_table]
    asked = without_allowed(live_problems(table, config, options, fresh=fresh), rules, frozenset(CODES))
    told = {(one.place, one.code) for one in problems}
    return in_order([*problems, *(one for one in asked if (one.place, one.code) not in told)])


def _update_problems(config: Path, found: MapFile) -> list[Problem]:
    """What is wrong with the updates of the status page, where the file has pages of its own."""
    if found.transition is None:
        return []
    return read_updates(transition_options(config, found.transition).updates)[1]


def summary(problems: list[Problem], rules: int, config: Path) -> str:
    """One line that sums the check up."""
    told = [counted(rules, "rule")]
    for level in Level:
        number = sum(problem.level is level for problem in problems)
        if number or (problems and level is not Level.NOTE):
            told.append(counted(number, str(level)))
    if not problems:
        return f"{config}: {told[0]}, nothing to mend" if rules else f"{config}: no rules yet, and nothing to mend"
    return f"{config}: {', '.join(told)}"


def counted(number: int, noun: str, many: str = "") -> str:
    """`1 rule`, `2 rules`."""
    return f"{number:,} {noun if number == 1 else many or noun + 's'}"
