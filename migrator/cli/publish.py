"""`migrator publish`: accepted suggestions into redirects.yaml, after the same checks as everything else."""

from __future__ import annotations

import contextlib
import datetime as dt
import difflib
import getpass
from pathlib import Path

import click

from migrator.cli.check import counted
from migrator.cli.options import config_option, settings_and_site, site_option, store_option
from migrator.cli.progress_account import refresh_account
from migrator.cli.publish_patterns import patterned, tell_patterns
from migrator.cli.sheets import read_sheet
from migrator.errors import ConfigError, MigratorError, PublishError
from migrator.maps.compiling import compile_map, folder_beside
from migrator.pages.page import Side
from migrator.pages.verdict import BY_CONFIDENCE, Answer, Verdict
from migrator.review.atomic import exclusive, replace_text
from migrator.review.publish import Plan, Proposal, PublishOptions, plan_publication
from migrator.rules.checks import check_map, errors_only
from migrator.rules.offers import LEAST_PAGES, Offer
from migrator.rules.rule import Site
from migrator.rules.table import RuleTable
from migrator.settings import Settings, load_settings, read_config, state_folder
from migrator.store.map_files import read_text
from migrator.store.open import open_store
from migrator.urls import normal_url, origin_of, split_url

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
@click.option("--add", nargs=2, multiple=True, metavar="OLD NEW", help="Publish just this: OLD leads to NEW. May be repeated.")
@click.option("--dry-run", is_flag=True, help="Show the diff, write nothing.")
@click.option("--patterns", is_flag=True, help="Put one pattern in the place of many rules, where no known answer changes by it.")
@click.option(
    "--least", type=click.IntRange(min=2), default=LEAST_PAGES, show_default=True, help="Rules that a pattern must spare."
)
@click.option("--why", default="", help="A reason that is kept with the decisions.")
def publish(
    config: Path,
    store: str | None,
    site: str | None,
    min_confidence: float,
    sheet: Path | None,
    add: tuple[tuple[str, str], ...],
    dry_run: bool,
    patterns: bool,
    least: int,
    why: str,
) -> None:
    """Write accepted suggestions into redirects.yaml: comments and order kept, a diff shown, all or nothing.

    From the store, the best candidate of each old page is published where its confidence is high enough. From a sheet
    (--csv), a column `verdict` decides where it is filled in: accepted, changed, gone or kept; rows without one go by their
    confidence. To accept a row by hand without that column, set its confidence to 1; to refuse it, delete it.

    With --patterns, rules of a folder that moved as a whole become one pattern, those of earlier runs among them. Every known old
    address is decided by the map before and after; a pattern is taken only where each gets the same answer.
    """
    settings, chosen = settings_and_site(config, store, site)
    proposals = [Proposal(old, new, 1.0, Answer.ACCEPTED) for old, new in add]
    if not proposals:
        proposals = _from_sheet(sheet) if sheet else _from_store(settings, chosen, may_be_none=patterns)
    options = PublishOptions(min_confidence=min_confidence, today=dt.datetime.now(dt.UTC).date(), file=str(config))
    with contextlib.nullcontext() if dry_run else exclusive(state_folder(config) / "publish.lock"):
        plan, offers = _written(config, settings, chosen, proposals, options, least if patterns else 0, dry_run)
    if not dry_run:
        _remember(settings, chosen, plan, why)
        refresh_account(load_settings(config, store), chosen)
    _report(plan, offers, config, dry_run)
    if patterns:
        tell_patterns(offers, dry_run)
    _warn_of_strangers(settings, chosen, plan)


def _written(
    config: Path,
    settings: Settings,
    site: Site,
    proposals: list[Proposal],
    options: PublishOptions,
    least: int,
    dry_run: bool,
) -> tuple[Plan, list[Offer]]:
    """What is published, with patterns where they spare `least` rules (0: none wanted); shown, and written if it is no trial."""
    text, problem = read_text(config)
    if problem:
        raise ConfigError([problem])
    before = config.read_bytes()
    plan = plan_publication(text, proposals, site, RuleTable(settings.sites.values(), settings.rules), options)
    _refuse_unfit(config, plan.text)
    plan.text, offers = patterned(config, plan.text, settings, site, least) if least else (plan.text, [])
    click.echo(_difference(text, plan.text, config), nl=False)
    if plan.text != text and not dry_run:
        mark = BYTE_ORDER_MARK if before.startswith(BYTE_ORDER_MARK) else b""
        replace_text(config, before, mark + plan.text.encode())
    return plan, offers


def _from_store(settings: Settings, site: Site, may_be_none: bool) -> list[Proposal]:
    """The best candidate of each old page, unless a person has decided about it."""
    with open_store(settings.store_url) as store:
        suggestions, verdicts = store.suggestions(site.name), store.verdicts(site.name)
    if not suggestions and not may_be_none:
        raise PublishError("there are no suggestions yet; run `migrator match` first")
    found = []
    for suggestion in suggestions:
        best, decided = suggestion.best, verdicts.get(suggestion.old_url)
        if decided is not None:
            found.append(Proposal(suggestion.old_url, decided.new_url, 1.0, decided.verdict))
        else:
            found.append(Proposal(suggestion.old_url, best.url if best else "", best.confidence if best else 0.0))
    return found


