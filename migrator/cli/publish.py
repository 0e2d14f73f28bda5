"""`migrator publish`: accepted suggestions into redirects.yaml, after the same checks as everything else."""

from __future__ import annotations

import datetime as dt
import difflib
import getpass
from pathlib import Path

import click

from migrator.cli.check import counted
from migrator.cli.options import config_option, settings_and_site, site_option, store_option
from migrator.errors import ConfigError, PublishError
from migrator.pages.suggestion_csv import read_rows
from migrator.pages.verdict import Answer, Verdict
from migrator.review.atomic import exclusive, replace_text
from migrator.review.publish import Plan, Proposal, PublishOptions, plan_publication
from migrator.rules.checks import check_map, errors_only
from migrator.rules.rule import Site
from migrator.rules.table import RuleTable
from migrator.settings import STATE_FOLDER, Settings, read_config, read_text
from migrator.store.open import open_store
from migrator.urls import split_url

BYTE_ORDER_MARK = "\ufeff".encode()
SHOWN_PER_REASON = 3


@click.command()
@config_option
@store_option
@site_option
@click.option("--min-confidence", type=click.FloatRange(0, 1), default=0.98, show_default=True, help="Publish from here upward.")
@click.option(
    "--csv",
    "sheet",
    type=click.Path(path_type=Path),
    help="Take a reviewed sheet of `migrator match --csv` instead of the store.",
)
@click.option("--dry-run", is_flag=True, help="Show the diff, write nothing.")
@click.option("--why", default="", help="A reason that is kept with the decisions.")
def publish(
    config: Path, store: str | None, site: str | None, min_confidence: float, sheet: Path | None, dry_run: bool, why: str
) -> None:
    """Write accepted suggestions into redirects.yaml: comments and order kept, a diff shown, all or nothing.

    From the store, the best candidate of each old page is published where its confidence is high enough. From a sheet
    (--csv), a column `verdict` decides where it is filled in: accepted, changed, gone or kept; rows without one go by their
    confidence. To accept a row by hand without that column, set its confidence to 1; to refuse it, delete it.
    """
    settings, chosen = settings_and_site(config, store, site)
    proposals = _from_sheet(sheet) if sheet else _from_store(settings, chosen)
    with exclusive(config.parent / STATE_FOLDER / "publish.lock"):
        text, problem = read_text(config)
        if problem:
            raise ConfigError([problem])
        before = config.read_bytes()
        options = PublishOptions(min_confidence=min_confidence, today=dt.datetime.now(dt.UTC).date(), file=str(config))
        table = RuleTable(settings.sites.values(), settings.rules)
        plan = plan_publication(text, proposals, chosen, table, options)
        _refuse_unfit(config, plan.text)
        click.echo(_difference(text, plan.text, config), nl=False)
        _report(plan, config, dry_run)
        if dry_run or not plan.added:
            return
        mark = BYTE_ORDER_MARK if before.startswith(BYTE_ORDER_MARK) else b""
        replace_text(config, before, mark + plan.text.encode())
    _remember(settings, chosen, plan, why)


def _from_store(settings: Settings, site: Site) -> list[Proposal]:
    with open_store(settings.store_url) as store:
        suggestions = store.suggestions(site.name)
    if not suggestions:
        raise PublishError("there are no suggestions yet; run `migrator match` first")
    found = []
    for suggestion in suggestions:
        best = suggestion.best
        found.append(Proposal(suggestion.old_url, best.url if best else "", best.confidence if best else 0.0))
    return found


def _from_sheet(sheet: Path) -> list[Proposal]:
    text, problem = read_text(sheet)
    if problem:
        raise ConfigError([problem])
    rows, problems = read_rows(text, str(sheet))
    if problems:
        raise ConfigError(problems)
    best: dict[str, Proposal] = {}
    for row in rows:
        proposal = Proposal(row.old_url, row.new_url, row.confidence, row.verdict)
        present = best.get(row.old_url)
        if present is None or (present.answer is None and row.verdict is not None):
            best[row.old_url] = proposal
    return list(best.values())


def _refuse_unfit(config: Path, text: str) -> None:
    found = read_config(config, text)
    problems = list(found.problems) or errors_only(check_map(RuleTable(found.sites, found.rules)))
    if problems:
        raise PublishError("the new map would not pass its checks; nothing was written", problems)


def _difference(before: str, after: str, config: Path) -> str:
    lines = difflib.unified_diff(before.splitlines(keepends=True), after.splitlines(keepends=True), str(config), str(config))
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _report(plan: Plan, config: Path, dry_run: bool) -> None:
    for reason, proposals in sorted(plan.left_out.items(), key=lambda entry: -len(entry[1])):
        examples = ", ".join(_path(proposal.old_url) for proposal in proposals[:SHOWN_PER_REASON])
        more = ", …" if len(proposals) > SHOWN_PER_REASON else ""
        click.echo(f"left out {len(proposals)}: {reason} ({examples}{more})", err=True)
    done = "would be added to" if dry_run else "added to"
    click.echo(f"{counted(len(plan.added), 'rule')} {done} {config}", err=True)


def _path(url: str) -> str:
    _, path, query = split_url(url)
    return f"{path}?{query}" if query else path


def _remember(settings: Settings, site: Site, plan: Plan, why: str) -> None:
    now = dt.datetime.now(dt.UTC)
    who = _user()
    verdicts = [
        Verdict(
            proposal.old_url,
            proposal.answer or Answer.ACCEPTED,
            proposal.new_url,
            who,
            now,
            why or f"confidence {proposal.confidence:.3f}",
        )
        for proposal in plan.added
    ]
    with open_store(settings.store_url) as store:
        store.save_verdicts(site.name, verdicts)


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"
