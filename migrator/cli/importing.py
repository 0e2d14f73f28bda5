"""`migrator import DIALECT FILE`: rules of another system into redirects.yaml, each row accounted for."""

from __future__ import annotations

import contextlib
import datetime as dt
import difflib
import json
from dataclasses import replace
from pathlib import Path

import click

from migrator.cli.check import counted
from migrator.cli.options import config_option, settings_and_site
from migrator.cli.workbook import workbook_text
from migrator.errors import ConfigError, Level, Problem, PublishError
from migrator.review.atomic import exclusive, replace_text
from migrator.review.imports import Fate, ImportOptions, ImportPlan, Outcome, plan_import
from migrator.rules.checks import check_map, errors_only
from migrator.rules.formats.reading import Reading
from migrator.rules.formats.registry import DIALECTS, read
from migrator.rules.rule import STATUSES, Rule
from migrator.rules.table import RuleTable
from migrator.rules.yaml_text import read_included_map
from migrator.settings import Settings, load_settings, read_config, state_folder
from migrator.store.map_files import read_text

BYTE_ORDER_MARK = "\ufeff".encode()
READABLE = [name for name, dialect in DIALECTS.items() if dialect.read]
_QUIET = (Outcome.ADDED, Outcome.OVERWRITTEN, Outcome.SAME)