def _from_sheet(sheet: Path) -> list[Proposal]:
    """The row of each old page that a person decided, else its first. Raises ConfigError with every row that cannot be read."""
    rows = read_sheet(sheet)
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
        raise PublishError("with these rules the map would not pass its checks; nothing was written", problems)


def _difference(before: str, after: str, config: Path) -> str:
    lines = difflib.unified_diff(before.splitlines(keepends=True), after.splitlines(keepends=True), str(config), str(config))
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _report(plan: Plan, offers: list[Offer], config: Path, dry_run: bool) -> None:
    for reason, proposals in sorted(plan.left_out.items(), key=lambda entry: -len(entry[1])):
        examples = ", ".join(_path(proposal.old_url) for proposal in proposals[:SHOWN_PER_REASON])
        more = ", …" if len(proposals) > SHOWN_PER_REASON else ""
        click.echo(f"left out {len(proposals)}: {reason} ({examples}{more})", err=True)
    done = "would be added to" if dry_run else "added to"
    if plan.added or not offers:
        click.echo(f"{counted(len(plan.added), 'rule')} {done} {config}", err=True)
    if offers:
        verb, spared = "would take" if dry_run else "took", sum(len(offer.covers) for offer in offers)
        click.echo(f"{counted(len(offers), 'pattern')} {verb} the place of {counted(spared, 'rule')} in {config}", err=True)
    if any(_path(proposal.old_url) == "/" and proposal.answer is None for proposal in plan.added):
        click.echo(
            "the home page is among them: visitors of the old one are led to the new one at once, past its banner", err=True
        )
        click.echo("    where that is too early, write the rule {from: /, serve: legacy} in its place", err=True)
    if (plan.added or offers) and not dry_run:
        click.echo(_made_version(config), err=True)


def _made_version(config: Path) -> str:
    """Make the new map the version that is served; what to say of it. Patterns in the place of many rules are no loss."""
    try:
        outcome = compile_map(config, folder_beside(config), accept=True)
    except (OSError, MigratorError) as error:
        return f"no version of the map is kept ({error}); next: `migrator check`, then restart `migrator serve` where it runs"
    if outcome.version is None or outcome.word == "refused":
        return "next: `migrator check`; it is not served before that finds nothing"
    return f"it is map version {outcome.version.number}; a running `migrator serve` takes it in by itself"


def _path(url: str) -> str:
    _, path, query = split_url(url)
    return f"{path or '/'}?{query}" if query else path or "/"


def _remember(settings: Settings, site: Site, plan: Plan, why: str) -> None:
    """Keep who decided what, when and why: of the rules that were added, and of every other word of a person."""
    now, who, base = dt.datetime.now(dt.UTC), _user(), str(origin_of(site.legacy))
    left_out = (proposal for proposals in plan.left_out.values() for proposal in proposals)
    decided = [*plan.added, *(proposal for proposal in left_out if proposal.answer is Answer.KEPT)]
    verdicts = [
        Verdict(
            old_url=f"{base}{_path(proposal.old_url)}",
            verdict=proposal.answer or Answer.ACCEPTED,
            new_url="" if proposal.answer in (Answer.GONE, Answer.KEPT) else proposal.new_url,
            who=who,
            when=now,
            why=why or _unsaid_reason(proposal),
        )
        for proposal in decided
    ]
    with open_store(settings.store_url) as store:
        store.save_verdicts(site.name, verdicts)


def _unsaid_reason(proposal: Proposal) -> str:
    """Who wrote a verdict, or the confidence 1 that no match has, looked at the page."""
    by_hand = proposal.answer is not None or proposal.confidence >= 1
    return "decided in a sheet" if by_hand else f"{BY_CONFIDENCE}{proposal.confidence:.3f}"


def _warn_of_strangers(settings: Settings, site: Site, plan: Plan) -> None:
    """Name new addresses on the new site that its crawl did not find: slips of the pen, mostly."""
    with open_store(settings.store_url) as store:
        known = {url for page in store.pages(site.name, Side.NEW) for url in (page.url, page.final_url)}
    base = str(origin_of(site.new))
    wanted = {proposal.new_url if split_url(proposal.new_url)[0] else f"{base}{proposal.new_url}" for proposal in plan.added}
    normal = {normal_url(url) or url for url in wanted if url != base}
    strangers = sorted(url for url in normal - known if url.startswith(f"{base}/")) if known else []
    if strangers:
        shown = ", ".join(map(_path, strangers[:SHOWN_PER_REASON])) + (", …" if len(strangers) > SHOWN_PER_REASON else "")
        click.echo(
            f"warning: {counted(len(strangers), 'new address', 'new addresses')} not found by `migrator crawl new`: {shown}",
            err=True,
        )


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"
