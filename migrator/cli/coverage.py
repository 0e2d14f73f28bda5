"""`migrator coverage`: how much of what is known of the old site the map answers, and what is missing, by visits."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from migrator.cli.check import counted
from migrator.cli.old_addresses import known_address, request_for, table_with_warning
from migrator.cli.options import config_option, settings_and_site, site_option, store_option
from migrator.cli.sheets import sheet_text, write_report
from migrator.cli.tables import show_table
from migrator.crawl.territory import territory_of
from migrator.errors import RefusalError
from migrator.pages.coverage import Coverage, Missing, Reply, Tally, answered, left_out, percent, reply_of, section_of, share
from migrator.pages.page import Side
from migrator.pages.verdict import Answer
from migrator.rules.rule import Site
from migrator.settings import Settings
from migrator.store.open import open_store

BELOW = 1  # exit code
SHOWN = 20  # sections, and missing addresses on a terminal
IN_A_SHEET = 100_000
COLUMNS = ("url", "visits", "reaches", "answer", "status", "section", "language", "title")


@click.command()
@config_option
@store_option
@site_option
@click.option(
    "--csv",
    "sheet",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    help="Write the missing addresses into a sheet (- for stdout), most visits first.",
)
@click.option("--json", "as_json", is_flag=True, help="Write the account to stdout as JSON.")
@click.option("--min-visits", type=click.IntRange(min=0), default=0, help="Count only addresses with so many visits.")
@click.option("--top", type=click.IntRange(min=0), help="Name so many missing addresses. [default: 20; 100,000 in a sheet]")
@click.option("--all", "everything", is_flag=True, help="Count images, scripts and what the old site itself has lost, too.")
@click.option("--fail-under", type=click.FloatRange(0, 100), metavar="PERCENT", help="Exit with 1 below that share of addresses.")
@click.option("--fail-under-visits", type=click.FloatRange(0, 100), metavar="PERCENT", help="The same for the share of visits.")
def coverage(
    config: Path,
    store: str | None,
    site: str | None,
    sheet: Path | None,
    as_json: bool,
    top: int | None,
    fail_under: float | None,
    fail_under_visits: float | None,
    **chosen: Any,
) -> None:
    """Tell which share of the known old addresses, and of visits, the map answers, and what is missing.

    Known are the addresses that the crawl of the old site saw and that imported files name (`migrator sources`). Answered are
    those that a rule redirects, calls gone, or keeps on a site (`serve:`); the others are left to the old site, or not found.
    Sections are the first folders of addresses.

    Exits with 0, or with 1 where a share lies below --fail-under or --fail-under-visits.
    """
    if as_json and sheet == Path("-"):
        raise click.UsageError("--json and --csv - both write to stdout; give --csv a file")
    settings, of = settings_and_site(config, store, site)
    account = Coverage(top if top is not None else IN_A_SHEET if sheet else SHOWN)
    skipped = _count(account, settings, of, **chosen)
    _refuse_nothing(account, fail_under_visits)
    if sheet:
        write_report(sheet, _sheet(account.missing(), of))
    if as_json:
        click.echo(json.dumps(_as_data(account, skipped, of), ensure_ascii=False))
    elif sheet != Path("-"):
        _tell(account, with_missing=sheet is None)
    for reason, number in skipped.most_common():
        click.echo(f"not counted: {number:,}: {reason}", err=True)
    click.get_current_context().exit(BELOW if _below(account, fail_under, fail_under_visits) else 0)


def _count(account: Coverage, settings: Settings, site: Site, min_visits: int, everything: bool) -> Counter[str]:
    """Count every known address; how many are not counted, by reason."""
    table, today = table_with_warning(settings), dt.datetime.now(dt.UTC).date()
    skipped: Counter[str] = Counter()
    legacy = territory_of(site, Side.LEGACY)
    with open_store(settings.store_url) as store:
        kept = {legacy.key(url) for url, one in store.verdicts(site.name).items() if one.verdict is Answer.KEPT}
        for known in store.inventory(site.name, Side.LEGACY):
            address = known_address(known)
            reason = "" if everything else left_out(address)
            if not reason and address.visits < min_visits:
                reason = f"fewer than {counted(min_visits, 'visit')}"
            if reason:
                skipped[reason] += 1
                continue
            is_kept = bool(kept) and legacy.key(address.url) in kept
            reply = reply_of(table.decide(request_for(address.url, site, today)), is_kept)
            account.count(address, reply, section_of(address.url, site.folding.case))
    return skipped


def _refuse_nothing(account: Coverage, fail_under_visits: float | None) -> None:
    if not account.whole.addresses:
        raise RefusalError("no old address to count; run `migrator crawl legacy` or `migrator sources legacy FILE` first")
    if fail_under_visits is not None and not account.whole.visits.total():
        raise RefusalError("no visits are known; take access logs in with `migrator sources legacy FILE` first")


def _below(account: Coverage, addresses: float | None, visits: float | None) -> bool:
    wanted = (("addresses", account.whole.addresses, addresses), ("visits", account.whole.visits, visits))
    found = False
    for name, counts, least in wanted:
        reached = share(counts)
        if least is not None and reached is not None and reached * 100 < least:
            click.echo(f"below {least:g} % of {name}: {percent(reached)}", err=True)
            found = True
    return found


def _tell(account: Coverage, with_missing: bool) -> None:
    whole = account.whole
    said = f"{answered(whole.addresses):,} of {counted(whole.addresses.total(), 'old address', 'old addresses')}"
    click.echo(f"the map answers {said} ({percent(share(whole.addresses))})")
    if visits := whole.visits.total():
        click.echo(f"and {answered(whole.visits):,} of {counted(visits, 'visit')} ({percent(share(whole.visits))})")
    rows = [(reply, f"{whole.addresses[reply]:,}", f"{whole.visits[reply]:,}") for reply in Reply if whole.addresses[reply]]
    _show("answer", ("addresses", "visits"), rows)
    for name, groups in (("section", account.sections), ("language", account.languages)):
        _show(name, ("addresses", "answered", "visits", "answered"), _group_rows(groups))
    if with_missing:
        _show("missing", ("visits", "reaches", "answer"), [_missing_row(one) for one in account.missing()])


def _show(name: str, headings: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    if rows:
        click.echo("" if sys.stdout.isatty() else "\n" + "\t".join((name, *headings)))
        show_table((name, *headings), rows, widest=name)


def _missing_row(missing: Missing) -> tuple[str, ...]:
    return missing.address.url, f"{missing.address.visits:,}", percent(missing.reaches), str(missing.reply)


def _group_rows(groups: Mapping[str, Tally]) -> Sequence[tuple[str, ...]]:
    """The largest groups, those with the most visits without an answer first."""
    rows = [
        (
            name or "unknown",
            f"{tally.addresses.total():,}",
            percent(share(tally.addresses)),
            f"{tally.visits.total():,}",
            percent(share(tally.visits)),
        )
        for name, tally in _ordered(groups)[:SHOWN]
    ]
    if len(groups) > SHOWN:
        click.echo(f"of {len(groups)} the {SHOWN} with most to do are shown; --json has all", err=True)
    return rows


def _ordered(groups: Mapping[str, Tally]) -> list[tuple[str, Tally]]:
    def open_visits(entry: tuple[str, Tally]) -> tuple[int, int, str]:
        name, tally = entry
        return (
            answered(tally.visits) - tally.visits.total(),
            answered(tally.addresses) - tally.addresses.total(),
            name,
        )

    return sorted(groups.items(), key=open_visits)


def _sheet(missing: Iterable[Missing], site: Site) -> str:
    return sheet_text(COLUMNS, (_missing_data(one, site).values() for one in missing))


def _missing_data(one: Missing, site: Site) -> dict[str, Any]:
    address = one.address
    section = section_of(address.url, site.folding.case)
    reached = None if one.reaches is None else round(one.reaches, 4)
    values = (address.url, address.visits, reached, str(one.reply), address.status or None, section)
    return dict(zip(COLUMNS, (*values, address.language, address.title), strict=True))


def _as_data(account: Coverage, skipped: Mapping[str, int], site: Site) -> dict[str, Any]:
    return {
        **_tally_data(account.whole),
        "sections": {name: _tally_data(tally) for name, tally in _ordered(account.sections)},
        "languages": {name: _tally_data(tally) for name, tally in _ordered(account.languages)},
        "missing": [_missing_data(one, site) for one in account.missing()],
        "not_counted": dict(skipped),
    }


def _tally_data(tally: Tally) -> dict[str, Any]:
    return {
        name: {
            "known": counts.total(),
            "answered": answered(counts),
            "share": round(part, 6) if (part := share(counts)) is not None else None,
            "by_answer": {str(reply): counts[reply] for reply in Reply if counts[reply]},
        }
        for name, counts in (("addresses", tally.addresses), ("visits", tally.visits))
    }
