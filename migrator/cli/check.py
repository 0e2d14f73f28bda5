"""`migrator check`: is the map fit to be served? The same checks as at start-up."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from migrator.cli.options import config_option
from migrator.errors import Level, Problem
from migrator.rules.checks import check_map
from migrator.rules.map_file import MapFile
from migrator.rules.table import RuleTable
from migrator.serve.status_files import read_updates
from migrator.settings import read_config, tls_file_problems, transition_options


@click.command()
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON on stdout.")
@click.option("--strict", is_flag=True, help="Warnings too end with exit code 1.")
@click.pass_context
def check(ctx: click.Context, config: Path, as_json: bool, strict: bool) -> None:
    """Check redirects.yaml: its form, unsafe targets, loops, chains, shadowed and duplicate rules, failing examples.

    Where it has a section `transition:`, the updates of the status page are read as well.

    Exit code 0: fit to be served. 1: it could be read, and the checks found errors. 2: it could not be read.
    """
    found = read_config(config)
    table = RuleTable(found.sites, found.rules)
    files = tls_file_problems(found.tls.values(), config.parent)
    updates = _update_problems(config, found)
    problems = sorted([*found.problems, *check_map(table), *files, *updates], key=lambda problem: problem.place)
    if as_json:
        click.echo(json.dumps([asdict(problem) for problem in problems], indent=2, ensure_ascii=False))
    else:
        for problem in problems:
            click.echo(problem)
    click.echo(summary(problems, len(found.rules), config), err=True)
    findings = [problem for problem in problems if strict or problem.level is Level.ERROR]
    ctx.exit(2 if found.problems else 1 if findings else 0)


def _update_problems(config: Path, found: MapFile) -> list[Problem]:
    """What is wrong with the updates of the status page, where the file has pages of its own."""
    if found.transition is None:
        return []
    return read_updates(transition_options(config, found.transition).updates)[1]


def summary(problems: list[Problem], rules: int, config: Path) -> str:
    """One line that sums the check up."""
    errors = sum(problem.level is Level.ERROR for problem in problems)
    warnings = len(problems) - errors
    if not problems:
        return f"{config}: {counted(rules, 'rule')}, nothing to mend" if rules else f"{config}: no rules yet, and nothing to mend"
    return f"{config}: {counted(rules, 'rule')}, {counted(errors, 'error')}, {counted(warnings, 'warning')}"


def counted(number: int, noun: str, many: str = "") -> str:
    """`1 rule`, `2 rules`."""
    return f"{number:,} {noun if number == 1 else many or noun + 's'}"