@click.command("import")
@click.argument("dialect", type=click.Choice(READABLE), metavar="DIALECT")
@click.argument("file", type=click.Path(path_type=Path))
@config_option
@click.option("--site", default=None, help="The site of rows that name no host; needed only where the config has several.")
@click.option("--out", type=click.Path(path_type=Path), help="Put new rules into this YAML file, for `include:`, instead.")
@click.option("--overwrite/--keep", default=False, help="What an address that has another rule gets. [default: --keep]")
@click.option(
    "--status", type=click.Choice([str(code) for code in STATUSES]), help="For rows that say none, instead of the dialect's own."
)
@click.option("--dry-run", is_flag=True, help="Show the diff and what would become of each row, write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print what became of each row as JSON on stdout.")
@click.pass_context
def import_(
    ctx: click.Context,
    dialect: str,
    file: Path,
    config: Path,
    site: str | None,
    out: Path | None,
    overwrite: bool,
    status: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Take the redirects of another system into redirects.yaml: comments and order kept, checked as a whole, all or nothing.

    Each row is added, known already, kept as it was, overwritten, or skipped; what is not in the map in the end is told with its
    line and the reason. Statuses, queries and wildcards are read as DIALECT means them.

    Exit code 0: every row is in the map. 1: some are not. 2: FILE or the config cannot be read.
    """
    settings = load_settings(config)
    chosen = settings_and_site(config, None, site)[1] if site or len(settings.sites) == 1 else None
    reading = read(dialect, _text(dialect, file), str(file), int(status) if status else None)
    if broken := [problem for problem in reading.skipped if problem.level is Level.ERROR]:
        raise ConfigError(broken)
    options = ImportOptions(
        site=chosen,
        overwrite=overwrite,
        is_ordered=DIALECTS[dialect].is_ordered,
        file=str(config),
        today=dt.datetime.now(dt.UTC).date(),
    )
    with contextlib.nullcontext() if dry_run else exclusive(state_folder(config) / "publish.lock"):
        plan = _carried_out(config, out, settings, reading, options, dry_run, show=dry_run and not as_json)
    _report(plan, reading, out or config, dry_run, as_json)
    if out is not None and not dry_run:
        _tell_include(config, out, settings)
    ctx.exit(1 if reading.skipped or any(fate.outcome not in _QUIET for fate in plan.fates) else 0)


def _text(dialect: str, file: Path) -> str:
    if DIALECTS[dialect].is_workbook and file.is_file():
        return workbook_text(file)
    text, problem = read_text(file)
    if problem:
        mend = "Save it as UTF-8; spreadsheets call that CSV UTF-8." if problem.code == "not-utf-8" else "Check the path."
        raise ConfigError([replace(problem, mend=mend)])
    return text


def _carried_out(
    config: Path, out: Path | None, settings: Settings, reading: Reading, options: ImportOptions, dry_run: bool, show: bool
) -> ImportPlan:
    """The plan, shown, and written if it is no trial."""
    text, problem = read_text(config)
    if problem:
        raise ConfigError([problem])
    before = config.read_bytes()
    aside = _aside(out)
    known = [*settings.rules, *_not_included(aside, out, settings)]
    plan = plan_import(text, aside, reading.rules, RuleTable(settings.sites.values(), known), known, options)
    _refuse_unfit(config, plan, settings, out)
    if show:
        click.echo(_difference(text, plan.text, config), nl=False)
        if out is not None:
            click.echo(_difference(aside or "", plan.out or "", out), nl=False)
    if not dry_run:
        if out is not None and plan.out and plan.out != aside:
            _put(out, plan.out)
        if plan.text != text:
            mark = BYTE_ORDER_MARK if before.startswith(BYTE_ORDER_MARK) else b""
            replace_text(config, before, mark + plan.text.encode())
    return plan


def _not_included(aside: str | None, out: Path | None, settings: Settings) -> list[Rule]:
    """The rules in the file for new ones, where no `include:` has brought them in already."""
    if not aside or out is None:
        return []
    found = read_included_map(aside, str(out), tuple(settings.sites.values()))
    if found.problems:
        raise ConfigError(found.problems)
    included = {Path(rule.place.file).resolve() for rule in settings.rules}
    return [] if out.resolve() in included else list(found.rules)


def _aside(out: Path | None) -> str | None:
    """What stands in the file for new rules; "" where it is not there yet."""
    if out is None:
        return None
    if out.suffix.lower() not in (".yaml", ".yml"):
        raise click.UsageError("--out names a YAML file: end it with .yaml")
    if not out.exists():
        return ""
    text, problem = read_text(out)
    if problem:
        raise ConfigError([problem])
    return text


def _put(out: Path, text: str) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    if not out.exists():
        out.touch()
    replace_text(out, out.read_bytes(), text.encode())


def _refuse_unfit(config: Path, plan: ImportPlan, settings: Settings, out: Path | None) -> None:
    """Raise PublishError where the new text has an error that the map did not have."""
    found = read_config(config, plan.text)
    old = {
        (problem.code, problem.message) for problem in errors_only(check_map(RuleTable(settings.sites.values(), settings.rules)))
    }
    problems = list(found.problems) or errors_only(check_map(RuleTable(found.sites, found.rules)))
    if out is not None and config.parent.resolve() in out.resolve().parents and out.exists():
        problems = [problem for problem in problems if problem.place.file != str(out)]
    if out is not None and plan.out:
        problems += read_included_map(plan.out, str(out), tuple(settings.sites.values())).problems
    if new := [problem for problem in problems if (problem.code, problem.message) not in old]:
        raise PublishError("with these rules the map would not pass its checks; nothing was written", new)


def _difference(before: str, after: str, path: Path) -> str:
    lines = difflib.unified_diff(before.splitlines(keepends=True), after.splitlines(keepends=True), str(path), str(path))
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _report(plan: ImportPlan, reading: Reading, into: Path, dry_run: bool, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps([*map(_as_data, plan.fates), *map(_skipped_data, reading.skipped)], indent=2, ensure_ascii=False))
    told = [*reading.skipped, *(_told(fate) for fate in plan.fates if fate.outcome not in _QUIET)]
    for problem in sorted(told, key=lambda one: one.place):
        click.echo(f"{problem.place}: {problem.message}" + (f"\n    {problem.mend}" if problem.mend else ""), err=True)
    counts = [f"{plan.count(outcome):,} {outcome}" for outcome in Outcome if outcome is not Outcome.SKIPPED]
    skipped = plan.count(Outcome.SKIPPED) + len(reading.skipped)
    verb = "would come" if dry_run else "came"
    click.echo(
        f"{counted(reading.rows, 'row')} read, {counted(len(reading.rules), 'rule')} in them: "
        f"{', '.join(counts)}, {skipped:,} skipped",
        err=True,
    )
    taken = plan.count(Outcome.ADDED) + plan.count(Outcome.OVERWRITTEN)
    click.echo(f"{counted(taken, 'rule')} {verb} into {into}", err=True)


def _told(fate: Fate) -> Problem:
    return Problem(fate.rule.place, "import-skipped", f"`{fate.rule.source[:200]}` {fate.outcome}: {fate.why}", "", Level.WARNING)


def _as_data(fate: Fate) -> dict[str, object]:
    rule = fate.rule
    return {"line": rule.place.line, "from": rule.source, "to": rule.to, "outcome": str(fate.outcome), "why": fate.why}


def _skipped_data(problem: Problem) -> dict[str, object]:
    return {"line": problem.place.line, "from": "", "to": "", "outcome": str(Outcome.SKIPPED), "why": problem.message}


def _tell_include(config: Path, out: Path, settings: Settings) -> None:
    found = read_config(config)
    included = [path.resolve() for pattern in found.include for path in config.parent.glob(pattern)]
    if out.exists() and out.resolve() not in included:
        with contextlib.suppress(ValueError):
            out = out.resolve().relative_to(config.parent.resolve())
        click.echo(f"next: add `include: [{out}]` to {config}; until then nothing of it is served", err=True)
